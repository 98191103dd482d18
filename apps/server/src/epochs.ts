import { type EpochOfTags, hashOf, type JournalEntry, type LogId } from "@ecrin/protocol";
import { byteaArray, numberArray, type Sql, type Tx } from "./database.ts";
import { type JournalTop, lastEntries, readyWith, writeEntries } from "./entries.ts";
import { ServerError } from "./problem.ts";
import { store } from "./store.ts";
import type { TagKeys } from "./tag-keys.ts";

// The chain of tags by epochs (spec/log.md): each is closed by an entry of the log's own, which
// brings the tag under the tree.

/** How long an epoch lasts. */
export interface EpochPace {
  readonly leaves: number;
  readonly ms: number;
}

/** What a closing needs of its place. */
export interface Closing {
  readonly sql: Sql;
  readonly log: LogId;
  readonly tags: TagKeys;
  readonly now: () => number;
}

/**
 * Closes the epoch in force, if `isDue` says so of the number of its leaves: its entry, and the
 * next epoch in force, in one transaction under the journal's lock.
 * @returns whether it was closed
 */
export async function closeEpoch(
  { sql, log, tags, now }: Closing,
  isDue: (leaves: number) => boolean,
): Promise<boolean> {
  return await sql.begin(async (tx) => {
    const [top] = await tx<JournalTop[]>`
      select size, tag, turn, epoch from journal_head for update`;
    if (top === undefined) throw new ServerError("internal");
    const start = await startOf(tx, top.epoch);
    if (top.size === start.first || !isDue(top.size - start.first)) return false;
    const about = { epoch: top.epoch, tag: hashOf(top.tag) };
    const draft = { subject: log, kind: "chain", actor: {}, about, at: now() } as const;
    const queued = { operation: { entries: () => [draft] } };
    const ready = readyWith(queued, undefined, [draft]);
    const writing = writeEntries(top, tags.mac, await lastEntries(tx, [log]), [ready]);
    const next = { ...writing.top, epoch: top.epoch + 1 };
    if (!(await store(tx, top, { ...writing, top: next }, []))) throw new ServerError("internal");
    await tx`insert into log_epochs (epoch, first, past, start)
      values (${top.epoch}, ${start.first}, ${next.size}, ${start.tag})`;
    return true;
  });
}

/** Where an epoch begins: after the last leaf of the one before it, or of the log that ended. */
async function startOf(tx: Tx, epoch: number): Promise<{ first: number; tag: Buffer }> {
  const [before] = await tx<{ past: number; tag: Buffer }[]>`
    select e.past, l.tag from (
      select max(past) as past from (select past from log_epochs where epoch < ${epoch}
        union all (select kept from log_successions order by seq desc limit 1)) as p) as e
    join journal_leaves l on l.index = e.past - 1`;
  return { first: before?.past ?? 0, tag: before?.tag ?? Buffer.alloc(32) };
}

/**
 * Discloses the keys of every epoch that a checkpoint of `size` leaves covers, now that it is
 * anchored: published first, then erased here. Again for the same size is nothing more.
 * @returns how many keys were published
 */
export async function disclose(
  { sql, tags, now }: Pick<Closing, "sql" | "tags" | "now">,
  size: number,
): Promise<number> {
  const retired = await tags.retired();
  const published = await sql<{ epoch: number }[]>`
    insert into log_epoch_keys (epoch, key, at)
    select x.epoch, x.key, ${now()} from unnest(
      ${numberArray(retired.map((each) => each.epoch))}::bigint[],
      ${byteaArray(retired.map((each) => each.key))}::bytea[]) as x (epoch, key)
    join log_epochs e on e.epoch = x.epoch and e.past <= ${size}
    on conflict do nothing returning epoch`;
  const known = await sql<{ epoch: number }[]>`select epoch from log_epoch_keys`;
  await tags.erase(new Set(known.map((each) => each.epoch)));
  return published.length;
}

interface EpochRow {
  readonly epoch: number;
  readonly first: number;
  readonly past: number;
  readonly start: Buffer;
  readonly key: Buffer | null;
  readonly n: number;
  readonly salt: Buffer;
  readonly entry: string;
  readonly before: Buffer;
  readonly tag: Buffer;
}

const EPOCHS_AT_ONCE = 1000;

/** Closed epochs from `from` on that a checkpoint of `size` leaves covers, each with its key once that is disclosed. */
export async function listEpochs(sql: Sql, from: number, size: number): Promise<EpochOfTags[]> {
  const rows = await sql<EpochRow[]>`
    select e.epoch, e.first, e.past, e.start, k.key, o.n, o.salt, o.entry, l.tag, b.tag as before
    from log_epochs e
    join journal_openings o on o.index = e.past - 1
    join journal_leaves l on l.index = e.past - 1
    join journal_leaves b on b.index = e.past - 2
    left join log_epoch_keys k on k.epoch = e.epoch
    where e.epoch >= ${from} and e.past <= ${size} order by e.epoch limit ${EPOCHS_AT_ONCE}`;
  return rows.map((row) => ({
    epoch: row.epoch,
    from: row.first,
    to: row.past,
    start: hashOf(row.start),
    closing: closingOf(row),
    ...(row.key === null ? {} : { key: row.key.toString("base64url") }),
  }));
}

function closingOf(row: EpochRow): JournalEntry {
  return {
    n: row.n,
    index: row.past - 1,
    salt: hashOf(row.salt),
    entry: row.entry,
    before: hashOf(row.before),
    tag: hashOf(row.tag),
  };
}
