import type { Hash, Statement, Subject } from "@ecrin/protocol";
import { numberArray } from "./database.ts";

/** Bytes of a hash, a tag, a salt. */
export const HASH = 32;
/** Of an entry: commitment, leaf, tag, salt. */
export const HASHES = 4 * HASH;

/**
 * The rows of a batch in the form the database takes them apart from soonest (store.ts): what has
 * a fixed size in one byte string, what is text with a line for each, what is a number in arrays.
 * Neither canonical JSON nor a statement nor an id has a line's end in it.
 */
export interface Rows {
  /** Index of the first. */
  readonly first: number;
  readonly count: number;
  /** `HASHES` bytes of each entry. */
  readonly hashes: Buffer;
  readonly subject: string;
  readonly n: string;
  readonly at: string;
  readonly entry: string;
  /** An empty line where there is none. */
  readonly statement: string;
  readonly acts: {
    /** `HASH` bytes of each. */
    readonly hashes: Buffer;
    readonly first: string;
    readonly entries: string;
  };
  /** The last entry of each subject. */
  readonly last: {
    readonly subject: string;
    readonly n: string;
    /** `HASH` bytes of each. */
    readonly hashes: Buffer;
  };
}

/** A signed act, and the entries that stand for it. */
export interface Act {
  readonly act: Hash;
  readonly first: number;
  readonly entries: number;
}

interface EntryRow {
  readonly subject: Subject;
  readonly n: number;
  readonly at: number;
  readonly entry: string;
  readonly statement: Statement | undefined;
}

/** Gathers the rows of a batch, one entry after the other. */
export class RowsInMaking {
  readonly #first: number;
  readonly #hashes: Buffer;
  readonly #rows: EntryRow[] = [];
  readonly #acts: Act[] = [];

  /** @param ready what is to have entries: no more drafts than these hold will be added */
  constructor(first: number, ready: readonly { readonly drafts: readonly unknown[] }[]) {
    this.#first = first;
    const most = ready.reduce((count, { drafts }) => count + drafts.length, 0);
    this.#hashes = Buffer.alloc(most * HASHES);
  }

  add(row: EntryRow): void {
    this.#rows.push(row);
  }

  /** The hashes of the row that was added last. */
  addHashes(commitment: Uint8Array, leaf: Uint8Array, tag: Uint8Array, salt: Uint8Array): void {
    const at = (this.#rows.length - 1) * HASHES;
    this.#hashes.set(commitment, at);
    this.#hashes.set(leaf, at + HASH);
    this.#hashes.set(tag, at + 2 * HASH);
    this.#hashes.set(salt, at + 3 * HASH);
  }

  addAct(act: Act): void {
    this.#acts.push(act);
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0 && this.#acts.length === 0;
  }

  made(): Rows {
    const rows = this.#rows;
    const acts = this.#acts;
    return {
      first: this.#first,
      count: rows.length,
      hashes: this.#hashes.subarray(0, rows.length * HASHES),
      subject: rows.map((row) => row.subject).join("\n"),
      n: numberArray(rows.map((row) => row.n)),
      at: numberArray(rows.map((row) => row.at)),
      entry: rows.map((row) => row.entry).join("\n"),
      statement: rows.map((row) => row.statement ?? "").join("\n"),
      acts: {
        hashes: Buffer.concat(acts.map(({ act }) => Buffer.from(act, "base64url"))),
        first: numberArray(acts.map((act) => act.first)),
        entries: numberArray(acts.map((act) => act.entries)),
      },
      last: this.#lastRows(),
    };
  }

  #lastRows(): Rows["last"] {
    const places = [...new Map(this.#rows.map((row, i) => [row.subject, i])).values()];
    const hashes = Buffer.alloc(places.length * HASH);
    for (const [i, place] of places.entries())
      this.#hashes.copy(hashes, i * HASH, place * HASHES, place * HASHES + HASH);
    const rows = places.map((place) => this.#rows[place]);
    return {
      subject: rows.map((row) => row?.subject).join("\n"),
      n: numberArray(rows.map((row) => row?.n)),
      hashes,
    };
  }
}
