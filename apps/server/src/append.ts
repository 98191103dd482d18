import type { Subject } from "@ecrin/protocol";
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
import { ServerError } from "./problem.ts";
import { Recent } from "./recent.ts";
import { store } from "./store.ts";
import type { TagKeys } from "./tag-keys.ts";

export interface Append {
  /** Writes entries that come without an effect; undefined where that takes the lock after all. */
  write(batch: readonly Queued[]): Promise<Map<Queued, Outcome> | undefined>;
  /** Forgets where the journal stands: this process has written to it in another way. */
  forget(): void;
}

const MOST_SUBJECTS = 10_000;
/** How many batches take the lock at once after this process was not alone. */
const PATIENCE = 16;
const UNIQUE_VIOLATION = "23505";

/**
 * The quick way for what only adds entries: this process remembers where the journal stands,
 * computes the entries, and writes them in one statement on condition that it still stands
 * there. Another process, a chain that moved on, or an act done before: then nothing is
 * written and the batch goes the way of `writeAll`, which finds out what it was.
 */
export function createAppend(sql: Sql, mac: TagKeys["mac"]): Append {
  let top: JournalTop | undefined;
  let last = new Recent<Subject, Last>(MOST_SUBJECTS);
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

  async function write(batch: readonly Queued[]): Promise<Map<Queued, Outcome> | undefined> {
    if (batch.some(({ operation }) => operation.effect !== undefined)) return undefined;
    if (patience > 0) {
      patience -= 1;
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
    const guards = batch.flatMap(({ operation }) => operation.guard ?? []);
    let writing: Writing;
    try {
      writing = writeEntries(before, mac, entries, ready);
      if (writing.isEmpty) return undefined;
      if (!(await store(sql, before, writing, guards))) {
        forget();
        patience = PATIENCE;
        return undefined;
      }
    } catch (error) {
      forget();
      // An act that was done before; or an epoch that has been closed since, whose key is gone.
      if (isUniqueViolation(error) || error instanceof RangeError) return undefined;
      throw error;
    }
    ({ top } = writing);
    for (const [subject, entry] of writing.last) last.set(subject, entry);
    for (const [queued, outcome] of writing.outcomes) outcomes.set(queued, outcome);
    return outcomes;
  }

  return { write, forget };
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION;
}
