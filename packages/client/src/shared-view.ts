import { openBox } from "@ecrin/crypto";
import {
  type AccountId,
  aboutContext,
  accountIn,
  type Bytes,
  fromBase64url,
  fromUtf8,
  type Hash,
  type Metadata,
  parseCanonical,
  type ReadReason,
  type RevisionId,
  type SealedRevision,
  type SpaceId,
  toBase64url,
} from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import type { Keeping } from "./keeping.ts";
import { type Contact, checkContact } from "./keyring.ts";
import {
  checkLinked,
  type HandedOut,
  type OpenedLink,
  openLinkReleases,
  openLinks,
} from "./link-set.ts";
import { openName } from "./listing.ts";
import { type Opened, type OpenKey, openOwn, openRange, openThrough } from "./open.ts";
import { askReleases, checkedContentKey, releaseKey } from "./release.ts";
import { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

/** One revision as its recipient sees it. */
export interface SharedItem extends OpenedLink {
  readonly metadata: Metadata;
}

/** A share as its recipient reads it: every link checked, names opened. */
export class SharedView {
  readonly view: SpaceView;
  readonly #u: Unlocked;
  #items: readonly SharedItem[] = [];
  /** What the maker wrote beside it. */
  about: { readonly from: string; readonly note: string } = { from: "", note: "" };
  ended = false;
  /** Where what may be kept is kept for later, if the person has said yes to it. */
  readonly #keeping: Keeping | undefined;

  constructor(u: Unlocked, share: SpaceId, keeping?: Keeping) {
    this.#u = u;
    this.#keeping = keeping;
    this.view = new SpaceView(u, share);
  }

  get share(): SpaceId {
    return this.view.space;
  }

  get items(): readonly SharedItem[] {
    return this.#items;
  }

  /** Whether its maker gave the right to open without asking (spec/share.md, The offline right). */
  get offline(): boolean {
    return this.view.me.role === "reader" && this.view.me.offline;
  }

  /** Who made the share, and at which identity. */
  get maker(): { account: AccountId; identity: Hash } {
    const owner =
      [...this.view.state.members.values()].find((member) => member.role === "owner") ?? notThere();
    return { account: owner.account, identity: owner.identity };
  }

  /** Whether this account knows the maker, and how; a maker whose identity is not the one verified is an alarm. */
  get makerIs(): Contact | undefined {
    return this.#u.keyring.contact(this.maker.account);
  }

  /** Fetches the share, checks every link against the root its maker signed, and opens the names. */
  async sync(): Promise<void> {
    await this.view.beFresh(0);
    const params = { share: this.share };
    const answer = await this.#u.http.call("share", { params });
    const stated = this.view.state.share ?? notThere();
    const known = this.makerIs;
    if (known !== undefined)
      checkContact(known, accountIn(this.view.accounts, known.account, "maker"));
    checkLinked(this.share, answer, stated.links);
    const key = await this.view.secret("space");
    this.ended = answer.ended || this.view.state.closed;
    this.about = await openAbout(this.share, key, fromBase64url(answer.about, "about"));
    if (this.ended) return await this.#keeping?.dropShare(this.share);
    if (this.#items.length === 0) await this.#openItems(stated.source, key, answer);
    await this.#keep(answer);
  }

  async #openItems(source: SpaceId, key: Bytes, answer: HandedOut): Promise<void> {
    const params = { share: this.share };
    const [links, { metadata }] = await Promise.all([
      openLinks(this.share, source, key, answer),
      this.#u.http.call("shareMetadata", { params }),
    ]);
    if (metadata.length !== links.length) throw new ClientError("cannot-open", "a name is missing");
    this.#items = await Promise.all(
      links.map(async (link, i) => ({
        ...link,
        metadata: await openName(
          link.fact,
          link.secret,
          fromBase64url(metadata[i] ?? "", "metadata"),
        ),
      })),
    );
  }

  /** What the right allows to keep, on a device that keeps; each h is the one its author committed to. */
  async #keep(answer: HandedOut): Promise<void> {
    if (!this.offline || !((await this.#keeping?.isAllowed()) ?? false)) return;
    const releases = await openLinkReleases(this.share, await this.view.secret("release"), answer);
    const items = this.#items.map(({ fact, header, secret, metadata }, i) => {
      const release = releases[i] ?? notThere();
      checkedContentKey(fact, secret, release);
      return { fact, header, secret: toBase64url(secret), release: toBase64url(release), metadata };
    });
    await this.#keeping?.saveShare({
      share: this.share,
      maker: this.maker,
      about: this.about,
      until: this.view.state.share?.until ?? notThere(),
      seenAt: this.view.seenAt,
      items,
    });
  }

  /**
   * Keeps the content of a revision on this device, to open it there without network.
   * @returns whether it is kept: its maker gives the right, and the person has said yes to keeping
   */
  async pin(revision: RevisionId): Promise<boolean> {
    const { fact } = this.#find(revision);
    return this.offline && ((await this.#keeping?.keepShared(this.share, fact, true)) ?? false);
  }

  /** Keeps it here no more, until it is opened or pinned again. */
  async unpin(revision: RevisionId): Promise<void> {
    await this.#keeping?.contents.drop(this.share, revision);
  }

  /** The ciphertext of what is being opened, kept from now on; undefined where it is not, for whatever reason. */
  async #kept(fact: SealedRevision): Promise<Bytes | undefined> {
    if (!this.offline || this.#keeping === undefined) return undefined;
    try {
      if (!(await this.#keeping.keepShared(this.share, fact, false))) return undefined;
      return await this.#keeping.contents.bytes(this.share, fact.revision);
    } catch {
      // A full device keeps nobody from reading.
      return undefined;
    }
  }

  /** Opens a shared revision: one signed read, one entry in the journal of the record it comes from. */
  async open(revision: RevisionId, reason: ReadReason = "care"): Promise<Opened> {
    const key = await this.#openKey(revision, reason);
    const kept = await this.#kept(key.fact);
    return kept === undefined
      ? await openThrough(this.#u.http, this.share, key)
      : await openOwn(key, kept);
  }

  /** Opens a part of an attachment. */
  async openRange(
    revision: RevisionId,
    start: number,
    size: number,
    reason: ReadReason = "care",
  ): Promise<Bytes> {
    return await openRange(
      this.#u.http,
      this.share,
      await this.#openKey(revision, reason),
      start,
      size,
    );
  }

  #find(revision: RevisionId): SharedItem {
    return this.#items.find((each) => each.fact.revision === revision) ?? notThere();
  }

  async #openKey(revision: RevisionId, reason: ReadReason): Promise<OpenKey> {
    const item = this.#find(revision);
    const kept = releaseKey(item.header);
    const known = await this.#u.store.get(kept);
    const release =
      known ??
      (await askReleases(this.#u, this.share, [item.fact], reason)).releases[0] ??
      notThere();
    const { key, ctx } = checkedContentKey(item.fact, item.secret, release);
    if (known === undefined) await this.#u.store.put(kept, release);
    return { fact: item.fact, metadata: item.metadata, key, ctx };
  }
}

async function openAbout(
  share: SpaceId,
  key: Bytes,
  box: Bytes,
): Promise<{ from: string; note: string }> {
  const value = parseCanonical(
    fromUtf8(await openBox(key, "about", aboutContext(share), box), "about"),
    "about",
  );
  const { from, note } = value as { from?: unknown; note?: unknown };
  if (typeof from !== "string" || typeof note !== "string")
    throw new ClientError("cannot-open", "the note beside the share is not in its form");
  return { from, note };
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the share");
}
