// The formats of spec/revision.md and spec/keys.md a second time, from node:crypto and nothing of
// src: short and slow. The vectors are made with it, so what src reads was not written by src.

import { createCipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";

const ascii = (text: string) => Buffer.from(text, "utf8");
const u8 = (n: number) => Buffer.from([n]);
const u16 = (n: number) => Buffer.from([n >> 8, n & 255]);

function u32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}

/** Bytes that WebCrypto and src take. */
export function bytesOf(buffer: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

export function sha256(data: Uint8Array): Buffer {
  return createHash("sha256").update(data).digest();
}

export function hmac(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

export function hkdf(input: Uint8Array, salt: Uint8Array, info: Uint8Array, length = 32): Buffer {
  return Buffer.from(hkdfSync("sha256", input, salt, info, length));
}

/** ciphertext ‖ tag. */
export function gcm(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** context(purpose, part…) of spec/encoding.md. */
export function contextOf(...parts: (string | number | Uint8Array)[]): Buffer {
  const fields = ["ecrin-1", ...parts].map((part) =>
    part instanceof Uint8Array ? Buffer.from(part) : ascii(String(part)),
  );
  return sha256(Buffer.concat([u32(fields.length), ...fields.flatMap((f) => [u32(f.length), f])]));
}

export function box(
  salt: Uint8Array,
  key: Uint8Array,
  label: string,
  ctx: Uint8Array,
  plain: Uint8Array,
): Buffer {
  const subkey = hkdf(key, salt, Buffer.concat([ascii(`ecrin-1 ${label}`), ctx]));
  return Buffer.concat([salt, gcm(subkey, Buffer.alloc(12), ctx, plain)]);
}

export function padded(content: Uint8Array, floor: number): Buffer {
  const n = 8 + content.length;
  let size = floor;
  if (n > floor && n <= 65_536) while (size < n) size *= 2;
  if (n > 65_536) {
    const e = n.toString(2).length - 1;
    const s = e.toString(2).length;
    size = n;
    while (size % 2 ** (e - s) !== 0) size += 1;
  }
  const whole = Buffer.alloc(size);
  whole.writeUInt32BE(content.length, 4);
  whole.set(content, 8);
  return whole;
}

/** The segments of a stream on the wire; an AES key instead of a content key for Tink's own vectors. */
export function segments(
  aesKey: Uint8Array,
  header: Uint8Array,
  plain: Uint8Array,
  segment: number,
): Buffer[] {
  const first = segment - header.length - 16;
  const cuts = [0];
  for (let at = first; at < plain.length; at += segment - 16) cuts.push(at);
  return cuts.map((from, i) => {
    const last = i === cuts.length - 1;
    const nonce = Buffer.concat([header.subarray(-7), u32(i), u8(last ? 1 : 0)]);
    const sealed = gcm(aesKey, nonce, Buffer.alloc(0), plain.subarray(from, cuts[i + 1]));
    return i === 0 ? Buffer.concat([header, sealed]) : sealed;
  });
}

/** The AES key of a stream. */
export function streamAesKey(contentKey: Uint8Array, header: Uint8Array, ctx: Uint8Array): Buffer {
  return hkdf(contentKey, header.subarray(1, 33), ctx);
}

/** HPKE base mode (RFC 9180 sections 4, 5.1) over X-Wing, from a shared secret: the ciphertext. */
export function hpkeSeal(shared: Uint8Array, info: Uint8Array, plain: Uint8Array): Buffer {
  const suite = Buffer.concat([ascii("HPKE"), u16(0x647a), u16(0x0001), u16(0x0002)]);
  const none = Buffer.alloc(0);
  const extract = (salt: Uint8Array, label: string, input: Uint8Array) =>
    hmac(
      salt.length === 0 ? Buffer.alloc(32) : salt,
      Buffer.concat([ascii("HPKE-v1"), suite, ascii(label), input]),
    );
  const expand = (secret: Uint8Array, label: string, context: Uint8Array, length: number) => {
    const lead = Buffer.concat([u16(length), ascii("HPKE-v1"), suite, ascii(label), context]);
    return hmac(secret, Buffer.concat([lead, u8(1)])).subarray(0, length);
  };
  const schedule = Buffer.concat([
    u8(0),
    extract(none, "psk_id_hash", none),
    extract(none, "info_hash", info),
  ]);
  const secret = extract(shared, "secret", none);
  const key = expand(secret, "key", schedule, 32);
  return gcm(key, expand(secret, "base_nonce", schedule, 12), none, plain);
}

/** An X-Wing encapsulation with its 64 bytes of randomness given. */
export function xwingEncapsulate(publicKey: Uint8Array, randomness: Uint8Array) {
  const { cipherText, sharedSecret } = MLKEM768X25519.encapsulate(publicKey, randomness);
  return { encapsulated: Buffer.from(cipherText), shared: Buffer.from(sharedSecret) };
}

export function xwingPublic(seed: Uint8Array): Buffer {
  return Buffer.from(MLKEM768X25519.keygen(seed).publicKey);
}

/** A wrap: encapsulation ‖ ciphertext. */
export function wrap(
  publicKey: Uint8Array,
  randomness: Uint8Array,
  ctx: Uint8Array,
  secret: Uint8Array,
): Buffer {
  const { encapsulated, shared } = xwingEncapsulate(publicKey, randomness);
  return Buffer.concat([encapsulated, hpkeSeal(shared, ctx, secret)]);
}

/** Bytes that look random and are the same every time. */
export function pattern(name: string, length: number): Buffer {
  return hkdfLong(ascii(name), length);
}

function hkdfLong(input: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < length; i++) blocks.push(sha256(Buffer.concat([u32(i), input])));
  return Buffer.concat(blocks).subarray(0, length);
}
