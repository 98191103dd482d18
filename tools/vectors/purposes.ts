// Every purpose that a context is made for, with its parts in order: spec/encoding.md, Purposes.

import { b64, context, idOf, pattern } from "../../packages/protocol/test/reference.ts";
import { accepted, type Book, type Case } from "./book.ts";

type Part = { name: string } & ({ text: string } | { bytes: string } | { number: number });

/** An id, or a word where one is said. */
const text = (name: string, word = idOf(name)): Part => ({ name, text: word });
const bytes = (name: string, length = 32): Part => ({ name, bytes: b64(pattern(name, length)) });
const number = (name: string, value = 3): Part => ({ name, number: value });

const IDENTITY = [bytes("sign"), bytes("seal", 1216)];
const REVISION = [text("space"), text("item"), text("revision")];
const EPOCH = [text("space"), number("n")];
const RECEIVED = [...EPOCH, text("recipient"), bytes("identity")];
const DEPOSIT = [text("space"), text("deposit")];
const NONCES = [bytes("commitment"), bytes("nonceA"), bytes("nonceB")];
const SHOWN = [text("rendezvous"), text("account"), bytes("identity"), number("until", 1_790e9)];
const JOINED = [text("account"), bytes("identity")];
const ASKED = [
  text("number", "402913117"),
  text("device"),
  bytes("key"),
  bytes("seal of the run", 1216),
];

const ROWS: readonly (readonly [purpose: string, parts: readonly Part[]])[] = [
  ["identity", [text("account"), ...IDENTITY]],
  ["rotate", [text("account"), number("seq"), text("prev", b64(pattern("prev", 32))), ...IDENTITY]],
  ["keyring", [text("account"), number("version")]],
  ["slot", [text("account"), text("slot"), text("kind", "kit")]],
  [
    "slot mac",
    [
      text("account"),
      text("slot"),
      text("kind", "kit"),
      bytes("key", 1216),
      bytes("identity"),
      bytes("SHA-256(wrap)"),
    ],
  ],
  ["kit text", [bytes("code")]],
  ["store key", [text("account")]],
  ["store", [text("account"), text("name", "kept")]],
  [
    "wrap",
    [
      ...EPOCH,
      text("secret", "space"),
      text("recipient"),
      bytes("identity"),
      bytes("SHA-256(wrap)"),
    ],
  ],
  ["server key", [bytes("key", 1216)]],
  ...["space", "release"].flatMap((secret): [string, Part[]][] => [
    [`commit ${secret} key`, EPOCH],
    [`back ${secret} key`, EPOCH],
    [`mend ${secret} key`, [...EPOCH, number("of", 1)]],
    [`wrap ${secret} key`, RECEIVED],
  ]),
  ["revision", [...REVISION, text("author"), text("parent 1"), text("parent 2")]],
  ["revision secret", [...REVISION, number("epoch")]],
  ["release", REVISION],
  ["commit revision secret", REVISION],
  ["commit content key", REVISION],
  ["link secrets", [text("share"), bytes("list")]],
  ["link releases", [text("share"), bytes("list")]],
  ["links", [text("share"), bytes("list"), bytes("secrets", 80), bytes("releases", 80)]],
  ["link secret", [text("share"), ...REVISION]],
  ["link release", [text("share"), ...REVISION]],
  ["about", [text("share")]],
  ["acceptance name", [text("invitation")]],
  ["inbox key", [...EPOCH, bytes("key", 1216)]],
  ["wrap inbox key", [...EPOCH, text("account"), bytes("identity")]],
  ["deposit", [...DEPOSIT, text("author")]],
  ["commit deposit secret", DEPOSIT],
  ["commit deposit content", DEPOSIT],
  ["wrap deposit", [...DEPOSIT, text("recipient"), bytes("identity")]],
  ["handshake commitment", [...SHOWN, bytes("nonceA")]],
  ["handshake code A", [...SHOWN, ...JOINED, ...NONCES]],
  ["handshake code B", [...SHOWN, ...JOINED, ...NONCES]],
  ["handshake name", [text("rendezvous"), text("sender")]],
  ["approval number", [text("approval")]],
  ["approval commitment", [...ASKED, bytes("nonceA")]],
  ["approval code A", [...ASKED, ...JOINED, ...NONCES]],
  ["approval code B", [...ASKED, ...JOINED, ...NONCES]],
  ["approval key", [...ASKED, ...JOINED, ...NONCES]],
  ["passkey prf", []],
  ["passkey sign-in", [text("account"), text("signIn"), text("key", b64(pattern("key", 32)))]],
  ["address", []],
  ["log", [bytes("key")]],
  ["entry", [bytes("salt"), text("entry", '{"about":{}}')]],
];

const inContext = (part: Part): Buffer | number | string =>
  "bytes" in part ? Buffer.from(part.bytes, "base64url") : "text" in part ? part.text : part.number;

export function purposes(): Book {
  const row = ([purpose, parts]: (typeof ROWS)[number]): Case =>
    accepted(purpose, {
      parts: parts.map((part) => ({ ...part })),
      context: b64(context(purpose, ...parts.map(inContext))),
    });
  return { spec: "spec/encoding.md, Purposes", accept: ROWS.map(row), refuse: [] };
}
