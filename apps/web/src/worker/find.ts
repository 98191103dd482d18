import { folded } from "../folded.ts";
import type { DocumentRow, Found, FoundRow, Overview, Wanted } from "../wire.ts";

/** Rows in their order, and beside each what a search looks through. */
export interface Index {
  readonly rows: readonly DocumentRow[];
  /** The text of each row, empty until it is needed: its words without case and accents, a space before each. */
  readonly texts: string[];
  /** With which letters the words of each text begin, a bit for each (`bitOf`); 0 where no text was made. */
  readonly letters: Int32Array;
  /** What is said of a row beside its title. */
  readonly more: (row: DocumentRow) => string;
}

const A = "a".charCodeAt(0);

/** Texts that are made at a stretch while nobody looks for anything. */
const STRETCH = 2000;

/** What was found last: the next part of it need not be looked for again, and more letters narrow it. */
let last:
  | {
      readonly index: Index;
      readonly begins: readonly string[];
      /** Everything but the words. */
      readonly beside: string;
      readonly found: readonly number[];
    }
  | undefined;

/** Puts rows in their order. Their texts are made when they are needed, or before by `prepare`. */
export function indexOf(rows: readonly DocumentRow[], more: Index["more"]): Index {
  const sorted = rows.toSorted((a, b) =>
    a.date < b.date ? 1 : a.date > b.date ? -1 : b.at - a.at,
  );
  return {
    rows: sorted,
    texts: sorted.map(() => ""),
    letters: new Int32Array(sorted.length),
    more,
  };
}

/** Makes the texts that a search looks through, a stretch at each step: a list is shown before anybody looks for anything. */
export function* prepare(index: Index): Generator<void, void, undefined> {
  for (let i = 0; i < index.rows.length; i++) {
    if (i % STRETCH === 0) yield;
    lettersAt(index, i);
  }
}

/**
 * Finds rows and gives a part of them. The letters with which words begin leave out most rows at once,
 * and are all there is to the first letter typed; the texts of the others are looked through. An index
 * of words would be slower: the most common first letter costs it 120 ms at 100,000 rows.
 */
export function find(index: Index, wanted: Wanted, offset: number, count: number): Found {
  const found = lookedFor(index, wanted);
  const rows = found.slice(offset, offset + count).map((at, i): FoundRow => {
    const row = rowAt(index, at);
    const before = found[offset + i - 1];
    const year = row.date.slice(0, 4);
    const isFirst = before === undefined || rowAt(index, before).date.slice(0, 4) !== year;
    return isFirst ? { ...row, begins: year } : row;
  });
  return { total: found.length, rows };
}

/** Kinds and authors, with the most frequent first. */
export function overview({ rows }: Index): Overview {
  const kinds = new Map<string, Overview["kinds"][number]>();
  const authors = new Map(rows.map((row) => [row.author.account, row.author]));
  for (const row of rows) {
    const { type, mediaType } = row;
    const kind = kindOf(row);
    kinds.set(kind, { kind, type, mediaType, count: (kinds.get(kind)?.count ?? 0) + 1 });
  }
  return {
    total: rows.length,
    kinds: [...kinds.values()].sort((a, b) => b.count - a.count),
    authors: [...authors.values()],
    apart: apartIn(rows),
  };
}

/** Each item once, whose versions stand side by side. */
function apartIn(rows: readonly DocumentRow[]): Overview["apart"] {
  const titles = new Map(rows.flatMap((row) => (row.conflict ? [[row.item, row.title]] : [])));
  return [...titles].map(([item, title]) => ({ item, title }));
}

function lookedFor(index: Index, wanted: Wanted): readonly number[] {
  const { words, kind, from, to, author } = wanted;
  const begins = beginsOf(words);
  const beside = JSON.stringify([kind, from, to, author]);
  const before = last?.index === index && last.beside === beside ? last : undefined;
  if (before !== undefined && isSame(begins, before.begins)) return before.found;
  const among = before !== undefined && narrows(begins, before.begins) ? before.found : undefined;
  const bits = begins.reduce((all, word) => all | bitOf(word, 1), 0);
  const longer = begins.filter((word) => word.length > 2 || bitOf(word, 1) === OTHER);
  const found: number[] = [];
  for (const i of among ?? index.rows.keys()) {
    if (bits !== 0 && (lettersAt(index, i) & bits) !== bits) continue;
    if (longer.length > 0 && !hasEach(index.texts[i] ?? "", longer)) continue;
    const row = rowAt(index, i);
    if (kind !== "" && kindOf(row) !== kind) continue;
    if (author !== "" && row.author.account !== author) continue;
    // A year or a month alone counts where a part of it lies within.
    if (from !== "" && row.date.slice(0, 10) < from.slice(0, row.date.length)) continue;
    if (to !== "" && row.date.slice(0, 10) > to) continue;
    found.push(i);
  }
  last = { index, begins, beside, found };
  return found;
}

/** What must stand in a text: each word's beginning, with the space before it. */
function beginsOf(words: string): readonly string[] {
  const each = spaced(words).split(" ");
  return each.flatMap((word) => (word === "" ? [] : [` ${word}`]));
}

function hasEach(text: string, begins: readonly string[]): boolean {
  return begins.every((word) => text.includes(word));
}

function isSame(begins: readonly string[], before: readonly string[]): boolean {
  return begins.length === before.length && begins.every((word, i) => word === before[i]);
}

/** Whether whatever has these words has those of before: letters were added, or words. */
function narrows(begins: readonly string[], before: readonly string[]): boolean {
  return before.every((old) => begins.some((word) => word.startsWith(old)));
}

/** A document counts as what its file is, everything else as its FHIR type. */
function kindOf({ type, mediaType }: DocumentRow): string {
  if (type !== "DocumentReference") return type;
  return mediaType.startsWith("application/") ? mediaType : (mediaType.split("/")[0] ?? type);
}

function rowAt({ rows }: Index, at: number): DocumentRow {
  const row = rows[at];
  if (row === undefined) throw new RangeError("no such row");
  return row;
}

/** The letters of a row; its text is made with them. */
function lettersAt(index: Index, at: number): number {
  const known = index.letters[at] ?? 0;
  if (known !== 0) return known;
  const row = rowAt(index, at);
  const text = spaced(`${row.title} ${index.more(row)}`);
  let bits = 0;
  for (let i = 0; i + 1 < text.length; i++) if (text[i] === " ") bits |= bitOf(text, i + 1);
  index.texts[at] = text;
  index.letters[at] = bits;
  return bits;
}

/** What stands for everything that is no letter from a to z. */
const OTHER = 1 << 26;

function bitOf(text: string, at: number): number {
  const letter = text.charCodeAt(at) - A;
  return letter >= 0 && letter < 26 ? 1 << letter : OTHER;
}

function spaced(text: string): string {
  // Put together before and not after: what `replace` gives lies in one piece, as looking through it wants.
  return folded(` ${text} `).replace(/[^\p{L}\p{N}]+/gu, " ");
}
