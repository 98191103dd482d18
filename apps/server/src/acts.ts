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
  const rows = await sql<Row[]>`
    select o.n, o.index, o.salt, o.entry, l.tag, b.tag as before, o.statement
    from journal_openings o join journal_leaves l on l.index = o.index
    left join journal_leaves b on b.index = o.index - 1
    where ${isActOf(sql, account)} and o.index < ${before}
    order by o.index desc limit ${limit}`;
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

/** The place of its last act; −1 before the first. */
export async function lastAct(sql: Sql, account: AccountId): Promise<number> {
  const [row] = await sql<{ index: number | null }[]>`
    select max(o.index) as index from journal_openings o where ${isActOf(sql, account)}`;
  return row?.index ?? -1;
}

/**
 * An entry of a space that names the account as who acted, in a space of somebody else's that has
 * ever named it. The journal has no index by who acted, for that would slow every write: the spaces
 * bound what is looked through.
 */
function isActOf(sql: Sql, account: AccountId) {
  // Canonical JSON: quotes in a text would be escaped, so this stands at the actor and nowhere else.
  const actor = `%"actor":{"account":"${account.replace(/_/g, "\\_")}"%`;
  return sql`o.entry like ${actor} and o.subject in (
    select a.space from space_accounts a join spaces s on s.space = a.space
    where a.account = ${account} and s.owner <> ${account}
    union
    select h.source from shares h join spaces s on s.space = h.source
    where h.recipient = ${account} and s.owner <> ${account})`;
}
