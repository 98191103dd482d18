import {
  type Bytes,
  type Entry,
  encodeEntry,
  entryCommitment,
  fromUtf8,
  type Hash,
  hashOf,
  leafHash,
  type Subject,
} from "@ecrin/protocol";
import { byteaArray, numberArray, type Sql, type Tx, textArray } from "./database.ts";
import { heldBy } from "./guard.ts";
import {
  type Committed,
  type EntryDraft,
  MOVED_ON,
  type Operation,
  type Position,
} from "./operation.ts";
import { asServerError, ServerError } from "./problem.ts";
import { randomCut } from "./random.ts";
import type { Mac } from "./tag.ts";

/** An operation waiting for its batch. */
export interface Queued {
  readonly operation: Operation<unknown>;
}

/** How one operation of a batch ended, once the batch is committed. */
export type Outcome = Committed<unknown> | ServerError;

interface Ready {
  readonly queued: Queued;
  readonly result: unknown;
  readonly drafts: readonly EntryDraft[];
}

/** The last entry of a subject, or of nothing yet (n = −1). */
interface Last {
  n: number;
  hash?: Hash;
}

interface Written extends Position {
  readonly salt: Buffer;
  readonly entry: Bytes;
  readonly tag: Buffer;
  readonly draft: EntryDraft;
}

interface Head {
  readonly size: number;
  readonly tag: Buffer;
}

/** Runs a batch inside one transaction; what it returns is true once that is committed. */
export async function writeAll(
  tx: Tx,
  mac: Mac,
  batch: readonly Queued[],
): Promise<Map<Queued, Outcome>> {
  const outcomes = new Map<Queued, Outcome>();
  // What has no effect is ready before anything is asked.
  const still = new Map(
    batch.flatMap((queued) =>
      queued.operation.effect === undefined ? [[queued, readyNow(queued)]] : [],
    ),
  );
  // A query of the driver leaves when it is first awaited; execute() sends this one before the
  // others, which then wait behind it and see everything up to the lock.
  const lock = tx<Head[]>`select size, tag from journal_head for update`.execute();
  const [[head], repeated, held, last] = await Promise.all([
    lock,
    findRepeated(tx, batch),
    heldBy(tx, batch.map(guardOf)),
    lastEntries(tx, subjectsOf([...still.values()].filter(isReady))),
  ]);
  if (head === undefined) throw new ServerError("internal");
  const ready: Ready[] = [];
  let changed = false;
  for (const [i, queued] of effectsLast(batch)) {
    const { effect } = queued.operation;
    // Guards were read before any effect of this batch.
    const holds = changed ? (await heldBy(tx, [guardOf(queued)]))[0] : held[i];
    const ended =
      holds === true
        ? (repeated.get(queued) ?? still.get(queued) ?? (await runOne(tx, queued)))
        : new ServerError("stale-head", { field: MOVED_ON });
    changed ||= effect !== undefined;
    if (isReady(ended)) ready.push(ended);
    else outcomes.set(queued, ended);
  }
  const chain = startChain(head, mac, await withSubjects(tx, last, ready));
  const acts: { act: Hash; first: number; entries: number }[] = [];
  for (const { queued, result, drafts } of ready) {
    const positions = drafts.map(chain.add);
    outcomes.set(queued, { repeated: false, result, positions });
    const act = queued.operation.once;
    if (act !== undefined) {
      acts.push({ act, first: positions[0]?.index ?? 0, entries: positions.length });
    }
    for (const [i, draft] of drafts.entries()) {
      const first = positions[i]?.index;
      if (draft.act !== undefined && first !== undefined)
        acts.push({ act: draft.act, first, entries: 1 });
    }
  }
  await store(tx, chain, acts);
  return outcomes;
}

