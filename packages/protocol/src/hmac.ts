import type { Bytes } from "./bytes.ts";
import { sha256 } from "./sha256.ts";

/**
 * HMAC-SHA256 (RFC 2104) under a key of 32 bytes, out of two whole hashes, each of memory that holds
 * the key's block already.
 */
export function hmacSha256(key: Uint8Array): (message: Uint8Array) => Bytes {
  const blockAnd = (pad: number, room: number) => {
    const block = new Uint8Array(64 + room).fill(pad, 0, 64);
    for (let i = 0; i < key.length; i++) block[i] = (key[i] ?? 0) ^ pad;
    return block;
  };
  const outer = blockAnd(0x5c, 32);
  let inner = blockAnd(0x36, 64);
  return (message) => {
    const end = 64 + message.length;
    if (end > inner.length) inner = blockAnd(0x36, message.length);
    inner.set(message, 64);
    outer.set(sha256(end === inner.length ? inner : inner.subarray(0, end)), 64);
    return sha256(outer);
  };
}
