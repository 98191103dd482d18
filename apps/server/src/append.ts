import type { Subject } from "@ecrin/protocol";
import type { WrittenAll } from "./batch.ts";
import type { Sql } from "./database.ts";
import {
  type JournalTop,
  type Last,
  lastEntries,
  type Outcome,
  type Queued,
  type Ready,
  readyNow,
  subjectsOf,
  type Writing,
  writeEntries,
} from "./entries.ts";
import type { Guard } from "./operation.ts";
import { ServerError } from "./problem.ts";
import { Recent } from "./recent.ts";
import { store } from "./store.ts";
import type { TagKeys } from "./tag-keys.ts";

export interface Append {
  /**
   * Sends entries that come without an effect. Of batches sent before the one ahead is written,
   * each stands on the word of that one.
   * @returns what becomes of it, once it is written; undefined where that takes the lock after all
   */
  send(batch: readonly Queued[]): Promise<Sent | undefined>;
  /**
   * What this process has written under the lock, and where the journal stood then. Absent, or
   * where it stood elsewhere than remembered, all that is remembered is forgotten: somebody else
   * has written, to nobody knows whose entries.
   */
  know(moved: WrittenAll["moved"]): void;
}

/** A batch on its way. */
export interface Sent {
  /** How each operation ended; undefined where nothing was written and that takes the lock after all. */
  readonly written: Promise<Map<Queued, Outcome> | undefined>;
}

const MOST_SUBJECTS = 10_000;
/** How many batches take the lock at once after this process was twice not alone. */
const PATIENCE = 16;
const UNIQUE_VIOLATION = "23505";

/**
 * The quick way for what only adds entries: this process remembers where the journal stands,
 * computes the entries, and writes them in one statement on condition that it still stands
 * there. Another process, a chain that moved on, or an act done before: then nothing is
 * written and the batch goes the way of `writeAll`, which finds out what it was; and with it
 * the batch that was sent on its word, whose condition does not hold either.
 *
 * @param line where batches follow each other; `sql` is for what has to be asked
 */
export function createAppend(line: Sql, sql: Sql, mac: TagKeys["mac"]): Append {
  // Where the journal will stand once all that has been sent is written.
  let top: JournalTop | undefined;
  let last = new Recent<Subject, Last>(MOST_SUBJECTS);
  let misses = 0;
  let patience = 0;

  /** Reads what is not remembered; top and last entries are of one moment, or the write will notice. */
  async function recall(subjects: readonly Subject[]): Promise<Map<Subject, Last>> {
    if (top === undefined) {
      forget();
      [top] = await sql<JournalTop[]>`select size, tag, turn, epoch from journal_head`;
    }
    // Only of these subjects: whoever copies all that is remembered pays for everybody in each batch.
    const entries = new Map<Subject, Last>();
    const missing = new Set<Subject>();
    for (const subject of subjects) {
      const entry = last.get(subject);
      if (entry === undefined) missing.add(subject);
      else entries.set(subject, entry);
    }
    for (const [subject, entry] of await lastEntries(sql, [...missing])) {
      entries.set(subject, entry);
    }
    return entries;
  }

  function forget(): void {
    top = undefined;
    last = new Recent(MOST_SUBJECTS);
  }

  function remember(writing: Writing): void {
    ({ top } = writing);
    for (const [subject, entry] of writing.last) last.set(subject, entry);
  }

  function know(moved: WrittenAll["moved"]): void {
    if (moved === undefined || top === undefined || !isSame(top, moved.before)) forget();
    if (moved !== undefined) remember(moved.writing);
  }

  /** Another process was here. Once is its turn; twice in a row, and both would get in each other's way. */
  function missed(): void {
    forget();
    misses += 1;
    if (misses > 1) patience = PATIENCE;
  }

  async function written(
    before: JournalTop,
    writing: Writing,
    guards: readonly Guard[],
  ): Promise<boolean> {
    // What is forgotten is forgotten once: those that stood on its word say nothing new.
    const remembered = last;
    try {
      const stored = await store(line, before, writing, guards);
      if (stored) misses = 0;
      else if (remembered === last) missed();
      return stored;
    } catch (error) {
      if (remembered === last) forget();
      // An act that was done before.
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  return {
    know,
    async send(batch) {
      if (batch.some(({ operation }) => operation.effect !== undefined)) return undefined;
      if (patience > 0) {
        patience -= 1;
        misses = 0;
        return undefined;
      }
      const outcomes = new Map<Queued, Outcome>();
      const ready: Ready[] = [];
      for (const queued of batch) {
        const each = readyNow(queued);
        if (each instanceof ServerError) outcomes.set(queued, each);
        else ready.push(each);
      }
      const entries = await recall(subjectsOf(ready));
      if (top === undefined) return undefined;
      const before = top;
      const writing = writingOf(before, mac, entries, ready);
      if (writing === undefined || writing.isEmpty) return undefined;
      const guards = batch.flatMap(({ operation }) => operation.guard ?? []);
      remember(writing);
      const stored = written(before, writing, guards);
      return {
        written: stored.then((isStored) =>
          isStored ? new Map([...outcomes, ...writing.outcomes]) : undefined,
        ),
      };
    },
  };
}

function isSame(a: JournalTop, b: JournalTop): boolean {
  return a.turn === b.turn && a.size === b.size && a.tag.equals(b.tag);
}

/** Undefined for an epoch that has been closed since, whose key is gone. */
function writingOf(
  top: JournalTop,
  mac: TagKeys["mac"],
  last: ReadonlyMap<Subject, Last>,
  ready: readonly Ready[],
): Writing | undefined {
  try {
    return writeEntries(top, mac, last, ready);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION;
}
