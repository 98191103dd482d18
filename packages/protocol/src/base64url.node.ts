import { Buffer } from "node:buffer";
import type { Bytes } from "./bytes.ts";

// base64url without padding (RFC 4648 section 5), by Node: 0.4 µs for 1,250 bytes where its twin
// for browsers takes 6.

export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/** The bytes whose one text this is; undefined for any other text. */
export function bytesOfBase64url(text: string): Bytes | undefined {
  const read = Buffer.from(text, "base64url");
  // Node skips what it cannot read and takes two more alphabets: one text alone comes out again.
  return read.toString("base64url") === text ? new Uint8Array(read) : undefined;
}
