import * as z from "zod/mini";
import { type Bytes, fromBase64url, utf8 } from "./bytes.ts";
import { canonicalJson, parseCanonical } from "./canonical.ts";
import { context } from "./context.ts";
import { malformed, ProtocolError, refuse } from "./errors.ts";
import {
  accountIdField,
  countField,
  deviceIdField,
  hashField,
  itemIdField,
  logIdField,
  parseAs,
  revisionIdField,
  spaceIdField,
  statementField,
  suiteField,
  timeField,
} from "./fields.ts";
import {
  type AccountId,
  type Hash,
  hashOf,
  type LogId,
  parseHash,
  type SigningKey,
  type SpaceId,
} from "./ids.ts";
import { roleField } from "./member.ts";
import { checkSignature, type ParsedStatement, parseStatement } from "./statement.ts";

/** What is written down: spec/journal.md, Entry. */
export const ENTRY_KINDS = [
  "sign-up",
  "sign-in",
  "sign-out",
  "recovery",
  "password",
  "upload",
  "correction",
  "deletion",
  "listing",
  "opening",
  "export",
  "membership",
  "share",
  "revocation",
  "rotation",
  "expiry",
  "refusal",
  "inbox",
  "deposit",
  "settlement",
  "erasure",
  "chain",
  "log-key",
  "succession",
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export const subjectField = z.union([spaceIdField, accountIdField, logIdField]);
/** A space, an account for what concerns only an account, or the log for what concerns only itself. */
export type Subject = SpaceId | AccountId | LogId;

/** The circumstances of an entry; which of them each kind has is in spec/journal.md. */
export const aboutField = z.strictObject({
  account: z.optional(accountIdField),
  code: z.optional(z.string().check(z.regex(/^[a-z-]{1,40}$/))),
  count: z.optional(countField),
  declared: z.optional(z.literal(true)),
  device: z.optional(deviceIdField),
  epoch: z.optional(countField),
  from: z.optional(countField),
  index: z.optional(countField),
  item: z.optional(itemIdField),
  offline: z.optional(z.literal(true)),
  revision: z.optional(revisionIdField),
  revisions: z.optional(z.array(z.strictObject({ item: itemIdField, revision: revisionIdField }))),
  role: z.optional(roleField),
  root: z.optional(hashField),
  share: z.optional(spaceIdField),
  statement: z.optional(hashField),
  tag: z.optional(hashField),
  until: z.optional(timeField),
  via: z.optional(spaceIdField),
});
export type EntryAbout = z.infer<typeof aboutField>;

export const entryField = z.strictObject({
  v: z.literal(1),
  subject: subjectField,
  n: countField,
  prev: z.optional(hashField),
  at: timeField,
  kind: z.enum(ENTRY_KINDS),
  actor: z.strictObject({ account: z.optional(accountIdField), device: z.optional(deviceIdField) }),
  about: aboutField,
});
export type Entry = z.infer<typeof entryField>;

/** An entry of a journal with its opening. */
export const journalEntryField = z.strictObject({
  n: countField,
  index: countField,
  salt: hashField,
  entry: z.string(),
  /** The tag of the leaf before it in the whole log. */
  before: hashField,
  tag: hashField,
  statement: z.optional(statementField),
});
export type JournalEntry = z.infer<typeof journalEntryField>;

/** The text an entry is committed to with. */
export function entryText(entry: Entry): string {
  return canonicalJson(entry);
}

/** Its bytes. */
export function encodeEntry(entry: Entry): Bytes {
  return utf8(entryText(entry));
}

/** An entry from its text, canonical or refused. A read is nothing without the statement its reader signed. */
export function parseEntry(text: string): Entry {
  const entry = parseAs(entryField, parseCanonical(text, "entry"), "entry");
  if (entry.kind === "opening" || entry.kind === "export") {
    if (entry.about.statement === undefined) malformed("entry.about.statement", "is missing");
    if (entry.about.revisions === undefined) malformed("entry.about.revisions", "is missing");
  }
  return entry;
}

/** The salted commitment c: the leaf's data, and what the subject's next entry names as `prev`. */
export function entryCommitment(salt: Uint8Array, entry: string | Uint8Array): Bytes {
  return context("entry", salt, entry);
}

export const headPayload = z.strictObject({
  suite: suiteField,
  subject: subjectField,
  n: countField,
  hash: hashField,
  at: timeField,
});
/** The last entry of a subject, as the log signed it. */
export type JournalHead = z.infer<typeof headPayload>;

export const receiptPayload = z.strictObject({
  suite: suiteField,
  statement: hashField,
  index: countField,
  leaf: hashField,
  subject: subjectField,
  n: countField,
  hash: hashField,
  at: timeField,
});
/** The server's word that an entry was made for a statement. */
export type Receipt = z.infer<typeof receiptPayload>;

/** Reads a signed head, checked under the log key. */
export async function openHead(statement: unknown, logKey: SigningKey): Promise<JournalHead> {
  const parsed = parseStatement("head", statement);
  await checkSignature(parsed, logKey);
  return parseAs(headPayload, parsed.payload, "head");
}

/** Reads a receipt, checked under the log key. */
export async function openReceipt(
  statement: unknown,
  logKey: SigningKey,
): Promise<Receipt & { parsed: ParsedStatement }> {
  const parsed = parseStatement("receipt", statement);
  await checkSignature(parsed, logKey);
  return { ...parseAs(receiptPayload, parsed.payload, "receipt"), parsed };
}

/** Where somebody who follows a subject stands. */
export interface JournalPosition {
  /** Number of entries followed; the next has this `n`. */
  readonly next: number;
  /** c of the last entry followed; absent before the first. */
  readonly hash?: Hash;
}

/**
 * Checks that an entry continues the subject's chain, and moves on.
 * @throws ProtocolError `fork`, `malformed` or `statement-refused`
 */
export function followEntry(
  subject: Subject,
  position: JournalPosition,
  salt: string,
  text: string,
): { entry: Entry; position: JournalPosition } {
  const entry = parseEntry(text);
  if (entry.subject !== subject) refuse("belongs to another subject", "entry.subject");
  if (entry.n !== position.next || entry.prev !== position.hash) {
    throw new ProtocolError("fork", "the journal does not continue the one already seen", {
      field: "entry.prev",
    });
  }
  const hash = hashOf(entryCommitment(fromBase64url(parseHash(salt, "salt"), "salt"), text));
  return { entry, position: { next: position.next + 1, hash } };
}

/**
 * Checks that a signed head is where the follower arrived.
 * @throws ProtocolError `rollback` for a head before it, `fork` for another at the same place
 */
export function checkArrived(position: JournalPosition, head: JournalHead): void {
  if (head.n + 1 < position.next)
    throw new ProtocolError("rollback", "the journal is shorter than the one already seen");
  if (head.n + 1 !== position.next || head.hash !== position.hash) {
    throw new ProtocolError("fork", "the journal's signed head is not where its entries lead");
  }
}
