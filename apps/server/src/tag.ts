import { hash } from "node:crypto";

/** HMAC-SHA256 (RFC 2104) under one key: 32 bytes. */
export type Mac = (message: Uint8Array) => Buffer;

const BLOCK = 64;

/**
 * HMAC-SHA256 of short messages. Two one-shot hashes over a key that is padded
 * once: 1.7 µs, where `createHmac` takes 10 and would be most of an entry's cost.
 * @param key 32 bytes
 */
export function hmacSha256(key: Uint8Array): Mac {
  if (key.length !== 32) throw new RangeError("the key of a tag is 32 bytes");
  const inner = padded(key, 0x36);
  const outer = padded(key, 0x5c);
  return (message) =>
    hash(
      "sha256",
      Buffer.concat([outer, hash("sha256", Buffer.concat([inner, message]), "buffer")]),
      "buffer",
    );
}

function padded(key: Uint8Array, pad: number): Buffer {
  const block = Buffer.alloc(BLOCK, pad);
  for (const [i, byte] of key.entries()) block[i] = byte ^ pad;
  return block;
}
