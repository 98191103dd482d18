import {
  type Entry,
  type EntryKind,
  entryCommitment,
  erasedBy,
  type Gap,
  isRead,
  nameOfStatement,
  parseEntry,
  parseSpaceStatement,
  readOf,
  sameBytes,
  utf8,
} from "@ecrin/protocol";
import type { Faults } from "./check-faults.ts";
import type { Tx } from "./database.ts";
import { isFirst } from "./space-entries.ts";

/** What the database holds of an entry beside its leaf. */
export interface OpeningRow {
  readonly subject: string;
  readonly n: number;
  readonly at: number;
  readonly salt: Buffer;
  readonly entry: string;
  readonly statement: string | null;
}

/** Compares entries with their leaves, and counts those that are not there. */
export interface OpeningsCheck {
  /** The opening of a leaf with this commitment. */
  opening(index: number, commitment: Buffer, row: OpeningRow): Entry | undefined;
  /** A leaf without one. */
  absent(): void;
  end(): Promise<{ readonly openings: number; readonly erased: number }>;
}

export function startOpeningsCheck(tx: Tx, faults: Faults): OpeningsCheck {
  let [openings, absent] = [0, 0];
  let before: Entry | undefined;
  const erasures: GapOf[] = [];
  const unsure: Unsure[] = [];
  return {
    opening(index, commitment, row) {
      openings += 1;
      const last = before;
      before = undefined;
      try {
        const entry = parseEntry(row.entry);
        const isHere = entry.subject === row.subject && entry.n === row.n && entry.at === row.at;
        const isIts = sameBytes(entryCommitment(row.salt, utf8(row.entry)), commitment);
        if (isHere && isIts) {
          before = entry;
          if (row.statement === null && last === undefined && FOLLOWING.has(entry.kind))
            unsure.push({ index, entry });
          if (saysStatement(entry, row.statement, last)) {
            const gap = erasedBy(entry);
            if (gap !== undefined) erasures.push({ subject: entry.subject, ...gap });
            return entry;
          }
        }
      } catch {
        // Nothing in it waits for the database: whatever throws, this row is not what it should be.
      }
      faults.add("opening", `place ${index}`);
      return undefined;
    },
    absent() {
      absent += 1;
      before = undefined;
    },
    async end() {
      const [beyond] = await tx<{ count: number }[]>`
        select count(*) as count from journal_openings o
        where not exists (select from journal_leaves l where l.index = o.index)`;
      if ((beyond?.count ?? 0) > 0) faults.add("opening", "without a leaf", beyond?.count);
      for (const each of unsure)
        if (!(await isFurther(tx, each.entry))) faults.add("opening", `place ${each.index}`);
      const accounted = await countErased(await gapsOf(tx), erasures);
      // More than an erasure accounts for: which place, its leaf does not tell.
      if (absent > accounted)
        faults.add("gone", "without an erasure that says so", absent - accounted);
      return { openings, erased: Math.min(absent, accounted) };
    },
  };
}

/** Entries that carry the statement they name; what revisions and settlements name is stored elsewhere. */
const CARRYING: ReadonlySet<EntryKind> = new Set([
  "share",
  "rotation",
  "inbox",
  "deposit",
  "log-key",
  "succession",
]);
/** One statement of a space may make several of these, or some after its first entry: only that carries it. */
const FOLLOWING: ReadonlySet<EntryKind> = new Set(["membership", "revocation"]);

/** @param before the entry at the place before, unless that is not known */
function saysStatement(entry: Entry, statement: string | null, before: Entry | undefined): boolean {
  if (isRead(entry)) return readOf(entry, statement).hash === entry.about.statement;
  if (statement !== null) return nameOfStatement(statement) === entry.about.statement;
  if (FOLLOWING.has(entry.kind)) return before === undefined || isOfSame(entry, before);
  return !CARRYING.has(entry.kind);
}

/** An entry without a statement, behind one that is erased: which may have been the first of the same, or not. */
interface Unsure {
  readonly index: number;
  readonly entry: Entry;
}

/** Whether an entry is no first one of its statement, by that statement, which the chain of the space keeps for good. */
async function isFurther(tx: Tx, entry: Entry): Promise<boolean> {
  const { subject, about } = entry;
  const [row] = await tx<{ statement: string }[]>`
    select coalesce(statement, '') as statement from space_statements
    where space = ${subject} and hash = ${about.statement ?? ""} limit 1`;
  try {
    const { fact, hash } = parseSpaceStatement(row?.statement);
    return hash === about.statement && fact.space === subject && !isFirst(entry, fact);
  } catch {
    // It is not there, or another: the entry had it, or the chain lacks what the entry tells of.
    return false;
  }
}

function isOfSame({ subject, about }: Entry, before: Entry): boolean {
  return before.subject === subject && before.about.statement === about.statement;
}

type GapOf = Gap & { readonly subject: string };

/** How many of the numbers that journals lack are accounted for by entries of kind `erasure`. */
function countErased(gaps: readonly GapOf[], erasures: readonly GapOf[]): number {
  const said = new Map(
    [...Map.groupBy(erasures, ({ subject }) => subject)].map(([subject, spans]) => [
      subject,
      spans.toSorted((a, b) => a.from - b.from),
    ]),
  );
  let erased = 0;
  for (const { subject, from, to } of gaps) {
    let at = from;
    for (const each of said.get(subject) ?? []) {
      if (each.from >= to) break;
      const end = Math.min(to, each.to);
      if (end > at) erased += Math.max(0, end - Math.max(at, each.from));
      at = Math.max(at, end);
    }
  }
  return erased;
}

/** The numbers that each journal lacks, up to its last entry. */
async function gapsOf(tx: Tx): Promise<readonly GapOf[]> {
  return await tx<GapOf[]>`
    select subject, before + 1 as from, n as to from (
      select subject, n, lag(n, 1, -1::float8) over (partition by subject order by n) as before
      from (select subject, n::float8 as n from journal_openings
        union all select subject, n::float8 + 1 from journal_subjects) as known) as seen
    where n > before + 1`;
}
