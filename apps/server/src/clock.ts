import type { FieldPath } from "@ecrin/protocol";
import { refuse } from "./problem.ts";

/** How far what somebody signs may be ahead of the server's clock (spec/http.md, Times). */
const AHEAD_MS = 10 * 60_000;
/** How old a statement of a chain may be when it comes: a view older than this does not wrap (spec/space.md, Age). */
const BEHIND_MS = 24 * 3600_000;

/** @throws ServerError `clock` for a time that has not come */
export function checkNotAhead(at: number, now: number, field: FieldPath): void {
  if (at > now + AHEAD_MS) refuse("clock", field);
}

/** @throws ServerError `clock` for a time that is neither about now nor of the last day */
export function checkRecent(at: number, now: number, field: FieldPath): void {
  checkNotAhead(at, now, field);
  if (at < now - BEHIND_MS) refuse("clock", field);
}
