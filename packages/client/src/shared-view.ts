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
  type SpaceId,
} from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import { type Contact, checkContact } from "./keyring.ts";
import { checkLinked, type OpenedLink, openLinks } from "./link-set.ts";
import { openName } from "./listing.ts";
import { type Opened, type OpenKey, openRange, openThrough } from "./open.ts";
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

  constructor(u: Unlocked, share: SpaceId) {
    this.#u = u;
    this.view = new SpaceView(u, share);
  }

  get share(): SpaceId {
    return this.view.space;
  }

  get items(): readonly SharedItem[] {
    return this.#items;
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
    if (this.#items.length > 0 || this.ended) return;
    const [links, { metadata }] = await Promise.all([
      openLinks(this.share, stated.source, key, answer),
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

  /** Opens a shared revision: one signed read, one entry in the journal of the record it comes from. */
  async open(revision: RevisionId, reason: ReadReason = "care"): Promise<Opened> {
    return await openThrough(this.#u.http, this.share, await this.#openKey(revision, reason));
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

  async #openKey(revision: RevisionId, reason: ReadReason): Promise<OpenKey> {
    const item = this.#items.find((each) => each.fact.revision === revision) ?? notThere();
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
