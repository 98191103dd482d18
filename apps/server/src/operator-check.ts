import {
  followLogKeys,
  followSuccessions,
  type Hash,
  type LogId,
  openCheckpoint,
  originOf,
  ProtocolError,
} from "@ecrin/protocol";
import { type Fault, Faults } from "./check-faults.ts";
import { checkLeaves, type LeavesChecked, type Progress } from "./check-leaves.ts";
import type { HeldTagKeys } from "./check-tags.ts";
import type { LogLine, SignedRoot } from "./check-tree.ts";
import type { Tx } from "./database.ts";
import { type HeldKeys, heldKeys } from "./log-keys.ts";
import type { LookedAtPlace } from "./operator-place.ts";
import { type OutsideChain, readChain, readOutside } from "./outside.ts";
import { signerOf } from "./signer.ts";

// npm run log -- check: the database against what lies outside it (spec/log.md, The operator's check).

/** What was looked at, and what of it is wrong. */
export interface CheckedLog extends LeavesChecked {
  /** Undefined where the log of the database is not the one of these keys: nothing else was looked at. */
  readonly log?: LogId;
  /** Leaves that were signed for outside the database. */
  readonly signed: number;
  readonly faults: readonly Fault[];
}

const NOTHING = {
  leaves: 0,
  signed: 0,
  openings: 0,
  erased: 0,
  tiles: 0,
  checkpoints: 0,
  tags: 0,
  tagsErased: 0,
} as const;

/** What lies outside the database; `unread` where a file is not in its form. */
export interface Outside extends HeldTagKeys {
  readonly chain: Awaited<ReturnType<typeof readChain>> | "unread";
  readonly checkpoint: Awaited<ReturnType<typeof readOutside>> | "unread";
  /** Whether a checkpoint is kept there by now: the first one may have been signed since. */
  readonly hasCheckpoint: () => Promise<boolean>;
  readonly current: readonly string[];
}

/**
 * Compares a database with what lies outside it; changes nothing. Files are read first: what a
 * server that runs writes meanwhile is in the database before it leaves them.
 */
export async function checkLog(place: LookedAtPlace, progress?: Progress): Promise<CheckedLog> {
  const outside = await readHeld(place);
  return await place.admin.begin("isolation level repeatable read read only", async (tx) => {
    await tx`set local statement_timeout = 0`;
    await tx`set local idle_in_transaction_session_timeout = 0`;
    return await checkAt(tx, outside, progress);
  });
}

/** Reads what lies outside. */
export async function readHeld({ folder, keys }: Omit<LookedAtPlace, "admin">): Promise<Outside> {
  const next = [keys.nextLog, keys.successor].flatMap((seed) =>
    seed === undefined ? [] : [signerOf(seed).key],
  );
  return {
    tags: keys.tags,
    retired: await keys.tags.retired(),
    chain: await readChain(folder).catch(unread),
    checkpoint: await readOutside(folder).catch(unread),
    hasCheckpoint: async () => (await readOutside(folder).catch(unread)) !== undefined,
    current: [keys.logKey, ...next],
  };
}

function unread(error: unknown): "unread" {
  if (error instanceof ProtocolError || error instanceof SyntaxError) return "unread";
  throw error;
}

/** The check itself, of one state of the database. */
export async function checkAt(
  tx: Tx,
  outside: Outside,
  progress: Progress = () => undefined,
): Promise<CheckedLog> {
  const faults = new Faults();
  const log = await openLog(tx, outside, faults);
  if (log === undefined) return { ...NOTHING, faults: faults.list() };
  const kept = await openOutside(tx, outside, log, faults);
  const roots: SignedRoot[] = log.ended.flatMap(({ fact, left }) =>
    fact.kept.size > 0 && fact.kept.size <= left ? [{ ...fact.kept, looked: "ended" }] : [],
  );
  if (kept !== undefined) roots.push({ ...kept, looked: "outside" });
  const signed = Math.max(kept?.size ?? (await storedSize(tx, log)), log.from);
  const checked = await checkLeaves(tx, { log, keys: outside, roots, signed, faults, progress });
  return { log: log.keys.log, signed: kept?.size ?? 0, ...checked, faults: faults.list() };
}

/** The log that the database holds, once it is known to be the one of these keys. */
async function openLog(
  tx: Tx,
  { chain, current }: Outside,
  faults: Faults,
): Promise<(LogLine & { readonly from: number }) | undefined> {
  try {
    const held = await heldKeys(tx);
    const ended = await followSuccessions(held.ended, held.first);
    const keys = await followLogKeys(held.first, held.statements);
    if (!current.includes(held.current)) faults.add("log", "another key");
    else if (chain === "unread") faults.add("log", "the file chain is not in its form");
    else if (!goesOn(chain, held)) faults.add("log", "other public keys");
    else return { keys, ended, from: ended.at(-1)?.fact.kept.size ?? 0 };
  } catch (error) {
    if (!isOfRows(error)) throw error;
    faults.add("log", "keys that do not follow each other");
  }
  return undefined;
}

/** What is thrown for what the rows say; what the database itself throws is no finding. */
function isOfRows(error: unknown): boolean {
  return (
    error instanceof ProtocolError || error instanceof SyntaxError || error instanceof RangeError
  );
}

/**
 * A server that turned its key is ahead of the file for a moment; nothing that the file says is ever
 * taken back. Whoever ends a log has the file: without one, a log before this is nobody's word.
 */
function goesOn(chain: OutsideChain | undefined, held: HeldKeys): boolean {
  if (chain === undefined) return held.ended.length === 0;
  const told = (each: { readonly first: string; readonly keys: readonly string[] }) =>
    [each.first, ...each.keys].join();
  const lines = [...held.ended, { first: held.first, keys: held.statements }].map(told);
  const known = [...chain.ended, chain].map(told);
  return known.every((each, i) => lines[i]?.startsWith(each) === true);
}

/** The checkpoint that was kept outside: of this log, or of the one that ended before it. */
async function openOutside(
  tx: Tx,
  { checkpoint, hasCheckpoint }: Outside,
  { keys, ended }: LogLine,
  faults: Faults,
): Promise<{ readonly size: number; readonly root: Hash } | undefined> {
  if (checkpoint === undefined) {
    const [signed] = await tx`select from log_checkpoints limit 1`;
    if (signed !== undefined && !(await hasCheckpoint())) faults.add("outside", "missing");
    return undefined;
  }
  if (checkpoint === "unread") {
    faults.add("outside", "not in its form");
    return undefined;
  }
  // Of a log that has just ended: what is left of it is among the roots.
  if (ended.at(-1)?.checkpoint === checkpoint.note) return undefined;
  const opened = await openCheckpoint(checkpoint.note, keys).catch(() => undefined);
  if (opened === undefined) faults.add("outside", `not signed by ${originOf(keys.log)}`);
  return opened;
}

/** Where nothing is kept outside, what the database holds of the log's signatures counts: nobody else makes them. */
async function storedSize(tx: Tx, { keys }: LogLine): Promise<number> {
  const [last] = await tx<{ note: string }[]>`
    select note from log_checkpoints order by size desc limit 1`;
  const opened = await openCheckpoint(last?.note, keys).catch(() => undefined);
  return opened?.size ?? 0;
}
