import {
  type Bytes,
  bytesField,
  concat,
  countField,
  fromBase64url,
  type Head,
  headField,
  type ItemId,
  itemIdField,
  type NewRevision,
  parseAs,
  parseRevision,
  type RevisionId,
  revisionIdField,
  type SpaceId,
  secretBoxField,
  sha256,
  spaceIdField,
  statementField,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import type { Change, Store } from "./store.ts";

/**
 * A large revision whose upload was begun: enough to go on after the program
 * ended, or in another copy of the device. It is sealed again from the same
 * file, and only what comes out byte for byte as written down leaves
 * (spec/revision.md, Resuming).
 */
export interface Begun {
  readonly space: SpaceId;
  readonly item: ItemId;
  readonly revision: RevisionId;
  readonly secret: Bytes;
  readonly epoch: number;
  readonly spaceHead: Head;
  /** What stands before the attachment, as it was first written. */
  readonly resource: Bytes;
  /** Length of the whole content before padding. */
  readonly size: number;
  /** Path of the upload at the server. */
  readonly location: string;
  /** First 40 bytes of the stream. */
  readonly header: Bytes;
  /** Digests of all its segments. */
  readonly digests: readonly Bytes[];
  /** The name as it was first sealed: its key comes from `secret` and is used once. */
  readonly metadata: Bytes;
}

/** What was posted at the end, to be posted again as it was: signed anew it would be another revision of the same id. */
export type Posted = Pick<NewRevision, "statement" | "wrapEpoch" | "wrap">;

const DIGEST = 32;
/** 1 TiB of content. */
const MOST_DIGESTS = 1 << 20;

const begunField = z.strictObject({
  space: spaceIdField,
  item: itemIdField,
  revision: revisionIdField,
  secret: bytesField(32, 32),
  epoch: countField,
  spaceHead: headField,
  resource: bytesField(1, 1 << 20),
  size: countField,
  location: z.string(),
  header: bytesField(40, 40),
  /** One after the other, 32 bytes each. Absent in what version 0.1.0 began, which starts over. */
  digests: z.optional(bytesField(DIGEST, MOST_DIGESTS * DIGEST)),
  metadata: bytesField(16, 1 << 20),
});
const postedField = z.strictObject({
  statement: statementField,
  wrapEpoch: countField,
  wrap: z.optional(secretBoxField),
});

/** Where one begun upload is kept, under a name that the caller chose for the file. */
export class BegunUpload {
  readonly #store: Store;
  readonly #key: string;

  constructor(store: Store, name: string) {
    this.#store = store;
    // A key of the store lies open on the disk, and the name may be a file's.
    this.#key = `upload/${toBase64url(sha256(utf8(name)))}`;
  }

  /** What was begun. */
  async load(): Promise<Begun | undefined> {
    const kept = await this.#store.getJson(this.#key);
    if (kept === undefined) return undefined;
    const { digests, ...rest } = parseAs(begunField, kept, "upload");
    if (digests === undefined) return undefined;
    return {
      ...rest,
      secret: fromBase64url(rest.secret),
      resource: fromBase64url(rest.resource),
      header: fromBase64url(rest.header),
      digests: [...each(fromBase64url(digests), DIGEST)],
      metadata: fromBase64url(rest.metadata),
    };
  }

  /** Writes down what is begun, all of it at once, before the first byte leaves. */
  async begin(begun: Begun): Promise<void> {
    await this.forget();
    await this.#store.putJson(this.#key, {
      ...begun,
      spaceHead: { ...begun.spaceHead },
      secret: toBase64url(begun.secret),
      resource: toBase64url(begun.resource),
      header: toBase64url(begun.header),
      digests: toBase64url(concat(...begun.digests)),
      metadata: toBase64url(begun.metadata),
    });
  }

  /** Writes down what is about to be posted, or says what was before. */
  async post(make: () => Promise<Posted>): Promise<Posted> {
    const kept = await this.#store.getJson(this.#postKey);
    const posted = kept === undefined ? undefined : parseAs(postedField, kept, "upload");
    // Version 0.2.0 signed headers without their wrap, and no server takes one any more.
    if (posted !== undefined && signsItsWrap(posted)) return posted;
    const made = await make();
    await this.#store.putJson(this.#postKey, { ...made });
    return made;
  }

  async forget(): Promise<void> {
    const kept: Change[] = [];
    for await (const [key] of this.#store.entries(this.#key)) kept.push({ key });
    await this.#store.batch(kept);
  }

  get #postKey(): string {
    return `${this.#key}/post`;
  }
}

function signsItsWrap({ statement }: Posted): boolean {
  const { fact } = parseRevision(statement);
  return fact.op !== "delete" && fact.wrap !== undefined;
}

function* each(bytes: Bytes, length: number): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
