// A small record whole, from a kit to the plaintext: vectors/record/whole-record.json, which
// spec/reading.md follows step by step. All of its keys are in it, and none of them is anybody's.

import { fileURLToPath } from "node:url";
import type { Fields, Value } from "../../packages/protocol/test/reference.ts";
import { handedOut, inside } from "./whole-scene.ts";

/** Where it lies. */
export const WHOLE = fileURLToPath(
  new URL("../../vectors/record/whole-record.json", import.meta.url),
);

/** The steps of spec/reading.md, in order. */
export type ReadingStep =
  | "account"
  | "contents"
  | "epochs"
  | "inbox"
  | "revisions"
  | "share"
  | "space";

/** One place where something else is handed out; without a value, nothing. */
export interface WholeRefusal {
  readonly name: string;
  /** Where a reader notices. */
  readonly step: ReadingStep;
  readonly at: readonly (number | string)[];
  readonly value?: Value;
}

type Node = { readonly [name: string]: Node } | readonly Node[] | Value;

function valueAt(at: readonly (number | string)[]): Value {
  let node: Node = handedOut;
  for (const step of at) {
    const next: Node | undefined = Object(node)[step];
    if (next === undefined) throw new Error(`nothing at ${at.join(".")}`);
    node = next;
  }
  return node as Value;
}

type At = readonly (number | string)[];

/** One bit in the middle of bytes is another. */
function flippedBytes(text: string): string {
  const bytes = Buffer.from(text, "base64url");
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  return bytes.toString("base64url");
}

/** A statement whose signature has one bit that is another. */
function signedOtherwise(statement: string): string {
  const signature = statement.lastIndexOf(".") + 1;
  return statement.slice(0, signature) + flippedBytes(statement.slice(signature));
}

function changed(name: string, step: ReadingStep, at: At): WholeRefusal {
  return { name, step, at, value: flippedBytes(String(valueAt(at))) };
}

/** What stands elsewhere stands here. */
function instead(name: string, step: ReadingStep, at: At, from: At): WholeRefusal {
  return { name, step, at, value: valueAt(from) };
}

/** A list of which only some are handed out. */
function only(name: string, step: ReadingStep, at: At, from: number, to: number): WholeRefusal {
  return { name, step, at, value: (valueAt(at) as readonly Value[]).slice(from, to) };
}

function refusals(): WholeRefusal[] {
  const { kit, account, record, share } = handedOut;
  const [first, second, third, fourth] = record.revisions;
  const lastOf = kit.slice(0, -1) + (kit.endsWith("0") ? "1" : "0");
  const contents = Object.keys(record.contents);
  const [one = "", two = ""] = contents;
  const linked = Object.keys(share.contents)[0] ?? "";
  const given = Object.keys(handedOut.inbox.contents)[0] ?? "";
  const list = (space: "record" | "share"): At => [space, "wraps", "list"];
  return [
    { name: "a kit mistyped", step: "account", at: ["kit"], value: lastOf },
    changed("a slot's MAC", "account", ["account", "slots", 0, "mac"]),
    instead(
      "the password's wrap in the kit's slot",
      "account",
      ["account", "slots", 0, "wrap"],
      [...["account", "slots"], 1, "wrap"],
    ),
    only(
      "a chain that ends before the identity was renewed",
      "account",
      ["account", "chain"],
      0,
      1,
    ),
    only("a chain without its beginning", "account", ["account", "chain"], 1, 4),
    {
      name: "a keyring under another version",
      step: "account",
      at: ["account", "keyring", "version"],
      value: Number(account.keyring.version) - 1,
    },
    changed("a keyring", "account", ["account", "keyring", "box"]),
    instead(
      "another account's chain",
      "space",
      ["accounts", Object.keys(handedOut.accounts)[0] ?? ""],
      ["account", "chain"],
    ),
    only("a chain of the space without its beginning", "space", ["record", "statements"], 1, 5),
    instead("a statement twice", "space", ["record", "statements", 2], ["record", "statements", 1]),
    only("wraps without the server's", "epochs", list("record"), 1, 5),
    only("wraps without the last", "epochs", list("record"), 0, 4),
    only("an addition left out", "epochs", ["record", "wraps", "additions"], 0, 0),
    changed("a wrap", "epochs", ["record", "wraps", "mine", 1, "wrap"]),
    instead(
      "the wrap of S for that of K",
      "epochs",
      ["record", "wraps", "mine", 1, "wrap"],
      ["record", "wraps", "mine", 0, "wrap"],
    ),
    changed("another release key of the server", "epochs", ["server", "releaseKey"]),
    { name: "a rewrap left out", step: "revisions", at: ["record", "revisions", 1, "rewrap"] },
    instead(
      "the wrap of another revision",
      "revisions",
      ["record", "revisions", 2, "wrap"],
      ["record", "revisions", 0, "wrap"],
    ),
    {
      name: "an epoch that did not wrap it",
      step: "revisions",
      at: ["record", "revisions", 0, "wrapEpoch"],
      value: 2,
    },
    {
      name: "two revisions exchanged",
      step: "revisions",
      at: ["record", "revisions"],
      value: [first, { ...third, index: 1 }, { ...second, index: 2 }, fourth] as Value,
    },
    only("the last revision left out", "revisions", ["record", "revisions"], 0, 3),
    changed("a name", "revisions", ["record", "revisions", 0, "metadata"]),
    {
      name: "a header's signature",
      step: "revisions",
      at: ["record", "revisions", 2, "statement"],
      value: signedOtherwise(String(third?.statement)),
    },
    changed("a content", "contents", ["record", "contents", one]),
    instead(
      "another revision's content",
      "contents",
      ["record", "contents", one],
      ["record", "contents", two],
    ),
    changed("the wrap of an inbox", "inbox", ["inbox", "seeds", 0, "wrap"]),
    changed("the wrap of a deposit", "inbox", ["inbox", "deposits", 0, "wrap"]),
    changed("a deposit's name", "inbox", ["inbox", "deposits", 0, "metadata"]),
    changed("a deposit's content", "inbox", ["inbox", "contents", given]),
    only("wraps of the share without the server's", "share", list("share"), 1, 5),
    changed("the secrets of the links", "share", ["share", "links", "secrets"]),
    changed("the releases of the links", "share", ["share", "links", "releases"]),
    instead(
      "a header of another record",
      "share",
      ["share", "headers", 0],
      ["record", "revisions", 0, "statement"],
    ),
    changed("the note beside the share", "share", ["share", "about"]),
    changed("a shared name", "share", ["share", "metadata", 0]),
    changed("a release", "share", ["share", "releases", 0]),
    changed("a shared content", "share", ["share", "contents", linked]),
  ];
}

/** The file, as it lies in the tree. */
export function printWholeRecord(): string {
  const file: Fields = {
    spec: "spec/reading.md",
    made: "tools/vectors/main.ts",
    ...handedOut,
    inside,
  };
  const lines = refusals().map((each) => `    ${JSON.stringify(each)}`);
  const body = JSON.stringify(file, undefined, 2).replace(/\n\}$/, "");
  return `${body},\n  "refuse": [\n${lines.join(",\n")}\n  ]\n}\n`;
}
