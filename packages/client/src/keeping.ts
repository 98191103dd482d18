import { releaseOf } from "@ecrin/crypto";
import {
  type Bytes,
  fromBase64url,
  mayWrite,
  nameOfStatement,
  type SealedRevision,
  type SpaceId,
} from "@ecrin/protocol";
import { isRefusedFor } from "./errors.ts";
import { Kept, type KeptPerson, type KeptRight, type KeptSpace } from "./kept.ts";
import { KeptContents } from "./kept-content.ts";
import { type KeptShare, KeptShares } from "./kept-shares.ts";
import type { Listing, OpenableRevision } from "./listing.ts";
import { isIn, Outbox, type OutboxEntry, type Pending } from "./outbox.ts";
import { releaseKey } from "./release.ts";
import type { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

/** Above this a content is kept only where the person asks for it. */
export const KEPT_UNASKED = 64 * 1024 * 1024;

/** What an account that is signed in keeps on its device for later, once the person has said yes. */
export class Keeping {
  readonly kept: Kept;
  readonly contents: KeptContents;
  readonly shares: KeptShares;
  readonly outbox: Outbox;
  readonly #u: Unlocked;
  #allowed: boolean | undefined;

  constructor(u: Unlocked) {
    this.#u = u;
    const now = () => u.now();
    this.kept = new Kept(u.store);
    this.contents = new KeptContents(u.store, now);
    this.shares = new KeptShares(u.store, this.contents);
    this.outbox = new Outbox(u.store, now);
  }

  /** Whether the person has said yes on this device. */
  async isAllowed(): Promise<boolean> {
    this.#allowed ??= (await this.kept.right()) !== undefined;
    return this.#allowed;
  }

  /** The person says yes; what is opened, pinned and listed from now on is kept. */
  async allow(): Promise<void> {
    const before = await this.kept.right();
    await this.kept.allow(this.#right(before?.at ?? this.#u.now()));
    this.#allowed = true;
  }

  /** The yes, with whom the account knows today: what a screen without network names them by. */
  #right(at: number): KeptRight {
    const { keyring } = this.#u;
    const own = keyring.record();
    return {
      at,
      ...(own === undefined ? {} : { own }),
      name: keyring.name(),
      people: keyring
        .contents()
        .contacts.map(({ account, name, verified }): KeptPerson => ({ account, name, verified })),
    };
  }

  /** The yes is taken back: everything kept is erased. What waits to be sent stays. */
  async forget(): Promise<void> {
    await this.kept.forget();
    this.#allowed = false;
  }

  /** Goes on from what this device has checked before, instead of fetching all of it again. */
  async resume(view: SpaceView, listing: Listing): Promise<void> {
    if (!(await this.isAllowed())) return;
    const kept = await this.kept.load(view.space);
    if (kept === undefined) return;
    await view.resume(kept.statements, kept.seenAt);
    listing.resume(kept.revisions, kept.epochs);
  }

  /** Keeps what a record was found to be. */
  async save(view: SpaceView, listing: Listing): Promise<void> {
    const isAllowed = await this.isAllowed();
    if (isAllowed) {
      await this.kept.save(view, listing, await sealingKey(view));
      await this.kept.renew((at) => this.#right(at));
    }
    // What has arrived is let go of once it is shown without the outbox.
    const isThere = (what: Pending) => isIn(what, view.state, listing.revisions);
    await this.outbox.settle(isThere, isAllowed ? (entry) => this.#adopt(entry) : undefined);
  }

  /** What was written here stays openable here. */
  async #adopt(entry: OutboxEntry): Promise<void> {
    const { what } = entry;
    if (what.kind !== "write" || what.length > KEPT_UNASKED) return;
    const hash = nameOfStatement(what.statement);
    await this.#u.store.put(releaseKey(hash), fromBase64url(what.release));
    await this.contents.adopt(what.space, what.revision, this.outbox.pieces(entry));
  }

  /** The ciphertext of what is being opened, kept from now on; undefined where it is not, for whatever reason. */
  async opened(view: SpaceView, revision: OpenableRevision): Promise<Bytes | undefined> {
    try {
      if (!(await this.keep(view, revision, false))) return undefined;
      return await this.contents.bytes(view.space, revision.fact.revision);
    } catch {
      // A full device keeps nobody from reading; what does not open is refused where it is opened.
      return undefined;
    }
  }

  /**
   * Keeps a content that was, or may be, opened: its ciphertext and its release.
   * @returns whether it is kept: without the release somebody has to open it first
   */
  async keep(view: SpaceView, revision: OpenableRevision, pinned: boolean): Promise<boolean> {
    if (!(await this.isAllowed())) return false;
    const { fact, hash } = revision;
    if (fact.held !== "server" || (!pinned && fact.content.length > KEPT_UNASKED)) return false;
    const known = await this.#u.store.get(releaseKey(hash));
    if (known === undefined) {
      const held = await view.held("release", fact.epoch);
      if (held === undefined) return false;
      await this.#u.store.put(releaseKey(hash), releaseOf(held, fact));
    }
    await this.contents.fetch(this.#u.http, view.space, fact, pinned);
    return true;
  }

  /** Keeps a received share whose maker gave the offline right (spec/offline.md, What others share). */
  async saveShare(share: KeptShare): Promise<void> {
    if (await this.isAllowed()) await this.shares.save(share);
  }

  /** Keeps a content of such a share. @returns whether it is kept */
  async keepShared(share: SpaceId, fact: SealedRevision, pinned: boolean): Promise<boolean> {
    if (!(await this.isAllowed())) return false;
    if (fact.held !== "server" || (!pinned && fact.content.length > KEPT_UNASKED)) return false;
    await this.contents.fetch(this.#u.http, share, fact, pinned);
    return true;
  }

  /** Erases the received shares that have ended: by their date, and by what the server says. */
  async letGoOfShares(): Promise<void> {
    await this.shares.sweep(this.#u.now());
    for (const kept of await this.shares.all()) {
      try {
        if (await hasEnded(this.#u, kept.share)) await this.shares.drop(kept);
      } catch (error) {
        if (!isRefusedFor(error, "offline", "unavailable", "rate-limited", "internal")) throw error;
        return;
      }
    }
  }

  /** Erases every received share but these. */
  async keepSharesOnly(alive: readonly SpaceId[]): Promise<void> {
    for (const kept of await this.shares.all())
      if (!alive.includes(kept.share)) await this.shares.drop(kept);
  }

  /** Erases a received share that has ended. */
  async dropShare(share: SpaceId): Promise<void> {
    const kept = (await this.shares.all()).find((each) => each.share === share);
    if (kept !== undefined) await this.shares.drop(kept);
  }
}

/** Whether a received share is no longer handed out, so that nothing of it may stay. */
async function hasEnded(u: Unlocked, share: SpaceId): Promise<boolean> {
  try {
    return (await u.http.call("share", { params: { share } })).ended;
  } catch (error) {
    if (isRefusedFor(error, "closed", "not-found", "not-allowed")) return true;
    throw error;
  }
}

/** S of the current epoch, for whoever may write: sealing never depends on what a server answers. */
async function sealingKey(view: SpaceView): Promise<KeptSpace["release"]> {
  const { n } = view.epoch.epoch;
  if (!mayWrite(view.me)) return undefined;
  const key = await view.held("release", n);
  return key === undefined ? undefined : { epoch: n, key };
}
