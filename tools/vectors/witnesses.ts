// Witnesses: spec/witness.md. What is marked C2SP stands in its specifications (signed-note,
// tlog-cosignature and tlog-witness at commit 5ba5ee83 of github.com/C2SP/C2SP).

import {
  b64,
  type Fields,
  keyPair,
  merkleTreeHash,
  pattern,
  sha256,
} from "../../packages/protocol/test/reference.ts";
import { accepted, type Book, refused } from "./book.ts";

const witness = keyPair(pattern("witness key", 32));
const other = keyPair(pattern("witness key 2", 32));
const NAME = "witness.example/w1";
const SECONDS = 1_790_000_000;
const LEAVES = [1, 2, 3, 4, 5].map((i) => sha256(Buffer.from([i])));
const TEXT = `ecrin.log/AAAAAAAAAAAAAAAAAAAAAA\n5\n${merkleTreeHash(LEAVES).toString("base64")}\n`;

// C2SP tlog-cosignature, its example. The keys are not published: only its form is looked at.
const SOFA = [
  "example.com/behind-the-sofa",
  "20852163",
  "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
  "",
  "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=",
  "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==",
  "",
].join("\n");

// A cosignature that a witness made on 24 January 2025 under a checkpoint of Google's log of
// Android firmware, as it stands in a public program that verifies it with
// transparency-dev/formats/note. The name of its key is not known, so `named` stands for it, and
// the id with it.
const GOOGLE = {
  text: "developers.google.com/android/binary_transparency/google1p/0\n5\nxqaCEZhTGZUuKNA7MpSyxe1WXiiESB2p+crAyzM+Vxo=\n",
  key: "pTPPKyRu6Q3PoMkeY+/sNni0biF4vnVTYRHbVNA31mY=",
  line: "r0xBJQAAAABnkyoLuHgN5KlIUUpZV9hulwsFcgqV5v1CyeIhBZWdkfOJT0ims1LqbYygO5MEl91CGha5sP79K57P7lIGrz7Qtx8eBw==",
};

function keyId(name: string, key: string, type = 4): Buffer {
  const body = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([type])]);
  return sha256(body, Buffer.from(key, "base64url")).subarray(0, 4);
}

interface Made {
  readonly text?: string;
  readonly seconds?: bigint;
  readonly said?: string;
  readonly by?: typeof witness;
  readonly cut?: number;
}

/** A line in the witness's name, right but for what is said otherwise. */
function line({ text = TEXT, seconds = BigInt(SECONDS), said, by = witness, cut = 0 }: Made = {}) {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(seconds);
  const message = said ?? `cosignature/v1\ntime ${seconds}\n${text}`;
  const bytes = Buffer.concat([time, by.sign(Buffer.from(message))]);
  const id = keyId(NAME, witness.key);
  const whole = Buffer.concat([id, bytes.subarray(0, bytes.length - cut)]);
  return `— ${NAME} ${whole.toString("base64")}\n`;
}

export function cosignatures(): Book {
  const note = (...lines: string[]) => `${TEXT}\n${lines.join("")}`;
  const right = (name: string, at: number, made: string) => accepted(name, { note: made, at });
  const wrong = (name: string, made: string, code = "signature-refused", field?: string) =>
    refused(name, code, field, { note: made });
  const malformed = (name: string, made: string) => wrong(name, made, "malformed", "cosignature");
  const google = Buffer.from(GOOGLE.line, "base64").subarray(4);
  const googleKey = b64(Buffer.from(GOOGLE.key, "base64"));
  const named = Buffer.concat([keyId("named", googleKey), google]).toString("base64");
  const nobody = "— nobody.example AAAAAAAAAAAA\n";
  return {
    spec: "spec/witness.md, Cosignature",
    shared: { name: NAME, key: witness.key, text: TEXT },
    accept: [
      right("one line", SECONDS * 1000, note(line())),
      right("beside a line of somebody unknown", SECONDS * 1000, note(nobody, line())),
      right(
        "twice: the later time counts",
        (SECONDS + 60) * 1000,
        note(line({ seconds: BigInt(SECONDS + 60) }), line()),
      ),
      right("none in its name", -1, note(nobody)),
      accepted("one by a witness of Google's log of Android firmware", {
        witness: { name: "named", key: googleKey },
        note: `${GOOGLE.text}\n— named ${named}\n`,
        at: 1_737_697_803_000,
      }),
    ],
    refuse: [
      wrong("another key's", note(line({ by: other }))),
      wrong("over another checkpoint", note(line({ text: TEXT.replace("5", "6") }))),
      wrong("over the checkpoint alone", note(line({ said: TEXT }))),
      wrong(
        "with another time than was signed",
        note(line({ said: `cosignature/v1\ntime ${SECONDS + 1}\n${TEXT}` })),
      ),
      wrong("a right one and a wrong one", note(line(), line({ by: other }))),
      malformed("without a time", note(line({ seconds: 0n }))),
      malformed("with a time beyond all clocks", note(line({ seconds: 2n ** 63n }))),
      malformed("cut short", note(line({ cut: 1 }))),
    ],
  };
}

