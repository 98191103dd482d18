import {
  commitTo,
  contentKeyOf,
  metadataKeyOf,
  newSecret,
  sealBox,
  sealContentBytes,
  sealMetadata,
} from "@ecrin/crypto";
import {
  type Bytes,
  canonicalJson,
  type Head,
  hashOf,
  type ItemId,
  type ListedRevision,
  type Metadata,
  type NewRevision,
  newId,
  revisionCommitContext,
  revisionContext,
  type SpaceId,
  secretContext,
  sha256,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";

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
}

/** A revision signed by a user on the server's side, right in everything but the right to write it. */
export async function forgeRevision(u: Unlocked, forgery: Forgery): Promise<NewRevision> {
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
  const metadata = await sealMetadata(metadataKeyOf(secret, ctx), ctx, utf8(canonicalJson(name)));
  const content = await sealContentBytes(contentKeyOf(secret, release, ctx), ctx, bytes);
  const committed = contentKeyOf(secret, forgery.committed ?? release, ctx);
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
    metadata: hashOf(sha256(metadata)),
    content: { length: content.length, root: toBase64url(content.root) },
    held: "server",
  });
  const wrap = await sealBox(spaceKey, "revision secret", secretContext(place, epoch), secret);
  return {
    statement,
    wrapEpoch: epoch,
    wrap: toBase64url(wrap),
    metadata: toBase64url(metadata),
    content: toBase64url(content.bytes),
  };
}

/** A forged revision as a server would list it. */
export function listed({ content: _, ...revision }: NewRevision, index: number): ListedRevision {
  return { ...revision, index };
}
