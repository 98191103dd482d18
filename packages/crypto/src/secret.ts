import {
  type Bytes,
  concat,
  METADATA_FLOOR,
  type RevisionPayload,
  releaseContext,
  SUITE,
  utf8,
} from "@ecrin/protocol";
import { aesGcm } from "#aead";
import { hmacSha256 } from "#hmac";
import { NONCE_OF_ONE_USE } from "./box.ts";
import { requireLength } from "./errors.ts";
import { hkdfSha256 } from "./hkdf.ts";
import { pad, unpad } from "./pad.ts";

// A revision's secrets (spec/revision.md). `ctx` is always protocol's `revisionContext`; the
// commitments are `commitTo(key, revisionCommitContext(…))`.

const NO_SALT = new Uint8Array();
const METADATA = utf8(`${SUITE} metadata`);
const CONTENT = utf8(`${SUITE} content`);

/** A fresh 32-byte secret: R of a revision, K or S of an epoch, an account key, a secret key, a seed. */
export function newSecret(): Bytes {
  return crypto.getRandomValues(new Uint8Array(32));
}

/** h: what the release key S of the header's epoch gives for one revision, and for no other. */
export function releaseOf(
  releaseKey: Uint8Array,
  place: Pick<RevisionPayload, "space" | "item" | "revision">,
): Bytes {
  requireLength(releaseKey, 32, "a release key");
  return hmacSha256(releaseKey, releaseContext(place));
}

/** The key of a revision's metadata, from R. */
export function metadataKeyOf(secret: Uint8Array, ctx: Uint8Array): Bytes {
  requireLength(secret, 32, "a revision's secret");
  requireLength(ctx, 32, "a revision's context");
  return hkdfSha256(secret, NO_SALT, concat(METADATA, ctx));
}

/** The key of a revision's content, from R and h together: neither opens anything alone. */
export function contentKeyOf(secret: Uint8Array, release: Uint8Array, ctx: Uint8Array): Bytes {
  requireLength(secret, 32, "a revision's secret");
  requireLength(release, 32, "a release");
  requireLength(ctx, 32, "a revision's context");
  return hkdfSha256(concat(secret, release), NO_SALT, concat(CONTENT, ctx));
}

/** Seals a revision's metadata under the key of `metadataKeyOf`, which is used once. */
export async function sealMetadata(key: Bytes, ctx: Bytes, json: Uint8Array): Promise<Bytes> {
  requireLength(key, 32, "a metadata key");
  const aead = await aesGcm(key);
  return await aead.seal(NONCE_OF_ONE_USE, ctx, pad(json, METADATA_FLOOR));
}

/** The metadata's JSON, not parsed. @throws CryptoError `cannot-open` */
export async function openMetadata(key: Bytes, ctx: Bytes, sealed: Bytes): Promise<Bytes> {
  requireLength(key, 32, "a metadata key");
  const aead = await aesGcm(key);
  return unpad(await aead.open(NONCE_OF_ONE_USE, ctx, sealed), METADATA_FLOOR);
}
