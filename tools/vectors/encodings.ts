// Contexts, canonical JSON, base64url, padded sizes and Merkle roots: spec/encoding.md, spec/revision.md.

import {
  b64,
  context,
  hashNamed,
  idOf,
  merkleTreeHash,
  pattern,
} from "../../packages/protocol/test/reference.ts";
import { accepted, type Book, refused } from "./book.ts";

type Part = { text: string } | { bytes: string } | { number: number };

function contextOf(purpose: string, parts: readonly Part[]): string {
  const values = parts.map((part) =>
    "text" in part
      ? part.text
      : "bytes" in part
        ? Buffer.from(part.bytes, "base64url")
        : part.number,
  );
  return b64(context(purpose, ...values));
}

export function contexts(): Book {
  const rows: [string, string, Part[]][] = [
    ["no part", "about", []],
    ["an id", "about", [{ text: idOf("share") }]],
    [
      "the one of the page",
      "revision secret",
      [{ text: idOf("space") }, { text: idOf("item") }, { text: idOf("revision") }, { number: 3 }],
    ],
    [
      "a number is its decimal",
      "revision secret",
      [{ text: idOf("space") }, { text: idOf("item") }, { text: idOf("revision") }, { text: "3" }],
    ],
    ["bytes", "server key", [{ bytes: b64(pattern("server key", 1216)) }]],
    ["an empty text", "x", [{ text: "" }]],
    ["two texts", "x", [{ text: "ab" }, { text: "c" }]],
    ["the same letters parted elsewhere", "x", [{ text: "a" }, { text: "bc" }]],
    ["the same letters in one", "x", [{ text: "abc" }]],
    ["beyond ASCII", "x", [{ text: "Écrin 🔒" }]],
    ["the largest number", "x", [{ number: Number.MAX_SAFE_INTEGER }]],
    ["below zero", "x", [{ number: -1 }]],
  ];
  return {
    spec: "spec/encoding.md, Context",
    accept: rows.map(([name, purpose, parts]) =>
      accepted(name, { purpose, parts, context: contextOf(purpose, parts) }),
    ),
    refuse: [],
  };
}

