import { type AccountId, hashOf, type JournalEntry, type Statement } from "@ecrin/protocol";
import type { Call, Handlers } from "./call.ts";
import type { Sql } from "./database.ts";

/** What an account itself did in others' records (spec/live.md, Acts). */
export const actsHandlers: Handlers<"acts"> = { acts };

async function acts({ sql, session, query: { before, limit } }: Call<"acts">) {
  return { entries: await readActs(sql, session.account, before, limit) };
}

const NO_TAG = Buffer.alloc(32);

interface Row {
  readonly n: number;
  readonly index: number;
  readonly salt: Buffer;
  readonly entry: string;
  readonly tag: Buffer;
  readonly before: Buffer | null;
  readonly statement: Statement | null;
}

/** Its entries before a place of the log, newest first; every word of them is what it did itself. */
async function readActs(
  sql: Sql,
  account: AccountId,
  before: number,
  limit: number,
): Promise<JournalEntry[]> {
  await indexActs(sql);
  const rows = await sql<Row[]>`${actsOf(sql, account, before, limit)}`;
  return rows.map(({ statement, ...row }) => ({
    n: row.n,
    index: row.index,
    salt: hashOf(row.salt),
    entry: row.entry,
    before: hashOf(row.before ?? NO_TAG),
    tag: hashOf(row.tag),
    ...(statement === null ? {} : { statement }),
  }));
}

/** Of what it did, that in spaces of somebody else's; an entry that was erased is not among it. */
export function actsOf(sql: Sql, account: AccountId, before: number, limit: number) {
  return sql`
    select o.n, o.index, o.salt, o.entry, l.tag, b.tag as before, o.statement
    from acts a join journal_openings o on o.index = a.index
    join spaces s on s.space = o.subject
    join journal_leaves l on l.index = o.index
    left join journal_leaves b on b.index = o.index - 1
    where a.account = ${account} and a.index < ${before} and s.owner <> ${account}
    order by a.index desc limit ${limit}`;
}

/** The place of its last act; −1 before the first. */
export async function lastAct(sql: Sql, account: AccountId): Promise<number> {
  await indexActs(sql);
  const [row] = await sql<{ index: number }[]>`
    select a.index from acts a join journal_openings o on o.index = a.index
    join spaces s on s.space = o.subject
    where a.account = ${account} and s.owner <> ${account} order by a.index desc limit 1`;
  return row?.index ?? -1;
}

const AT_ONCE = 10_000;
/** Held by whoever indexes, and by whoever erases: any constant does, as long as all take the same. */
export const ACTS_LOCK = 4_180_004;

/**
 * Looks through what the journal has gained since, so that each entry is looked at once, whoever
 * asks, and no write waits for it. Entries come in the order of their places: of those below the
 * journal's size none is still to come.
 */
export async function indexActs(sql: Sql): Promise<void> {
  for (;;) {
    const [row] = await sql<{ past: number; size: number }[]>`
      select past, size from acts_indexed, journal_head`;
    const { past, size } = row ?? { past: 0, size: 0 };
    if (past >= size) return;
    const to = Math.min(size, past + AT_ONCE);
    // Canonical JSON: quotes in a text would be escaped, so this stands at the actor and nowhere else.
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${ACTS_LOCK})`;
      await tx`
      with found as (
        insert into acts (account, index)
        select substring(entry from '"actor":\\{"account":"([A-Za-z0-9_-]{22})"') as account, index
        from journal_openings where index >= ${past} and index < ${to}
          and entry like '%"actor":{"account":"%'
          and position('"actor":{"account":"' || subject || '"' in entry) = 0
        on conflict do nothing)
      update acts_indexed set past = greatest(past, ${to})`;
    });
  }
}
