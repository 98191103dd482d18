import { type Bytes, concat, SUITE, utf8 } from "@ecrin/protocol";
import { aesGcm, TAG } from "#aead";
import { badArgument, requireLength } from "./errors.ts";
import { hkdfSha256 } from "./hkdf.ts";

const SALT = 32;
/** What a box is longer than its plaintext. */
export const BOX_OVERHEAD = SALT + TAG;

// The subkey is used once, so its nonce may be fixed (spec/revision.md, Box).
export const NONCE_OF_ONE_USE = new Uint8Array(12);

/**
 * The one small seal (spec/revision.md, Box): salt ‖ AES-256-GCM under a subkey
 * of label, salt and context.
 * @param key 32 bytes, never used directly
 * @param label what the box is for, such as `revision secret`
 * @param ctx 32 bytes of `context(…)`
 * @returns 48 bytes more than the plaintext
 */
export async function sealBox(
  key: Uint8Array,
  label: string,
  ctx: Bytes,
  plaintext: Bytes,
): Promise<Bytes> {
  return await sealBoxWithSalt(
    crypto.getRandomValues(new Uint8Array(SALT)),
    key,
    label,
    ctx,
    plaintext,
  );
}

/** For the vectors alone: `sealBox` with the salt given. A salt is never used twice. */
export async function sealBoxWithSalt(
  salt: Bytes,
  key: Uint8Array,
  label: string,
  ctx: Bytes,
  plaintext: Bytes,
): Promise<Bytes> {
  const aead = await aesGcm(subkey(salt, key, label, ctx));
  return concat(salt, await aead.seal(NONCE_OF_ONE_USE, ctx, plaintext));
}

/**
 * What `sealBox` sealed, under the same key, label and context.
 * @throws CryptoError `cannot-open`
 */
export async function openBox(
  key: Uint8Array,
  label: string,
  ctx: Bytes,
  box: Bytes,
): Promise<Bytes> {
  const aead = await aesGcm(subkey(box.subarray(0, SALT), key, label, ctx));
  return await aead.open(NONCE_OF_ONE_USE, ctx, box.subarray(SALT));
}

function subkey(salt: Bytes, key: Uint8Array, label: string, ctx: Bytes): Bytes {
  requireLength(key, 32, "a box's key");
  requireLength(ctx, 32, "a box's context");
  if (label === "") badArgument("a box has a label");
  return hkdfSha256(key, salt, concat(utf8(`${SUITE} ${label}`), ctx));
}
