import {
  type Bytes,
  bytesField,
  countField,
  fromBase64url,
  type Head,
  hashField,
  headField,
  type ItemId,
  itemIdField,
  type NewRevision,
  parseAs,
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
import type { Store } from "./store.ts";

/**
 * A large revision whose upload was begun: enough to go on after the program
 * ended. It is sealed again from the same file, and only what comes out byte
 * for byte as recorded leaves (spec/revision.md, Resuming).
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
  /** The name as it was first sealed: its key comes from `secret` and is used once. */
  readonly metadata: Bytes;
}

/** What was posted at the end, to be posted again as it was: signed anew it would be another revision of the same id. */
export type Posted = Pick<NewRevision, "statement" | "wrapEpoch" | "wrap">;

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
  metadata: bytesField(16, 1 << 20),
});
const digestsField = z.array(hashField);
const postedField = z.strictObject({
  statement: statementField,
  wrapEpoch: countField,
  wrap: z.optional(secretBoxField),
});

/** Where one begun upload is kept, under a name that the caller chose for the file. */
export class BegunUpload {
  readonly #store: Store;
  readonly #key: string;
  #parts = 0;

  constructor(store: Store, name: string) {
    this.#store = store;
    // A key of the store lies open on the disk, and the name may be a file's.
    this.#key = `upload/${toBase64url(sha256(utf8(name)))}`;
  }

  /** What was begun, and the digests of every segment that may have left. */
  async load(): Promise<{ begun: Begun; digests: Bytes[] } | undefined> {
    const kept = await this.#store.getJson(this.#key);
    if (kept === undefined) return undefined;
    const { secret, resource, header, metadata, ...rest } = parseAs(begunField, kept, "upload");
    const digests: Bytes[] = [];
    for (this.#parts = 0; ; this.#parts++) {
      const part = await this.#store.getJson(this.#partKey(this.#parts));
      if (part === undefined) break;
      digests.push(...parseAs(digestsField, part, "upload").map((each) => fromBase64url(each)));
    }
    return {
      begun: {
        ...rest,
        secret: fromBase64url(secret),
        resource: fromBase64url(resource),
        header: fromBase64url(header),
        metadata: fromBase64url(metadata),
      },
      digests,
    };
  }

  /** Writes down what is begun, before the first byte leaves. */
  async begin(begun: Begun): Promise<void> {
    await this.forget();
    await this.#store.putJson(this.#key, {
      ...begun,
      spaceHead: { ...begun.spaceHead },
      secret: toBase64url(begun.secret),
      resource: toBase64url(begun.resource),
      header: toBase64url(begun.header),
      metadata: toBase64url(begun.metadata),
    });
  }

  /** Writes down what is about to be posted, or says what was before. */
  async post(make: () => Promise<Posted>): Promise<Posted> {
    const kept = await this.#store.getJson(this.#postKey);
    if (kept !== undefined) return parseAs(postedField, kept, "upload");
    const made = await make();
    await this.#store.putJson(this.#postKey, { ...made });
    return made;
  }

  /** Writes down the digests of a part, before it leaves. */
  async record(digests: readonly Bytes[]): Promise<void> {
    await this.#store.putJson(this.#partKey(this.#parts), digests.map(toBase64url));
    this.#parts += 1;
  }

  async forget(): Promise<void> {
    for (let part = 0; (await this.#store.get(this.#partKey(part))) !== undefined; part++) {
      await this.#store.delete(this.#partKey(part));
    }
    await this.#store.delete(this.#postKey);
    await this.#store.delete(this.#key);
    this.#parts = 0;
  }

  get #postKey(): string {
    return `${this.#key}/post`;
  }

  #partKey(part: number): string {
    return `${this.#key}/${part}`;
  }
}
