import * as z from "zod/mini";
import { toBase64url, utf8 } from "./bytes.ts";
import { canonicalJson, parseCanonical } from "./canonical.ts";
import { malformed } from "./errors.ts";
import {
  countField,
  hashField,
  logIdField,
  parseAs,
  signingKeyField,
  statementField,
  suiteField,
  timeField,
} from "./fields.ts";
import { subjectField } from "./journal.ts";
import { headerFor, type ParsedStatement, parseStatement } from "./statement.ts";
import { endedLogsField } from "./succession.ts";
import { witnessesField } from "./witness.ts";

/** The files of an export by what they are; `since` and `ended` are there where there is something to tell. */
export const EXPORT_FILES = {
  readme: "VERIFY.md",
  verifier: "verify.py",
  keys: "log/keys.json",
  checkpoint: "log/checkpoint",
  since: "log/since",
  ended: "log/ended.json",
  epochs: "log/epochs.json",
  witnesses: "log/witnesses.json",
  accounts: "accounts.json",
  journal: "journal.json",
  report: "report.pdf",
  manifest: "manifest.json",
  signature: "manifest.jws",
} as const;

const fileName = z.string().check(z.regex(/^[A-Za-z0-9._/-]{1,400}$/));

/** The payload of `ecrin-1.export` (spec/export.md, Manifest). */
export const exportPayload = z.strictObject({
  suite: suiteField,
  subject: subjectField,
  log: logIdField,
  /** Leaves under the checkpoint. */
  size: countField,
  /** Entries in journal.json. */
  entries: countField,
  /** The subject's signed head, `ecrin-1.head`; absent for a subject without an entry. */
  head: z.optional(statementField),
  /** Leaves under the checkpoint of the export before this one. */
  since: z.optional(countField),
  /** Where local authorities and calendars of a demonstration stamped. */
  demonstration: z.optional(z.literal(true)),
  at: timeField,
  files: z
    .array(z.strictObject({ name: fileName, length: countField, sha256: hashField }))
    .check(z.maxLength(5000)),
});
export type ExportManifest = z.infer<typeof exportPayload>;

/** `header..signature` (RFC 7515 appendix F): the statement without what stands in manifest.json. */
export function detachStatement(statement: string): string {
  const [header, , signature] = statement.split(".");
  return `${header}..${signature}`;
}

/**
 * A manifest and its detached signature as the statement they are; the signature is not checked here.
 * @throws ProtocolError `malformed`
 */
export function parseManifest(
  text: string,
  signature: string,
): ParsedStatement & { readonly fact: ExportManifest } {
  const fact = parseAs(exportPayload, parseCanonical(text, "manifest"), "manifest");
  const [header, payload, bytes, ...more] = signature.split(".");
  if (header !== headerFor("export") || payload !== "" || more.length > 0 || bytes === undefined)
    malformed("signature", "is not a detached signature of an export");
  const parsed = parseStatement("export", `${header}.${toBase64url(utf8(text))}.${bytes}`);
  return { ...parsed, fact };
}

const keysFile = z.strictObject({
  first: signingKeyField,
  keys: z.array(statementField).check(z.maxLength(1000)),
});
export type ExportedKeys = z.infer<typeof keysFile>;

const epochsFile = z.strictObject({
  epochs: z.array(
    z.strictObject({
      epoch: countField,
      from: countField,
      to: z.optional(countField),
      /** The key of its tags, once it is disclosed. */
      key: z.optional(hashField),
    }),
  ),
});
export type ExportedEpochs = z.infer<typeof epochsFile>;

/** Witnesses as exports name them, and as those who verify give theirs. */
export const witnessesFile = z.strictObject({ witnesses: witnessesField });
export type ExportedWitnesses = z.infer<typeof witnessesFile>;

const accountsFile = z.strictObject({
  accounts: z.record(z.string(), z.array(statementField)),
});
export type ExportedAccounts = z.infer<typeof accountsFile>;

const endedFile = z.strictObject({ ended: endedLogsField });
export type ExportedEnded = z.infer<typeof endedFile>;

/** Reads one of the small files: canonical JSON in its form. */
export function parseExported(kind: "keys", text: string): ExportedKeys;
export function parseExported(kind: "epochs", text: string): ExportedEpochs;
export function parseExported(kind: "witnesses", text: string): ExportedWitnesses;
export function parseExported(kind: "accounts", text: string): ExportedAccounts;
export function parseExported(kind: "ended", text: string): ExportedEnded;
export function parseExported(
  kind: "keys" | "epochs" | "witnesses" | "accounts" | "ended",
  text: string,
) {
  const value = parseCanonical(text, kind);
  if (kind === "keys") return parseAs(keysFile, value, kind);
  if (kind === "epochs") return parseAs(epochsFile, value, kind);
  if (kind === "witnesses") return parseAs(witnessesFile, value, kind);
  if (kind === "ended") return parseAs(endedFile, value, kind);
  return parseAs(accountsFile, value, kind);
}

/** And writes it. */
export function formatExported(
  value: ExportedKeys | ExportedEpochs | ExportedWitnesses | ExportedAccounts | ExportedEnded,
): string {
  return canonicalJson(value);
}
