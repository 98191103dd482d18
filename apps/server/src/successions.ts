import {
  hashOf,
  type LostOfLog,
  logIdOf,
  parseSigningKey,
  parseSuccession,
  type SigningKey,
  type Statement,
  type ToldEndedLog,
} from "@ecrin/protocol";
import type { Sql, Tx } from "./database.ts";

// The logs that ended before the one in force, as the database lists them (spec/succession.md).

/** What came before the log in force. */
export interface Successions {
  readonly ended: readonly ToldEndedLog[];
  /** Leaves that were there when it began. */
  readonly from: number;
  /** Its first key; undefined where no log ended. */
  readonly next: SigningKey | undefined;
}

interface Row {
  readonly first: string;
  readonly keys: string;
  readonly statement: Statement;
  readonly checkpoint: string;
  readonly kept: number;
  readonly next: string;
}

export async function readSuccessions(sql: Sql | Tx): Promise<Successions> {
  const rows = await sql<Row[]>`
    select first, keys, statement, checkpoint, kept, next from log_successions order by seq`;
  const ended: ToldEndedLog[] = [];
  for (const { first, keys, statement, checkpoint, kept, next } of rows) {
    const entry = await entryAt(sql, kept, parseSigningKey(next, "next"));
    ended.push({
      first: parseSigningKey(first, "first"),
      keys: JSON.parse(keys) as Statement[],
      statement,
      checkpoint,
      ...(entry === undefined ? {} : { entry }),
    });
  }
  const last = rows.at(-1);
  const next = last === undefined ? undefined : parseSigningKey(last.next, "next");
  return { ended, from: last?.kept ?? 0, next };
}

/** What was lost with a log that ended. */
export function lostOf({ statement }: ToldEndedLog): LostOfLog {
  const { log, kept, size, at } = parseSuccession(statement).fact;
  return { log, from: kept.size, size, at };
}

/** Writes down that a log ended. */
export async function insertSuccession(
  tx: Tx,
  seq: number,
  { first, keys, statement, checkpoint }: ToldEndedLog,
  { kept, next }: { readonly kept: number; readonly next: SigningKey },
): Promise<void> {
  await tx`insert into log_successions (seq, first, keys, statement, checkpoint, kept, next)
    values (${seq}, ${first}, ${JSON.stringify(keys)}, ${statement}, ${checkpoint}, ${kept}, ${next})`;
}

/** The entry by which a log begins; undefined where a later succession has lost it. */
async function entryAt(sql: Sql | Tx, index: number, first: SigningKey) {
  const [row] = await sql<
    { salt: Buffer; entry: string; tag: Buffer; before: Buffer | null }[]
  >`select o.salt, o.entry, l.tag, b.tag as before
    from journal_openings o join journal_leaves l on l.index = o.index
    left join journal_leaves b on b.index = o.index - 1
    where o.index = ${index} and o.subject = ${logIdOf(first)} and o.n = 0`;
  if (row === undefined) return undefined;
  const { salt, entry, tag, before } = row;
  return {
    n: 0,
    index,
    salt: hashOf(salt),
    entry,
    before: hashOf(before ?? Buffer.alloc(32)),
    tag: hashOf(tag),
  };
}
