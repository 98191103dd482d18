import type { Source } from "@ecrin/crypto";
import {
  type ByteSource,
  type Subject,
  type VerifiedExport,
  type VerifyOptions,
  verifyExport,
} from "@ecrin/protocol";
import { checkTimestamp } from "@ecrin/timestamp";
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

/**
 * Checks an export offline: everything in spec/export.md, time stamps too.
 * @throws ProtocolError for the first thing that is wrong; `field` names file and place
 */
export async function checkExport(
  source: ByteSource,
  options: Omit<VerifyOptions, "checkToken"> = {},
): Promise<VerifiedExport> {
  return await verifyExport(source, { ...options, checkToken: checkTimestamp });
}
