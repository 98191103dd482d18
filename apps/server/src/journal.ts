import {
  type Hash,
  hashOf,
  type JournalEntry,
  type JournalHead,
  type Receipt,
  type Statement,
  SUITE,
  type Subject,
} from "@ecrin/protocol";
import { type Append, createAppend } from "./append.ts";
import { findDone, writeAll } from "./batch.ts";
import type { Sql } from "./database.ts";
import type { Outcome, Queued } from "./entries.ts";
import type { Committed, Operation, Position } from "./operation.ts";
import { asServerError, ServerError } from "./problem.ts";
import type { Signer } from "./signer.ts";
import type { TagKeys } from "./tag-keys.ts";

export {
  type Committed,
  type EntryDraft,
  type Guard,
  MOVED_ON,
  type Operation,
  type Position,
} from "./operation.ts";

export interface Journal {
  /**
   * Queues one write; several go into one transaction.
   * @throws ServerError of the effect, or `unavailable`, `storage-full`
   */
  commit<T = undefined>(operation: Operation<T>): Promise<Committed<T>>;
  /** Where the entries of acts already done stand; an act not done is absent. */
  done(acts: readonly Hash[]): Promise<Map<Hash, readonly Position[]>>;
  /** The signed head (`ecrin-1.head`), or undefined for a subject without an entry. */
  headOf(subject: Subject): Promise<Statement | undefined>;
  /** The entries from `from` on, whose openings have not been erased. */
  entries(subject: Subject, from: number, limit: number): Promise<JournalEntry[]>;
  /** The server's signature (`ecrin-1.receipt`) under the entry of an act; the same again for the same act. */
  receipt(position: Position, act: Hash): Promise<Statement>;
}

/** What the journal is made with. */
export interface JournalOptions {
  readonly sql: Sql;
  /** Signs heads and receipts. */
  readonly signer: Signer;
  readonly tags: Pick<TagKeys, "mac">;
  readonly now?: () => number;
}

interface Waiting extends Queued {
  readonly resolve: (done: Committed<unknown>) => void;
  readonly reject: (error: ServerError) => void;
}

const MOST_AT_ONCE = 512;
/** What the tag of the first leaf follows. */
const NO_TAG = Buffer.alloc(32);

/**
 * The only way to write. One transaction at a time takes the lock on the
 * journal's head, runs what has been queued, writes all entries with one insert
 * per table, and commits once; what arrives meanwhile forms the next.
 *
 * The lock comes before the effects: two processes then never wait for each
 * other's rows in opposite orders, and an effect sees everything before it.
 */
export function createJournal(options: JournalOptions): Journal {
  const { sql } = options;
  const now = options.now ?? Date.now;
  const { signer } = options;
  const { mac } = options.tags;
  const append = createAppend(sql, mac);
  let queue: Waiting[] = [];
  let working = false;

  async function work(): Promise<void> {
    while (queue.length > 0) {
      const { batch, rest } = gather(queue);
      queue = rest;
      await writeBatch(sql, mac, append, batch);
    }
    working = false;
  }

  return {
    commit<T>(operation: Operation<T>): Promise<Committed<T>> {
      return new Promise((resolve, reject) => {
        // The result goes back only to the operation that made it.
        const waiting = { operation, resolve, reject } as Waiting;
        queue.push(waiting);
        if (working) return;
        working = true;
        // What else this turn of the loop has to say joins the same batch.
        setImmediate(() => void work());
      });
    },
    done: (acts) => findDone(sql, acts),
    async headOf(subject) {
      const [row] = await sql<
        { n: number; hash: Buffer }[]
      >`select n, hash from journal_subjects where subject = ${subject}`;
      if (row === undefined) return undefined;
      const payload: JournalHead = {
        suite: SUITE,
        subject,
        n: row.n,
        hash: hashOf(row.hash),
        at: now(),
      };
      return await signer.sign("head", payload);
    },
    entries: (subject, from, limit) => readEntries(sql, subject, from, limit),
    receipt(position, act) {
      const payload: Receipt = { suite: SUITE, statement: act, ...position };
      return signer.sign("receipt", payload);
    },
  };
}

/** The next operations in order; an act that is already among them waits for the batch after. */
function gather(queue: readonly Waiting[]): { batch: Waiting[]; rest: Waiting[] } {
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  const acts = new Set<Hash>();
  for (const each of queue) {
    const act = each.operation.once;
    if (batch.length >= MOST_AT_ONCE || (act !== undefined && acts.has(act))) {
      rest.push(each);
      continue;
    }
    if (act !== undefined) acts.add(act);
    batch.push(each);
  }
  return { batch, rest };
}

async function writeBatch(
  sql: Sql,
  mac: TagKeys["mac"],
  append: Append,
  batch: readonly Waiting[],
): Promise<void> {
  const underLock = () => {
    append.forget();
    return sql.begin((tx) => writeAll(tx, mac, batch));
  };
  let outcomes: Map<Queued, Outcome>;
  try {
    outcomes = (await append.write(batch)) ?? (await underLock());
  } catch (error) {
    const failure = asServerError(error);
    for (const each of batch) each.reject(failure);
    return;
  }
  for (const each of batch) {
    const outcome = outcomes.get(each) ?? new ServerError("internal");
    if (outcome instanceof ServerError) each.reject(outcome);
    else each.resolve(outcome);
  }
}

async function readEntries(
  sql: Sql,
  subject: Subject,
  from: number,
  limit: number,
): Promise<JournalEntry[]> {
  const rows = await sql<EntryRow[]>`
    select o.n, o.index, o.salt, o.entry, l.tag, b.tag as before, o.statement
    from journal_openings o join journal_leaves l on l.index = o.index
    left join journal_leaves b on b.index = o.index - 1
    where o.subject = ${subject} and o.n >= ${from} order by o.n limit ${limit}`;
  return rows.map((row) => ({
    n: row.n,
    index: row.index,
    salt: hashOf(row.salt),
    entry: row.entry,
    before: hashOf(row.before ?? NO_TAG),
    tag: hashOf(row.tag),
    ...(row.statement === null ? {} : { statement: row.statement }),
  }));
}

interface EntryRow {
  readonly n: number;
  readonly index: number;
  readonly salt: Buffer;
  readonly entry: string;
  readonly tag: Buffer;
  readonly before: Buffer | null;
  readonly statement: Statement | null;
}
