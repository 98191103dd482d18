import {
  type AccountId,
  type AccountState,
  followAccount,
  type Hash,
  type Statement,
} from "@ecrin/protocol";
import { numberArray, type Sql, type Tx, textArray } from "./database.ts";
import { Recent } from "./recent.ts";

/** Account chains as they stand in the database. */
export interface AccountChains {
  /**
   * The state of each account at its newest statement; an unknown account is absent.
   * Asks the database every time and follows only what is new.
   */
  states(sql: Sql | Tx, accounts: Iterable<AccountId>): Promise<Map<AccountId, AccountState>>;
  /** The state as this process last saw it: whoever decides on it names it as a guard of the write. */
  remembered(account: AccountId): AccountState | undefined;
}

const MOST_KEPT = 10_000;

interface Row {
  readonly account: AccountId;
  readonly seq: number;
  readonly hash: Hash;
  readonly statement: Statement | null;
}

/** Follows account chains and remembers how far: a chain only grows, so what was followed stays true. */
export function createAccountChains(): AccountChains {
  const known = new Recent<AccountId, AccountState>(MOST_KEPT);

  async function follow(
    rows: readonly Row[],
    account: AccountId,
    state: AccountState | undefined,
  ): Promise<AccountState | undefined> {
    // A state read inside a transaction that was then undone is not in the database: begin again.
    const [first] = rows;
    if (state !== undefined && (first?.seq !== state.head.seq || first.hash !== state.head.hash)) {
      known.delete(account);
      return undefined;
    }
    const newer = rows.flatMap((row) => row.statement ?? []);
    const next = await followAccount(state, newer);
    if (next !== undefined) known.set(account, next);
    return next;
  }

  return {
    remembered: (account) => known.get(account),
    async states(sql, accounts) {
      const states = new Map<AccountId, AccountState>();
      let missing = [...new Set(accounts)];
      // Once more for those whose remembered state was not in the database after all.
      for (let attempt = 0; attempt < 2 && missing.length > 0; attempt++) {
        // As remembered now: while the database answers, others may learn more, or forget.
        const before = new Map(missing.map((account) => [account, known.get(account)]));
        const rows = await readRows(sql, before);
        const byAccount = Map.groupBy(rows, (row) => row.account);
        for (const account of missing) {
          const state = await follow(byAccount.get(account) ?? [], account, before.get(account));
          if (state !== undefined) states.set(account, state);
        }
        missing = missing.filter(
          (account) => !states.has(account) && before.get(account) !== undefined,
        );
      }
      return states;
    },
  };
}

async function readRows(
  sql: Sql | Tx,
  before: ReadonlyMap<AccountId, AccountState | undefined>,
): Promise<Row[]> {
  const accounts = [...before.keys()];
  const from = [...before.values()].map((state) => state?.head.seq ?? -1);
  return [
    ...(await sql<Row[]>`
      select s.account, s.seq, s.hash, case when s.seq > a.after then s.statement end as statement
      from unnest(${textArray(accounts)}::text[], ${numberArray(from)}::bigint[]) as a (account, after)
      join account_statements s on s.account = a.account and s.seq >= a.after
      order by s.account, s.seq`),
  ];
}
