import { numberArray, type Sql, type Tx, textArray } from "./database.ts";
import type { JournalTop, Writing } from "./entries.ts";
import type { Guard } from "./operation.ts";

/**
 * Writes a batch in one statement, if the journal still stands at `before` and every guarded
 * chain where it is said to: one way to the database and back, and a transaction of its own
 * where `sql` is not one.
 *
 * Whoever changes a chain writes to the journal and moves its turn. Where another got in
 * between, this waits for it at the head's row, finds the turn moved, and writes nothing.
 * @returns whether it was written
 */
export async function store(
  sql: Sql | Tx,
  before: JournalTop,
  { top, columns }: Writing,
  guards: readonly Guard[],
): Promise<boolean> {
  const { done, leaves, openings, subjects } = columns;
  const [row] = await sql<{ stored: boolean }[]>`
    with top as (
      update journal_head set size = ${top.size}, tag = ${top.tag}, turn = ${top.turn},
        epoch = ${top.epoch}
      where turn = ${before.turn} and not exists (
        select from unnest(${textArray(guards.map((guard) => guard.chain))}::text[],
          ${numberArray(guards.map((guard) => guard.head.seq))}::bigint[],
          ${textArray(guards.map((guard) => guard.head.hash))}::text[]) as g (chain, seq, hash)
        where not exists (
            select from spaces s
            where s.space = g.chain and s.head_seq = g.seq and s.head_hash = g.hash)
          and not exists (
            select from accounts a
            where a.account = g.chain and a.head_seq = g.seq and a.head_hash = g.hash))
      returning one
    ), acts as (
      insert into journal_done (act, first, entries)
      select x.* from top, unnest(${done.act}::bytea[], ${done.first}::bigint[],
        ${done.entries}::int[]) as x
    ), leaves as (
      insert into journal_leaves (index, commitment, leaf, tag)
      select x.* from top, unnest(${leaves.index}::bigint[], ${leaves.hash}::bytea[],
        ${leaves.leaf}::bytea[], ${leaves.tag}::bytea[]) as x
    ), openings as (
      insert into journal_openings (index, subject, n, at, salt, entry, statement)
      select x.* from top, unnest(${leaves.index}::bigint[], ${openings.subject}::text[],
        ${openings.n}::bigint[], ${openings.at}::bigint[], ${openings.salt}::bytea[],
        ${openings.entry}::text[], ${openings.statement}::text[]) as x
    ), subjects as (
      insert into journal_subjects (subject, n, hash)
      select x.* from top, unnest(${subjects.subject}::text[], ${subjects.n}::bigint[],
        ${subjects.hash}::bytea[]) as x
      on conflict (subject) do update set n = excluded.n, hash = excluded.hash
    )
    select exists (select from top) as stored`;
  return row?.stored === true;
}
