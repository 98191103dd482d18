import { folded } from "../folded.ts";
import type { DocumentRow, Found, FoundRow, Overview, Wanted } from "../wire.ts";

/** Rows in their order, and beside each what a search looks through. */
export interface Index {
  readonly rows: readonly DocumentRow[];
  /** The text of each row, empty until it is needed: its words without case and accents, a space before each. */
  readonly texts: string[];
  readonly starts: Starts;
  /** What is said of a row beside its title. */
  readonly more: (row: DocumentRow) => string;
}

/** How the words of all texts begin, one row after the other. */
interface Starts {
  /** A number for the first two letters of each word (`startAt`). */
  codes: Uint16Array;
  /** Where among them each row's end. */
  readonly ends: Uint32Array;
  /** Rows whose texts are made, from the first on. */
  made: number;
}

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

/** Nothing of what was found last is left. */
export function forgetFound(): void {
  last = undefined;
}

/** Puts rows in their order. Their texts are made when they are needed, or before by `prepare`. */
export function indexOf(rows: readonly DocumentRow[], more: Index["more"]): Index {
  const sorted = rows.toSorted((a, b) =>
    a.date < b.date ? 1 : a.date > b.date ? -1 : b.at - a.at,
  );
  return {
    rows: sorted,
    texts: sorted.map(() => ""),
    starts: {
      codes: new Uint16Array(8 * sorted.length),
      ends: new Uint32Array(sorted.length),
      made: 0,
    },
    more,
  };
}

/** Makes the texts that a search looks through, a stretch at each step: a list is shown before anybody looks for anything. */
export function* prepare(index: Index): Generator<void, void, undefined> {
  for (let made = 0; made < index.rows.length; made += STRETCH) {
    yield;
    makeTexts(index, Math.min(made + STRETCH, index.rows.length));
  }
}

/**
 * Finds rows and gives a part of them. How words begin leaves out most rows at once, and is all there
 * is to the first two letters typed; only then are texts looked through. An index of words would be
 * slower: the most common first letter costs it 120 ms at 100,000 rows.
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
export function overview({ rows }: Index): Omit<Overview, "unreadable"> {
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
  const isNarrowed = kind !== "" || from !== "" || to !== "" || author !== "";
  const starts = begins.map(startMeant);
  const longer = begins.filter((_, i) => starts[i]?.isAll === false);
  if (begins.length > 0) makeTexts(index, index.rows.length);
  const found: number[] = [];
  const count = among?.length ?? index.rows.length;
  for (let k = 0; k < count; k++) {
    const i = among?.[k] ?? k;
    if (!beginsWithEach(index.starts, i, starts)) continue;
    if (longer.length > 0 && !hasEach(index.texts[i] ?? "", longer)) continue;
    if (isNarrowed && !isAmong(rowAt(index, i), wanted)) continue;
    found.push(i);
  }
  last = { index, begins, beside, found };
  return found;
}

function isAmong(row: DocumentRow, { kind, from, to, author }: Wanted): boolean {
  if (kind !== "" && kindOf(row) !== kind) return false;
  if (author !== "" && row.author.account !== author) return false;
  // A year or a month alone counts where a part of it lies within.
  if (from !== "" && row.date.slice(0, 10) < from.slice(0, row.date.length)) return false;
  return to === "" || row.date.slice(0, 10) <= to;
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

/** Makes the texts of the first rows, as far as they are not made. */
function makeTexts({ rows, texts, starts, more }: Index, count: number): void {
  let end = starts.made === 0 ? 0 : (starts.ends[starts.made - 1] ?? 0);
  for (; starts.made < count; starts.made++) {
    const row = rows[starts.made];
    if (row === undefined) throw new RangeError("no such row");
    const text = spaced(`${row.title} ${more(row)}`);
    for (let i = 0; i + 1 < text.length; i++) {
      if (text[i] !== " ") continue;
      if (end === starts.codes.length) starts.codes = grown(starts.codes);
      starts.codes[end++] = startAt(text, i + 1);
    }
    texts[starts.made] = text;
    starts.ends[starts.made] = end;
  }
}

function grown(codes: Uint16Array): Uint16Array {
  const larger = new Uint16Array(2 * codes.length + 1);
  larger.set(codes);
  return larger;
}

/** A number for a letter from a to z, or a figure; the last for everything else, 0 for a space or the end. */
function letterAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code >= 97 && code <= 122) return code - 96;
  if (code >= 48 && code <= 57) return code - 21;
  return Number.isNaN(code) || code === 32 ? 0 : OTHER;
}

const OTHER = 37;
const LETTERS = OTHER + 1;

function startAt(text: string, at: number): number {
  return letterAt(text, at) * LETTERS + letterAt(text, at + 1);
}

interface Start {
  /** Of words that begin so, the lowest and the highest number. */
  readonly from: number;
  readonly to: number;
  /** Whether that is all there is to look for. */
  readonly isAll: boolean;
}

/** How a word must begin that begins with these letters, a space before them. */
function startMeant(word: string): Start {
  const from = startAt(word, 1);
  const [first, second] = [letterAt(word, 1), letterAt(word, 2)];
  const isAll = word.length <= 3 && first !== OTHER && second !== OTHER;
  return { from, to: word.length === 2 ? from + OTHER : from, isAll };
}

function beginsWithEach({ codes, ends }: Starts, row: number, starts: readonly Start[]): boolean {
  const begin = row === 0 ? 0 : (ends[row - 1] ?? 0);
  const end = ends[row] ?? 0;
  for (const { from, to } of starts) {
    let at = begin;
    while (at < end && ((codes[at] ?? 0) < from || (codes[at] ?? 0) > to)) at++;
    if (at === end) return false;
  }
  return true;
}

function spaced(text: string): string {
  // Put together before and not after: what `replace` gives lies in one piece, as looking through it wants.
  return folded(` ${text} `).replace(/[^\p{L}\p{N}]+/gu, " ");
}
