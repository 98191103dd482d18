import {
  accountIdField,
  type Bytes,
  bytesField,
  fromUtf8,
  hashField,
  metadataField,
  parseAs,
  type SealedRevision,
  spaceIdField,
  timeField,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import type { KeptContents } from "./kept-content.ts";
import type { Cabinet } from "./outbox.ts";
import { releaseKey } from "./release.ts";

const SHARE = "kept/share/";

const itemField = z.strictObject({
  /** As it was checked when the share was looked at; a sealed value is nobody else's. */
  fact: z.custom<SealedRevision>((value) => typeof value === "object" && value !== null),
  header: hashField,
  /** R and h: with both it opens without asking. */
  secret: bytesField(32, 32),
  release: bytesField(32, 32),
  metadata: metadataField,
});
const shareField = z.strictObject({
  v: z.literal(1),
  share: spaceIdField,
  maker: z.strictObject({ account: accountIdField, identity: hashField }),
  about: z.strictObject({ from: z.string(), note: z.string() }),
  until: timeField,
  /** When the server was last asked for it. */
  seenAt: timeField,
  items: z.array(itemField),
});

/** A received share with the offline right, as it is kept. */
export type KeptShare = Omit<z.infer<typeof shareField>, "v">;
export type KeptShareItem = KeptShare["items"][number];

/** Received shares that this device keeps until they end (spec/offline.md, What others share). */
export class KeptShares {
  readonly #store: Cabinet;
  readonly #contents: KeptContents;

  constructor(store: Cabinet, contents: KeptContents) {
    this.#store = store;
    this.#contents = contents;
  }

  async all(): Promise<KeptShare[]> {
    const all: KeptShare[] = [];
    for await (const [, value] of this.#store.entries(SHARE)) all.push(shareOf(value));
    return all;
  }

  async save(share: KeptShare): Promise<void> {
    const value = utf8(JSON.stringify({ v: 1, ...share }));
    await this.#store.batch([{ key: SHARE + share.share, value }]);
  }

  /** Erases every share whose end has passed, as far as this device can know what time it is. */
  async sweep(now: number): Promise<void> {
    for (const share of await this.all()) if (isOver(share, now)) await this.drop(share);
  }

  /** Erases a share: contents first, so that what breaks off goes on at the next start. */
  async drop({ share, items }: KeptShare): Promise<void> {
    for (const revision of (await this.#contents.of(share)).keys()) {
      await this.#contents.drop(share, revision);
    }
    const elsewhere = await this.#contents.everywhere();
    await this.#store.batch([
      // What opens something that is kept by another right stays.
      ...items
        .filter(({ fact }) => !elsewhere.has(fact.revision))
        .map(({ header }) => ({ key: releaseKey(header) })),
      { key: SHARE + share },
    ]);
  }
}

/** Whether the right has ended. A clock that was set back behind what was seen before prolongs nothing. */
export function isOver({ until, seenAt }: KeptShare, now: number): boolean {
  return until <= Math.max(now, seenAt);
}

function shareOf(value: Bytes): KeptShare {
  const { v: _, ...share } = parseAs(shareField, JSON.parse(fromUtf8(value)), "kept");
  return share;
}
