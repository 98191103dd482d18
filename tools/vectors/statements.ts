// The strict form of statements: spec/encoding.md, MUST.

import { BEGIN, by, headOf, person } from "../../packages/protocol/test/people.ts";
import {
  b64,
  canonical,
  type Fields,
  hashNamed,
  headerOf,
  idOf,
  jws,
  keyPair,
  pattern,
  payloadOf,
  statement,
} from "../../packages/protocol/test/reference.ts";
import { beginRecord, member } from "../../packages/protocol/test/spaces.ts";
import { accepted, type Book, refused, shelf } from "./book.ts";

const KINDS = [
  "account",
  "space",
  "revision",
  "rewrap",
  "read",
  "acceptance",
  "deposit",
  "head",
  "receipt",
  "log-key",
  "succession",
  "export",
  "sign-in",
];

/** One right statement of every kind, and the key that signed it. */
export function oneOfEach(): Map<string, { text: string; key: string }> {
  const alice = person("alice");
  const record = beginRecord("record", alice, [member(alice, { role: "owner" })]);
  const log = keyPair(pattern("log key", 32));
  const at = BEGIN + 5_000_000;
  const place = { space: idOf("space record"), item: idOf("item"), revision: idOf("revision") };
  const signed: Record<string, Fields> = {
    revision: {
      ...place,
      parents: [],
      op: "create",
      by: by(alice),
      at,
      spaceHead: headOf([record]),
      epoch: 1,
      commit: { secret: hashNamed("R"), content: hashNamed("content key") },
      metadata: hashNamed("metadata"),
      content: { length: 4152, root: hashNamed("segments") },
      held: "server",
    },
    rewrap: {
      space: place.space,
      revision: hashNamed("header"),
      epoch: 1,
      wrap: hashNamed("wrap"),
      by: by(alice),
      at,
      spaceHead: headOf([record]),
    },
    read: {
      space: place.space,
      revisions: [place],
      reason: "care",
      by: by(alice),
      at,
      nonce: b64(pattern("nonce", 16)),
    },
    acceptance: {
      invitation: idOf("invitation"),
      from: idOf("account bob"),
      to: hashNamed("identity"),
      by: by(alice),
      at,
      name: b64(pattern("name", 1200)),
    },
    deposit: {
      space: place.space,
      deposit: idOf("deposit"),
      spaceHead: headOf([record]),
      to: [{ recipient: "inbox", identity: hashNamed("inbox"), wrap: hashNamed("wrap") }],
      commit: { secret: hashNamed("R"), content: hashNamed("content key") },
      metadata: hashNamed("metadata"),
      content: { length: 4152, root: hashNamed("segments") },
      by: by(alice),
      at,
    },
    "sign-in": {
      account: alice.account,
      signIn: idOf("sign-in"),
      key: hashNamed("thumbprint"),
      device: alice.device.device,
      at,
    },
  };
  const byLog: Record<string, Fields> = {
    head: { subject: place.space, n: 3, hash: hashNamed("c"), at },
    receipt: {
      statement: hashNamed("read"),
      index: 40,
      leaf: hashNamed("leaf"),
      subject: place.space,
      n: 3,
      hash: hashNamed("c"),
      at,
    },
    "log-key": {
      log: idOf("log"),
      seq: 1,
      key: keyPair(pattern("log key 2", 32)).key,
      size: 41,
      at,
    },
    succession: {
      log: idOf("log"),
      size: 41,
      root: hashNamed("root 41"),
      kept: { size: 39, root: hashNamed("root 39") },
      next: keyPair(pattern("log key 2", 32)).key,
      at,
    },
    export: {
      subject: place.space,
      log: idOf("log"),
      size: 41,
      entries: 4,
      at,
      files: [{ name: "journal.json", length: 2000, sha256: hashNamed("journal.json") }],
    },
  };
  return new Map([
    ["account", { text: alice.chain[0] ?? "", key: alice.pair.key }],
    ["space", { text: record, key: alice.device.key }],
    ...Object.entries(signed).map(([kind, payload]): [string, { text: string; key: string }] => [
      kind,
      { text: statement(kind, payload, alice.device.pair), key: alice.device.key },
    ]),
    ...Object.entries(byLog).map(([kind, payload]): [string, { text: string; key: string }] => [
      kind,
      { text: statement(kind, payload, log), key: log.key },
    ]),
  ]);
}

