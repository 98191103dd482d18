import { openBox, releaseOf, sealBox } from "@ecrin/crypto";
import {
  type AccountId,
  aboutContext,
  accountIn,
  type Bytes,
  type CheckedLink,
  canonicalJson,
  checkLink,
  fromBase64url,
  fromUtf8,
  type Hash,
  type ItemId,
  type Link,
  linkBox,
  linkContext,
  linksRoot,
  type Metadata,
  newId,
  parseAccountStatement,
  parseCanonical,
  parseRevision,
  parseSpaceStatement,
  type ReadReason,
  type RevisionId,
  type SpaceId,
  type Statement,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { makeEpoch } from "./epoch-keys.ts";
import { ClientError } from "./errors.ts";
import { type Contact, checkContact } from "./keyring.ts";
import { type OpenableRevision, openName } from "./listing.ts";
import { memberFor, plain, plainEpoch } from "./membership.ts";
import { type Opened, type OpenKey, openRange, openThrough } from "./open.ts";
import { askReleases, checkedContentKey, releaseKey } from "./release.ts";
import { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

/** What somebody asks for when they share. */
export interface NewShare {
  readonly with: AccountId;
  readonly items: readonly (ItemId | RevisionId)[];
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly note?: string;
}

/** Makes a share of revisions, fixed from here on, with its statement in the source's chain. */
export async function createShare(
  u: Unlocked,
  source: SpaceView,
  revisions: readonly OpenableRevision[],
  ask: NewShare,
): Promise<SpaceId> {
  if (ask.until <= u.now())
    throw new ClientError("refused", "the end of a share lies in the future");
  const share = newId<"space">();
  const maker = await memberFor(u, u.account, { role: "owner", offline: true });
  const recipient = await memberFor(u, ask.with, { role: "reader", until: ask.until });
  const keys = await sealingKeys(u, [u.account, ask.with]);
  const keyOf = (account: AccountId) => keys.get(account) ?? notThere();
  const made = await makeEpoch(share, 1, [maker, recipient], keyOf, u.server.releaseKey);
  const authors = new Map<string, Link["author"]>();
  for (const { fact } of revisions) {
    const { account, device } = fact.by;
    if (!authors.has(`${account} ${device}`))
      authors.set(`${account} ${device}`, await certificate(u, account, device));
  }
  const links = await Promise.all(
    revisions.map(async (revision) => {
      const { account, device } = revision.fact.by;
      const author = authors.get(`${account} ${device}`) ?? notThere();
      return await makeLink(
        share,
        source,
        revision,
        author,
        made.secrets.space,
        made.secrets.release,
      );
    }),
  );
  const linked = { count: links.length, root: linksRoot(links) };
  const begin = await u.sign("space", {
    space: share,
    seq: 0,
    op: "begin",
    kind: "share",
    members: [plain(maker), plain(recipient)],
    epoch: plainEpoch(made.epoch),
    source: { space: source.space },
    until: ask.until,
    links: linked,
  });
  const statement = await source.sign({
    op: "share",
    share,
    recipient: ask.with,
    until: ask.until,
    links: linked,
    begin: parseSpaceStatement(begin).hash,
  });
  const about = utf8(canonicalJson({ from: u.keyring.name(), note: ask.note ?? "" }));
  const sealedAbout = toBase64url(
    await sealBox(made.secrets.space, "about", aboutContext(share), about),
  );
  await u.http.call("shareCreate", {
    body: { source: statement, share: begin, wraps: [...made.wraps], links, about: sealedAbout },
  });
  await source.follow([statement]);
  u.keyring.see(source.space, source.head);
  return share;
}

/** Ends a share: a statement in the source, and by its maker one in the share. */
export async function endShare(u: Unlocked, source: SpaceView, share: SpaceId): Promise<void> {
  const life = source.state.shares.get(share) ?? notThere();
  if (life.ended !== undefined) return;
  const unshare = await source.sign({ op: "unshare", share });
  const close = life.maker === u.account ? await closing(u, share) : undefined;
  await u.http.call("shareEnd", {
    params: { share },
    body: { unshare, ...(close === undefined ? {} : { close }) },
  });
  await source.follow([unshare]);
  u.keyring.see(source.space, source.head);
}

async function closing(u: Unlocked, share: SpaceId): Promise<Statement | undefined> {
  const view = new SpaceView(u, share);
  await view.refresh();
  return view.state.closed ? undefined : await view.sign({ op: "close" });
}

async function makeLink(
  share: SpaceId,
  source: SpaceView,
  { fact, opened, statement }: OpenableRevision,
  author: Link["author"],
  spaceKey: Bytes,
  releaseKey: Bytes,
): Promise<Link> {
  const place = { space: fact.space, item: fact.item, revision: fact.revision };
  const release = releaseOf(await source.secret("release", fact.epoch), place);
  const [secret, sealedRelease] = await Promise.all([
    sealBox(spaceKey, "link secret", linkContext(share, place, "secret"), opened.secret),
    sealBox(releaseKey, "link release", linkContext(share, place, "release"), release),
  ]);
  return {
    ...place,
    header: statement as Statement,
    epoch: fact.epoch,
    author,
    secret: toBase64url(secret),
    release: toBase64url(sealedRelease),
  };
}

/** The statement that certifies a device, with the identity that signed it. */
async function certificate(
  u: Unlocked,
  account: AccountId,
  device: string,
): Promise<Link["author"]> {
  const chain = await u.accounts.get(account);
  const { statements } = await u.http.call("chain", { params: { account } });
  for (const statement of statements) {
    const { fact, hash } = parseAccountStatement(statement);
    if ((fact.op !== "begin" && fact.op !== "device") || fact.device.device !== device) continue;
    if (chain.hashes[fact.seq] !== hash) break;
    const life = chain.identities.findLast((each) => each.since < fact.seq) ?? chain.identities[0];
    if (life !== undefined)
      return { account, identity: life.identity, device: fact.device, statement };
  }
  throw new ClientError("fork", "the author's device is not in the author's account chain");
}

async function sealingKeys(u: Unlocked, accounts: readonly AccountId[]) {
  const chains = await u.accounts.getAll(accounts);
  return new Map(
    [...chains].map(([id, chain]) => [id, chain.identities.at(-1)?.identity.seal ?? notThere()]),
  );
}

/** One revision as its recipient sees it. */
export interface SharedItem extends CheckedLink {
  readonly metadata: Metadata;
  readonly secret: Bytes;
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
    if (
      answer.links.length !== stated.links.count ||
      linksRoot(answer.links) !== stated.links.root
    ) {
      throw new ClientError("cannot-open", "the links are not those the share's maker signed");
    }
    if (answer.links.some((link) => link.space !== stated.source))
      throw new ClientError("cannot-open", "a link is not of the space the share was made from");
    const key = await this.view.secret("space");
    this.ended = answer.ended || this.view.state.closed;
    this.about = await openAbout(this.share, key, fromBase64url(answer.about, "about"));
    if (this.#items.length > 0 || this.ended) return;
    const { metadata } = await this.#u.http.call("shareMetadata", { params });
    if (metadata.length !== answer.links.length)
      throw new ClientError("cannot-open", "a name is missing");
    this.#items = await Promise.all(
      answer.links.map(async (link, i) => {
        const checked = await checkLink(link);
        const secret = await openBox(
          key,
          "link secret",
          linkContext(this.share, link, "secret"),
          linkBox(link, "secret"),
        );
        return {
          ...checked,
          secret,
          metadata: await openName(
            checked.fact,
            secret,
            fromBase64url(metadata[i] ?? "", "metadata"),
          ),
        };
      }),
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
    const kept = releaseKey(parseRevision(item.link.header).hash);
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