function guardOf({ operation }: Queued) {
  return operation.guard ?? [];
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

function readyNow(queued: Queued): Ready | ServerError {
  try {
    return readyWith(queued, undefined, queued.operation.entries(undefined));
  } catch (error) {
    return asServerError(error);
  }
}

function isReady(ended: Ready | Outcome): ended is Ready {
  return "drafts" in ended;
}

function subjectsOf(ready: readonly Ready[]): Subject[] {
  return ready.flatMap(({ drafts }) => drafts.map((draft) => draft.subject));
}

/** Entries are tried out while their operation can still fail alone. */
function readyWith(queued: Queued, result: unknown, drafts: readonly EntryDraft[]): Ready {
  for (const draft of drafts) encodeEntry(entryOf(draft, { n: -1 }));
  return { queued, result, drafts };
}

async function withSubjects(
  tx: Tx,
  known: Map<Subject, Last>,
  ready: readonly Ready[],
): Promise<Map<Subject, Last>> {
  const missing = subjectsOf(ready).filter((subject) => !known.has(subject));
  return new Map([...known, ...(await lastEntries(tx, missing))]);
}

async function lastEntries(tx: Tx, subjects: readonly Subject[]): Promise<Map<Subject, Last>> {
  const last = new Map<Subject, Last>(subjects.map((subject) => [subject, { n: -1 }]));
  if (last.size === 0) return last;
  const rows = await tx<{ subject: Subject; n: number; hash: Buffer }[]>`
    select subject, n, hash from journal_subjects
    where subject = any(${textArray([...last.keys()])}::text[])`;
  for (const row of rows) last.set(row.subject, { n: row.n, hash: hashOf(row.hash) });
  return last;
}

interface Chain {
  readonly add: (draft: EntryDraft) => Position;
  readonly written: readonly Written[];
  readonly end: () => Head;
}

/** Gives each entry its global index, its subject's counter and previous hash, and the operator's tag. */
function startChain(head: Head, mac: Mac, last: Map<Subject, Last>): Chain {
  const written: Written[] = [];
  let { size, tag } = head;
  return {
    written,
    end: () => ({ size, tag }),
    add(draft) {
      const before = last.get(draft.subject) ?? { n: -1 };
      const salt = randomCut(32);
      const entry = encodeEntry(entryOf(draft, before));
      const commitment = entryCommitment(salt, entry);
      const leaf = leafHash(commitment);
      tag = mac(Buffer.concat([tag, leaf]));
      const position = {
        index: size,
        leaf: hashOf(leaf),
        subject: draft.subject,
        n: before.n + 1,
        hash: hashOf(commitment),
        at: draft.at,
      };
      last.set(draft.subject, { n: position.n, hash: position.hash });
      written.push({ ...position, salt, entry, tag, draft });
      size += 1;
      return position;
    },
  };
}

function entryOf(draft: EntryDraft, before: Last): Entry {
  const { subject, kind, actor, about, at } = draft;
  const entry = { v: 1, subject, n: before.n + 1, at, kind, actor, about } as const;
  return before.hash === undefined ? entry : { ...entry, prev: before.hash };
}

/** Everything in one statement: one way to the database and back. */
async function store(
  tx: Tx,
  chain: Chain,
  acts: readonly { act: Hash; first: number; entries: number }[],
): Promise<void> {
  const { written } = chain;
  if (written.length === 0 && acts.length === 0) return;
  const { size, tag } = chain.end();
  // The last entry of each subject written to now.
  const last = [...new Map(written.map((each) => [each.subject, each])).values()];
  const bytes = (hashes: readonly Hash[]) =>
    byteaArray(hashes.map((each) => Buffer.from(each, "base64url")));
  await tx`
    with done as (
      insert into journal_done (act, first, entries)
      select * from unnest(${bytes(acts.map((each) => each.act))}::bytea[],
        ${numberArray(acts.map((each) => each.first))}::bigint[],
        ${numberArray(acts.map((each) => each.entries))}::int[])
    ), leaves as (
      insert into journal_leaves (index, commitment, leaf, tag)
      select * from unnest(${numberArray(written.map((each) => each.index))}::bigint[],
        ${bytes(written.map((each) => each.hash))}::bytea[],
        ${bytes(written.map((each) => each.leaf))}::bytea[],
        ${byteaArray(written.map((each) => each.tag))}::bytea[])
    ), openings as (
      insert into journal_openings (index, subject, n, at, salt, entry, statement)
      select * from unnest(${numberArray(written.map((each) => each.index))}::bigint[],
        ${textArray(written.map((each) => each.subject))}::text[],
        ${numberArray(written.map((each) => each.n))}::bigint[],
        ${numberArray(written.map((each) => each.at))}::bigint[],
        ${byteaArray(written.map((each) => each.salt))}::bytea[],
        ${textArray(written.map((each) => fromUtf8(each.entry)))}::text[],
        ${textArray(written.map((each) => each.draft.statement))}::text[])
    ), subjects as (
      insert into journal_subjects (subject, n, hash)
      select * from unnest(${textArray(last.map((each) => each.subject))}::text[],
        ${numberArray(last.map((each) => each.n))}::bigint[],
        ${bytes(last.map((each) => each.hash))}::bytea[])
      on conflict (subject) do update set n = excluded.n, hash = excluded.hash
    )
    update journal_head set size = ${size}, tag = ${tag}`;
}
