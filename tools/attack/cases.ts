import type { AttackCase } from "./case.ts";
import { accountCases } from "./cases-account.ts";
import { recordCases } from "./cases-record.ts";

/** Every case that is built, by number. */
export const cases: readonly AttackCase[] = [...accountCases, ...recordCases].sort(
  (a, b) => a.number - b.number,
);
