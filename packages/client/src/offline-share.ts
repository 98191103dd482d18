import { fromBase64url, type ReadReason, type RevisionId, type SpaceId } from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import { isOver, type KeptShare, type KeptShareItem } from "./kept-shares.ts";
import { type OfflineDevice, tellRead } from "./offline-record.ts";
import { type Opened, openOwn } from "./open.ts";
import { checkedContentKey } from "./release.ts";

/** A received share as this device keeps it, read without asking anybody until it ends (spec/offline.md). */
export class OfflineShare {
  readonly #device: OfflineDevice;
  readonly #kept: KeptShare;
  #contents: ReadonlySet<RevisionId> = new Set();

  private constructor(device: OfflineDevice, kept: KeptShare) {
    this.#device = device;
    this.#kept = kept;
  }

  static async open(device: OfflineDevice, kept: KeptShare): Promise<OfflineShare> {
    const share = new OfflineShare(device, kept);
    share.#contents = new Set((await device.contents.of(kept.share)).keys());
    return share;
  }

  get share(): SpaceId {
    return this.#kept.share;
  }

  /** Who made it, and at which identity. */
  get maker(): KeptShare["maker"] {
    return this.#kept.maker;
  }

  /** What the maker wrote beside it. */
  get about(): KeptShare["about"] {
    return this.#kept.about;
  }

  get until(): number {
    return this.#kept.until;
  }

  /** When the service was last asked. */
  get seenAt(): number {
    return this.#kept.seenAt;
  }

  get items(): readonly Pick<KeptShareItem, "fact" | "metadata">[] {
    return this.#kept.items;
  }

  /** Whether the content of a revision opens here without network. */
  opens(revision: RevisionId): boolean {
    return this.#contents.has(revision);
  }

  /**
   * Opens what is kept here. The read is signed and written down first.
   * @throws ClientError `closed` after the end, `not-kept` where the content is not on this device
   */
  async open(revision: RevisionId, reason: ReadReason = "care"): Promise<Opened> {
    if (isOver(this.#kept, this.#device.now()))
      throw new ClientError("closed", "the share has ended");
    const { fact, secret, release, metadata } = this.#find(revision);
    const bytes = await this.#device.contents.bytes(this.share, revision);
    if (bytes === undefined)
      throw new ClientError("not-kept", "the content is not kept on this device");
    const key = checkedContentKey(fact, fromBase64url(secret), fromBase64url(release));
    await tellRead(this.#device, this.share, fact, reason);
    return await openOwn({ fact, metadata, ...key }, bytes);
  }

  /** Keeps the content of a revision here no more, until it is opened or pinned again. */
  async unpin(revision: RevisionId): Promise<void> {
    await this.#device.contents.drop(this.share, revision);
    this.#contents = new Set([...this.#contents].filter((each) => each !== revision));
  }

  #find(revision: RevisionId): KeptShareItem {
    const item = this.#kept.items.find(({ fact }) => fact.revision === revision);
    if (item === undefined) throw new ClientError("not-found", "is not in the share");
    return item;
  }
}
