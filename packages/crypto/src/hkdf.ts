import { type Bytes, concat } from "@ecrin/protocol";
import { hmacSha256 } from "#hmac";
import { badArgument } from "./errors.ts";

const BLOCK = 32;
const FIRST = new Uint8Array([1]);
/** RFC 5869 section 2.3: at most 255 blocks of the hash. */
const MAX_LENGTH = 255 * BLOCK;

/**
 * HKDF-SHA256 (RFC 5869), at once.
 * @param input the input key; not empty
 * @param salt may be empty, which is 32 zero bytes
 * @param length bytes wanted
 */
export function hkdfSha256(
  input: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length = 32,
): Bytes {
  if (!Number.isInteger(length) || length < 1 || length > MAX_LENGTH) {
    badArgument("the length of a derived key is from 1 to 8,160 bytes");
  }
  const extracted = hmacSha256(salt, input);
  const key = expand(extracted, info, length);
  extracted.fill(0);
  return key;
}

/** HKDF-Expand (RFC 5869 section 2.3) of a key of 32 bytes into `length` of at most 8,160. */
export function expand(extracted: Uint8Array, info: Uint8Array, length: number): Bytes {
  if (length === BLOCK) return hmacSha256(extracted, concat(info, FIRST));
  const key = new Uint8Array(length);
  let block = new Uint8Array();
  for (let at = 0; at < length; at += BLOCK) {
    block = hmacSha256(extracted, concat(block, info, new Uint8Array([at / BLOCK + 1])));
    key.set(block.subarray(0, length - at), at);
  }
  return key;
}