export function addCheckpoints(): Book {
  const hash = (n: number) => sha256(Buffer.from([n])).toString("base64");
  const body = (old: string, hashes: readonly string[], checkpoint = SOFA) =>
    `${[old, ...hashes].join("\n")}\n\n${checkpoint}`;
  const right = (name: string, old: number, hashes: readonly string[]) =>
    accepted(name, { body: body(`old ${old}`, hashes), old, hashes, checkpoint: SOFA });
  const wrong = (name: string, field: string, made: string) =>
    refused(name, "malformed", field, { body: made });
  return {
    spec: "spec/witness.md, Asking",
    accept: [
      right("C2SP tlog-witness, its example", 20_852_014, [
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=",
        "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=",
        "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=",
        "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=",
      ]),
      right("from nothing", 0, []),
      right(
        "sixty-three hashes",
        7,
        Array.from({ length: 63 }, (_, i) => hash(i)),
      ),
    ],
    refuse: [
      wrong("nothing", "request.old", ""),
      wrong("no old size", "request.old", body(hash(1), [])),
      wrong("an old size with a zero before it", "request.old", body("old 01", [])),
      wrong("an old size below nothing", "request.old", body("old -1", [])),
      wrong("an old size beyond all trees", "request.old", body("old 9007199254740993", [])),
      wrong("a hash of 31 bytes", "request.hashes", body("old 1", [`${hash(1).slice(0, 40)}AA==`])),
      wrong("a hash in another alphabet", "request.hashes", body("old 1", ["_".repeat(43)])),
      wrong(
        "sixty-four hashes",
        "request.hashes",
        body(
          "old 1",
          Array.from({ length: 64 }, (_, i) => hash(i)),
        ),
      ),
      wrong("a carriage return", "request.old", body("old 1\r", [])),
      wrong("too much", "request", body("old 1", [], "x".repeat(40_000))),
    ],
  };
}

export function verifierKeys(): Book {
  const hex = (name: string, key: string, type: number) => keyId(name, key, type).toString("hex");
  const body = (key: string, type: number) =>
    Buffer.concat([Buffer.from([type]), Buffer.from(key, "base64url")]).toString("base64");
  const ours = (type = 4, over: Fields = {}) =>
    `${over.name ?? NAME}+${over.id ?? hex(NAME, witness.key, type)}+${over.body ?? body(witness.key, type)}`;
  const c2sp = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  const c2spKey = b64(Buffer.from("6TJ5GubnqECkYWTJBHhkJtXngh3YspoA1hyucq/dTaQ=", "base64"));
  const wrong = (name: string, vkey: string) => refused(name, "malformed", "vkey", { vkey });
  return {
    spec: "spec/witness.md, Who",
    accept: [
      accepted("C2SP signed-note, its example", {
        vkey: c2sp,
        key: { name: "example.com/foo", type: 1, key: c2spKey },
      }),
      accepted("a witness's", {
        vkey: ours(),
        key: { name: NAME, type: 4, key: witness.key },
      }),
    ],
    refuse: [
      wrong("nothing", ""),
      wrong("two parts", ours().replace("+", " ")),
      wrong("the id of another type", ours(4, { id: hex(NAME, witness.key, 1) })),
      wrong("the id of another name", ours(4, { name: "witness.example/w2" })),
      wrong("an id in capitals", ours(4, { id: hex(NAME, witness.key, 4).toUpperCase() })),
      wrong("a key of 31 bytes", ours(4, { body: Buffer.alloc(32, 4).toString("base64") })),
      wrong("a key of ML-DSA-44", ours(4, { body: Buffer.alloc(1313, 6).toString("base64") })),
      wrong("a name with a space", ours().replace("/", " ")),
    ],
  };
}
