import {
  commitTo,
  contentKeyOf,
  layoutOfPlaintext,
  metadataKeyOf,
  newSecret,
  paddedLength,
  type Resume,
  releaseOf,
  type Source,
  STREAM_HEADER,
  sealBox,
  sealContent,
  sealContentBytes,
  sealMetadata,
} from "@ecrin/crypto";
import {
  type Bytes,
  canonicalJson,
  concat,
  digestOf,
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
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import type { Begun, BegunUpload, Posted } from "./begun.ts";
import type { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";
import { beginUpload, isUploadThere, type Progress, uploadSealed } from "./upload.ts";

/** What is to be sealed as one revision. */
export interface Draft {
  readonly item: ItemId;
  readonly op: "create" | "correct";
  readonly parents: readonly RevisionId[];
  readonly metadata: Metadata;
  /** What stands before the attachment; empty for raw bytes. */
  readonly resource: Bytes;
  /** The attachment, or the raw bytes. */
  readonly open: () => Source;
  /** Whether `open` gives them a second time. */
  readonly opensAgain: boolean;
  /** Length of the source in bytes. */
  readonly size: number;
}

/** How a draft is sealed. */
export interface SealOptions {
  readonly held?: HeldBy;
  readonly progress?: Progress;
  /** Where a large upload is written down, so that it can go on after the program ended; for a source that opens again. */
  readonly begun?: BegunUpload;
}

/** A sealed revision ready to be posted. */
export interface SealedDraft {
  readonly item: ItemId;
  readonly revision: RevisionId;
  readonly post: NewRevision;
  /** R, for wrapping again; absent for a deletion. */
  readonly secret?: Bytes;
  /** Set where the application keeps the ciphertext itself. */
  readonly ciphertext?: Bytes;
}

/** Who keeps the content's ciphertext. */
export type HeldBy = "server" | "application";

/** A revision's own secret and place, and the state it is sealed in. */
type Place = Pick<Begun, "space" | "item" | "revision" | "secret" | "epoch" | "spaceHead">;

/**
 * Seals a draft on this device: fresh secret, name and content sealed, header
 * signed, secret wrapped under the space's key. Small contents come back inside
 * the post; large ones are uploaded sealed, in constant memory. An upload that
 * was begun before goes on, with its secret, if the file is still the same.
 */
export async function sealRevision(
  u: Unlocked,
  view: SpaceView,
  draft: Draft,
  options: SealOptions = {},
): Promise<SealedDraft> {
  const { held = "server" } = options;
  const begun = held === "server" && draft.opensAgain ? options.begun : undefined;
  const kept = await resumable(u, view, draft, begun);
  const place: Place = kept ?? {
    space: view.space,
    item: draft.item,
    revision: newId<"revision">(),
    secret: newSecret(),
    epoch: view.epoch.epoch.n,
    spaceHead: view.head,
  };
  const { secret, epoch } = place;
  const ctx = revisionContext({
    ...place,
    by: { account: u.account },
    parents: [...draft.parents],
  });
  const release = releaseOf(await view.secret("release", epoch), place);
  const key = contentKeyOf(secret, release, ctx);
  // Its key is used once: what was sealed of another attempt is sent again, and never another name.
  const metadata =
    kept?.metadata ??
    (await sealMetadata(metadataKeyOf(secret, ctx), ctx, utf8(canonicalJson(draft.metadata))));
  const sealing = { place, key, ctx, metadata };
  const content = await sealWhere(u, sealing, draft, { ...options, held, begun }, kept);
  const sign = async (): Promise<Posted> => {
    const wrap = await sealBox(
      await view.secret("space", epoch),
      "revision secret",
      secretContext(place, epoch),
      secret,
    );
    const facts = { ...headerFacts(sealing, draft, content, held), wrap: digestOf(wrap) };
    const statement = await u.sign("revision", facts);
    return { statement, wrapEpoch: epoch, wrap: toBase64url(wrap) };
  };
  const isUploaded = content.upload !== undefined && begun !== undefined;
  const post: NewRevision = {
    ...(isUploaded ? await begun.post(sign) : await sign()),
    metadata: toBase64url(metadata),
    ...(held === "server" && content.bytes !== undefined
      ? { content: toBase64url(content.bytes) }
      : {}),
    ...(content.upload === undefined ? {} : { upload: content.upload }),
  };
  return {
    item: place.item,
    revision: place.revision,
    post,
    secret,
    ...(held === "application" && content.bytes ? { ciphertext: content.bytes } : {}),
  };
}

/** What a header says of a revision, beside who signed it and when (spec/revision.md, Header). */
export function headerFacts(
  { place, key, metadata }: Sealing,
  { op, parents }: Pick<Draft, "op" | "parents">,
  content: { readonly length: number; readonly root: Uint8Array },
  held: HeldBy,
) {
  const { space, item, revision, spaceHead, epoch, secret } = place;
  return {
    space,
    item,
    revision,
    op,
    parents: [...parents],
    spaceHead: { ...spaceHead },
    epoch,
    commit: {
      secret: toBase64url(commitTo(secret, revisionCommitContext(place, "revision secret"))),
      content: toBase64url(commitTo(key, revisionCommitContext(place, "content key"))),
    },
    metadata: digestOf(metadata),
    content: { length: content.length, root: toBase64url(content.root) },
    held,
  };
}

/** The upload to go on with: begun for this space and this size, and still at the server. */
async function resumable(
  u: Unlocked,
  view: SpaceView,
  draft: Draft,
  upload: BegunUpload | undefined,
): Promise<Begun | undefined> {
  const kept = await upload?.load();
  if (kept === undefined) return undefined;
  const isSame = kept.space === view.space && kept.size === draft.resource.length + draft.size;
  if (isSame && (await isUploadThere(u.http, kept.location))) return kept;
  await upload?.forget();
  return undefined;
}

interface SealedSomewhere {
  readonly length: number;
  readonly root: Uint8Array;
  readonly bytes?: Bytes;
  readonly upload?: string;
}

/** A revision being sealed: its place, the key and context of its content, its name's ciphertext. */
export interface Sealing {
  readonly place: Place;
  readonly key: Bytes;
  readonly ctx: Bytes;
  readonly metadata: Bytes;
}

type Where = Pick<SealOptions, "progress"> & {
  readonly held: HeldBy;
  readonly begun: BegunUpload | undefined;
};

async function sealWhere(
  u: Unlocked,
  sealing: Sealing,
  draft: Draft,
  { held, progress, begun }: Where,
  kept: Begun | undefined,
): Promise<SealedSomewhere> {
  const { place, key, ctx, metadata } = sealing;
  const resource = kept?.resource ?? draft.resource;
  const size = resource.length + draft.size;
  const open = () => joined(resource, draft.open());
  const length = layoutOfPlaintext(paddedLength(size)).sealed;
  if (held === "application" || length <= INLINE_CONTENT) {
    return await sealContentBytes(key, ctx, await collect(open(), size));
  }
  let resume: Resume | undefined = kept;
  if (resume === undefined && begun !== undefined) resume = await rehearse(sealing, open(), size);
  const location = kept?.location ?? (await beginUpload(u.http, length));
  if (kept === undefined && resume !== undefined)
    await begun?.begin({ ...place, resource, size, location, metadata, ...resume });
  return await uploadSealed(u.http, {
    location,
    segments: sealContent(key, ctx, open(), { size, ...(resume === undefined ? {} : { resume }) }),
    length,
    ...(progress === undefined ? {} : { progress }),
  });
}

/**
 * Seals a source to learn what will leave, and keeps none of it: header and
 * digests are written down before the first segment is sent, so that nothing
 * can ever be sent that differs from them.
 */
async function rehearse({ key, ctx }: Sealing, source: Source, size: number): Promise<Resume> {
  let header = new Uint8Array();
  const digests: Bytes[] = [];
  for await (const { index, bytes, digest } of sealContent(key, ctx, source, { size })) {
    if (index === 0) header = bytes.slice(0, STREAM_HEADER);
    digests.push(digest.slice());
  }
  return { header, digests };
}

/** The resource and the attachment behind it, as one source. */
export async function* joined(first: Bytes, rest: Source): AsyncGenerator<Bytes, void, undefined> {
  yield first;
  yield* rest;
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
  return {
    item,
    revision: parseRevision(statement).fact.revision,
    post: { statement, wrapEpoch: n },
  };
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
  // What was sealed offline is wrapped when it is sent, and its header could not sign that yet.
  const isWrapped = fact.op === "delete" || sealed.post.wrap !== undefined;
  if (n === sealed.post.wrapEpoch && isWrapped) return sealed;
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
    wrap: digestOf(wrap ?? new Uint8Array()),
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

/** All of a source, which must be as long as announced. */
export async function collect(source: Source, size: number): Promise<Bytes> {
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
