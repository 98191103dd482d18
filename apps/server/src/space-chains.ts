import {
  type Hash,
  parseSpaceStatement,
  reduceSpace,
  type SpaceId,
  type SpaceState,
  type Statement,
} from "@ecrin/protocol";
import type { Sql } from "./database.ts";
import { Recent } from "./recent.ts";

/** Space chains as they stand in the database. */
export interface SpaceChains {
  /** The state at the newest statement, or undefined for an unknown space. Asks the database, and reduces only what is new. */
  state(sql: Sql, space: SpaceId): Promise<SpaceState | undefined>;
  /** The state as this process last saw it: whoever decides on it names it as a guard of the write. */
  remembered(space: SpaceId): SpaceState | undefined;
  /** Takes in a state that has been committed. */
  remember(state: SpaceState): void;
}

const MOST_KEPT = 10_000;

interface Row {
  readonly seq: number;
  readonly hash: Hash;
  readonly statement: Statement | null;
}

/**
 * Reduces space chains and remembers them: a chain only grows. Signatures and
 * wraps were checked when a statement was accepted (space-statement.ts), and are
 * not checked again when it is read back.
 */
export function createSpaceChains(): SpaceChains {
  const known = new Recent<SpaceId, SpaceState>(MOST_KEPT);
  return {
    remembered: (space) => known.get(space),
    remember: (state) => known.set(state.space, state),
    async state(sql, space) {
      const before = known.get(space);
      const rows = await readRows(sql, space, before?.head.seq ?? -1);
      const [first] = rows;
      if (first === undefined && before === undefined) return undefined;
      if (before !== undefined && first?.hash !== before.head.hash) {
        // Not this database's chain any more, as after a backup was put back: begin again.
        known.delete(space);
        return await this.state(sql, space);
      }
      const state = rows.reduce(oneMore, before);
      if (state !== undefined && state !== before) known.set(space, state);
      return state;
    },
  };
}

/** The statements after the one at `after`; that one too, by its hash only. */
async function readRows(sql: Sql, space: SpaceId, after: number): Promise<readonly Row[]> {
  return await sql<Row[]>`
    select seq, hash, case when seq > ${after} then statement end as statement
    from space_statements where space = ${space} and seq >= ${after} order by seq`;
}

function oneMore(state: SpaceState | undefined, { statement }: Row): SpaceState | undefined {
  if (statement === null) return state;
  const { fact, hash } = parseSpaceStatement(statement);
  return reduceSpace(state, fact, hash);
}
