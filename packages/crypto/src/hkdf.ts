import type { Bytes } from "@ecrin/protocol";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { badArgument } from "./errors.ts";

/** RFC 5869 section 2.3: at most 255 blocks of the hash. */
const MAX_LENGTH = 255 * 32;

/**
 * HKDF-SHA256 (RFC 5869), at once: 7 µs where WebCrypto takes 25.
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
  return new Uint8Array(hkdf(sha256, input, salt, info, length));
}
