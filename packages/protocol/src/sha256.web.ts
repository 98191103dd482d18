import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { toBase64url } from "#base64url";
import { type Bytes, utf8 } from "./bytes.ts";

/** SHA-256 by noble, for browsers, whose own is asynchronous. Node has its twin beside this file. */
export function sha256(bytes: Uint8Array): Bytes {
  return new Uint8Array(nobleSha256(bytes));
}

/** SHA-256 of bytes, or of a text in UTF-8, as base64url: 43 characters. */
export function sha256Text(of: Uint8Array | string): string {
  return toBase64url(nobleSha256(typeof of === "string" ? utf8(of) : of));
}
