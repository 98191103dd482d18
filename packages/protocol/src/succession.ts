import * as z from "zod/mini";
import { type Bytes, fromBase64url, sameBytes } from "./bytes.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { ProtocolError, refuse } from "./errors.ts";
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
import type { Hash, SigningKey } from "./ids.ts";
import {
  type Entry,
  entryText,
  followEntry,
  type JournalEntry,
  journalEntryField,
} from "./journal.ts";
import { currentLogKey, followLogKeys, type LogKeys, logIdOf, originOf } from "./log-key.ts";
import { leafHash } from "./merkle.ts";
import { type Note, parseNote } from "./note.ts";
import { provesInclusion, type TreeRoot } from "./proof.ts";
import { sha256 } from "./sha256.ts";
import { checkSignature, type ParsedStatement, parseStatement } from "./statement.ts";

// What is done when a log has lost entries that it signed for: spec/succession.md.

export const successionPayload = z.strictObject({
  suite: suiteField,
  /** The log that ended. */
  log: logIdField,
  /** Its last checkpoint. */
  size: countField,
  root: hashField,
  /** The leaves that are left, its first ones. */
  kept: z.strictObject({ size: countField, root: hashField }),
  /** First key of the log that follows. */
  next: signingKeyField,
  at: timeField,
});
export type SuccessionPayload = z.infer<typeof successionPayload>;

/** A log that ended, as a server and an export tell of it. */
export const endedLogField = z.strictObject({
  first: signingKeyField,
  keys: z.array(statementField).check(z.maxLength(1000)),
  statement: statementField,
  checkpoint: z.string(),
  /** The entry by which the next log begins, unless that is lost too. */
  entry: z.optional(journalEntryField),
  /** In an export: that entry's inclusion in the checkpoint of the export. */
  place: z.optional(z.array(hashField).check(z.maxLength(64))),
});
export type ToldEndedLog = z.infer<typeof endedLogField>;

/** One after the other, the oldest first. */
export const endedLogsField = z.array(endedLogField).check(z.maxLength(64));

/** A log that ended, once its end has been checked. */
export interface EndedLog {
  readonly keys: LogKeys;
  readonly fact: SuccessionPayload;
  /** The statement's. */
  readonly hash: Hash;
  readonly checkpoint: string;
  /** How many of its entries the log that follows has not. */
  readonly lost: number;
  /** How many of its first leaves are in the log that is in force. */
  readonly left: number;
  /** Leaf `fact.kept.size` of the tree in force; absent where a later succession lost it. */
  readonly leaf?: Bytes;
  readonly place?: readonly Bytes[];
}

/** Reads a statement of succession; the signature is not checked here. @throws ProtocolError */
export function parseSuccession(
  statement: unknown,
): ParsedStatement & { readonly fact: SuccessionPayload } {
  const parsed = parseStatement("succession", statement);
  const fact = parseAs(successionPayload, parsed.payload, "succession");
  if (fact.kept.size >= fact.size) refuse("has lost nothing", "succession.kept");
  const { size, root } = fact.kept;
  if (size === 0 && !sameBytes(fromBase64url(root), sha256(new Uint8Array())))
    refuse("is not the root of nothing", "succession.kept");
  return { ...parsed, fact };
}

/**
 * Follows the logs that ended up to the one that began with `current`: each signed by the key in
 * force at its end, each ending at a checkpoint of its own.
 * @throws ProtocolError `malformed`, `signature-refused`, `statement-refused`, `fork`
 */
export async function followSuccessions(told: unknown, current: SigningKey): Promise<EndedLog[]> {
  const listed = parseAs(endedLogsField, told, "ended");
  const firsts = [...listed.map(({ first }) => first), current];
  if (new Set(firsts).size !== firsts.length) refuse("names a log twice", "ended");
  const facts = listed.map(({ statement }) => parseSuccession(statement).fact);
  const ended: EndedLog[] = [];
  // From the last one back: what follows it, and how much is left by those after it, are known then.
  let next = current;
  let left = Number.MAX_SAFE_INTEGER;
  for (const each of [...listed].reverse()) {
    const end = await openEnd(each, next);
    left = Math.min(left, end.fact.kept.size);
    ended.unshift({ ...end, left });
    next = each.first;
  }
  checkEntries(listed, facts);
  return ended;
}

