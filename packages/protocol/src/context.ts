import type { Bytes } from "./bytes.ts";
import { sha256 } from "./sha256.ts";

/** The one suite. Another is a new name and new vectors, never an option. */
export const SUITE = "ecrin-1";

const encoder = new TextEncoder();

/** Text, bytes, or an integer. */
export type ContextPart = string | Uint8Array | number;

/** Contexts up to here are written in memory that is there already; nearly all are of a few ids. */
const short = new Uint8Array(1024);

/**
 * What a ciphertext, a MAC or a commitment is bound to: SHA-256 of the
 * length-prefixed parts, suite and purpose first (spec/encoding.md, Context).
 * @returns 32 bytes
 */
export function context(purpose: string, ...parts: readonly ContextPart[]): Bytes {
  let most = 4 + 4 + mostBytes(SUITE) + 4 + mostBytes(purpose);
  for (const part of parts) most += 4 + mostBytes(partOf(part));
  const room = most <= short.length ? short : new Uint8Array(most);
  let at = writeField(room, writeU32(room, 0, parts.length + 2), SUITE);
  at = writeField(room, at, purpose);
  for (const part of parts) at = writeField(room, at, partOf(part));
  return sha256(room.subarray(0, at));
}

function writeField(room: Bytes, at: number, field: string | Uint8Array): number {
  const end = writePart(room, at + 4, field);
  writeU32(room, at, end - at - 4);
  return end;
}

function partOf(part: ContextPart): string | Uint8Array {
  if (typeof part !== "number") return part;
  if (!Number.isSafeInteger(part)) throw new RangeError("a number in a context is a safe integer");
  return String(part);
}

/** UTF-8 has at most three bytes for a UTF-16 code unit. */
function mostBytes(part: string | Uint8Array): number {
  return typeof part === "string" ? part.length * 3 : part.length;
}

/** Texts up to here are written here: a dozen contexts go into each revision, of ids and names, and asking the encoder takes longer than one of those does. */
const SHORT_TEXT = 48;

/** Writes a part and tells where it ends. */
function writePart(room: Bytes, from: number, part: string | Uint8Array): number {
  if (typeof part !== "string") {
    room.set(part, from);
    return from + part.length;
  }
  if (part.length > SHORT_TEXT) return encode(room, from, part);
  for (let i = 0; i < part.length; i++) {
    const code = part.charCodeAt(i);
    if (code > 127) return encode(room, from, part);
    room[from + i] = code;
  }
  return from + part.length;
}

function encode(room: Bytes, from: number, text: string): number {
  return from + encoder.encodeInto(text, room.subarray(from)).written;
}

function writeU32(room: Bytes, at: number, value: number): number {
  room[at] = value >>> 24;
  room[at + 1] = value >>> 16;
  room[at + 2] = value >>> 8;
  room[at + 3] = value;
  return at + 4;
}
