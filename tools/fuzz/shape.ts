// What a reader may take besides the originals: a value of the same shape. Worked out from the
// originals and not from the schemas, so that it does not agree with them by construction.

import type { Tree } from "./mutate-json.ts";

/** Characters of 16, 32, 64, 80, 1,168 and 1,216 bytes in base64url. */
const FIXED = new Set([22, 43, 86, 107, 1558, 1622]);
const TEXT_OF_BYTES = /^[A-Za-z0-9_-]+$/;
const STATEMENT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/;
/** Words of which one may stand for another. */
const WORDS: readonly (readonly string[])[] = [
  ["owner", "manager", "writer", "reader"],
  ["record", "share"],
  ["password", "kit", "passkey"],
  ["release", "space"],
  ["server", "application"],
  ["care", "own", "export", "check"],
  ["current", "previous"],
  ["fhir", "raw"],
  ["create", "correct", "delete"],
  ["face-to-face", "invitation"],
  [
    "sign-up",
    "sign-in",
    "sign-out",
    "recovery",
    "password",
    "upload",
    "correction",
    "deletion",
    "listing",
    "opening",
    "export",
    "membership",
    "share",
    "revocation",
    "rotation",
    "expiry",
    "refusal",
  ],
];
const SUITE = "ecrin-1";

/** Whether a value has the shape of one of the originals; members named in `optional` may be absent. */
export function fits(
  value: Tree,
  originals: readonly Tree[],
  optional: ReadonlySet<string>,
): boolean {
  return originals.some((original) => fitsOne(value, original, optional));
}

function fitsOne(value: Tree, original: Tree, optional: ReadonlySet<string>): boolean {
  if (Array.isArray(original)) {
    return Array.isArray(value) && value.every((each) => fits(each, original, optional));
  }
  if (typeof original === "object" && original !== null) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    return (
      Object.keys(value).every((name) => Object.hasOwn(original, name)) &&
      Object.entries(original).every(([name, expected]) => {
        const member = Object.hasOwn(value, name) ? value[name] : undefined;
        return member === undefined ? optional.has(name) : fitsOne(member, expected, optional);
      })
    );
  }
  if (typeof original === "number") return Number.isSafeInteger(value) && Number(value) >= 0;
  if (typeof original === "string") return typeof value === "string" && fitsText(value, original);
  return typeof value === typeof original;
}

function fitsText(value: string, original: string): boolean {
  if (original === SUITE) return value === SUITE;
  const words = WORDS.filter((set) => set.includes(original));
  if (words.length > 0) return words.some((set) => set.includes(value));
  if (STATEMENT.test(original)) return STATEMENT.test(value);
  if (!TEXT_OF_BYTES.test(original) || original.length < 16) return true;
  if (!TEXT_OF_BYTES.test(value)) return value === "";
  return !FIXED.has(original.length) || (value.length === original.length && isStrict(value));
}

/** Whether a text is the one base64url of its bytes, by Node's own codec. */
export function isStrict(text: string): boolean {
  return Buffer.from(text, "base64url").toString("base64url") === text;
}

/** RFC 8785 for what statements hold, once more: members in UTF-16 order, at every level. */
export function canonicalOf(value: Tree): string {
  if (Array.isArray(value)) return `[${value.map(canonicalOf).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalOf(value[name] ?? null)}`).join(",")}}`;
}

/** Whether two JSON values say the same, members in any order. */
export function sameTree(a: Tree, b: Tree): boolean {
  return canonicalOf(a) === canonicalOf(b);
}
