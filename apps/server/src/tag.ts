import { hash } from "node:crypto";

/** HMAC-SHA256 (RFC 2104) under one key: 32 bytes. */
export type Mac = (message: Uint8Array) => Buffer;

const BLOCK = 64;
const DIGEST = 32;
/** A message that fits is hashed from the room kept for it. */
const ROOM = 192;

/**
 * HMAC-SHA256 of short messages. Two one-shot hashes over a key that is padded
 * once: 1.7 µs, where `createHmac` takes 10 and would be most of an entry's cost.
 * A digest comes as a binary text, whose codes are its bytes: Node makes a text in
 * less than half the time of a buffer.
 * @param key 32 bytes
 */
export function hmacSha256(key: Uint8Array): Mac {
  if (key.length !== 32) throw new RangeError("the key of a tag is 32 bytes");
  const inner = padded(key, 0x36, ROOM);
  const outer = padded(key, 0x5c, DIGEST);
  return (message) => {
    outer.write(hash("sha256", innerOf(inner, message), "binary"), BLOCK, "latin1");
    return Buffer.from(hash("sha256", outer, "binary"), "latin1");
  };
}

function innerOf(inner: Buffer, message: Uint8Array): Buffer {
  if (message.length > ROOM) return Buffer.concat([inner.subarray(0, BLOCK), message]);
  inner.set(message, BLOCK);
  return inner.subarray(0, BLOCK + message.length);
}

/** The key's block, and room behind it. */
function padded(key: Uint8Array, pad: number, room: number): Buffer {
  const block = Buffer.alloc(BLOCK + room, pad);
  for (const [i, byte] of key.entries()) block[i] = byte ^ pad;
  return block;
}
