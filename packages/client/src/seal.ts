import {
  commitTo,
  contentKeyOf,
  layoutOfPlaintext,
  metadataKeyOf,
  newSecret,
  paddedLength,
  releaseOf,
  type Source,
  sealBox,
  sealContent,
  sealContentBytes,
  sealMetadata,
} from "@ecrin/crypto";
import {
  type Bytes,
  canonicalJson,
  concat,
  hashOf,
  INLINE_CONTENT,
  type ItemId,
  type Metadata,
  type NewRevision,
  newId,
  parseRevision,
  type RevisionId,
  revisionCommitContext,
  revisionContext,
  secretContext,
  sha256,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import type { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";
import { type Progress, uploadSealed } from "./upload.ts";

/** What is to be sealed as one revision. */
export interface Draft {
  readonly item: ItemId;
  readonly op: "create" | "correct";
  readonly parents: readonly RevisionId[];
  readonly metadata: Metadata;
  /** The content before padding, and its length in bytes. */
  readonly source: Source;
  readonly size: number;
}

/** A sealed revision ready to be posted. */
export interface SealedDraft {
  readonly revision: RevisionId;
  readonly post: NewRevision;
  /** R, for wrapping again; absent for a deletion. */
  readonly secret?: Bytes;
  /** Set where the application keeps the ciphertext itself. */
  readonly ciphertext?: Bytes;
}

/** Who keeps the content's ciphertext. */
export type HeldBy = "server" | "application";

/**
 * Seals a draft on this device: fresh secret, name and content sealed, header
 * signed, secret wrapped under the space's current key. Small contents come
 * back inside the post; large ones are uploaded sealed, in constant memory.
 */
export async function sealRevision(
  u: Unlocked,
  view: SpaceView,
  draft: Draft,
  held: HeldBy = "server",
  progress?: Progress,
): Promise<SealedDraft> {
  const { n } = view.epoch.epoch;
  const place = { space: view.space, item: draft.item, revision: newId<"revision">() };
  const [spaceKey, releaseKey] = await Promise.all([
    view.secret("space", n),
    view.secret("release", n),
  ]);
  const ctx = revisionContext({
    ...place,
    by: { account: u.account },
    parents: [...draft.parents],
  });
  const secret = newSecret();
  const key = contentKeyOf(secret, releaseOf(releaseKey, place), ctx);
  const metadata = await sealMetadata(
    metadataKeyOf(secret, ctx),
    ctx,
    utf8(canonicalJson(draft.metadata)),
  );
  const content = await sealWhere(u, key, ctx, draft, held, progress);
  const statement = await u.sign("revision", {
    ...place,
    op: draft.op,
    parents: [...draft.parents],
    spaceHead: { ...view.head },
    epoch: n,
    commit: {
      secret: toBase64url(commitTo(secret, revisionCommitContext(place, "revision secret"))),
      content: toBase64url(commitTo(key, revisionCommitContext(place, "content key"))),
    },
    metadata: hashOf(sha256(metadata)),
    content: { length: content.length, root: toBase64url(content.root) },
    held,
  });
  const wrap = await sealBox(spaceKey, "revision secret", secretContext(place, n), secret);
  const post: NewRevision = {
    statement,
    wrapEpoch: n,
    wrap: toBase64url(wrap),
    metadata: toBase64url(metadata),
    ...(held === "server" && content.bytes !== undefined
      ? { content: toBase64url(content.bytes) }
      : {}),
    ...(content.upload === undefined ? {} : { upload: content.upload }),
  };
  return {
    revision: place.revision,
    post,
    secret,
    ...(held === "application" && content.bytes ? { ciphertext: content.bytes } : {}),
  };
}

interface SealedSomewhere {
  readonly length: number;
  readonly root: Uint8Array;
  readonly bytes?: Bytes;
  readonly upload?: string;
}

async function sealWhere(
  u: Unlocked,
  key: Bytes,
  ctx: Bytes,
  draft: Draft,
  held: HeldBy,
  progress: Progress | undefined,
): Promise<SealedSomewhere> {
  const length = layoutOfPlaintext(paddedLength(draft.size)).sealed;
  if (held === "application" || length <= INLINE_CONTENT) {
    return await sealContentBytes(key, ctx, await collect(draft.source, draft.size));
  }
  const segments = sealContent(key, ctx, draft.source, { size: draft.size });
  return await uploadSealed(u.http, segments, length, progress);
}

/** A statement that deletes an item: its history stays. */
export async function sealDeletion(
  u: Unlocked,
  view: SpaceView,
  item: ItemId,
  parents: readonly RevisionId[],
): Promise<SealedDraft> {
  const { n } = view.epoch.epoch;
  const statement = await u.sign("revision", {
    space: view.space,
    item,
    revision: newId<"revision">(),
    op: "delete",
    parents: [...parents],
    spaceHead: { ...view.head },
    epoch: n,
  });
  return { revision: parseRevision(statement).fact.revision, post: { statement, wrapEpoch: n } };
}

/**
 * Wraps a sealed revision under the epoch that has begun meanwhile: a `rewrap`
 * statement, and nothing is sealed again (spec/revision.md, Accepting, rule 3).
 */
export async function rewrap(
  u: Unlocked,
  view: SpaceView,
  sealed: SealedDraft,
): Promise<SealedDraft> {
  const { fact, hash } = parseRevision(sealed.post.statement);
  const { n } = view.epoch.epoch;
  if (n === sealed.post.wrapEpoch) return sealed;
  const wrap =
    sealed.secret === undefined
      ? undefined
      : await sealBox(
          await view.secret("space", n),
          "revision secret",
          secretContext(fact, n),
          sealed.secret,
        );
  const statement = await u.sign("rewrap", {
    space: view.space,
    revision: hash,
    epoch: n,
    wrap: hashOf(sha256(wrap ?? new Uint8Array())),
    spaceHead: { ...view.head },
  });
  const post: NewRevision = {
    ...sealed.post,
    wrapEpoch: n,
    rewrap: statement,
    ...(wrap === undefined ? {} : { wrap: toBase64url(wrap) }),
  };
  return { ...sealed, post };
}

async function collect(source: Source, size: number): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of source) {
    length += part.length;
    if (length > size) throw new RangeError("the source gives more bytes than announced");
    parts.push(part.slice());
  }
  if (length !== size) throw new RangeError("the source gives fewer bytes than announced");
  return concat(...parts);
}
