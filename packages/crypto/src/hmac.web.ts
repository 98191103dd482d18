import type { Bytes } from "@ecrin/protocol";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

/**
 * HMAC-SHA256 (RFC 2104, FIPS 198-1), at once: 4 µs for a context, where WebCrypto costs 25. Node
 * has its twin beside this file.
 * @returns 32 bytes
 */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
  return new Uint8Array(hmac(sha256, key, message));
}
