// Changed inputs: of bytes, of texts, of JSON by its tree and by its spelling, of statements by
// their three parts.

import { fromBase64url, toBase64url, utf8 } from "@ecrin/protocol";
import { changedJson } from "./mutate-json.ts";
import type { Random } from "./random.ts";

/** What an opener takes: wire bytes, or text. */
export type Input = string | Uint8Array<ArrayBuffer>;

/** In which terms an input is changed. */
export type Terms = "bytes" | "text" | "json" | "statement";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const STRANGE = [
  "\u0000",
  "\n",
  " ",
  "\u00a0",
  "\ufeff",
  "\ud800",
  "\udc00",
  "\u202e",
  "\u0301",
  "é",
  "İ",
  "😀",
  "=",
  ".",
  "+",
  "/",
  "%",
  '"',
  "\\",
  "{",
  "0",
  "-",
];
/** Order of Ed25519's group, little-endian: S and S + L would verify alike where S is not checked. */
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** A changed input, made of one of the originals and sometimes of another. */
export function changed(random: Random, terms: Terms, originals: readonly Input[]): Input {
  const original = random.of(originals);
  const other = random.of(originals);
  if (typeof original !== "string" || typeof other !== "string") {
    return changedBytes(random, asBytes(original), asBytes(other));
  }
  if (terms === "json" && !random.once(8)) return changedJson(random, original, other);
  if (terms === "statement" && !random.once(3)) return changedStatement(random, original, other);
  return changedText(random, original, other);
}

function asBytes(input: Input): Uint8Array<ArrayBuffer> {
  return typeof input === "string" ? utf8(input) : input;
}

/** A place in bytes of this length: often at the front, at the end, or beside a power of two. */
function place(random: Random, length: number): number {
  switch (random.below(5)) {
    case 0:
      return Math.min(length, random.below(64));
    case 1:
      return Math.max(0, length - 1 - random.below(40));
    case 2:
      return Math.min(length, Math.max(0, 2 ** random.below(13) - random.below(2)));
    default:
      return random.below(length + 1);
  }
}

export function changedBytes(
  random: Random,
  original: Uint8Array<ArrayBuffer>,
  other: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const at = place(random, original.length);
  const end = Math.min(original.length, at + 1 + random.below(random.once(3) ? 2048 : 16));
  const copy = original.slice();
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      for (let flips = 1 + (random.once(3) ? random.below(8) : 0); flips > 0; flips--) {
        const byte = Math.min(copy.length - 1, place(random, copy.length));
        if (byte >= 0) copy[byte] = (copy[byte] ?? 0) ^ (1 << random.below(8));
      }
      return copy;
    case 3:
      return original.slice(0, at);
    case 4:
      return original.slice(at);
    case 5:
      return joined(original.subarray(0, end), original.subarray(at));
    case 6:
      return joined(original.subarray(0, at), original.subarray(end));
    case 7:
      return joined(
        original.subarray(0, at),
        random.bytes(1 + random.below(40)),
        original.subarray(at),
      );
    case 8:
      return joined(original.subarray(0, at), other.subarray(Math.min(at, other.length)));
    default:
      copy.set(
        random.once(2)
          ? random.bytes(end - at)
          : new Uint8Array(end - at).fill(random.of([0, 255])),
        at,
      );
      return copy;
  }
}

export function changedText(random: Random, original: string, other: string): string {
  const at = place(random, original.length);
  const end = Math.min(original.length, at + 1 + random.below(24));
  const [before, after] = [original.slice(0, at), original.slice(at)];
  switch (random.below(10)) {
    case 0:
    case 1:
      return before + random.of([...ALPHABET]) + after.slice(1);
    case 2:
      return (
        before +
        String.fromCharCode((after.charCodeAt(0) || 65) ^ (1 << random.below(16))) +
        after.slice(1)
      );
    case 3:
      return before + random.of(STRANGE) + after.slice(random.below(2));
    case 4:
      return random.once(2) ? before : after;
    case 5:
      return original.slice(0, end) + after;
    case 6:
      return before + original.slice(end);
    case 7:
      return before + other.slice(Math.min(at, other.length));
    case 8:
      return random.of([
        original.toUpperCase(),
        original.toLowerCase(),
        `${original}\n`,
        ` ${original}`,
        original.normalize("NFD"),
        original + original,
        "",
      ]);
    default:
      return swapped(random, original, random.of([" ", "-", ".", ",", "&"]));
  }
}

/** Two pieces of a text exchanged, or one taken out. */
function swapped(random: Random, original: string, separator: string): string {
  const pieces = original.split(separator);
  const [a, b] = [random.below(pieces.length), random.below(pieces.length)];
  if (random.once(3)) pieces.splice(a, 1);
  else [pieces[a], pieces[b]] = [pieces[b] ?? "", pieces[a] ?? ""];
  return pieces.join(separator);
}

/** A statement with one part changed or taken from elsewhere, and its signature as it was. */
function changedStatement(random: Random, original: string, other: string): string {
  const [header = "", payload = "", signature = ""] = original.split(".");
  const [otherHeader = "", otherPayload = "", otherSignature = ""] = other.split(".");
  switch (random.below(8)) {
    case 0:
      return `${changedPart(random, header)}.${payload}.${signature}`;
    case 1:
    case 2:
      return `${header}.${changedPart(random, payload)}.${signature}`;
    case 3:
      return `${header}.${payload}.${otherSign(random, signature)}`;
    case 4:
      return `${otherHeader}.${payload}.${signature}`;
    case 5:
      return `${header}.${otherPayload}.${signature}`;
    case 6:
      return `${header}.${payload}.${otherSignature}`;
    default:
      return random.of([
        `${header}.${payload}`,
        `${header}..${signature}`,
        `${original}.${signature}`,
        `${original}=`,
      ]);
  }
}

function changedPart(random: Random, part: string): string {
  const text = Buffer.from(part, "base64url").toString();
  return toBase64url(utf8(changedJson(random, text, text)));
}

function otherSign(random: Random, signature: string): string {
  const bytes = fromBase64url(signature);
  if (random.once(3)) return toBase64url(changedBytes(random, bytes, bytes));
  if (random.once(2)) {
    // Another spelling of the same bytes: the unused bits of the last character.
    const last = ALPHABET.indexOf(signature.at(-1) ?? "A");
    return signature.slice(0, -1) + ALPHABET.charAt((last & 48) | (1 + random.below(15)));
  }
  let scalar = 0n;
  for (let i = 63; i >= 32; i--) scalar = (scalar << 8n) | BigInt(bytes[i] ?? 0);
  scalar += GROUP_ORDER * BigInt(1 + random.below(14));
  for (let i = 32; i < 64; i++, scalar >>= 8n) bytes[i] = Number(scalar & 255n);
  return toBase64url(bytes);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
