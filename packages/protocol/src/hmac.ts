import { type Bytes, concat } from "./bytes.ts";
import { sha256 } from "./sha256.ts";

/** HMAC-SHA256 (RFC 2104) under a key of 32 bytes, out of two whole hashes. */
export function hmacSha256(key: Uint8Array): (message: Uint8Array) => Bytes {
  const pad = (byte: number) => {
    const block = new Uint8Array(64).fill(byte);
    for (let i = 0; i < key.length; i++) block[i] = (key[i] ?? 0) ^ byte;
    return block;
  };
  const [inner, outer] = [pad(0x36), pad(0x5c)];
  return (message) => sha256(concat(outer, sha256(concat(inner, message))));
}
