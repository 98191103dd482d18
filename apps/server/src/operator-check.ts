import {
  type Entry,
  followLogKeys,
  followSuccessions,
  type Hash,
  hashOf,
  type LogId,
  leafHash,
  openCheckpoint,
  originOf,
  ProtocolError,
  sameBytes,
} from "@ecrin/protocol";
import { type Fault, Faults } from "./check-faults.ts";
import { type OpeningRow, startOpeningsCheck } from "./check-openings.ts";
import { type HeldTagKeys, startTagsCheck } from "./check-tags.ts";
import { type LogLine, type SignedRoot, startTreeCheck } from "./check-tree.ts";
import type { Tx } from "./database.ts";
import { type HeldKeys, heldKeys } from "./log-keys.ts";
import type { LookedAtPlace } from "./operator-place.ts";
import { type OutsideChain, readChain, readOutside } from "./outside.ts";
import { signerOf } from "./signer.ts";

// npm run log -- check: the database against what lies outside it (spec/log.md, The operator's check).

/** What was looked at, and what of it is wrong. */
export interface CheckedLog {
  /** Undefined where the log of the database is not the one of these keys: nothing else was looked at. */
  readonly log?: LogId;
  readonly leaves: number;
  /** Leaves that were signed for outside the database. */
  readonly signed: number;
  readonly openings: number;
  readonly erased: number;
  readonly tiles: number;
  readonly checkpoints: number;
  readonly tags: number;
  /** Tags whose keys are erased: nobody can check them any more. */
  readonly tagsErased: number;
  readonly faults: readonly Fault[];
}

/** Told every few thousand leaves: how many were looked at, and of how many. */
export type Progress = (leaves: number, of: number) => void;

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
    fact.kept.size > 0 && fact.kept.size <= left ? [{ ...fact.kept, looked: "log" }] : [],
  );
  if (kept !== undefined) roots.push({ ...kept, looked: "outside" });
  const signed = Math.max(kept?.size ?? (await storedSize(tx, log)), log.from);
  const walked = await walk(tx, { log, outside, roots, signed, faults, progress });
  return { log: log.keys.log, signed: kept?.size ?? 0, ...walked, faults: faults.list() };
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
    if (!(error instanceof ProtocolError)) throw error;
    faults.add("log", "keys that do not follow each other");
  }
  return undefined;
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
  { checkpoint }: Outside,
  { keys, ended }: LogLine,
  faults: Faults,
): Promise<{ readonly size: number; readonly root: Hash } | undefined> {
  if (checkpoint === undefined) {
    const [signed] = await tx`select size from log_checkpoints limit 1`;
    if (signed !== undefined) faults.add("outside", "missing");
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

interface Walk {
  readonly log: LogLine & { readonly from: number };
  readonly outside: Outside;
  readonly roots: readonly SignedRoot[];
  /** Leaves that were signed for, by this log or by the end of the one before it. */
  readonly signed: number;
  readonly faults: Faults;
  readonly progress: Progress;
}

/** A leaf, and its opening unless that was erased. */
type LeafRow = {
  readonly index: number;
  readonly commitment: Buffer;
  readonly leaf: Buffer;
  readonly tag: Buffer;
} & (OpeningRow | { readonly salt: null });

/** A multiple of the width of a tile. */
const AT_ONCE = 2048;

/** Every leaf, one after the other. */
async function walk(tx: Tx, { log, outside, roots, signed, faults, progress }: Walk) {
  const [head] = await tx<{ size: number; tag: Buffer; epoch: number; past: number }[]>`
    select size, tag, epoch, (select coalesce(max(index) + 1, 0) from journal_leaves) as past
    from journal_head`;
  const { size, tag, epoch, past } = head ?? { size: 0, tag: Buffer.alloc(0), epoch: 0, past: 0 };
  const tree = startTreeCheck(tx, log, faults, roots);
  const kept = log.ended.flatMap((each) =>
    each.fact.kept.size <= each.left ? [each.fact.kept.size] : [],
  );
  const tags = await startTagsCheck(tx, outside, faults, { leaves: past, signed, kept, epoch });
  const openings = startOpeningsCheck(tx, faults);
  let before: Buffer = Buffer.alloc(32);
  const logs = [...log.ended.map((each) => each.keys.log), log.keys.log];
  for (let from = 0; from < past; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, past);
    await tree.ahead(from, to);
    const rows = new Map((await leaves(tx, from, to)).map((row) => [row.index, row]));
    for (let index = from; index < to; index++) {
      const row = rows.get(index);
      if (row === undefined) faults.add("leaf", `place ${index}: none`);
      else if (!sameBytes(leafHash(new Uint8Array(row.commitment)), row.leaf))
        faults.add("leaf", `place ${index}`);
      const { leaf = ABSENT, tag: made = ABSENT } = row ?? {};
      await tree.leaf(new Uint8Array(leaf));
      tags.leaf(index, leaf, made);
      const entry = row === undefined ? undefined : openedAt(row);
      const ended = tags.endsAt(index);
      if (ended === undefined && isClosing(entry, logs))
        faults.add("epoch", `place ${index}: closing entry of no epoch`);
      if (ended !== undefined && !closes(entry, logs, { epoch: ended, tag: before }))
        faults.add("epoch", `epoch ${ended}: closing entry`);
      before = made;
    }
    progress(to, past);
  }
  if (size !== past) faults.add("head", `${size} leaves, and ${past} are there`);
  else if (!tag.equals(before)) faults.add("head", "the last tag");
  const { checked, erased: tagsErased } = tags.end();
  return {
    leaves: past,
    ...(await openings.end()),
    ...(await tree.end()),
    tags: checked,
    tagsErased,
  };

  function openedAt(row: LeafRow): Entry | undefined {
    if (row.salt !== null) return openings.opening(row.index, row.commitment, row);
    openings.absent();
    return undefined;
  }
}

const ABSENT = Buffer.alloc(32);

async function leaves(tx: Tx, from: number, to: number): Promise<readonly LeafRow[]> {
  return await tx<LeafRow[]>`
    select l.index, l.commitment, l.leaf, l.tag, o.subject, o.n, o.at, o.salt, o.entry, o.statement
    from journal_leaves l left join journal_openings o on o.index = l.index
    where l.index >= ${from} and l.index < ${to}`;
}

/** Whether an entry ends an epoch: one of the log's own, or of a log's before it. */
function isClosing(entry: Entry | undefined, logs: readonly LogId[]): entry is Entry {
  return entry?.kind === "chain" && logs.some((log) => log === entry.subject);
}

/** Whether an entry ends this epoch. */
function closes(
  entry: Entry | undefined,
  logs: readonly LogId[],
  { epoch, tag }: { readonly epoch: number; readonly tag: Buffer },
): boolean {
  if (!isClosing(entry, logs)) return false;
  const { about } = entry;
  return about.epoch === epoch && about.tag === hashOf(tag);
}
