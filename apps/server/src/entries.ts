import {
  type Entry,
  entryCommitment,
  entryText,
  type Hash,
  hashOf,
  leafHash,
  type Subject,
} from "@ecrin/protocol";
import { type Sql, type Tx, textArray } from "./database.ts";
import type { Committed, EntryDraft, Operation, Position } from "./operation.ts";
import { asServerError, type ServerError } from "./problem.ts";
import { randomCut } from "./random.ts";
import { type Act, HASH, type Rows, RowsInMaking } from "./rows.ts";
import type { TagKeys } from "./tag-keys.ts";

/** An operation waiting for its batch. */
export interface Queued {
  readonly operation: Operation<unknown>;
}

/** How one operation of a batch ended, once the batch is committed. */
export type Outcome = Committed<unknown> | ServerError;

/** An operation with the entries it asks for. */
export interface Ready {
  readonly queued: Queued;
  readonly result: unknown;
  readonly drafts: readonly EntryDraft[];
}

/** Where the journal stands: number of leaves, the last tag, the epoch of its key, and a count of the writes. */
export interface JournalTop {
  readonly size: number;
  readonly tag: Buffer;
  readonly turn: number;
  readonly epoch: number;
}

/** The last entry of a subject, or of nothing yet (n = −1). */
export interface Last {
  readonly n: number;
  readonly hash?: Hash;
}

/** Everything that a batch writes. */
export interface Writing {
  readonly outcomes: ReadonlyMap<Queued, Outcome>;
  readonly top: JournalTop;
  readonly last: ReadonlyMap<Subject, Last>;
  readonly isEmpty: boolean;
  readonly rows: Rows;
}

/** Entries are tried out while their operation can still fail alone. */
export function readyWith(queued: Queued, result: unknown, drafts: readonly EntryDraft[]): Ready {
  for (const draft of drafts) entryText(entryOf(draft, { n: -1 }));
  return { queued, result, drafts };
}

/** An operation without effect is ready before anything is asked; should its entries fail, it fails alone. */
export function readyNow(queued: Queued): Ready | ServerError {
  try {
    const drafts = queued.operation.entries(undefined);
    return drafts.length > 1
      ? readyWith(queued, undefined, drafts)
      : { queued, result: undefined, drafts };
  } catch (error) {
    return asServerError(error);
  }
}

export function subjectsOf(ready: readonly Ready[]): Subject[] {
  return ready.flatMap(({ drafts }) => drafts.map((draft) => draft.subject));
}

/** The last entries of subjects. */
export async function lastEntries(
  sql: Sql | Tx,
  subjects: readonly Subject[],
): Promise<Map<Subject, Last>> {
  const last = new Map<Subject, Last>(subjects.map((subject) => [subject, { n: -1 }]));
  if (last.size === 0) return last;
  const rows = await sql<{ subject: Subject; n: number; hash: Buffer }[]>`
    select subject, n, hash from journal_subjects
    where subject = any(${textArray([...last.keys()])}::text[])`;
  for (const row of rows) last.set(row.subject, { n: row.n, hash: hashOf(row.hash) });
  return last;
}

/**
 * Gives each entry its global index, its subject's counter and previous hash, and the operator's tag.
 * @param last of every subject in `ready`
 */
export function writeEntries(
  top: JournalTop,
  mac: TagKeys["mac"],
  last: ReadonlyMap<Subject, Last>,
  ready: readonly Ready[],
): Writing {
  const rows = new RowsInMaking(top.size, ready);
  const newest = new Map(last);
  const outcomes = new Map<Queued, Outcome>();
  let { size, tag } = top;
  const tagged = mac(top.epoch);
  // What the next tag is made of: the one before it, and the leaf.
  const link = Buffer.alloc(2 * HASH);
  link.set(tag);

  const add = (draft: EntryDraft): Position => {
    const before = newest.get(draft.subject) ?? { n: -1 };
    const entry = entryText(entryOf(draft, before));
    const salt = randomCut(HASH);
    const commitment = entryCommitment(salt, entry);
    const leaf = leafHash(commitment);
    link.set(leaf, HASH);
    tag = tagged(link);
    link.set(tag);
    const n = before.n + 1;
    const hash = hashOf(commitment);
    newest.set(draft.subject, { n, hash });
    rows.add({ subject: draft.subject, n, at: draft.at, entry, statement: draft.statement });
    rows.addHashes(commitment, leaf, tag, salt);
    const position = { index: size, leaf: hashOf(leaf), subject: draft.subject, n, hash };
    size += 1;
    return { ...position, at: draft.at };
  };

  for (const { queued, result, drafts } of ready) {
    try {
      const positions = drafts.map(add);
      outcomes.set(queued, { repeated: false, result, positions });
      for (const act of actsOf(queued, drafts, positions)) rows.addAct(act);
    } catch (error) {
      // A single entry fails before anything is counted; several have been tried out.
      outcomes.set(queued, asServerError(error));
    }
  }
  return {
    outcomes,
    top: { ...top, size, tag, turn: top.turn + 1 },
    last: newest,
    isEmpty: rows.isEmpty,
    rows: rows.made(),
  };
}

function actsOf(
  { operation: { once } }: Queued,
  drafts: readonly EntryDraft[],
  positions: readonly Position[],
): Act[] {
  const own = positions.flatMap(({ index }, i) => {
    const act = drafts[i]?.act;
    return act === undefined ? [] : [{ act, first: index, entries: 1 }];
  });
  if (once === undefined) return own;
  return [{ act: once, first: positions[0]?.index ?? 0, entries: positions.length }, ...own];
}

function entryOf(draft: EntryDraft, before: Last): Entry {
  const { subject, kind, actor, about, at } = draft;
  const entry = { v: 1, subject, n: before.n + 1, at, kind, actor, about } as const;
  return before.hash === undefined ? entry : { ...entry, prev: before.hash };
}
