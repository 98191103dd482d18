import { bytesOfBase64url } from "#base64url";
import { malformed } from "./errors.ts";

export { toBase64url } from "#base64url";

/** Bytes that WebCrypto takes: never a view on shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Strict base64url: no padding, no other character, unused low bits zero,
 * so that every byte string has exactly one text.
 * @throws ProtocolError `malformed`
 */
export function fromBase64url(text: string, field = "bytes"): Bytes {
  return bytesOfBase64url(text) ?? malformed(field, "is not base64url");
}

/** UTF-8 of a text. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes; anything else is refused. */
export function fromUtf8(bytes: Uint8Array, field = "text"): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    return malformed(field, "is not UTF-8", cause);
  }
}

/** One byte string out of several. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Unsigned 32-bit big-endian. */
export function u32(value: number): Bytes {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
}

/** Whether two public byte strings are the same. Not constant in time: for secrets, `crypto` has its own. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
