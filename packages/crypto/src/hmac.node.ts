import { hash } from "node:crypto";
import type { Bytes } from "@ecrin/protocol";

/** Bytes that SHA-256 takes at a time (FIPS 180-4), which a key is padded to. */
const BLOCK = 64;
const DIGEST = 32;

/**
 * HMAC-SHA256 (RFC 2104 section 2) out of two whole hashes by OpenSSL: 1.6 µs where an HMAC object
 * of Node's costs 11. Digests come as binary texts, whose codes are their bytes: Node makes those
 * in a third of the time of a buffer, and can wipe neither.
 */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
  const inner = new Uint8Array(BLOCK + message.length);
  const outer = new Uint8Array(BLOCK + DIGEST);
  const short = key.length > BLOCK ? digestInto(new Uint8Array(DIGEST), 0, key) : key;
  for (let i = 0; i < BLOCK; i++) {
    const byte = short[i] ?? 0;
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  inner.set(message, BLOCK);
  digestInto(outer, BLOCK, inner);
  const mac = digestInto(new Uint8Array(DIGEST), 0, outer);
  inner.fill(0);
  outer.fill(0);
  return mac;
}

/** Writes SHA-256 of `bytes` into `room`. */
function digestInto(room: Bytes, at: number, bytes: Uint8Array): Bytes {
  const digest = hash("sha256", bytes, "binary");
  for (let i = 0; i < DIGEST; i++) room[at + i] = digest.charCodeAt(i);
  return room;
}
