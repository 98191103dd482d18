import type { Bytes } from "@ecrin/protocol";
import { hmacSha256 } from "#hmac";

/** Whether two secrets or tags are the same, in a time that depends on their length only. */
export function equalSecret(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/**
 * The commitment to a key: HMAC-SHA256(key, context). AES-GCM alone would let
 * one ciphertext open under two keys; a signed commitment does not.
 * @param ctx 32 bytes of `context("commit …", …)`
 */
export function commitTo(key: Uint8Array, ctx: Uint8Array): Bytes {
  return hmacSha256(key, ctx);
}
