import { numberArray, type Sql, type Tx, textArray } from "./database.ts";
import type { JournalTop, Writing } from "./entries.ts";
import type { Guard } from "./operation.ts";

const LINE = "\n";

/**
 * Writes a batch in one statement, if the journal still stands at `before` and every guarded
 * chain where it is said to: one way to the database and back, and a transaction of its own
 * where `sql` is not one.
 *
 * Whoever changes a chain writes to the journal and moves its turn. Where another got in
 * between, this waits for it at the head's row, finds the journal moved, and writes nothing.
 * The turn alone would not do: a batch may be sent on the word of the one before it, which has
 * not been written yet; should another process write in its stead, the turn is the one expected,
 * and the last tag is not.
 *
 * Ten arrays of hexadecimal texts would be half of the database's work. Hashes come in one byte
 * string, and are cut out of it; texts come as lines.
 * @returns whether it was written
 */
export async function store(
  sql: Sql | Tx,
  before: JournalTop,
  { top, rows }: Writing,
  guards: readonly Guard[],
): Promise<boolean> {
  const { acts, last } = rows;
  const { chain, seq, hash } = columnsOf(guards);
  const [row] = await sql<{ stored: boolean }[]>`
    with top as (
      update journal_head set size = ${top.size}, tag = ${top.tag}, turn = ${top.turn},
        epoch = ${top.epoch}
      where turn = ${before.turn} and size = ${before.size} and tag = ${before.tag} and not exists (
        select from unnest(${chain}::text[], ${seq}::bigint[], ${hash}::text[]) as g (chain, seq, hash)
        where not exists (
            select from spaces s
            where s.space = g.chain and s.head_seq = g.seq and s.head_hash = g.hash)
          and not exists (
            select from accounts a
            where a.account = g.chain and a.head_seq = g.seq and a.head_hash = g.hash))
      returning one
    ), given as (
      select ${rows.first}::bigint as first, ${rows.hashes}::bytea as hashes from top
    ), leaves as (
      insert into journal_leaves (index, commitment, leaf, tag)
      select g.first + i, substring(g.hashes, i * 128 + 1, 32),
        substring(g.hashes, i * 128 + 33, 32), substring(g.hashes, i * 128 + 65, 32)
      from given g, generate_series(0, ${rows.count}::int - 1) as i
    ), openings as (
      insert into journal_openings (index, subject, n, at, salt, entry, statement)
      select g.first + x.i - 1, x.subject, x.n, x.at,
        substring(g.hashes, (x.i::int - 1) * 128 + 97, 32), x.entry, x.statement
      from given g, unnest(string_to_array(${rows.subject}, ${LINE}), ${rows.n}::bigint[],
          ${rows.at}::bigint[], string_to_array(${rows.entry}, ${LINE}),
          string_to_array(${rows.statement}, ${LINE}, '')) with ordinality
        as x (subject, n, at, entry, statement, i)
    ), acts as (
      insert into journal_done (act, first, entries)
      select substring(${acts.hashes}::bytea, (x.i::int - 1) * 32 + 1, 32), x.first, x.entries
      from top, unnest(${acts.first}::bigint[], ${acts.entries}::int[]) with ordinality
        as x (first, entries, i)
    ), subjects as (
      insert into journal_subjects (subject, n, hash)
      select x.subject, x.n, substring(${last.hashes}::bytea, (x.i::int - 1) * 32 + 1, 32)
      from top, unnest(string_to_array(${last.subject}, ${LINE}), ${last.n}::bigint[])
        with ordinality as x (subject, n, i)
      on conflict (subject) do update set n = excluded.n, hash = excluded.hash
    )
    select exists (select from top) as stored`;
  return row?.stored === true;
}

/** Each guard once: those who read the same record name the same chains. */
function columnsOf(guards: readonly Guard[]) {
  const each = [
    ...new Map(guards.map((guard) => [`${guard.chain} ${guard.head.hash}`, guard])).values(),
  ];
  return {
    chain: textArray(each.map((guard) => guard.chain)),
    seq: numberArray(each.map((guard) => guard.head.seq)),
    hash: textArray(each.map((guard) => guard.head.hash)),
  };
}