type Row = [name: string, field: string | undefined, text: string, code?: string];

/** Wrong forms of one `head`: it is short, and its page has few members. */
function variants(): Row[] {
  const log = keyPair(pattern("log key", 32));
  const right: Fields = {
    suite: "ecrin-1",
    subject: idOf("space record"),
    n: 3,
    hash: hashNamed("c"),
    at: BEGIN,
  };
  const text = jws(headerOf("head"), canonical(right), log);
  const [header = "", payload = "", signature = ""] = text.split(".");
  const headed = (name: string, json: string): Row => [
    name,
    "header",
    jws(json, canonical(right), log),
  ];
  const holding = (name: string, json: string, field = "payload"): Row => [
    name,
    field,
    jws(headerOf("head"), json, log),
  ];
  const json = canonical(right);
  const lasts = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"];
  return [
    headed("alg none", '{"alg":"none","typ":"ecrin-1.head"}'),
    headed("alg EdDSA", '{"alg":"EdDSA","typ":"ecrin-1.head"}'),
    headed("alg HS256", '{"alg":"HS256","typ":"ecrin-1.head"}'),
    headed("alg in another case", '{"alg":"ed25519","typ":"ecrin-1.head"}'),
    headed("header members in another order", '{"typ":"ecrin-1.head","alg":"Ed25519"}'),
    headed("a space in the header", '{"alg":"Ed25519", "typ":"ecrin-1.head"}'),
    headed("a kid", '{"alg":"Ed25519","kid":"x","typ":"ecrin-1.head"}'),
    headed(
      "a jwk",
      `{"alg":"Ed25519","jwk":{"crv":"Ed25519","kty":"OKP","x":"${log.key}"},"typ":"ecrin-1.head"}`,
    ),
    headed("crit", '{"alg":"Ed25519","crit":["b64"],"b64":false,"typ":"ecrin-1.head"}'),
    headed("no typ", '{"alg":"Ed25519"}'),
    headed("typ JWT", '{"alg":"Ed25519","typ":"JWT"}'),
    headed("typ with its application prefix", '{"alg":"Ed25519","typ":"application/ecrin-1.head"}'),
    headed("typ twice", '{"alg":"Ed25519","typ":"ecrin-1.head","typ":"ecrin-1.head"}'),
    headed("another suite in typ", '{"alg":"Ed25519","typ":"ecrin-2.head"}'),
    headed("a kind that does not exist", '{"alg":"Ed25519","typ":"ecrin-1.heads"}'),
    ["no signature", "statement", `${header}.${payload}`],
    ["an empty signature", "signature", `${header}.${payload}.`],
    [
      "alg none without signature",
      "header",
      `${b64(Buffer.from('{"alg":"none","typ":"ecrin-1.head"}'))}.${payload}.`,
    ],
    ["four parts", "statement", `${text}.`],
    ["five parts, as a JWE has", "statement", `${text}.a.b`],
    ["the payload apart", "payload", `${header}..${signature}`],
    ["padding after the signature", "signature", `${text}==`],
    ["a line end after", "signature", `${text}\n`],
    ["a space before", "header", ` ${text}`],
    ["a signature of 63 bytes", "signature", `${header}.${payload}.${signature.slice(0, 84)}`],
    ["a signature of 65 bytes", "signature", `${header}.${payload}.${signature.slice(0, 85)}AA`],
    [
      "a signature with a bit changed",
      undefined,
      `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
      "signature-refused",
    ],
    [
      "a signature of zeros",
      undefined,
      `${header}.${payload}.${"A".repeat(86)}`,
      "signature-refused",
    ],
    [
      "a signature of another payload",
      undefined,
      `${header}.${b64(Buffer.from(canonical({ ...right, n: 4 })))}.${signature}`,
      "signature-refused",
    ],
    [
      "a signature by another key",
      undefined,
      statement(
        "head",
        { subject: idOf("space record"), n: 3, hash: hashNamed("c"), at: BEGIN },
        keyPair(pattern("another", 32)),
      ),
      "signature-refused",
    ],
    ...lasts
      .filter((last) => last !== signature.at(-1))
      .map(
        (last): Row => [
          `the signature's last character ${last}`,
          "AQgw".includes(last) ? undefined : "signature",
          text.slice(0, -1) + last,
          "AQgw".includes(last) ? "signature-refused" : "malformed",
        ],
      ),
    holding("a space in the payload", json.replace(":3", ": 3")),
    holding("a line end after the payload", `${json}\n`),
    holding("a member twice", json.replace('"n":3', '"n":3,"n":3')),
    holding(
      "members in another order",
      `{"suite":"ecrin-1",${json.slice(1).replace(',"suite":"ecrin-1"', "")}`,
    ),
    holding("null", json.replace('"n":3', '"n":null')),
    holding("a fraction", json.replace('"n":3', '"n":3.5')),
    holding("minus zero", json.replace('"n":3', '"n":-0')),
    holding("an exponent", json.replace('"n":3', '"n":3e0')),
    holding("too deep", json.replace('"n":3', `"n":${"[".repeat(16)}${"]".repeat(16)}`)),
    holding("a lone surrogate", json.replace('"n":3', '"n":"\\ud800"')),
    holding("not an object", '"head"', "head"),
    holding("an array", "[]", "head"),
    holding("no JSON", "head"),
    [
      "bytes that are not UTF-8",
      "payload",
      `${header}.${b64(Buffer.from([0x22, 0xff, 0x22]))}.${signature}`,
    ],
    holding("suite ecrin-2", json.replace('"ecrin-1"', '"ecrin-2"'), "head.suite"),
    holding("no suite", json.replace(',"suite":"ecrin-1"', ""), "head.suite"),
    holding("an unknown member", canonical({ ...right, extra: 1 }), "head"),
    holding(
      "an unknown member named as the prototype is",
      json.replace("{", '{"__proto__":{},'),
      "head",
    ),
    holding("a member missing", canonical({ ...right, hash: undefined }), "head.hash"),
    holding(
      "a hash of 31 bytes",
      canonical({ ...right, hash: b64(pattern("short", 31)) }),
      "head.hash",
    ),
    holding(
      "a hash with unused bits",
      canonical({ ...right, hash: `${String(right.hash).slice(0, -1)}B` }),
      "head.hash",
    ),
    holding(
      "an id of 17 bytes",
      canonical({ ...right, subject: b64(pattern("long", 17)) }),
      "head.subject",
    ),
    holding("a number below zero", canonical({ ...right, n: -1 }), "head.n"),
    holding("a number as text", canonical({ ...right, n: "3" }), "head.n"),
    holding(
      "a time after the year 9999",
      canonical({ ...right, at: 253_402_300_800_000 }),
      "head.at",
    ),
    ["too long", "statement", `${header}.${"A".repeat(262_144)}.${signature}`],
  ];
}

export function statements(): Book {
  const each = oneOfEach();
  const texts = shelf("s");
  const refuse = KINDS.flatMap((as) =>
    KINDS.filter((kind) => kind !== as).map((kind) =>
      refused(`${kind} as ${as}`, "malformed", "header", {
        as,
        statement: texts.take(each.get(kind)?.text ?? ""),
      }),
    ),
  );
  const log = each.get("head")?.key ?? "";
  return {
    spec: "spec/encoding.md, MUST",
    accept: KINDS.map((kind) => {
      const { text = "", key = "" } = each.get(kind) ?? {};
      return accepted(kind, {
        as: kind,
        statement: texts.take(text),
        key,
        payload: payloadOf(text),
      });
    }),
    refuse: [
      ...refuse,
      ...variants()
        .filter(([name]) => name !== "too long")
        .map(([name, field, text, code = "malformed"]) =>
          refused(name, code, field, { as: "head", key: log, statement: texts.take(text) }),
        ),
    ],
    shared: texts.texts,
  };
}
