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
import { createAppend } from "./append.ts";
import { findDone, writeAll } from "./batch.ts";
import type { Sql } from "./database.ts";
import type { Outcome, Queued } from "./entries.ts";
import type { Committed, Operation, Position } from "./operation.ts";
import { asServerError, ServerError } from "./problem.ts";
import { PAGE_BYTES } from "./quotas.ts";
import type { Signer } from "./signer.ts";
import type { TagKeys } from "./tag-keys.ts";

export type {
  Committed,
  EntryDraft,
  Guard,
  Operation,
  Position,
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
  /** The entries from `from` on whose openings have not been erased, as many as a page takes. */
  entries(subject: Subject, from: number, limit: number): Promise<JournalEntry[]>;
  /** The server's signature (`ecrin-1.receipt`) under the entry of an act; the same again for the same act. */
  receipt(position: Position, act: Hash): Statement;
}

/** What the journal is made with. */
export interface JournalOptions {
  readonly sql: Sql;
  /**
   * A pool of one connection to the same database: on it the next batch is sent before the one
   * ahead is written. Absent: each waits for the one before it.
   */
  readonly line?: Sql;
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
/** How many batches may be on their way: while the database writes one, the next is made. */
const DEPTH = 2;
/** From so many on, what waits while nothing is on its way goes as two batches. */
const WORTH_HALVING = 32;
/** What the tag of the first leaf follows. */
const NO_TAG = Buffer.alloc(32);

/**
 * The only way to write. What is queued goes in batches, each one transaction with one insert per
 * table and one commit; what arrives meanwhile forms the next.
 *
 * Where something is to change beside the journal, the batch runs alone and takes the lock on the
 * journal's head before the effects: two processes then never wait for each other's rows in
 * opposite orders, and an effect sees everything before it.
 */
export function createJournal(options: JournalOptions): Journal {
  const { sql } = options;
  const now = options.now ?? Date.now;
  const { signer } = options;
  const { mac } = options.tags;
  const append = createAppend(options.line ?? sql, sql, mac);
  const depth = options.line === undefined ? 1 : DEPTH;
  let queue: Waiting[] = [];
  /** Batches that were not written on condition: they go on under the lock, before any other. */
  const missed: (readonly Waiting[])[] = [];
  const sent = new Set<readonly Waiting[]>();
  /** The acts done by batches that are not written yet: the same again would be in their way. */
  const onTheirWay = new Set<Hash>();
  let working = false;

  /** What else this turn of the loop has to say joins the same batch. */
  function wake(): void {
    if (working) return;
    working = true;
    setImmediate(() => void work());
  }

  async function work(): Promise<void> {
    while (hasWork()) await next();
    working = false;
  }

  function hasWork(): boolean {
    if (missed.length > 0 || isChanging(queue)) return sent.size === 0;
    return sent.size < depth && queue.some((each) => !isIn(onTheirWay, each));
  }

  async function next(): Promise<void> {
    const again = missed.shift();
    if (again !== undefined) return await underLock(again);
    const most =
      depth > 1 && sent.size === 0 && !isChanging(queue) ? halved(queue.length) : MOST_AT_ONCE;
    const { batch, rest } = gather(queue, most, onTheirWay);
    queue = rest;
    try {
      const flight = await append.send(batch);
      if (flight === undefined) missed.push(batch);
      else void follow(batch, flight.written);
    } catch (error) {
      fail(batch, error);
    }
  }

  async function follow(
    batch: readonly Waiting[],
    written: Promise<Map<Queued, Outcome> | undefined>,
  ): Promise<void> {
    const acts = batch.flatMap(({ operation }) => operation.once ?? []);
    for (const act of acts) onTheirWay.add(act);
    sent.add(batch);
    try {
      const outcomes = await written;
      if (outcomes === undefined) missed.push(batch);
      else tell(batch, outcomes);
    } catch (error) {
      fail(batch, error);
    }
    sent.delete(batch);
    for (const act of acts) onTheirWay.delete(act);
    wake();
  }

  async function underLock(batch: readonly Waiting[]): Promise<void> {
    try {
      const { outcomes, moved } = await sql.begin((tx) => writeAll(tx, mac, batch));
      append.know(moved);
      tell(batch, outcomes);
    } catch (error) {
      append.know(undefined);
      fail(batch, error);
    }
  }

  return {
    commit<T>(operation: Operation<T>): Promise<Committed<T>> {
      return new Promise((resolve, reject) => {
        // The result goes back only to the operation that made it.
        const waiting = { operation, resolve, reject } as Waiting;
        queue.push(waiting);
        wake();
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
      return signer.sign("head", payload);
    },
    entries: (subject, from, limit) => readEntries(sql, subject, from, limit),
    receipt(position, act) {
      const payload: Receipt = { suite: SUITE, statement: act, ...position };
      return signer.sign("receipt", payload);
    },
  };
}

/** Whether something is to change beside the journal. */
function isChanging(queue: readonly Waiting[]): boolean {
  return queue.some(({ operation }) => operation.effect !== undefined);
}

function halved(length: number): number {
  return length < WORTH_HALVING ? MOST_AT_ONCE : Math.min(MOST_AT_ONCE, Math.ceil(length / 2));
}

/** The next operations in order; an act that is already among them, or on its way, waits for a batch after. */
function gather(
  queue: readonly Waiting[],
  most: number,
  onTheirWay: ReadonlySet<Hash>,
): { batch: Waiting[]; rest: Waiting[] } {
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  const acts = new Set<Hash>();
  for (const each of queue) {
    if (batch.length >= most || isIn(acts, each) || isIn(onTheirWay, each)) {
      rest.push(each);
      continue;
    }
    if (each.operation.once !== undefined) acts.add(each.operation.once);
    batch.push(each);
  }
  return { batch, rest };
}

function isIn(acts: ReadonlySet<Hash>, { operation: { once } }: Waiting): boolean {
  return once !== undefined && acts.has(once);
}

function tell(batch: readonly Waiting[], outcomes: ReadonlyMap<Queued, Outcome>): void {
  for (const each of batch) {
    const outcome = outcomes.get(each) ?? new ServerError("internal");
    if (outcome instanceof ServerError) each.reject(outcome);
    else each.resolve(outcome);
  }
}

function fail(batch: readonly Waiting[], error: unknown): void {
  const failure = asServerError(error);
  for (const each of batch) each.reject(failure);
}

async function readEntries(
  sql: Sql,
  subject: Subject,
  from: number,
  limit: number,
): Promise<JournalEntry[]> {
  const rows = await sql<EntryRow[]>`
    select o.n, o.index, o.salt, o.entry, l.tag, b.tag as before, o.statement
    from (
      select *, sum(octet_length(entry) + coalesce(octet_length(statement), 0))
        over (order by n rows between unbounded preceding and 1 preceding) as weight
      from journal_openings where subject = ${subject} and n >= ${from} order by n limit ${limit}
    ) as o
    join journal_leaves l on l.index = o.index
    left join journal_leaves b on b.index = o.index - 1
    where coalesce(o.weight, 0) < ${PAGE_BYTES} order by o.n`;
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
