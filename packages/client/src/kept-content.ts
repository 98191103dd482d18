import { SEGMENT, streamRoot } from "@ecrin/crypto";
import {
  type Bytes,
  canonicalJson,
  concat,
  fromBase64url,
  fromUtf8,
  parseAs,
  type RevisionId,
  revisionIdField,
  type SealedRevision,
  type SpaceId,
  timeField,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { ClientError } from "./errors.ts";
import type { Http } from "./http.ts";
import type { Cabinet } from "./outbox.ts";

const CONTENT = "kept/content/";
const BYTES = "kept/bytes/";

const contentField = z.strictObject({
  v: z.literal(1),
  at: timeField,
  pinned: z.boolean(),
  pieces: z.int(),
});

/** That the content of a revision is kept: since when, and whether the person asked for it. */
export type KeptContent = Omit<z.infer<typeof contentField>, "v">;

/** Contents kept on the device: ciphertexts as the server has them, a piece a segment. */
export class KeptContents {
  readonly #store: Cabinet;
  readonly #now: () => number;

  constructor(store: Cabinet, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async get(space: SpaceId, revision: RevisionId): Promise<KeptContent | undefined> {
    const value = await this.#store.get(`${CONTENT}${space}/${revision}`);
    return value === undefined ? undefined : contentOf(value);
  }

  /** Which contents of a space are kept. */
  async of(space: SpaceId): Promise<Map<RevisionId, KeptContent>> {
    const kept = new Map<RevisionId, KeptContent>();
    const prefix = `${CONTENT}${space}/`;
    for await (const [key, value] of this.#store.entries(prefix)) {
      kept.set(parseAs(revisionIdField, key.slice(prefix.length), "kept"), contentOf(value));
    }
    return kept;
  }

  /** Every revision whose content is kept, whatever it is kept through. */
  async everywhere(): Promise<Set<RevisionId>> {
    const kept = new Set<RevisionId>();
    for await (const [key] of this.#store.entries(CONTENT)) {
      kept.add(parseAs(revisionIdField, key.slice(key.lastIndexOf("/") + 1), "kept"));
    }
    return kept;
  }

  /**
   * Fetches the ciphertext of a revision and keeps it: first its pieces, then
   * that it is there. What is not as its author signed is not kept.
   * @param through the record or the share it is fetched through
   */
  async fetch(
    http: Pick<Http, "whole">,
    through: SpaceId,
    fact: SealedRevision,
    pinned: boolean,
  ): Promise<void> {
    const { revision, content } = fact;
    const before = await this.get(through, revision);
    if (before !== undefined) {
      if (pinned && !before.pinned) await this.#write(through, revision, { ...before, pinned });
      return;
    }
    const params = { space: through, revision };
    const digests: Bytes[] = [];
    for (let from = 0; from < content.length; from += SEGMENT) {
      const size = Math.min(SEGMENT, content.length - from);
      const whole = from === 0 && size === content.length;
      const piece = await http.whole("content", params, size, whole ? undefined : from);
      digests.push(new Uint8Array(await crypto.subtle.digest("SHA-256", piece)));
      await this.#store.batch([
        { key: pieceKey(through, revision, digests.length - 1), value: piece },
      ]);
    }
    const root = await streamRoot(digests);
    if (!same(root, fromBase64url(content.root))) {
      await this.drop(through, revision, digests.length);
      throw new ClientError("cannot-open", "the content is not what its author signed");
    }
    const at = this.#now();
    await this.#write(through, revision, { at, pinned, pieces: digests.length });
  }

  /** Takes over the ciphertext of a write that has arrived. */
  async adopt(space: SpaceId, revision: RevisionId, pieces: AsyncIterable<Bytes>): Promise<void> {
    let count = 0;
    for await (const value of pieces) {
      await this.#store.batch([{ key: pieceKey(space, revision, count), value }]);
      count += 1;
    }
    await this.#write(space, revision, { at: this.#now(), pinned: false, pieces: count });
  }

  /** The ciphertext; undefined where it is not kept, or not whole. */
  async bytes(space: SpaceId, revision: RevisionId): Promise<Bytes | undefined> {
    const kept = await this.get(space, revision);
    if (kept === undefined) return undefined;
    const pieces: Bytes[] = [];
    for (let i = 0; i < kept.pieces; i++) {
      const piece = await this.#store.get(pieceKey(space, revision, i));
      if (piece === undefined) return undefined;
      pieces.push(piece);
    }
    return concat(...pieces);
  }

  /** Keeps it no more. */
  async drop(space: SpaceId, revision: RevisionId, pieces?: number): Promise<void> {
    const count = pieces ?? (await this.get(space, revision))?.pieces ?? 0;
    await this.#store.batch([
      { key: `${CONTENT}${space}/${revision}` },
      ...Array.from({ length: count }, (_, i) => ({ key: pieceKey(space, revision, i) })),
    ]);
  }

  async #write(space: SpaceId, revision: RevisionId, content: KeptContent): Promise<void> {
    const value = utf8(canonicalJson({ v: 1, ...content }));
    await this.#store.batch([{ key: `${CONTENT}${space}/${revision}`, value }]);
  }
}

function contentOf(value: Bytes): KeptContent {
  const { v: _, ...content } = parseAs(contentField, JSON.parse(fromUtf8(value)), "kept");
  return content;
}

function pieceKey(space: SpaceId, revision: RevisionId, i: number): string {
  return `${BYTES}${space}/${revision}/${i}`;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
