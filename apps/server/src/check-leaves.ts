import { type Entry, fromBase64url, type LogId, leafHash, sameBytes } from "@ecrin/protocol";
import type { Faults } from "./check-faults.ts";
import { type OpeningRow, startOpeningsCheck } from "./check-openings.ts";
import { type HeldTagKeys, startTagsCheck } from "./check-tags.ts";
import { type LogLine, type SignedRoot, startTreeCheck } from "./check-tree.ts";
import type { Tx } from "./database.ts";

// The leaves of the journal, one after the other, each with what the database says of it
// (spec/log.md, The operator's check). Whoever has every right to the database has also that of
// dropping its constraints: a number is asked for as `float8`, in which no bigint is an error and
// none beyond 2^53 equals an honest one, and no length of bytes is taken for granted.

/** What of the leaves was looked at. */
export interface LeavesChecked {
  readonly leaves: number;
  readonly openings: number;
  readonly erased: number;
  readonly tiles: number;
  readonly checkpoints: number;
  readonly tags: number;
  /** Tags whose keys are erased: nobody can check them any more. */
  readonly tagsErased: number;
}

/** Told every few thousand leaves: how many were looked at, and of how many. */
export type Progress = (leaves: number, of: number) => void;

/** What the leaves are compared with. */
export interface LeavesMeasure {
  readonly log: LogLine & { readonly from: number };
  readonly keys: HeldTagKeys;
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
const ABSENT = Buffer.alloc(32);

export async function checkLeaves(
  tx: Tx,
  { log, keys, roots, signed, faults, progress }: LeavesMeasure,
): Promise<LeavesChecked> {
  const leaves = await lastPlace(tx, faults);
  const head = await headOf(tx, faults);
  // Before anything else that may be wrong of it: this tells what is lost.
  if (head.size !== leaves) faults.add("head", `${head.size} leaves, and ${leaves} are there`);
  const tree = startTreeCheck(tx, log, faults, roots);
  const kept = log.ended.flatMap((each) =>
    each.fact.kept.size <= each.left ? [each.fact.kept.size] : [],
  );
  const tags = await startTagsCheck(tx, keys, faults, { leaves, signed, kept, epoch: head.epoch });
  const openings = startOpeningsCheck(tx, faults);
  let before: Buffer = ABSENT;
  const logs = [...log.ended.map((each) => each.keys.log), log.keys.log];
  for (let from = 0; from < leaves; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE, leaves);
    await tree.ahead(from, to);
    const rows = byPlace(await leavesBetween(tx, from, to), faults);
    for (let index = from; index < to; index++) {
      const row = rows.get(index);
      const leaf = leafOf(index, row);
      const tag = row?.tag ?? ABSENT;
      await tree.leaf(leaf);
      tags.leaf(index, leaf, tag);
      const entry = row === undefined ? undefined : openedAt(row);
      const ended = tags.endsAt(index);
      if (ended === undefined && isClosing(entry, logs))
        faults.add("epoch", `place ${index}: closing entry of no epoch`);
      if (ended !== undefined && !closes(entry, logs, { epoch: ended, tag: before }))
        faults.add("epoch", `epoch ${ended}: closing entry`);
      before = tag;
    }
    progress(to, leaves);
  }
  if (head.size === leaves && !head.tag.equals(before)) faults.add("head", "the last tag");
  const { checked, erased: tagsErased } = tags.end();
  return {
    leaves,
    ...(await openings.end()),
    ...(await tree.end()),
    tags: checked,
    tagsErased,
  };

  function leafOf(index: number, row: LeafRow | undefined): Uint8Array<ArrayBuffer> {
    const leaf = new Uint8Array(row?.leaf ?? ABSENT);
    if (row === undefined) faults.add("leaf", `place ${index}: none`);
    else if (!sameBytes(leafHash(new Uint8Array(row.commitment)), leaf))
      faults.add("leaf", `place ${index}`);
    return leaf.length === ABSENT.length ? leaf : new Uint8Array(ABSENT);
  }

  function openedAt(row: LeafRow): Entry | undefined {
    if (row.salt !== null) return openings.opening(row.index, row.commitment, row);
    openings.absent();
    return undefined;
  }
}

/** How many places there are. One leaf far behind the others does not make it as many as there is room for. */
async function lastPlace(tx: Tx, faults: Faults): Promise<number> {
  const [last] = await tx<{ past: number }[]>`
    select coalesce(max(index) + 1, 0) as past from journal_leaves
    where index >= 0 and index < 2 * (select count(*) from journal_leaves)`;
  const past = last?.past ?? 0;
  const [beyond] = await tx<{ count: number }[]>`
    select count(*) as count from journal_leaves where index < 0 or index >= ${past}`;
  if ((beyond?.count ?? 0) > 0) faults.add("leaf", "far from all others", beyond?.count);
  return past;
}

interface HeadRow {
  readonly size: number;
  readonly tag: Buffer;
  readonly epoch: number;
}

async function headOf(tx: Tx, faults: Faults): Promise<HeadRow> {
  const heads = await tx<HeadRow[]>`
    select size::float8 as size, coalesce(tag, '') as tag, epoch::float8 as epoch
    from journal_head`;
  if (heads.length > 1) faults.add("head", `${heads.length} heads`);
  return heads[0] ?? { size: 0, tag: Buffer.alloc(0), epoch: -1 };
}

async function leavesBetween(tx: Tx, from: number, to: number): Promise<readonly LeafRow[]> {
  return await tx<LeafRow[]>`
    select l.index, coalesce(l.commitment, '') as commitment, coalesce(l.leaf, '') as leaf,
      coalesce(l.tag, '') as tag,
      o.subject, o.n::float8 as n, o.at::float8 as at, o.salt, o.entry, o.statement
    from journal_leaves l left join journal_openings o on o.index = l.index
    where l.index >= ${from} and l.index < ${to}`;
}

function byPlace(rows: readonly LeafRow[], faults: Faults): ReadonlyMap<number, LeafRow> {
  const found = new Map(rows.map((row) => [row.index, row]));
  if (found.size < rows.length)
    faults.add("leaf", "twice, or with two entries", rows.length - found.size);
  return found;
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
  return (
    about.epoch === epoch && about.tag !== undefined && sameBytes(fromBase64url(about.tag), tag)
  );
}
