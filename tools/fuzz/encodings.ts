// base64url, UTF-8, canonical JSON, ids, contact codes, names, tree edges. None of them has a
// signature, so what is right is that nothing is read that was not written exactly so.

import {
  appendLeaf,
  bytesField,
  contactCode,
  decodeFrontier,
  EMPTY_FRONTIER,
  encodeFrontier,
  type Frontier,
  fromBase64url,
  fromUtf8,
  frontierRoot,
  handshakeCode,
  ProtocolError,
  parseAs,
  parseCanonical,
  parseContactCode,
  parseHandshakeCode,
  parseHash,
  parseId,
  parseMetadata,
  parseSealingKey,
  parseSigningKey,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import type { Tree } from "./mutate-json.ts";
import { canonicalOf, fits, isStrict } from "./shape.ts";
import { bytes, type Target, text } from "./target.ts";
import { boxOf, hashNamed, idOf, seedOf } from "./world.ts";

const refusals = [ProtocolError];

function ofText(
  name: string,
  originals: readonly string[],
  parse: (value: string) => unknown,
  characters?: number,
): Target {
  return {
    name,
    terms: "text",
    originals,
    refusals,
    open: (input) => parse(text(input)),
    equivalent: (input) =>
      isStrict(text(input)) && (characters === undefined || input.length === characters),
  };
}

const DOCUMENTS: readonly Tree[] = [
  { a: [1, "é", true, { b: '\u0000\u001f"\\/' }], "😀": -5, "": "", z: Number.MAX_SAFE_INTEGER },
  [[], {}, "", 0, false],
  {
    at: 1_790_000_000_000,
    by: { account: idOf("a"), head: { hash: hashNamed("h"), seq: 4 } },
    suite: "ecrin-1",
  },
];
const NAMES: readonly Tree[] = [
  {
    v: 1,
    kind: "fhir",
    title: "Bilan sanguin é😀",
    type: "Observation",
    mediaType: "application/pdf",
    size: 7340,
    date: "2026-09-21",
    resource: 412,
  },
  { v: 1, kind: "raw", title: "", type: "note", mediaType: "", size: 0 },
];

function frontier(size: number): Frontier {
  let tree = EMPTY_FRONTIER;
  for (let i = 0; i < size; i++) tree = appendLeaf(tree, seedOf(`leaf ${i}`));
  return tree;
}

export function encodingTargets(): Target[] {
  const codes = ["alice", "bob"].map((name) => contactCode(idOf<"account">(name), hashNamed(name)));
  return [
    ofText("base64url", [boxOf("long", 300), boxOf("two", 2), boxOf("one", 1), ""], (value) =>
      fromBase64url(value),
    ),
    ofText("id", [idOf("x"), idOf("y")], (value) => parseId(value, "id"), 22),
    ofText("hash", [hashNamed("x"), hashNamed("y")], (value) => parseHash(value, "hash"), 43),
    ofText(
      "signing key",
      [hashNamed("x"), hashNamed("y")],
      (value) => parseSigningKey(value, "key"),
      43,
    ),
    ofText(
      "sealing key",
      [boxOf("x", 1216), boxOf("y", 1216)],
      (value) => parseSealingKey(value, "key"),
      1622,
    ),
    {
      ...ofText("bytes field", [boxOf("x", 16), boxOf("y", 17), boxOf("z", 18)], (value) =>
        parseAs(bytesField(16, 18), value, "bytes"),
      ),
      equivalent: (input) =>
        isStrict(text(input)) &&
        [16, 17, 18].includes(Buffer.from(text(input), "base64url").length),
    },
    {
      name: "UTF-8",
      terms: "bytes",
      originals: ["Écrin 😀 \u0000", "ascii", "\ufeffx"].map((each) => utf8(each)),
      refusals,
      open: (input) => fromUtf8(bytes(input)),
      equivalent: (input, result) =>
        typeof result === "string" && Buffer.from(result).equals(bytes(input)),
    },
    {
      name: "canonical JSON",
      share: 2,
      terms: "json",
      originals: DOCUMENTS.map(canonicalOf),
      refusals,
      open: (input) => parseCanonical(text(input)),
      equivalent: (input) => isCanonical(text(input)),
    },
    {
      name: "contact code",
      terms: "text",
      originals: codes,
      refusals,
      open: (input) => parseContactCode(text(input)),
      equivalent: (input, result) => {
        const { account, identity } = result as ReturnType<typeof parseContactCode>;
        return contactCode(account, identity) === text(input).replace(/\s/g, "");
      },
    },
    {
      name: "handshake code",
      terms: "text",
      originals: [
        handshakeCode({
          rendezvous: idOf("rendezvous"),
          account: idOf("alice"),
          identity: hashNamed("identity"),
        }),
        "K7QM-2XHD",
      ],
      refusals,
      open: (input) => parseHandshakeCode(text(input)),
      equivalent: (input, result) => {
        const code = result as ReturnType<typeof parseHandshakeCode>;
        const typed = text(input).replace(/\s/g, "");
        if (!("short" in code)) return handshakeCode(code) === typed;
        const plain = typed.toUpperCase().replace(/[-.–]/g, "");
        return plain.replace(/[IL]/g, "1").replace(/O/g, "0") === code.short;
      },
    },
    {
      name: "metadata JSON",
      terms: "json",
      originals: NAMES.map(canonicalOf),
      refusals,
      open: (input) => parseMetadata(text(input)),
      equivalent: (input) => {
        const value = JSON.parse(text(input));
        return (
          isCanonical(text(input)) &&
          value.v === 1 &&
          fits(value, NAMES, new Set(["date", "resource"]))
        );
      },
    },
    {
      name: "frontier",
      terms: "bytes",
      originals: [encodeFrontier(frontier(13)), encodeFrontier(frontier(7))],
      refusals,
      open: (input) =>
        decodeFrontier(bytes(input)[0] === encodeFrontier(frontier(13))[0] ? 13 : 7, bytes(input)),
      // Its root is worked out by whoever reads it, so it must come out of anything accepted.
      equivalent: (input, result) =>
        frontierRoot(result as Frontier).length === 32 &&
        Buffer.from(encodeFrontier(result as Frontier)).equals(bytes(input)),
    },
    {
      name: "frontier size",
      terms: "json",
      originals: ["13", "7", "0"],
      refusals,
      open: (input) =>
        decodeFrontier(sizeOf(text(input)), new Uint8Array(sizeOf(text(input)) === 0 ? 0 : 96)),
      equivalent: (input, result) =>
        bitsOf(sizeOf(text(input))) * 32 === encodeFrontier(result as Frontier).length,
    },
    {
      name: "any text to bytes and back",
      terms: "text",
      originals: [toBase64url(seedOf("back"))],
      refusals,
      open: (input) => fromBase64url(text(input)),
      equivalent: (input, result) => toBase64url(result as Uint8Array) === text(input),
    },
  ];
}

/** A size as somebody could write it in JSON; anything else counts as none. */
function sizeOf(json: string): number {
  // No number is longer; to parse what is would be this target's time and not the frontier's.
  if (json.length > 400) return Number.NaN;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "number" ? value : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

function bitsOf(size: number): number {
  return [...BigInt(size).toString(2)].filter((bit) => bit === "1").length;
}

/** Whether a text is the canonical JSON of what it says, by a codec that is not ours. */
export function isCanonical(json: string): boolean {
  const value: Tree = JSON.parse(json);
  return canonicalOf(value) === json && !holdsWhatJsonMust(value);
}

/** Whether a value holds a null, a fraction or a lone surrogate, or is nested too deep. */
function holdsWhatJsonMust(value: Tree, depth = 0): boolean {
  if (value === null || depth > 16) return true;
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value === "number") return !Number.isSafeInteger(value);
  if (typeof value !== "object") return false;
  return Object.entries(value).some(
    ([name, each]) => !name.isWellFormed() || holdsWhatJsonMust(each, depth + 1),
  );
}
