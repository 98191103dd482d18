import { type Sql, type Tx, textArray } from "./database.ts";
import type { Guard } from "./operation.ts";
import { ServerError } from "./problem.ts";

const ATTEMPTS = 5;

/** Decides and writes; decides again where a chain moved on between the two. */
export async function decided<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      const movedOn = error instanceof ServerError && error.movedOn;
      if (!movedOn || tried === ATTEMPTS) throw error;
    }
  }
}

interface HeadRow {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
}

/** For each list of guards, whether every chain in it still stands where it is said to. One query for all. */
export async function heldBy(
  sql: Sql | Tx,
  guards: readonly (readonly Guard[])[],
): Promise<boolean[]> {
  const chains = [...new Set(guards.flatMap((list) => list.map((guard) => guard.chain)))];
  if (chains.length === 0) return guards.map(() => true);
  const asked = textArray(chains);
  const rows = await sql<HeadRow[]>`
    select space as chain, head_seq as seq, head_hash as hash from spaces
    where space = any(${asked}::text[])
    union all
    select account, head_seq, head_hash from accounts where account = any(${asked}::text[])`;
  const heads = new Map(rows.map((row) => [row.chain, row]));
  return guards.map((list) =>
    list.every(({ chain, head }) => {
      const now = heads.get(chain);
      return now?.seq === head.seq && now.hash === head.hash;
    }),
  );
}
