import {
  type AskedWitness,
  neededOf,
  parseNote,
  quorumOf,
  type SigningKey,
  type Witness,
} from "@ecrin/protocol";
import { numberArray, type Sql, textArray } from "./database.ts";

/** A signed note, and how many leaves are under it. */
interface Noted {
  readonly size: number;
  readonly note: string;
}

/** So many checkpoints that enough witnesses cosigned are looked at: as many lines may be fewer operators. */
const MOST_BACK = 100;

/** A checkpoint with the lines of those witnesses that have cosigned it. */
export async function withCosignatures(
  sql: Sql,
  { size, note }: Noted,
  witnesses: readonly Witness[],
): Promise<string> {
  if (witnesses.length === 0) return note;
  const rows = await sql<{ line: string }[]>`
    select c.line from ${newestLines(sql)} c join ${asked(sql, witnesses)} using (witness, key)
    where c.size = ${size} order by w.place`;
  return note + rows.map(({ line }) => line).join("");
}

/** The newest checkpoint of at least so many leaves that a quorum has cosigned, with its lines. */
export async function newestWitnessed(
  sql: Sql,
  witnesses: readonly Witness[],
  least = 1,
): Promise<Noted | undefined> {
  const needed = neededOf(witnesses);
  if (witnesses.length < needed) return undefined;
  const sizes = await sql<{ size: number }[]>`${cosignedSizes(sql, witnesses, needed, least)}`;
  const rows = await sql<Noted[]>`
    select c.size, p.note || string_agg(c.line, '' order by w.place) as note
    from ${newestLines(sql)} c join ${asked(sql, witnesses)} using (witness, key)
    join log_checkpoints p on p.size = c.size
    where c.size = any(${numberArray(sizes.map(({ size }) => size))}::bigint[])
    group by c.size, p.note order by c.size desc`;
  for (const row of rows) {
    // As many lines may be fewer operators.
    const { quorum } = await quorumOf(parseNote(row.note), witnesses);
    if (quorum === "reached") return row;
  }
  return undefined;
}

/**
 * The newest checkpoints that at least so many of these witnesses have cosigned. Anybody may ask for
 * them, at any time: checkpoints are looked at one by one, from the newest, no further than needed.
 */
export function cosignedSizes(
  sql: Sql,
  witnesses: readonly Witness[],
  needed: number,
  least: number,
) {
  const names = textArray(witnesses.map(({ name, key }) => `${name} ${key}`));
  return sql`
    select p.size from log_checkpoints p where p.size >= ${least} and (
      select count(distinct c.witness || ' ' || c.key) from cosignatures c
      where c.size = p.size and c.witness || ' ' || c.key = any(${names}::text[])) >= ${needed}
    order by p.size desc limit ${MOST_BACK}`;
}

/** How asking each witness stands, in the order in which they are configured. */
export async function listWitnesses(
  sql: Sql,
  witnesses: readonly Witness[],
): Promise<AskedWitness[]> {
  const rows = await sql<Row[]>`
    select witness, key, state, size, at, error from witnesses
    join ${asked(sql, witnesses)} using (witness, key)`;
  return witnesses.map(({ name, key, operator }) => {
    const row = rows.find((each) => each.witness === name && each.key === key);
    return {
      name,
      key,
      operator,
      state: row?.state ?? "waiting",
      size: row?.size ?? 0,
      ...(row?.at == null ? {} : { at: row.at }),
      ...(row?.error == null ? {} : { error: row.error }),
    };
  });
}

interface Row {
  readonly witness: string;
  readonly key: SigningKey;
  readonly state: AskedWitness["state"];
  readonly size: number;
  readonly at: number | null;
  readonly error: string | null;
}

/** Of each witness its newest line under each checkpoint. */
function newestLines(sql: Sql) {
  return sql`(select distinct on (size, witness, key) size, witness, key, line from cosignatures
    order by size, witness, key, at desc)`;
}

/** The witnesses as a table `w`. */
function asked(sql: Sql, witnesses: readonly Witness[]) {
  return sql`unnest(
    ${textArray(witnesses.map(({ name }) => name))}::text[],
    ${textArray(witnesses.map(({ key }) => key))}::text[]
  ) with ordinality as w (witness, key, place)`;
}
