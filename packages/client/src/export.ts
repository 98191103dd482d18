import type { Source } from "@ecrin/crypto";
import type { Subject } from "@ecrin/protocol";
import type { Unlocked } from "./unlocked.ts";

/** What is asked of an export. */
export interface ExportAsked {
  /** Of the report in it. */
  readonly language: "fr" | "en";
  /** Leaves under the checkpoint of an earlier export: this one proves that it goes on from there. */
  readonly since?: number;
}

/** The archive as it comes in; nothing of it has been checked. */
export async function exportJournal(
  u: Unlocked,
  subject: Subject,
  { language, since }: ExportAsked,
): Promise<Source> {
  const query = since === undefined ? { language } : { language, since };
  return await u.http.stream("journalExport", { subject }, query);
}
