import {
  commitTo,
  contentKeyOf,
  metadataKeyOf,
  newSecret,
  sealBox,
  sealContentBytes,
  sealMetadata,
  signStatement,
  wrapTo,
} from "@ecrin/crypto";
import {
  type AccountState,
  type Bytes,
  canonicalJson,
  concat,
  currentIdentity,
  depositCommitContext,
  depositContext,
  depositWrapContext,
  digestOf,
  encodeEntry,
  entryCommitment,
  fromBase64url,
  fromUtf8,
  type Hash,
  type Head,
  hashOf,
  type ItemId,
  type ListedRevision,
  leafHash,
  type Metadata,
  type NewRevision,
  newId,
  parseEntry,
  type RevisionId,
  type RouteAnswer,
  revisionCommitContext,
  revisionContext,
  type SpaceId,
  SUITE,
  secretContext,
  toBase64url,
  utf8,
  type WaitingDeposit,
} from "@ecrin/protocol";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import type { Loose } from "./network.ts";
import type { Stage } from "./stage.ts";

/** Where a forged revision claims to belong, and the keys its forger has. */
export interface Forgery {
  readonly space: SpaceId;
  readonly item?: ItemId;
  readonly epoch: number;
  readonly spaceHead: Head;
  /** K of that epoch, which every member had. */
  readonly spaceKey: Bytes;
  /** h that the content is really sealed with. */
  readonly release: Bytes;
  /** h that the header commits to, where it is another. */
  readonly committed?: Bytes;
  readonly title: string;
  /** The secret that the wrap really holds, where the name is sealed under another. */
  readonly wrapped?: Bytes;
  /** The secret that the name is really sealed under, where the wrap holds another. */
  readonly named?: Bytes;
}

/** Who signs a forged revision, as it says and as it is. */
export type Forger = Pick<Unlocked, "account" | "sign">;

/** A revision signed by a user on the server's side, right in everything but the right to write it. */
export async function forgeRevision(u: Forger, forgery: Forgery): Promise<NewRevision> {
  const { space, epoch, spaceHead, spaceKey, release, title } = forgery;
  const place = { space, item: forgery.item ?? newId<"item">(), revision: newId<"revision">() };
  const ctx = revisionContext({ ...place, by: { account: u.account }, parents: [] });
  const secret = newSecret();
  const bytes = utf8(`forged ${title}`);
  const name: Metadata = {
    v: 1,
    kind: "raw",
    title,
    type: "forged",
    mediaType: "text/plain",
    size: bytes.length,
  };
  const nameKey = metadataKeyOf(forgery.named ?? secret, ctx);
  const metadata = await sealMetadata(nameKey, ctx, utf8(canonicalJson(name)));
  const content = await sealContentBytes(contentKeyOf(secret, release, ctx), ctx, bytes);
  const committed = contentKeyOf(secret, forgery.committed ?? release, ctx);
  const held = forgery.wrapped ?? secret;
  const wrap = await sealBox(spaceKey, "revision secret", secretContext(place, epoch), held);
  const statement = await u.sign("revision", {
    ...place,
    op: "create",
    parents: [],
    spaceHead: { ...spaceHead },
    epoch,
    commit: {
      secret: toBase64url(commitTo(secret, revisionCommitContext(place, "revision secret"))),
      content: toBase64url(commitTo(committed, revisionCommitContext(place, "content key"))),
    },
    metadata: digestOf(metadata),
    content: { length: content.length, root: toBase64url(content.root) },
    held: "server",
    wrap: digestOf(wrap),
  });
  return {
    statement,
    wrapEpoch: epoch,
    wrap: toBase64url(wrap),
    metadata: toBase64url(metadata),
    content: toBase64url(content.bytes),
  };
}

/** A deposit for somebody, right in everything that its space does not say. */
export async function forgeDeposit(
  u: Forger,
  { space, spaceHead, title }: Pick<Forgery, "space" | "spaceHead" | "title">,
  recipient: AccountState,
  deposit = newId<"deposit">(),
): Promise<WaitingDeposit> {
  const place = { space, deposit, by: { account: u.account } };
  const ctx = depositContext(place);
  const [secret, release] = [newSecret(), newSecret()];
  const key = contentKeyOf(secret, release, ctx);
  const bytes = utf8(`forged ${title}`);
  const facts = { v: 1, kind: "raw", title, type: "forged", mediaType: "text/plain" } as const;
  const name: Metadata = { ...facts, size: bytes.length };
  const metadata = await sealMetadata(metadataKeyOf(secret, ctx), ctx, utf8(canonicalJson(name)));
  const content = await sealContentBytes(key, ctx, bytes);
  const { hash, identity } = currentIdentity(recipient);
  const to = { recipient: recipient.account, identity: hash };
  const ofWrap = depositWrapContext(place, to);
  const wrap = await wrapTo(fromBase64url(identity.seal), ofWrap, concat(secret, release));
  const commit = (of: "secret" | "content", by: Bytes) =>
    toBase64url(commitTo(by, depositCommitContext(place, of)));
  const statement = await u.sign("deposit", {
    space,
    deposit: place.deposit,
    spaceHead: { ...spaceHead },
    to: [{ ...to, wrap: digestOf(wrap) }],
    commit: { secret: commit("secret", secret), content: commit("content", key) },
    metadata: digestOf(metadata),
    content: { length: content.length, root: toBase64url(content.root) },
  });
  return {
    statement,
    recipient: recipient.account,
    wrap: toBase64url(wrap),
    metadata: toBase64url(metadata),
  };
}

/** A forged revision as a server would list it. */
export function listed({ content: _, ...revision }: NewRevision, index: number): ListedRevision {
  return { ...revision, index };
}

/** The name of a statement in its chain, also of one in a form that nobody should take. */
export function hashOfSigned(statement: string): Hash {
  return digestOf(utf8(statement.slice(0, statement.lastIndexOf("."))));
}

/** A read as an entry of a journal would tell of it. */
export interface ToldRead {
  readonly statement: string;
  readonly revisions: readonly { readonly item: ItemId; readonly revision: RevisionId }[];
}

/** A journal with an entry more, chained and signed as a server can: `by` read something. */
export async function withRead(
  { now, logSigner }: Pick<Stage, "now" | "logSigner">,
  { entries }: RouteAnswer<"journal">,
  by: Pick<Unlocked, "account" | "device">,
  { statement, revisions }: ToldRead,
): Promise<Loose> {
  const last = entries.at(-1);
  if (last === undefined) throw new Error("the journal is empty");
  const { subject } = parseEntry(last.entry);
  const entry = encodeEntry({
    v: 1,
    subject,
    n: last.n + 1,
    prev: hashOf(entryCommitment(fromBase64url(last.salt), utf8(last.entry))),
    at: now(),
    kind: "opening",
    actor: { account: by.account, device: by.device },
    about: {
      revisions: revisions.map(({ item, revision }) => ({ item, revision })),
      statement: hashOfSigned(statement),
    },
  });
  const salt = newSecret();
  const c = entryCommitment(salt, entry);
  const place = { n: last.n + 1, index: 9_999, salt: toBase64url(salt) };
  const tags = { before: last.tag, tag: hashOf(leafHash(c)) };
  const listed = { ...place, ...tags, entry: fromUtf8(entry), statement };
  const head = { suite: SUITE, subject, n: place.n, hash: hashOf(c), at: now() };
  return {
    entries: [...entries, listed],
    head: await signStatement("head", head, await logSigner()),
  };
}