export function canonicalJson(): Book {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  const accept: [string, string][] = [
    ["an empty object", "{}"],
    ["an empty array", "[]"],
    ["members in order", '{"a":1,"b":[true,false],"c":{"d":"e"}}'],
    ["upper case before lower case", '{"A":1,"a":2}'],
    ["digits as texts", '{"1":1,"10":2,"2":3}'],
    [
      "UTF-16 order, not that of code points (RFC 8785 section 3.2.3)",
      '{"\ud83d\ude00":1,"\ufb33":2}',
    ],
    ["escapes as short as they can be", '"\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u001f"'],
    ["what needs no escape", '"/\u007f\u2028é€😀"'],
    ["the largest integer", "9007199254740991"],
    ["the smallest integer", "-9007199254740991"],
    ["sixteen levels", nested(16)],
    ["a member named as the prototype is", '{"__proto__":1}'],
  ];
  const refuse: [string, string][] = [
    ["null", "null"],
    ["null inside", '{"a":null}'],
    ["a fraction", "1.5"],
    ["a fraction that is none", "1.0"],
    ["an exponent", "1e2"],
    ["minus zero", "-0"],
    ["a leading zero", "01"],
    ["an integer too large", "9007199254740992"],
    ["an integer too small", "-9007199254740992"],
    ["a lone surrogate, escaped", '"\\ud800"'],
    ["a lone surrogate in a name", '{"\\udc00":1}'],
    ["a pair of surrogates, escaped", '"\\ud83d\\ude00"'],
    ["a needless escape", '"\\u0061"'],
    ["an escaped slash", '"\\/"'],
    ["an escape in capitals", '"\\u001F"'],
    ["a raw line end in a text", '"\n"'],
    ["a space before", " {}"],
    ["a line end after", "{}\n"],
    ["a space inside", '{"a": 1}'],
    ["another order", '{"b":1,"a":2}'],
    ["a member twice", '{"a":1,"a":1}'],
    ["a member twice, once escaped", '{"a":1,"\\u0061":2}'],
    ["a comma too many", '{"a":1,}'],
    ["a comment", '{"a":1/**/}'],
    ["two values", "{}{}"],
    ["a byte order mark", "\ufeff{}"],
    ["nothing", ""],
    ["a word JSON does not know", "undefined"],
    ["seventeen levels", nested(17)],
    ["a thousand levels", nested(1000)],
  ];
  return {
    spec: "spec/encoding.md, Canonical JSON",
    accept: accept.map(([name, json]) => accepted(name, { json })),
    refuse: refuse.map(([name, json]) => refused(name, "malformed", "payload", { json })),
  };
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export function base64url(): Book {
  const lengths = [0, 1, 2, 3, 4, 16, 31, 32, 33, 64];
  const text32 = b64(pattern("base64url", 32));
  const text16 = b64(pattern("base64url", 16));
  const lastCharacters = (text: string) =>
    [...ALPHABET].filter((last) => last !== text.at(-1)).map((last) => text.slice(0, -1) + last);
  const strict = (text: string) => Buffer.from(text, "base64url").toString("base64url") === text;
  const refuse: [string, string][] = [
    ["padding", `${text32}=`],
    ["two signs of padding", `${text16}==`],
    ["the other alphabet, plus", "ab+d"],
    ["the other alphabet, slash", "ab/d"],
    ["a space before", ` ${text32.slice(1)}`],
    ["a line end after", `${text32}\n`],
    ["a line end inside", `${text32.slice(0, 20)}\n${text32.slice(20)}`],
    ["a dot", "abc."],
    ["beyond ASCII", "abcé"],
    ["a wide character whose low bits are a letter's", "abc\u0141"],
    ["one character", "A"],
    ["five characters", "AAAAA"],
    ...[...lastCharacters(text32), ...lastCharacters(text16)]
      .filter((text) => !strict(text))
      .map((text): [string, string] => [
        `${text.length} characters ending in ${text.at(-1)}`,
        text,
      ]),
  ];
  return {
    spec: "spec/encoding.md, Fields",
    accept: lengths.map((length) => {
      const bytes = pattern("base64url", length);
      return accepted(`${length} bytes`, { text: b64(bytes), hex: bytes.toString("hex") });
    }),
    refuse: refuse.map(([name, text]) => refused(name, "malformed", "bytes", { text })),
  };
}

/** Written from the page with integers of any size, where src uses numbers. */
function padded(n: bigint, floor: bigint): bigint {
  if (n <= floor) return floor;
  const exponent = BigInt(n.toString(2).length - 1);
  if (n <= 65536n) return 1n << exponent === n ? n : 1n << (exponent + 1n);
  const kept = BigInt(exponent.toString(2).length);
  const unit = 1n << (exponent - kept);
  return ((n + unit - 1n) / unit) * unit;
}

export function paddedSizes(): Book {
  const sizes = [
    0, 1, 8, 511, 512, 513, 1024, 1025, 4095, 4096, 4097, 8192, 8193, 65535, 65536, 65537, 67584,
    67585,
  ];
  const large = [
    100_000,
    131_071,
    131_072,
    131_073,
    2 ** 20,
    2 ** 20 + 1,
    10 * 2 ** 30,
    10 * 2 ** 30 + 1,
    2 ** 40 - 1,
    2 ** 40 + 1,
    2 ** 52 + 1,
  ];
  return {
    spec: "spec/revision.md, Padding",
    accept: [4096, 512].flatMap((floor) =>
      [...sizes, ...large].map((size) =>
        accepted(`${size} with a floor of ${floor}`, {
          size,
          floor,
          padded: Number(padded(BigInt(size), BigInt(floor))),
        }),
      ),
    ),
    refuse: [],
  };
}

/**
 * The leaves and roots that Google's certificate-transparency project tests its
 * Merkle tree with (MerkleTreeTest, "ReferenceMerkleTreeHash"), for trees of RFC 6962.
 */
const CT_LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const CT_ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

export function merkleRoots(): Book {
  const published = [
    accepted("certificate-transparency, no leaf", {
      leaves: [],
      root: b64(
        Buffer.from("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "hex"),
      ),
    }),
    ...CT_ROOTS.map((root, i) =>
      accepted(`certificate-transparency, ${i + 1} of 8 leaves`, {
        leaves: CT_LEAVES.slice(0, i + 1).map((leaf) => b64(Buffer.from(leaf, "hex"))),
        root: b64(Buffer.from(root, "hex")),
      }),
    ),
  ];
  const ours = [9, 31, 32, 33].map((size) => {
    const leaves = Array.from({ length: size }, (_, i) => pattern(`leaf ${i}`, 32));
    return accepted(`${size} leaves of 32 bytes`, {
      leaves: leaves.map(b64),
      root: b64(merkleTreeHash(leaves)),
    });
  });
  return { spec: "spec/encoding.md, Merkle root", accept: [...published, ...ours], refuse: [] };
}

interface Wrap {
  readonly secret: string;
  readonly recipient: string;
  readonly identity: string;
  readonly hash: string;
}

/** Which wraps an epoch's statement commits to, and whether a list of them is for exactly its members. */
export function wraps(): Book {
  const space = idOf("space");
  const leaf = (secret: string, recipient: string): Wrap => ({
    secret,
    recipient,
    identity: hashNamed(`identity ${recipient}`),
    hash: hashNamed(`wrap ${secret} ${recipient}`),
  });
  const account = (name: string) => idOf(`account ${name}`);
  const head = { hash: hashNamed("head"), seq: 0 };
  const memberOf = (name: string, role: string, offline = false) => ({
    account: account(name),
    identity: hashNamed(`identity ${account(name)}`),
    head,
    role,
    offline,
  });
  const members = [
    memberOf("owner", "owner"),
    memberOf("writer", "writer"),
    memberOf("reader", "reader"),
    memberOf("offline", "reader", true),
  ];
  const right = [
    ...["owner", "writer", "offline"].map((name) => leaf("release", account(name))),
    leaf("release", "server"),
    ...["owner", "writer", "reader", "offline"].map((name) => leaf("space", account(name))),
  ].sort((a, b) => (`${a.secret} ${a.recipient}` < `${b.secret} ${b.recipient}` ? -1 : 1));
  const root = (n: number, list: readonly Wrap[]) =>
    b64(
      merkleTreeHash(
        list.map((each) =>
          context(
            "wrap",
            space,
            n,
            each.secret,
            each.recipient,
            Buffer.from(each.identity, "base64url"),
            Buffer.from(each.hash, "base64url"),
          ),
        ),
      ),
    );
  const without = (index: number) => right.filter((_, i) => i !== index);
  const plain = (list: readonly Wrap[]) => list.map((each) => ({ ...each }));
  const lists: [string, readonly Wrap[]][] = [
    ["nobody", []],
    ["a member left out", without(right.findIndex((each) => each.secret === "space"))],
    ["the server left out", right.filter((each) => each.recipient !== "server")],
    ["a stranger added", [...right, leaf("space", account("stranger"))]],
    ["a member twice instead of another", [...without(0), right[1] ?? leaf("space", "")]],
    ["a reader who would hold the release key", [...right, leaf("release", account("reader"))]],
    ["the server for the space key", [...right, leaf("space", "server")]],
    [
      "another identity",
      [
        ...without(0),
        { ...(right[0] ?? leaf("space", "")), identity: hashNamed("another identity") },
      ],
    ],
  ];
  return {
    spec: "spec/space.md, An epoch",
    shared: { space, members, serverKey: hashNamed("identity server") },
    accept: [
      accepted("the wraps of an epoch, in any order", {
        n: 3,
        wraps: plain([...right].reverse()),
        root: root(3, right),
      }),
      accepted("the same wraps in another epoch", {
        n: 4,
        wraps: plain(right),
        root: root(4, right),
      }),
    ],
    refuse: lists.map(([name, list]) =>
      refused(name, "wraps-differ", undefined, { wraps: plain(list) }),
    ),
  };
}
