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
import type { Committed, EntryDraft, Operation, Position } from "./operation.ts";
import { asServerError, type ServerError } from "./problem.ts";
import { randomCut } from "./random.ts";
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

interface Written extends Position {
  readonly salt: Buffer;
  readonly entry: Bytes;
  readonly tag: Buffer;
  readonly draft: EntryDraft;
}

/** Everything that a batch writes. */
export interface Writing {
  readonly outcomes: ReadonlyMap<Queued, Outcome>;
  readonly top: JournalTop;
  readonly last: ReadonlyMap<Subject, Last>;
  readonly isEmpty: boolean;
  /** The columns of each table, as arrays for `unnest`. */
  readonly columns: Columns;
}

/** Entries are tried out while their operation can still fail alone. */
export function readyWith(queued: Queued, result: unknown, drafts: readonly EntryDraft[]): Ready {
  for (const draft of drafts) encodeEntry(entryOf(draft, { n: -1 }));
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
  const written: Written[] = [];
  const newest = new Map(last);
  const outcomes = new Map<Queued, Outcome>();
  const acts: Act[] = [];
  let { size, tag } = top;
  const tagged = mac(top.epoch);

  const add = (draft: EntryDraft): Position => {
    const before = newest.get(draft.subject) ?? { n: -1 };
    const entry = encodeEntry(entryOf(draft, before));
    const salt = randomCut(32);
    const commitment = entryCommitment(salt, entry);
    const leaf = leafHash(commitment);
    tag = tagged(Buffer.concat([tag, leaf]));
    const position = {
      index: size,
      leaf: hashOf(leaf),
      subject: draft.subject,
      n: before.n + 1,
      hash: hashOf(commitment),
      at: draft.at,
    };
    newest.set(draft.subject, { n: position.n, hash: position.hash });
    written.push({ ...position, salt, entry, tag, draft });
    size += 1;
    return position;
  };

  for (const { queued, result, drafts } of ready) {
    try {
      const positions = drafts.map(add);
      outcomes.set(queued, { repeated: false, result, positions });
      acts.push(...actsOf(queued, drafts, positions));
    } catch (error) {
      // A single entry fails before anything is counted; several have been tried out.
      outcomes.set(queued, asServerError(error));
    }
  }
  return {
    outcomes,
    top: { ...top, size, tag, turn: top.turn + 1 },
    last: newest,
    isEmpty: written.length === 0 && acts.length === 0,
    columns: columnsOf(written, acts),
  };
}

interface Act {
  readonly act: Hash;
  readonly first: number;
  readonly entries: number;
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

/** Arrays of the database, one for each column of each table written. */
interface Columns {
  readonly done: { readonly act: string; readonly first: string; readonly entries: string };
  readonly leaves: {
    readonly index: string;
    readonly hash: string;
    readonly leaf: string;
    readonly tag: string;
  };
  readonly openings: {
    readonly subject: string;
    readonly n: string;
    readonly at: string;
    readonly salt: string;
    readonly entry: string;
    readonly statement: string;
  };
  readonly subjects: { readonly subject: string; readonly n: string; readonly hash: string };
}

function columnsOf(written: readonly Written[], acts: readonly Act[]): Columns {
  const last = [...new Map(written.map((each) => [each.subject, each])).values()];
  return {
    done: {
      act: hashArray(acts.map((each) => each.act)),
      first: numberArray(acts.map((each) => each.first)),
      entries: numberArray(acts.map((each) => each.entries)),
    },
    leaves: {
      index: numberArray(written.map((each) => each.index)),
      hash: hashArray(written.map((each) => each.hash)),
      leaf: hashArray(written.map((each) => each.leaf)),
      tag: byteaArray(written.map((each) => each.tag)),
    },
    openings: {
      subject: textArray(written.map((each) => each.subject)),
      n: numberArray(written.map((each) => each.n)),
      at: numberArray(written.map((each) => each.at)),
      salt: byteaArray(written.map((each) => each.salt)),
      entry: textArray(written.map((each) => fromUtf8(each.entry))),
      statement: textArray(written.map((each) => each.draft.statement)),
    },
    subjects: {
      subject: textArray(last.map((each) => each.subject)),
      n: numberArray(last.map((each) => each.n)),
      hash: hashArray(last.map((each) => each.hash)),
    },
  };
}

function hashArray(hashes: readonly Hash[]): string {
  return byteaArray(hashes.map((each) => Buffer.from(each, "base64url")));
}
