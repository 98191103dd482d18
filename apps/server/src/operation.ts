import type {
  AccountId,
  DeviceId,
  EntryAbout,
  EntryKind,
  Hash,
  Head,
  Statement,
  Subject,
} from "@ecrin/protocol";
import type { Tx } from "./database.ts";

/** An entry before it has its place (spec/journal.md, Entry). */
export interface EntryDraft {
  readonly subject: Subject;
  readonly kind: EntryKind;
  /** Empty for the server itself. */
  readonly actor: { readonly account?: AccountId; readonly device?: DeviceId };
  readonly about: EntryAbout;
  readonly at: number;
  /** The signed act, kept beside the entry. */
  readonly statement?: Statement;
  /** The hash of the signed act this entry is the receipt of, where one operation does several. */
  readonly act?: Hash;
}

/** A chain, of a space or an account, as it stood when a write was decided. */
export interface Guard {
  readonly chain: Subject;
  readonly head: Head;
}

/** Where an entry came to stand. */
export interface Position {
  /** Global, from 0, without gaps. */
  readonly index: number;
  readonly leaf: Hash;
  readonly subject: Subject;
  /** The subject's own counter, from 0. */
  readonly n: number;
  /** The entry's commitment, c. */
  readonly hash: Hash;
  readonly at: number;
}

/** One write: what it changes and what is said of it. Both happen, or neither. */
export interface Operation<T> {
  /**
   * The hash of the signed act. An act already done gives its entries' positions
   * again (`repeated`), runs no effect and makes no entry.
   */
  readonly once?: Hash;
  /**
   * What the write was decided on. Compared within the transaction that writes, so that what
   * another process has acknowledged is never overlooked; refused as `stale-head` where it moved on.
   */
  readonly guard?: readonly Guard[];
  /** What changes beside the journal. Runs alone, under the journal's lock, in a savepoint of its own. */
  readonly effect?: (tx: Tx) => Promise<T>;
  readonly entries: (result: T) => readonly EntryDraft[];
}

/** What a write gave. */
export type Committed<T> =
  | { readonly repeated: false; readonly result: T; readonly positions: readonly Position[] }
  | { readonly repeated: true; readonly positions: readonly Position[] };
