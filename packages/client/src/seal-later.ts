import {
  contentKeyOf,
  layoutOfPlaintext,
  metadataKeyOf,
  newSecret,
  paddedLength,
  releaseOf,
  sealContent,
  sealContentBytes,
  sealMetadata,
  streamRoot,
} from "@ecrin/crypto";
import {
  type Bytes,
  canonicalJson,
  type Head,
  INLINE_CONTENT,
  type ItemId,
  newId,
  type RevisionId,
  revisionContext,
  type SpaceId,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import type { WaitingRevision, WaitingWrite } from "./outbox.ts";
import { collect, type Draft, headerFacts, joined } from "./seal.ts";
import type { Unlocked } from "./unlocked.ts";

/** Who seals. The device's own key is enough: nothing is wrapped here. */
export type Sealer = Pick<Unlocked, "account" | "sign">;

/** The state something is sealed in, however old. */
export interface SealingState {
  readonly space: SpaceId;
  readonly head: Head;
  readonly epoch: number;
  /** S of that epoch. */
  readonly release: Bytes;
}

/**
 * Seals a draft without asking anybody (spec/offline.md): its ciphertext goes
 * to `put` piece by piece, a piece a segment; the wrap is made when it is sent.
 */
export async function sealForLater(
  by: Sealer,
  { space, head, epoch, release: S }: SealingState,
  draft: Draft,
  put: (piece: Bytes) => Promise<void>,
): Promise<WaitingWrite> {
  const { item, parents } = draft;
  const secret = newSecret();
  const place = { space, item, revision: newId<"revision">(), secret, epoch, spaceHead: head };
  const ctx = revisionContext({ ...place, by, parents: [...parents] });
  const release = releaseOf(S, place);
  const key = contentKeyOf(secret, release, ctx);
  const name = utf8(canonicalJson(draft.metadata));
  const metadata = await sealMetadata(metadataKeyOf(secret, ctx), ctx, name);
  const content = await sealPieces(key, ctx, draft, put);
  const facts = headerFacts({ place, key, ctx, metadata }, draft, content, "server");
  return {
    kind: "write",
    space,
    item,
    revision: place.revision,
    parents: [...parents],
    statement: await by.sign("revision", facts),
    former: [],
    secret: toBase64url(secret),
    release: toBase64url(release),
    metadata: toBase64url(metadata),
    length: content.length,
    pieces: content.pieces,
  };
}

/** A deletion, signed now and sent later. */
export async function deleteLater(
  by: Sealer,
  { space, head, epoch }: Omit<SealingState, "release">,
  item: ItemId,
  parents: readonly RevisionId[],
): Promise<WaitingRevision> {
  const revision = newId<"revision">();
  const statement = await by.sign("revision", {
    space,
    item,
    revision,
    op: "delete",
    parents: [...parents],
    spaceHead: { ...head },
    epoch,
  });
  return { kind: "delete", space, item, revision, parents: [...parents], statement, former: [] };
}

async function sealPieces(
  key: Bytes,
  ctx: Bytes,
  { resource, open, size: rest }: Draft,
  put: (piece: Bytes) => Promise<void>,
): Promise<{ length: number; root: Uint8Array; pieces: number }> {
  const size = resource.length + rest;
  const source = joined(resource, open());
  const { sealed: length } = layoutOfPlaintext(paddedLength(size));
  if (length <= INLINE_CONTENT) {
    const { bytes, root } = await sealContentBytes(key, ctx, await collect(source, size));
    await put(bytes);
    return { length, root, pieces: 1 };
  }
  const digests: Bytes[] = [];
  for await (const { bytes, digest } of sealContent(key, ctx, source, { size })) {
    digests.push(digest.slice());
    await put(bytes.slice());
  }
  return { length, root: await streamRoot(digests), pieces: digests.length };
}
