import {
  accountIdField,
  type Bytes,
  bytesField,
  canonicalJson,
  fromUtf8,
  hashField,
  itemIdField,
  newId,
  parseAs,
  type RevisionId,
  revisionIdField,
  type SpaceState,
  spaceIdField,
  statementField,
  timeField,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import type { Change, Store } from "./store.ts";

/** Where the outbox lies: the part of the local store it needs. */
export type Cabinet = Pick<Store, "get" | "batch" | "entries">;

const MOST_METADATA = 1 << 20;
const MOST_FORMER = 100;

const sealedField = {
  space: spaceIdField,
  item: itemIdField,
  revision: revisionIdField,
  parents: z.array(revisionIdField),
  statement: statementField,
  /** Headers of the same revision that the server refused for their time. */
  former: z.array(hashField).check(z.maxLength(MOST_FORMER)),
};
const whatField = z.discriminatedUnion("kind", [
  z.strictObject({
    ...sealedField,
    kind: z.literal("write"),
    /** R and h: with both its author opens it while it waits. */
    secret: bytesField(32, 32),
    release: bytesField(32, 32),
    metadata: bytesField(16, MOST_METADATA),
    /** Bytes of the content's ciphertext, and in how many pieces they lie. */
    length: z.int(),
    pieces: z.int(),
    /** Path of the upload they go up by, once it was begun. */
    upload: z.optional(z.string()),
  }),
  z.strictObject({ ...sealedField, kind: z.literal("delete") }),
  z.strictObject({ kind: z.literal("unshare"), space: spaceIdField, share: spaceIdField }),
  z.strictObject({ kind: z.literal("end"), space: spaceIdField, account: accountIdField }),
  z.strictObject({ kind: z.literal("read"), statement: statementField }),
]);
const entryField = z.strictObject({
  v: z.literal(1),
  at: timeField,
  what: whatField,
  /** Why it was set apart: the code of a refusal. */
  apart: z.optional(z.string()),
  /** When the server said yes. It stays until what is kept of the space shows it. */
  arrived: z.optional(timeField),
});

/** One thing that waits (spec/offline.md, The outbox). */
export type Pending = z.infer<typeof whatField>;
export type WaitingWrite = Extract<Pending, { kind: "write" }>;
export type WaitingRevision = Extract<Pending, { kind: "write" | "delete" }>;
/** It with its place in the order, when it was done, and what became of it. */
export interface OutboxEntry {
  readonly id: string;
  readonly at: number;
  readonly what: Pending;
  readonly apart?: string;
  readonly arrived?: number;
}

/** Makes what waits; its ciphertext goes to `put` piece by piece. */
export type Make = (put: (piece: Bytes) => Promise<void>) => Promise<Pending>;

const ENTRY = "outbox/";
const BYTES = "outbox-bytes/";
const SENT = "outbox-sent";
const DIGITS = 10;

/**
 * What was done and has not gone out, kept on the device. Every answer is read
 * from the store, so two pages of one browser see the same; an entry's name is
 * its place and a random id, so they never write over each other.
 */
export class Outbox {
  readonly #store: Cabinet;
  readonly #now: () => number;

  constructor(store: Cabinet, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Everything that waits or was set apart, in the order in which it was done. */
  async waiting(): Promise<OutboxEntry[]> {
    return (await this.entries()).filter(({ arrived }) => arrived === undefined);
  }

  /** And what has arrived since what is kept was last brought up to date. */
  async entries(): Promise<OutboxEntry[]> {
    const entries: OutboxEntry[] = [];
    for await (const [key, value] of this.#store.entries(ENTRY)) {
      const { at, what, apart, arrived } = parseAs(
        entryField,
        JSON.parse(fromUtf8(value)),
        "outbox",
      );
      entries.push({
        id: key.slice(ENTRY.length),
        at,
        what,
        ...(apart === undefined ? {} : { apart }),
        ...(arrived === undefined ? {} : { arrived }),
      });
    }
    return entries;
  }

  /**
   * Keeps something that waits: first the pieces that `make` puts, then the entry
   * it returns. When this returns it has reached the store, whole.
   */
  async add(make: Make): Promise<OutboxEntry> {
    for await (const entry of this.addEach([make])) return entry;
    throw new RangeError("nothing was given");
  }

  /** The same for many in their order, each given back once it is kept. */
  async *addEach(makes: Iterable<Make>): AsyncGenerator<OutboxEntry, void, undefined> {
    const last = (await this.entries()).at(-1);
    let place = last === undefined ? 0 : Number(last.id.slice(0, DIGITS)) + 1;
    for (const make of makes) {
      const id = `${String(place).padStart(DIGITS, "0")}-${newId<"revision">()}`;
      let pieces = 0;
      const what = await make(async (value) => {
        await this.#store.batch([{ key: pieceKey(id, pieces), value }]);
        pieces += 1;
      });
      const entry = { id, at: this.#now(), what };
      await this.#store.batch([changeOf(entry)]);
      yield entry;
      place += 1;
    }
  }

  /** The ciphertext of a write, piece by piece. */
  async *pieces({ id, what }: OutboxEntry): AsyncGenerator<Bytes, void, undefined> {
    const count = what.kind === "write" ? what.pieces : 0;
    for (let i = 0; i < count; i++) {
      const piece = await this.#store.get(pieceKey(id, i));
      if (piece === undefined) throw new RangeError("a piece of what waits is not there");
      yield piece;
    }
  }

  /** The server has said yes: a read leaves, the rest when `settle` finds it in what is kept. */
  async done(entry: OutboxEntry): Promise<void> {
    const at = this.#now();
    await this.#store.batch([
      ...(entry.what.kind === "read"
        ? gone(entry.id, entry.what)
        : [changeOf({ ...entry, arrived: at })]),
      { key: SENT, value: utf8(canonicalJson({ at })) },
    ]);
  }

  /**
   * Lets go of what has arrived and stands in what is kept, so that it is never nowhere.
   * @param isThere whether what is kept shows it
   * @param leave told of each before it goes
   */
  async settle(
    isThere: (what: Pending) => boolean,
    leave: (entry: OutboxEntry) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    for (const entry of await this.entries()) {
      if (entry.arrived === undefined || !isThere(entry.what)) continue;
      await leave(entry);
      await this.#store.batch(gone(entry.id, entry.what));
    }
  }

  /** When something last arrived; undefined where nothing has. */
  async lastSent(): Promise<number | undefined> {
    const value = await this.#store.get(SENT);
    if (value === undefined) return undefined;
    return parseAs(z.strictObject({ at: timeField }), JSON.parse(fromUtf8(value)), "sent").at;
  }

  /** Puts other words in the place of an entry's: a header signed again, an upload begun. */
  async replace(entry: OutboxEntry, what: Pending): Promise<OutboxEntry> {
    const next = { ...entry, what };
    await this.#store.batch([changeOf(next)]);
    return next;
  }

  /** Refused for good: it stays, and is shown with its reason. */
  async setApart(entry: OutboxEntry, code: string): Promise<void> {
    await this.#store.batch([changeOf({ ...entry, apart: code })]);
  }

  /** The person asks to try it again. */
  async retry(id: string): Promise<void> {
    const entry = (await this.entries()).find((each) => each.id === id);
    if (entry === undefined) return;
    const { apart: _, ...rest } = entry;
    await this.#store.batch([changeOf(rest)]);
  }

  /** The person has said that it may go: nothing else removes what the server has not taken. */
  async drop(id: string): Promise<void> {
    const entry = (await this.entries()).find((each) => each.id === id);
    if (entry !== undefined) await this.#store.batch(gone(entry.id, entry.what));
  }

  /** Erases pieces whose entry was never written: nobody was told that they are kept. */
  async sweep(): Promise<void> {
    const known = new Set((await this.entries()).map(({ id }) => id));
    const stray: Change[] = [];
    for await (const [key] of this.#store.entries(BYTES)) {
      const id = key.slice(BYTES.length, key.lastIndexOf("/"));
      if (!known.has(id)) stray.push({ key });
    }
    if (stray.length > 0) await this.#store.batch(stray);
  }
}

/** Whether a space, as it was followed, shows that something has happened. */
export function isIn(
  what: Pending,
  state: SpaceState,
  revisions: ReadonlyMap<RevisionId, unknown>,
): boolean {
  if (what.kind === "read" || what.space !== state.space) return false;
  if (what.kind === "unshare") return state.shares.get(what.share)?.ended !== undefined;
  if (what.kind === "end") return !state.members.has(what.account);
  return revisions.has(what.revision);
}

/** Whether something names one of these revisions as its parent. */
export function continues(what: Pending, revisions: ReadonlySet<RevisionId>): boolean {
  return isRevision(what) && what.parents.some((parent) => revisions.has(parent));
}

export function isRevision(what: Pending): what is WaitingRevision {
  return what.kind === "write" || what.kind === "delete";
}

function gone(id: string, what: Pending): Change[] {
  const pieces = what.kind === "write" ? what.pieces : 0;
  return [
    { key: ENTRY + id },
    ...Array.from({ length: pieces }, (_, i) => ({ key: pieceKey(id, i) })),
  ];
}

function changeOf({ id, ...rest }: OutboxEntry): Change {
  return { key: ENTRY + id, value: utf8(canonicalJson({ v: 1, ...rest })) };
}

function pieceKey(id: string, i: number): string {
  return `${BYTES}${id}/${i}`;
}
