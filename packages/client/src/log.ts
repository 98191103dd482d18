import {
  followSuccessions,
  fromBase64url,
  type Hash,
  type LogKeys,
  leafHash,
  openCheckpoint,
  parseAs,
  parseStatement,
  provesInclusion,
  type Receipt,
  type RouteAnswer,
  receiptPayload,
  type Statement,
  sameBytes,
  treeOf,
} from "@ecrin/protocol";
import { ClientError, isRefusedFor, opening } from "./errors.ts";
import {
  changed,
  checkGrown,
  keysOf,
  LOG_END,
  LOG_HEAD,
  type LogMemory,
  rememberCheckpoint,
} from "./log-memory.ts";
import { isOverdue } from "./log-place.ts";
import { askWitnessed, checkWitnessed, notWitnessed, type Witnessed } from "./pinned-witnesses.ts";
import { findSuccession, keptReceipt, RECEIPT, succeeded } from "./succession.ts";
import type { Unlocked } from "./unlocked.ts";

// Following the log (spec/log.md, MUST 1 and 2): one history, and every receipt's entry in it.

/** The log as it was checked: it extends everything this account has seen of it. */
export interface LogStanding {
  /** Entries of everybody that a checkpoint covers. */
  readonly size: number;
  /** Root of the tree over them; absent before the first checkpoint. */
  readonly root?: Hash;
  /** The signed note, byte for byte. */
  readonly checkpoint?: string;
  readonly keys: LogKeys;
  /** What the pinned witnesses have seen of it; absent where none are pinned. */
  readonly witnessed?: Witnessed;
}

/** What became of the receipts that were kept. */
export interface ReceiptsChecked {
  /** Whose entries were found in the tree; they need not be kept any longer. */
  readonly found: number;
  /** Which no checkpoint covers yet. */
  readonly waiting: number;
}

/**
 * Fetches the last checkpoint and checks that the log only grew since the highest one that this
 * device or the keyring has seen, and that a quorum of the pinned witnesses saw the same.
 * @throws ClientError `rollback`, `fork`, `log-key-changed`, `log-succeeded`, `not-witnessed`, never
 * repaired in silence
 */
export async function followLog(u: Unlocked): Promise<LogStanding> {
  const asked = await askWitnessed(u);
  const told = await u.http.call("log");
  const keys = await keysOf(told, u.server.logKey);
  const succession = await findSuccession(memoryOf(u), told);
  if (succession !== undefined) throw succeeded(succession);
  await checkKnown(u, told, keys);
  const chain = keys.log + LOG_HEAD;
  const seen = u.keyring.seen(chain);
  if (told.checkpoint === undefined) {
    if (seen !== undefined) throw rollback();
    // Whoever pins witnesses has an account, and its sign-up is an entry.
    if (asked !== undefined) throw notWitnessed();
    return { size: 0, keys };
  }
  const checkpoint = await opening(() => openCheckpoint(told.checkpoint, keys), "fork");
  const { size, root } = checkpoint;
  if (seen !== undefined) {
    if (size < seen.seq) throw rollback();
    const older = { size: seen.seq, root: fromBase64url(seen.hash) };
    await checkGrown(u.http, older, treeOf(checkpoint));
  }
  const witnessed =
    asked === undefined ? undefined : await checkWitnessed(u, asked, checkpoint, keys);
  u.keyring.see(chain, { seq: size, hash: root });
  await rememberCheckpoint(u.store, keys.log, { size, root });
  return {
    size,
    root,
    checkpoint: told.checkpoint,
    keys,
    ...(witnessed === undefined ? {} : { witnessed }),
  };
}

/** What is remembered of the log by an account that is unlocked. */
export function memoryOf({ http, store, keyring }: Unlocked): LogMemory {
  const { key } = keyring.contents().log;
  return { http, store, key, seen: (chain) => keyring.seen(chain) };
}

/** Under another id there is another log: each that was ever seen must be one that this one follows. */
async function checkKnown(u: Unlocked, told: RouteAnswer<"log">, { log }: LogKeys): Promise<void> {
  const known = u.keyring.chains(LOG_HEAD).filter((chain) => chain !== log + LOG_HEAD);
  if (known.length === 0) return;
  if (told.ended === undefined) throw changed();
  const ended = await opening(() => followSuccessions(told.ended, told.first), "fork");
  for (const chain of known) {
    const end = ended.find(({ keys }) => keys.log + LOG_HEAD === chain) ?? changedNow();
    const how = u.keyring.seen(end.keys.log + LOG_END);
    if (how !== undefined && how.hash !== end.hash)
      throw new ClientError("fork", "the log before this one has ended twice");
  }
}

function changedNow(): never {
  throw changed();
}

/** Keeps a receipt until its entry has been found in the log. */
export async function keepReceipt(
  u: Unlocked,
  statement: Statement,
  { index, leaf, hash }: Receipt,
): Promise<void> {
  if (!sameBytes(leafHash(fromBase64url(hash)), fromBase64url(leaf)))
    throw new ClientError("cannot-open", "a receipt names another leaf than its entry's");
  // Under its entry's hash as well: another log may give the same place again.
  await u.store.putJson(`${RECEIPT}${index}/${hash}`, { statement });
}

/**
 * Looks for the entry of every receipt that is kept, in the tree of a checkpoint.
 * @throws ClientError `entry-missing` where one is not where the receipt says, or still in no
 * checkpoint after a day
 */
export async function checkReceipts(u: Unlocked, standing: LogStanding): Promise<ReceiptsChecked> {
  let [found, waiting] = [0, 0];
  for await (const [name] of u.store.entries(RECEIPT)) {
    const { statement } = parseAs(keptReceipt, await u.store.getJson(name), "receipt");
    const receipt = parseAs(
      receiptPayload,
      parseStatement("receipt", statement).payload,
      "receipt",
    );
    if (receipt.index >= standing.size) {
      if (isOverdue(u, receipt.at)) throw missing(receipt);
      waiting += 1;
      continue;
    }
    if (!(await isInLog(u, receipt, standing))) throw missing(receipt);
    await u.store.delete(name);
    found += 1;
  }
  return { found, waiting };
}

async function isInLog(u: Unlocked, receipt: Receipt, { size, root }: LogStanding) {
  if (root === undefined) return false;
  const { index } = receipt;
  try {
    const { hashes } = await u.http.call("logInclusion", { query: { index, size } });
    const proof = { index, size, hashes: hashes.map((hash) => fromBase64url(hash)) };
    return provesInclusion(fromBase64url(receipt.leaf), proof, fromBase64url(root));
  } catch (error) {
    // Nothing is told of an entry that must be there.
    if (isRefusedFor(error, "not-found", "bad-answer")) return false;
    throw error;
  }
}

/** One history since what was seen before, and in it every entry there is a receipt for. */
export async function checkLog(u: Unlocked): Promise<LogStanding & ReceiptsChecked> {
  const standing = await followLog(u);
  return { ...standing, ...(await checkReceipts(u, standing)) };
}

function missing({ index }: Receipt): ClientError {
  return new ClientError(
    "entry-missing",
    `the log lacks entry ${index}, for which the server gave a receipt`,
  );
}

function rollback(): ClientError {
  return new ClientError("rollback", "the log is shorter than the one seen before");
}
