// What the log, its anchors and its exports are read from, in forms that nothing here writes.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  concat,
  encodeOtsProof,
  encodeOtsStamp,
  type OtsStamp,
  ProtocolError,
  parseCheckpoint,
  parseEntryProof,
  parseNote,
  parseOtsProof,
  parseOtsStamp,
  readJournal,
  startZip,
  toBase64url,
  utf8,
} from "../src/index.ts";

const malformed = (error: unknown) => error instanceof ProtocolError && error.code === "malformed";
const HASH = toBase64url(new Uint8Array(32).fill(7));
const BASE64 = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

test("a note is refused where it is none, too long, or its key has no name", () => {
  const line = `— key.example ${BASE64}\n`;
  assert.equal(parseNote(`text\n\n${line}`).signatures.length, 1);
  for (const note of [
    7,
    `${"t".repeat(17_000)}\n\n${line}`,
    `text\n\n— key+example ${BASE64}\n`,
    `text\n\n${line.repeat(17)}`,
    `text\n\n— key.example AAA=\n`,
  ])
    assert.throws(() => parseNote(note), malformed);
});

test("a checkpoint is refused without an origin", () => {
  assert.equal(parseCheckpoint(`log.example\n5\n${BASE64}\n`).size, 5);
  assert.throws(() => parseCheckpoint(`\n5\n${BASE64}\n`), malformed);
});

test("a proof is refused with more hashes than a tree is high, and with short ones", () => {
  const proof = (hashes: readonly string[], index = "index 7") =>
    `${["c2sp.org/tlog-proof@v1", index, ...hashes].join("\n")}\n\ncheckpoint`;
  assert.equal(parseEntryProof(proof([BASE64])).hashes.length, 1);
  assert.throws(() => parseEntryProof(proof(Array.from({ length: 64 }, () => BASE64))), malformed);
  assert.throws(() => parseEntryProof(proof(["AAAA"])), malformed);
  assert.throws(() => parseEntryProof(proof([BASE64], "place 7")), malformed);
});

const BLOCK: OtsStamp = { attestations: [{ kind: "bitcoin", height: 9 }], branches: [] };
const after = (length: number, stamp: OtsStamp): OtsStamp => ({
  attestations: [],
  branches: [{ step: { op: "append", bytes: new Uint8Array(length).fill(1) }, stamp }],
});
const digest = new Uint8Array(32).fill(3);

test("a proof of OpenTimestamps is written of nothing that could not be read again", () => {
  assert.throws(() => encodeOtsProof({ digest: digest.slice(1), stamp: BLOCK }), malformed);
  assert.throws(() => encodeOtsStamp({ attestations: [], branches: [] }), malformed);
  const below = { ...BLOCK, attestations: [{ kind: "bitcoin", height: -1 }] } as const;
  assert.throws(() => encodeOtsStamp(below), malformed);
});

test("a proof of OpenTimestamps is refused where it is too long, or leads to too long a message", () => {
  assert.doesNotThrow(() => parseOtsStamp(encodeOtsStamp(after(4000, BLOCK)), digest));
  const long = encodeOtsStamp(after(4000, after(4000, BLOCK)));
  assert.throws(() => parseOtsStamp(long, digest), malformed);
  assert.throws(() => parseOtsStamp(new Uint8Array(70_000), digest), malformed);
});

test("a proof of OpenTimestamps is refused with a number that is too large, or has room in front", () => {
  const proof = encodeOtsProof({ digest, stamp: BLOCK });
  // The last two bytes are the length of what the attestation holds, 1, and the height, 9.
  assert.deepEqual([...proof.slice(-2)], [1, 9]);
  const ending = (...bytes: number[]) => concat(proof.slice(0, -2), new Uint8Array(bytes));
  assert.throws(
    () => parseOtsProof(ending(9, ...Array.from({ length: 8 }, () => 255), 1)),
    malformed,
  );
  assert.throws(() => parseOtsProof(ending(2, 137, 0)), malformed);
});

test("an attestation that nobody here knows is kept, in the order of what it holds", () => {
  const tag = new Uint8Array(8).fill(200);
  const unknown = (byte: number) =>
    ({ kind: "unknown", tag, payload: new Uint8Array([byte]) }) as const;
  const stamp: OtsStamp = { attestations: [unknown(2), unknown(1)], branches: [] };
  const [first] = parseOtsStamp(encodeOtsStamp(stamp), digest).attestations;
  assert.deepEqual(first, unknown(1));
});

const entry = (n: number) =>
  `{"before":"${HASH}","entry":"e","index":${n},"n":${n},"salt":"${HASH}","tag":"${HASH}"}`;

async function partsOf(text: string, size = 100): Promise<string[]> {
  async function* chunks() {
    const bytes = utf8(text);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    await Promise.resolve();
  }
  const kinds: string[] = [];
  for await (const part of readJournal(chunks())) kinds.push(part.kind);
  return kinds;
}

test("a journal of an export is read line by line, and refused where a line is not in its place", async () => {
  const [begins, ends] = ['{"entries":[\n', '],"path":[]}\n'];
  const right = `${begins}${entry(0)},\n${entry(1)}\n${ends}`;
  assert.deepEqual(await partsOf(right), ["entry", "entry", "end"]);
  assert.deepEqual(await partsOf(`${begins}${ends}`), ["end"]);
  for (const wrong of [
    `{"entries": [\n${ends}`,
    `${right}${ends}`,
    `${begins}${entry(0)},\n${ends}`,
    `${begins}${entry(0)}\n${entry(1)}\n${ends}`,
    `${begins}],"path":[]\n`,
    `${begins}${entry(0)}\n`,
    `${right}more`,
  ])
    await assert.rejects(partsOf(wrong), malformed, wrong);
  await assert.rejects(partsOf(`${begins}${"x".repeat(1 << 20)}x`, 1 << 19), malformed);
});

test("an archive takes only names that every system does", async () => {
  for (const name of ["../up", "a b", "/root", ""]) {
    const file = startZip().file(name, [utf8("x")]);
    await assert.rejects(file.next(), malformed, name);
  }
});
