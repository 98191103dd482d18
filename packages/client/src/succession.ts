import {
  type Bytes,
  canonicalJson,
  checkLogSignature,
  currentLogKey,
  type EndedLog,
  entryCommitment,
  followSuccessions,
  fromBase64url,
  hashField,
  hashOf,
  type JournalEntry,
  type LogId,
  type LogKeys,
  openCheckpoint,
  openHead,
  parseAs,
  parseEntry,
  parseStatement,
  provesInclusion,
  type Receipt,
  type RouteAnswer,
  receiptPayload,
  type SigningKey,
  type Subject,
  statementField,
  type TreeRoot,
  treeOf,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { ClientError, isRefusedFor, opening } from "./errors.ts";
import {
  changed,
  checkGrown,
  isKeyOf,
  LOG_END,
  LOG_HEAD,
  type LogMemory,
  rememberedOf,
  toldKeys,
} from "./log-memory.ts";
import { PLACED, placedField } from "./log-place.ts";
import type { LostReceipt, Succession } from "./lost-log.ts";
import type { Change, Store } from "./store.ts";

// A log that ended with entries lost, and another that follows it (spec/succession.md). Whoever
// knew the first is told, until the person accepts it.

/** The logs that ended, if they lead from what is remembered to the one that is told of. @throws ClientError `log-key-changed`, `fork` */
export async function endedSince(
  told: RouteAnswer<"log">,
  key: SigningKey,
): Promise<readonly EndedLog[]> {
  if (told.ended === undefined) throw changed();
  const ended = await opening(() => followSuccessions(told.ended, told.first), "fork");
  const first = ended.findIndex(({ keys }) => isKeyOf(keys, key));
  if (first < 0) throw changed();
  return ended.slice(first);
}

/**
 * Whether the log that is remembered has ended and another follows it: everything that
 * spec/succession.md asks of it is checked.
 * @returns undefined where the one remembered is in force
 * @throws ClientError `fork`, `rollback`, `log-key-changed`
 */
export async function findSuccession(
  memory: LogMemory,
  told: RouteAnswer<"log">,
): Promise<Succession | undefined> {
  const keys = await toldKeys(told);
  if (isKeyOf(keys, memory.key)) return undefined;
  const ended = await endedSince(told, memory.key);
  const [first] = ended;
  if (first === undefined) throw changed();
  // A log that follows another begins with an entry, so it has signed for it.
  if (told.checkpoint === undefined) throw new ClientError("rollback", "the log has not begun");
  const checkpoint = await opening(() => openCheckpoint(told.checkpoint, keys), "fork");
  const newer = treeOf(checkpoint);
  let lostOfSeen = 0;
  for (const end of ended) {
    await checkEnd(memory, end, newer);
    lostOfSeen += Math.max(0, (seenOf(memory, end) ?? 0) - end.fact.kept.size);
  }
  await checkPlaced(memory, Math.min(...ended.map(({ left }) => left)), keys);
  const { log, size, at } = first.fact;
  return {
    from: log,
    to: keys.log,
    key: told.first,
    ends: ended.map(({ keys: { log }, fact, hash }) => ({ log, size: fact.size, hash })),
    at,
    signed: size,
    left: first.left,
    lost: ended.reduce((sum, { lost }) => sum + lost, 0),
    lostOfSeen,
    receipts: await findLostReceipts(memory, ended, keys, newer),
  };
}

function seenOf({ seen }: LogMemory, { keys }: EndedLog): number | undefined {
  return seen(keys.log + LOG_HEAD)?.seq;
}

/** How a log has ended, once that was seen here. */
const END = "log-end/";
const endField = z.strictObject({ hash: hashField });

/** The end of one log, against everything that was seen of it. */
async function checkEnd(memory: LogMemory, end: EndedLog, newer: TreeRoot): Promise<void> {
  const { http, store, seen } = memory;
  const { fact, left, leaf, hash, keys } = end;
  const kept = await store.getJson(END + keys.log);
  const known = kept === undefined ? seen(keys.log + LOG_END) : parseAs(endField, kept, "log end");
  if (known !== undefined && known.hash !== hash) throw another("has ended twice");
  const last = seen(keys.log + LOG_HEAD);
  const head = last === undefined ? [] : [{ size: last.seq, root: last.hash }];
  for (const { size, root } of [...(await rememberedOf(store, keys.log)), ...head]) {
    if (size > fact.size) throw another("ended before what was seen of it");
    if (size === fact.size && root !== fact.root) throw another("did not end with what was seen");
    if (size <= left) await checkGrown(http, { size, root: fromBase64url(root) }, newer);
  }
  const { size: from, root } = fact.kept;
  if (from <= left) await checkGrown(http, { size: from, root: fromBase64url(root) }, newer);
  if (leaf !== undefined && !(await isAt(memory, from, leaf, newer)))
    throw another("is not named by the one that follows");
  await store.putJson(END + keys.log, { hash });
}

async function isAt(
  { http }: Pick<LogMemory, "http">,
  index: number,
  leaf: Bytes,
  { size, root }: TreeRoot,
): Promise<boolean> {
  if (index >= size) return false;
  try {
    const { hashes } = await http.call("logInclusion", { query: { index, size } });
    const proof = { index, size, hashes: hashes.map((hash) => fromBase64url(hash)) };
    return provesInclusion(leaf, proof, root);
  } catch (error) {
    if (isRefusedFor(error, "not-found", "bad-answer")) return false;
    throw error;
  }
}

/** Lines whose places are among the leaves that are left must be where they were. */
async function checkPlaced(memory: LogMemory, left: number, keys: LogKeys): Promise<void> {
  for await (const [key] of memory.store.entries(PLACED)) {
    const kept = parseAs(placedField, await memory.store.getJson(key), "placed");
    if (kept.index === undefined || kept.index >= left) continue;
    const subject = key.slice(PLACED.length) as Subject;
    const hash = await hashOfLine(memory, subject, kept.n, keys);
    if (hash !== undefined && hash !== kept.hash) throw another("has another entry than before");
  }
}

/** c of a line as the service tells it now; `null` where it has none, undefined for whoever may not ask any more. */
async function hashOfLine(
  { http }: LogMemory,
  subject: Subject,
  n: number,
  keys: LogKeys,
): Promise<string | null | undefined> {
  try {
    const query = { from: n, limit: 1 };
    const { entries, head } = await http.call("journal", { params: { subject }, query });
    const [entry] = entries;
    if (entry?.n === n) return commitmentOf(entry);
    // An erased line is named by the one after it, or by the head.
    if (entry !== undefined) {
      const { n: next, prev } = parseEntry(entry.entry);
      return next === n + 1 ? (prev ?? null) : undefined;
    }
    if (head === undefined) return null;
    const last = await openHead(head, currentLogKey(keys));
    return last.n === n ? last.hash : null;
  } catch (error) {
    if (isRefusedFor(error, "not-found", "not-allowed")) return undefined;
    throw error;
  }
}

function commitmentOf({ salt, entry }: JournalEntry): string {
  return hashOf(entryCommitment(fromBase64url(salt), utf8(entry)));
}

export const RECEIPT = "receipt/";
const LOST = "lost/";
export const keptReceipt = z.strictObject({ statement: statementField });

/** Receipts for what was lost: signed by a log that ended, and their entry where it said in no tree. */
async function findLostReceipts(
  memory: Pick<LogMemory, "http" | "store">,
  ended: readonly EndedLog[],
  keys: LogKeys,
  newer: TreeRoot,
): Promise<LostReceipt[]> {
  const lost: LostReceipt[] = [];
  const least = Math.min(...ended.map(({ left }) => left));
  for await (const [name] of memory.store.entries(RECEIPT)) {
    const { statement } = parseAs(keptReceipt, await memory.store.getJson(name), "receipt");
    const parsed = parseStatement("receipt", statement);
    const receipt = parseAs(receiptPayload, parsed.payload, "receipt");
    const { index, subject, n, at, leaf } = receipt;
    if (index < least) continue;
    if (await isAt(memory, index, fromBase64url(leaf), newer)) continue;
    if (await isSignedBy(parsed, keys, receipt)) continue;
    for (const { keys: of } of ended)
      if (await isSignedBy(parsed, of, receipt))
        lost.push({ log: of.log, index, subject, n, at, statement });
  }
  return lost;
}

async function isSignedBy(
  parsed: ReturnType<typeof parseStatement>,
  keys: LogKeys,
  { at }: Receipt,
): Promise<boolean> {
  return await checkLogSignature(parsed, keys, at, true).then(
    () => true,
    () => false,
  );
}

/**
 * Puts the receipts of the lost part aside, for good, and lets go of what this device remembers of
 * chains and journals: the first time each is met again, it is taken as it is.
 */
export async function letGo(store: Store, { receipts }: Pick<Succession, "receipts">) {
  const lost = new Map(receipts.map((each) => [each.statement, each]));
  const changes: Change[] = [];
  for await (const [key] of store.entries(RECEIPT)) {
    const { statement } = parseAs(keptReceipt, await store.getJson(key), "receipt");
    const found = lost.get(statement);
    if (found === undefined) continue;
    const value = utf8(canonicalJson({ statement }));
    changes.push({ key: `${LOST}${found.log}/${found.index}`, value }, { key });
  }
  for (const prefix of FORGOTTEN) {
    for await (const [key] of store.entries(prefix)) {
      if (!key.endsWith(LOG_HEAD) && !key.endsWith(LOG_END)) changes.push({ key });
    }
  }
  await store.batch(changes);
}

/** What a device remembers of what the service had: heads, the keyring's version, chains, lists, places in the log. */
const FORGOTTEN = ["head/", "keyring", "account/", "kept/view/", "kept/rows/", "placed/", "tags/"];

/** Receipts for entries that were lost with a log that ended: they prove what was done, and are in no log. */
export async function lostReceipts(store: Store): Promise<LostReceipt[]> {
  const lost: LostReceipt[] = [];
  for await (const [key] of store.entries(LOST)) {
    const { statement } = parseAs(keptReceipt, await store.getJson(key), "receipt");
    const [, log = ""] = key.split("/");
    const { payload } = parseStatement("receipt", statement);
    const { index, subject, n, at } = parseAs(receiptPayload, payload, "receipt");
    lost.push({ log: log as LogId, index, subject, n, at, statement });
  }
  return lost.sort((a, b) => a.index - b.index);
}

export function succeeded(succession: Succession): ClientError {
  return new ClientError(
    "log-succeeded",
    "entries of the log were lost, and another log follows it: a person accepts it, or not",
    { succession },
  );
}

function another(how: string): ClientError {
  return new ClientError("fork", `the log ${how}`);
}
