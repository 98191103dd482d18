import {
  type AccountId,
  accountIdField,
  type Bytes,
  bytesField,
  canonicalJson,
  decodeFrontier,
  encodeFrontier,
  type Frontier,
  fromBase64url,
  fromUtf8,
  type Hash,
  type Metadata,
  parseAs,
  type RevisionPayload,
  type SpaceId,
  type Statement,
  spaceIdField,
  statementField,
  timeField,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import type { Listing, Revision } from "./listing.ts";
import type { Cabinet } from "./outbox.ts";
import type { SpaceView } from "./space-view.ts";
import type { Change } from "./store.ts";

/** Revisions in one sealed value: few enough to write again when one is added, enough to open ten thousand at once. */
const PAGE = 500;
const RIGHT = "kept";
const VIEW = "kept/view/";
const ROWS = "kept/rows/";
const DIGITS = 6;

const personField = z.strictObject({
  account: accountIdField,
  name: z.string(),
  verified: z.enum(["face-to-face", "invitation"]),
});
const rightField = z.strictObject({
  v: z.literal(1),
  at: timeField,
  /** The account's own record and name, and whom it knows: what a list without network shows. */
  own: z.optional(spaceIdField),
  name: z.string(),
  people: z.array(personField),
});
/** That the person has said yes to keeping things here, when, and what goes with it. */
export type KeptRight = Omit<z.infer<typeof rightField>, "v">;

const viewField = z.strictObject({
  v: z.literal(1),
  statements: z.array(statementField),
  size: z.int(),
  frontier: bytesField(0, 64 * 32),
  epochs: z.int(),
  seenAt: timeField,
  release: z.optional(z.strictObject({ epoch: z.int(), key: bytesField(32, 32) })),
});

/**
 * A revision as it is kept. It was checked in full before, and a sealed value is nobody else's.
 * Its signed header is not kept: 0.3.0 did, and it was more than half of what had to be read.
 */
interface Row {
  readonly fact: RevisionPayload;
  readonly hash: Hash;
  readonly secret?: string;
  readonly metadata?: Metadata;
}
const pageField = z.strictObject({
  v: z.literal(1),
  rows: z.array(z.custom<Row>(isRow)).check(z.maxLength(PAGE)),
});

/** What is known of a space without asking. */
export interface KeptSpace {
  readonly statements: readonly Statement[];
  readonly revisions: readonly Revision[];
  readonly frontier: Frontier;
  /** How many epochs' beginnings were compared with the tree. */
  readonly epochs: number;
  readonly seenAt: number;
  /** S of the epoch in which this account may seal. */
  readonly release?: { readonly epoch: number; readonly key: Bytes };
}

/** Whether, and what, this device keeps for work without network (spec/offline.md). */
export class Kept {
  readonly #store: Cabinet;
  /** Of each space: rows written, and the head they were written with. */
  readonly #written = new Map<SpaceId, { readonly size: number; readonly head?: Hash }>();

  /** The last change of the yes. */
  #last: Promise<void> = Promise.resolve();

  constructor(store: Cabinet) {
    this.#store = store;
  }

  /** The person's yes; undefined where nothing is to be kept. */
  async right(): Promise<KeptRight | undefined> {
    const value = await this.#store.get(RIGHT);
    if (value === undefined) return undefined;
    const { v: _, ...right } = parseAs(rightField, JSON.parse(fromUtf8(value)), "kept");
    return right;
  }

  /** One change of the yes after the other: one that was taken back is not written again. */
  async #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(change);
    this.#last = turn.catch(() => undefined);
    await turn;
  }

  /** Writes down the yes, and what goes with it. */
  async allow(right: KeptRight): Promise<void> {
    await this.#inTurn(
      async () => await this.#store.batch([{ key: RIGHT, value: utf8(written(right)) }]),
    );
  }

  /** Writes down what goes with the yes where it has become another since: somebody met, a name. */
  async renew(made: (at: number) => KeptRight): Promise<void> {
    await this.#inTurn(async () => {
      const right = await this.right();
      if (right === undefined) return;
      const now = written(made(right.at));
      if (now !== written(right)) await this.#store.batch([{ key: RIGHT, value: utf8(now) }]);
    });
  }

  /** Takes the yes back: everything that was kept is erased, the outbox stays. */
  async forget(): Promise<void> {
    await this.#inTurn(async () => {
      const all: Change[] = [];
      for await (const [key] of this.#store.entries(RIGHT)) all.push({ key });
      await this.#store.batch(all);
      this.#written.clear();
    });
  }

  /** Spaces that something is kept of. */
  async spaces(): Promise<SpaceId[]> {
    const spaces: SpaceId[] = [];
    for await (const [key] of this.#store.entries(VIEW)) {
      spaces.push(parseAs(spaceIdField, key.slice(VIEW.length), "kept"));
    }
    return spaces;
  }

  /** When the service was last asked about a space; undefined where nothing of it is kept. */
  async seenAt(space: SpaceId): Promise<number | undefined> {
    const value = await this.#store.get(VIEW + space);
    if (value === undefined) return undefined;
    return parseAs(viewField, JSON.parse(fromUtf8(value)), "kept").seenAt;
  }

  /** Writes what is new of a space: rows first, a page at a time, and then the view that counts them. */
  async save(
    view: Pick<SpaceView, "space" | "head" | "seenAt" | "statements">,
    listing: Pick<Listing, "followed" | "revisions">,
    release: KeptSpace["release"],
  ): Promise<void> {
    const { space, head } = view;
    const { frontier, epochs } = listing.followed;
    const written = this.#written.get(space);
    if (written?.size === frontier.size && written.head === head.hash) return;
    const revisions = [...listing.revisions.values()];
    // Where something does not open there is more to a row than is kept of it.
    if (revisions.some(({ lost }) => lost !== undefined)) return await this.drop(space);
    for (
      let page = Math.floor((written?.size ?? 0) / PAGE);
      page * PAGE < revisions.length;
      page++
    ) {
      const rows = revisions.slice(page * PAGE, (page + 1) * PAGE).map(rowOf);
      const value = utf8(JSON.stringify({ v: 1, rows }));
      await this.#store.batch([{ key: pageKey(space, page), value }]);
    }
    const kept = {
      v: 1,
      statements: view.statements,
      size: frontier.size,
      frontier: toBase64url(encodeFrontier(frontier)),
      epochs,
      seenAt: view.seenAt,
      ...(release === undefined
        ? {}
        : { release: { epoch: release.epoch, key: toBase64url(release.key) } }),
    };
    await this.#store.batch([{ key: VIEW + space, value: utf8(JSON.stringify(kept)) }]);
    this.#written.set(space, { size: frontier.size, head: head.hash });
  }

  /** What is kept of a space; undefined where nothing is, or where it does not fit together, and is then erased. */
  async load(space: SpaceId): Promise<KeptSpace | undefined> {
    const value = await this.#store.get(VIEW + space);
    if (value === undefined) return undefined;
    const view = parseAs(viewField, JSON.parse(fromUtf8(value)), "kept");
    const revisions: Revision[] = [];
    for await (const [, page] of this.#store.entries(`${ROWS}${space}/`)) {
      const { rows } = parseAs(pageField, JSON.parse(fromUtf8(page)), "kept");
      for (const row of rows) revisions.push(revisionOf(row, revisions.length));
    }
    if (revisions.length < view.size) {
      await this.drop(space);
      return undefined;
    }
    const { statements, size, epochs, seenAt, release } = view;
    const frontier = decodeFrontier(size, fromBase64url(view.frontier));
    this.#written.set(space, { size });
    return {
      statements,
      revisions: revisions.slice(0, size),
      frontier,
      epochs,
      seenAt,
      ...(release === undefined
        ? {}
        : { release: { epoch: release.epoch, key: fromBase64url(release.key) } }),
    };
  }

  /** Erases the rows and the view of a space; they are fetched anew. */
  async drop(space: SpaceId): Promise<void> {
    const all: Change[] = [{ key: VIEW + space }];
    for await (const [key] of this.#store.entries(`${ROWS}${space}/`)) all.push({ key });
    await this.#store.batch(all);
    this.#written.delete(space);
  }
}

function written(right: KeptRight): string {
  return canonicalJson({ v: 1, ...right });
}

function rowOf({ fact, hash, opened }: Revision): Row {
  if (opened === undefined) return { fact, hash };
  const { secret, metadata } = opened;
  return { fact, hash, secret: toBase64url(secret), metadata };
}

function revisionOf({ fact, hash, secret, metadata }: Row, index: number): Revision {
  const known = { index, fact, hash };
  if (secret === undefined || metadata === undefined) return known;
  const opened = {
    metadata,
    /** Of ten thousand rows that are listed, few are opened. */
    get secret() {
      return fromBase64url(secret);
    },
  };
  return { ...known, opened };
}

function isRow(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    "fact" in value &&
    typeof value.fact === "object" &&
    "hash" in value &&
    typeof value.hash === "string"
  );
}

function pageKey(space: SpaceId, page: number): string {
  return `${ROWS}${space}/${String(page).padStart(DIGITS, "0")}`;
}

/** Somebody whom this account knows, as the list without network names them. */
export type KeptPerson = { readonly account: AccountId } & z.infer<typeof personField>;