async function openEnd(told: ToldEndedLog, next: SigningKey): Promise<Omit<EndedLog, "left">> {
  const keys = await followLogKeys(told.first, told.keys);
  const parsed = parseSuccession(told.statement);
  const { fact, hash } = parsed;
  await checkSignature(parsed, currentLogKey(keys));
  if (fact.log !== keys.log) refuse("belongs to another log", "succession.log");
  if (fact.next !== next) refuse("names another log than follows", "succession.next");
  if (keys.lives.some(({ key }) => key === next))
    refuse("has been a key of this log", "succession.next");
  if (fact.at < (keys.lives.at(-1)?.at ?? 0)) refuse("goes backwards", "succession.at");
  const { size, root } = await openCheckpoint(told.checkpoint, keys);
  if (size !== fact.size) refuse("is not of the last checkpoint", "succession.size");
  if (root !== fact.root) refuse("is not of the last checkpoint", "succession.root");
  const lost = fact.size - fact.kept.size;
  const leaf = told.entry === undefined ? undefined : leafOfEntry(told.entry, fact, hash);
  const place = told.place?.map((each) => fromBase64url(each));
  return {
    keys,
    fact,
    hash,
    checkpoint: told.checkpoint,
    lost,
    ...(leaf === undefined ? {} : { leaf }),
    ...(place === undefined ? {} : { place }),
  };
}

/** The entry is the first of the new log's own journal, by nobody, and says what the statement says and no more. */
function leafOfEntry(told: JournalEntry, fact: SuccessionPayload, hash: Hash): Bytes {
  const subject = logIdOf(fact.next);
  const { entry, position } = followEntry(subject, { next: 0 }, told.salt, told.entry);
  const { size, root, kept } = fact;
  const about = { statement: hash, count: size - kept.size, from: kept.size, root };
  // When it was written down is the entry's own; its leaf holds it, as it holds all of it.
  const right: Entry = { ...entry, kind: "succession", actor: {}, about };
  const isRight = told.n === 0 && told.index === kept.size && told.entry === entryText(right);
  if (!isRight || position.hash === undefined) refuse("is not that of the succession", "entry");
  return leafHash(fromBase64url(position.hash));
}

/** An entry is absent where a later succession has kept no more, and only there. */
function checkEntries(listed: readonly ToldEndedLog[], facts: readonly SuccessionPayload[]): void {
  for (const [i, { entry }] of listed.entries()) {
    const at = facts[i]?.kept.size ?? 0;
    const isLost = facts.slice(i + 1).some(({ kept }) => kept.size <= at);
    if (isLost !== (entry === undefined)) refuse("is missing, or was lost", "ended.entry");
  }
}

/** Whether the entry of a succession stands in an export's last checkpoint. */
export function provesEntry({ leaf, place, fact }: EndedLog, { size, root }: TreeRoot): boolean {
  if (leaf === undefined) return place === undefined;
  if (place === undefined || fact.kept.size >= size) return false;
  return provesInclusion(leaf, { index: fact.kept.size, size, hashes: place }, root);
}

/**
 * Reads a checkpoint of the log in force, or one of a log that ended, where that has no more
 * leaves than are left of it: both are of one tree.
 * @throws ProtocolError as `openCheckpoint` does; `statement-refused` for one that is lost
 */
export async function openCheckpointOf(
  note: unknown,
  keys: LogKeys,
  ended: readonly EndedLog[],
): Promise<{ size: number; root: Hash; origin: string; note: Note }> {
  const [origin] = parseNote(note).text.split("\n");
  const other = ended.find((each) => originOf(each.keys.log) === origin);
  if (other === undefined) {
    const checkpoint = await openCheckpoint(note, keys);
    const last = ended.at(-1);
    if (last !== undefined && checkpoint.size <= last.fact.kept.size)
      throw new ProtocolError("fork", "the checkpoint is from before the log began");
    return checkpoint;
  }
  const checkpoint = await openCheckpoint(note, other.keys);
  if (checkpoint.size > other.left) refuse("is of leaves that were lost", "checkpoint.size");
  return checkpoint;
}
