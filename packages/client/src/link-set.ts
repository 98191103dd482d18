import { openBox, releaseOf, sealBox } from "@ecrin/crypto";
import {
  type AccountId,
  type Bytes,
  type CheckedLink,
  checkLink,
  checkLinks,
  concat,
  type DeviceId,
  fromBase64url,
  type Hash,
  type Link,
  type LinkAuthor,
  type LinkSet,
  linkBox,
  linkContext,
  linkListHash,
  linkListText,
  linkSetContext,
  linkSetRoot,
  linksRoot,
  parseAccountStatement,
  type RouteAnswer,
  type SpaceId,
  toBase64url,
} from "@ecrin/protocol";
import type { EpochSecrets } from "./epoch-keys.ts";
import { ClientError } from "./errors.ts";
import type { OpenableRevision } from "./listing.ts";
import type { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

const SECRET = 32;

/** What a share's statements say of what it links. */
export interface Linked {
  readonly count: number;
  readonly root: Hash;
}

/**
 * Everything a share links, sealed under the share's own keys (spec/share.md, Link set).
 * @param revisions of `source`, whose release keys this account holds
 */
export async function makeLinkSet(
  u: Unlocked,
  share: SpaceId,
  source: SpaceView,
  revisions: readonly OpenableRevision[],
  keys: EpochSecrets,
): Promise<{ set: LinkSet; linked: { count: number; root: Hash } }> {
  const { authors, authorOf } = await authorsOf(u, revisions);
  const links = revisions.map(({ fact, hash }, i) => ({
    author: authorOf[i] ?? notThere(),
    header: hash,
    revision: fact.revision,
  }));
  const list = linkListHash(linkListText({ authors, links }));
  const seal = async (of: "secrets" | "releases", key: Bytes, secrets: readonly Bytes[]) =>
    toBase64url(
      await sealBox(key, `link ${of}`, linkSetContext(share, list, of), concat(...secrets)),
    );
  const [secrets, releases] = await Promise.all([
    seal(
      "secrets",
      keys.space,
      revisions.map(({ opened }) => opened.secret),
    ),
    seal("releases", keys.release, await releasesOf(source, revisions)),
  ]);
  const set = { authors, links, releases, secrets };
  return { set, linked: { count: links.length, root: linkSetRoot(share, list, set) } };
}

async function releasesOf(
  source: SpaceView,
  revisions: readonly OpenableRevision[],
): Promise<Bytes[]> {
  const keys = new Map<number, Bytes>();
  for (const { fact } of revisions) {
    if (!keys.has(fact.epoch)) keys.set(fact.epoch, await source.secret("release", fact.epoch));
  }
  return revisions.map(({ fact }) => releaseOf(keys.get(fact.epoch) ?? notThere(), fact));
}

/** Each author once, in the order in which the revisions name them first. */
async function authorsOf(u: Unlocked, revisions: readonly OpenableRevision[]) {
  const authors: LinkAuthor[] = [];
  const places = new Map<string, number>();
  const authorOf: number[] = [];
  for (const { fact } of revisions) {
    const { account, device } = fact.by;
    const name = `${account} ${device}`;
    const place = places.get(name) ?? authors.push(await certificate(u, account, device)) - 1;
    places.set(name, place);
    authorOf.push(place);
  }
  return { authors, authorOf };
}

/** The statement that certifies a device, with the identity that signed it. */
async function certificate(u: Unlocked, account: AccountId, device: DeviceId): Promise<LinkAuthor> {
  // The chain is known as far as the head that the author signed at.
  const { identities } = await u.accounts.get(account, Number.POSITIVE_INFINITY);
  for (const statement of await u.accounts.statements(account)) {
    const { fact } = parseAccountStatement(statement);
    if ((fact.op !== "begin" && fact.op !== "device") || fact.device.device !== device) continue;
    const life = identities.findLast((each) => each.since < fact.seq) ?? identities[0];
    if (life !== undefined) return { identity: life.identity, statement };
  }
  throw new ClientError("fork", "the author's device is not in the author's account chain");
}

/** A checked link with the secret R of its revision. */
export interface OpenedLink extends CheckedLink {
  readonly secret: Bytes;
}

/** What the server hands out of a share's links. */
export type HandedOut = Pick<RouteAnswer<"share">, "links" | "headers">;

/**
 * Checks that links are those their share's maker signed, before anything else is believed of them.
 * @throws ClientError `cannot-open`
 */
export function checkLinked(share: SpaceId, { links }: HandedOut, linked: Linked): void {
  const [count, root] = Array.isArray(links)
    ? [links.length, linksRoot(links)]
    : [links.links.length, linkSetRoot(share, linkListHash(linkListText(links)), links)];
  if (count !== linked.count || root !== linked.root) {
    throw new ClientError("cannot-open", "the links are not those the share's maker signed");
  }
}

/**
 * Checks each link as a recipient must, and opens its secret.
 * @param source the space that the share says it was made from
 * @param key K of the share
 * @throws ClientError `cannot-open`; ProtocolError, CryptoError
 */
export async function openLinks(
  share: SpaceId,
  source: SpaceId,
  key: Bytes,
  { links, headers }: HandedOut,
): Promise<OpenedLink[]> {
  return Array.isArray(links)
    ? await Promise.all(links.map((link) => openLink(share, source, key, link)))
    : await openLinkSet(share, source, key, { links, headers });
}

async function openLinkSet(
  share: SpaceId,
  source: SpaceId,
  key: Bytes,
  { links: set, headers }: HandedOut & { readonly links: LinkSet },
): Promise<OpenedLink[]> {
  const ctx = linkSetContext(share, linkListHash(linkListText(set)), "secrets");
  const [checked, secrets] = await Promise.all([
    checkLinks(set, source, headers),
    openBox(key, "link secrets", ctx, fromBase64url(set.secrets, "secrets")),
  ]);
  return checked.map((link, i) => ({
    ...link,
    secret: secrets.slice(i * SECRET, (i + 1) * SECRET),
  }));
}

/**
 * h of each link, by the share's S: what a recipient with the offline right opens alone.
 * @param key S of the share
 * @throws ClientError `cannot-open` for a share of the earlier form, which gives no such right; CryptoError
 */
export async function openLinkReleases(
  share: SpaceId,
  key: Bytes,
  { links: set }: HandedOut,
): Promise<Bytes[]> {
  if (Array.isArray(set)) throw new ClientError("cannot-open", "is of the earlier form");
  const ctx = linkSetContext(share, linkListHash(linkListText(set)), "releases");
  const all = await openBox(key, "link releases", ctx, fromBase64url(set.releases, "releases"));
  return set.links.map((_, i) => all.slice(i * SECRET, (i + 1) * SECRET));
}

/** A link of a share in the earlier form. */
async function openLink(
  share: SpaceId,
  source: SpaceId,
  key: Bytes,
  link: Link,
): Promise<OpenedLink> {
  if (link.space !== source)
    throw new ClientError("cannot-open", "a link is not of the space the share was made from");
  const checked = await checkLink(link);
  const ctx = linkContext(share, link, "secret");
  return { ...checked, secret: await openBox(key, "link secret", ctx, linkBox(link, "secret")) };
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the share");
}
