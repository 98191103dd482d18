import { type Hash, hashOf, type Subject } from "@ecrin/protocol";
import { byteaArray, type Sql, type Tx } from "./database.ts";
import {
  type JournalTop,
  type Last,
  lastEntries,
  type Outcome,
  type Queued,
  type Ready,
  readyNow,
  readyWith,
  subjectsOf,
  type Writing,
  writeEntries,
} from "./entries.ts";
import { heldBy } from "./guard.ts";
import type { Committed, Position } from "./operation.ts";
import { asServerError, ServerError } from "./problem.ts";
import { store } from "./store.ts";
import type { TagKeys } from "./tag-keys.ts";

/** What a batch came to. */
export interface WrittenAll {
  readonly outcomes: Map<Queued, Outcome>;
  /** Where the journal stood, and what was written there; absent where that was nothing. */
  readonly moved?: { readonly before: JournalTop; readonly writing: Writing };
}

/** Runs a batch inside one transaction, under the lock; what it returns is true once that is committed. */
export async function writeAll(
  tx: Tx,
  mac: TagKeys["mac"],
  batch: readonly Queued[],
): Promise<WrittenAll> {
  const still = new Map(
    batch
      .filter(({ operation }) => operation.effect === undefined)
      .map((queued) => [queued, readyNow(queued)]),
  );
  // A query of the driver leaves when it is first awaited; execute() sends this one before the
  // others, which then wait behind it and see everything up to the lock.
  const lock = tx<
    JournalTop[]
  >`select size, tag, turn, epoch from journal_head for update`.execute();
  const [[top], repeated, held, last] = await Promise.all([
    lock,
    findRepeated(tx, batch),
    heldBy(tx, batch.map(guardOf)),
    lastEntries(tx, subjectsOf([...still.values()].filter(isReady))),
  ]);
  if (top === undefined) throw new ServerError("internal");
  const outcomes = new Map<Queued, Outcome>();
  const ready: Ready[] = [];
  let changed = false;
  for (const [i, queued] of effectsLast(batch)) {
    // Guards were read before any effect of this batch.
    const holds = changed ? (await heldBy(tx, [guardOf(queued)]))[0] : held[i];
    const ended =
      holds === true
        ? (repeated.get(queued) ?? still.get(queued) ?? (await runOne(tx, queued)))
        : new ServerError("stale-head", { movedOn: true });
    changed ||= queued.operation.effect !== undefined;
    if (isReady(ended)) ready.push(ended);
    else outcomes.set(queued, ended);
  }
  const writing = writeEntries(top, mac, await withSubjects(tx, last, ready), ready);
  // An effect without an entry moves the turn too: what others decided on may have changed.
  const isWritten = changed || !writing.isEmpty;
  if (isWritten && !(await store(tx, top, writing, []))) throw new ServerError("internal");
  const ended = { outcomes: new Map([...outcomes, ...writing.outcomes]) };
  return isWritten ? { ...ended, moved: { before: top, writing } } : ended;
}

function guardOf({ operation }: Queued) {
  return operation.guard ?? [];
}

function isReady(ended: Ready | Outcome): ended is Ready {
  return "drafts" in ended;
}

/** What changes nothing comes first: of what arrived together, any order is true. */
function effectsLast(batch: readonly Queued[]): [number, Queued][] {
  const [still, changing] = [false, true].map((changes) =>
    [...batch.entries()].filter(
      ([, { operation }]) => (operation.effect !== undefined) === changes,
    ),
  );
  return [...(still ?? []), ...(changing ?? [])];
}

async function runOne(tx: Tx, queued: Queued): Promise<Ready | ServerError> {
  const { effect, entries } = queued.operation;
  if (effect === undefined) return readyNow(queued);
  try {
    // The driver's savepoints are never released; this one is, and with it the one inside.
    const [, ready] = await Promise.all([
      tx`savepoint operation`.execute(),
      tx.savepoint(async (inner) => {
        const result = await effect(inner);
        return readyWith(queued, result, entries(result));
      }),
    ]);
    return ready;
  } catch (error) {
    return asServerError(error);
  } finally {
    await tx`release savepoint operation`;
  }
}

async function withSubjects(
  tx: Tx,
  known: ReadonlyMap<Subject, Last>,
  ready: readonly Ready[],
): Promise<Map<Subject, Last>> {
  const missing = subjectsOf(ready).filter((subject) => !known.has(subject));
  return new Map([...known, ...(await lastEntries(tx, missing))]);
}

interface DoneRow {
  readonly act: Buffer;
  readonly index: number | null;
  readonly leaf: Buffer;
  readonly commitment: Buffer;
  readonly subject: Subject | null;
  readonly n: number;
  readonly at: number;
}

/** The operations whose act is already done, with where its entries stand. */
async function findRepeated(
  tx: Tx,
  batch: readonly Queued[],
): Promise<Map<Queued, Committed<unknown>>> {
  const repeated = new Map<Queued, Committed<unknown>>();
  const byAct = new Map<Hash, Queued>();
  for (const queued of batch) {
    if (queued.operation.once !== undefined) byAct.set(queued.operation.once, queued);
  }
  for (const [act, positions] of await findDone(tx, [...byAct.keys()])) {
    const queued = byAct.get(act);
    if (queued !== undefined) repeated.set(queued, { repeated: true, positions });
  }
  return repeated;
}

/** Where the entries of acts stand; an act that is not done is absent. */
export async function findDone(
  sql: Sql | Tx,
  acts: readonly Hash[],
): Promise<Map<Hash, readonly Position[]>> {
  if (acts.length === 0) return new Map();
  const rows = await sql<DoneRow[]>`
    select d.act, l.index, l.leaf, l.commitment, o.subject, o.n, o.at
    from journal_done d
    left join journal_leaves l on l.index >= d.first and l.index < d.first + d.entries
    left join journal_openings o on o.index = l.index
    where d.act = any(${byteaArray(acts.map((act) => Buffer.from(act, "base64url")))}::bytea[])
    order by l.index`;
  const found = Map.groupBy(rows, (row) => hashOf(row.act));
  return new Map([...found].map(([act, places]) => [act, places.flatMap(positionOf)]));
}

/** An entry that has been erased has no place to tell any more. */
function positionOf(row: DoneRow): Position[] {
  if (row.index === null || row.subject === null) return [];
  const { index, subject, n, at } = row;
  return [{ index, leaf: hashOf(row.leaf), subject, n, hash: hashOf(row.commitment), at }];
}
