// Witnesses: the vectors of spec/witness.md, and what makes a quorum.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cosignatureLine,
  cosignedAt,
  cosignedText,
  formatAddCheckpoint,
  formatNote,
  formatVerifierKey,
  isSignedBy,
  neededOf,
  parseAddCheckpoint,
  parseAs,
  parseCosignatures,
  parseNote,
  parseSeenSize,
  parseVerifierKey,
  quorumOf,
  toBase64,
  utf8,
  type VerifierKey,
  type Witness,
  witnessesField,
} from "../src/index.ts";
import { keyPair, pattern } from "./reference.ts";
import { runVectors } from "./vector-file.ts";

type Shared = { name: string; key: Witness["key"] };
type NoteCase = { note: string; at: number; witness?: Pick<Witness, "name" | "key"> };

runVectors<Shared, NoteCase, { note: string }>("cosignature", {
  async accept({ note, at, witness }, shared) {
    const parsed = parseNote(note);
    assert.equal((await cosignedAt(parsed, witness ?? shared)) ?? -1, at);
    assert.equal(formatNote(parsed), note);
  },
  refuse: async ({ note }, shared) => await cosignedAt(parseNote(note), shared),
});

type AskCase = { body: string; old: number; hashes: string[]; checkpoint: string };

runVectors<undefined, AskCase, { body: string }>("add-checkpoint", {
  accept({ body, old, hashes, checkpoint }) {
    const read = parseAddCheckpoint(body);
    assert.deepEqual(
      [read.old, read.hashes.map(toBase64), read.checkpoint],
      [old, hashes, checkpoint],
    );
    assert.equal(formatAddCheckpoint(read), body);
    assert.equal(parseNote(checkpoint).signatures.length, 2);
  },
  refuse: ({ body }) => parseAddCheckpoint(body),
});

runVectors<undefined, { vkey: string; key: VerifierKey }, { vkey: string }>("verifier-key", {
  accept({ vkey, key }) {
    assert.deepEqual(parseVerifierKey(vkey), key);
    assert.equal(formatVerifierKey(key), vkey);
  },
  refuse: ({ vkey }) => parseVerifierKey(vkey),
});

test("the example of C2SP signed-note verifies", async () => {
  const { name, key } = parseVerifierKey(
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
  );
  const note =
    "This is an example message.\n\n" +
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
  assert.equal(await isSignedBy(parseNote(note), name, key), true);
});

const TEXT = "log.example\n7\nAAAA\n";

function witnessed(count: number, operatorOf = (i: number) => `operator ${i}`) {
  const pairs = Array.from({ length: count }, (_, i) => keyPair(pattern(`witness ${i}`, 32)));
  const witnesses = pairs.map(
    ({ key }, i): Witness => ({
      name: `w${i}.example`,
      key: key as Witness["key"],
      operator: operatorOf(i),
    }),
  );
  const lines = witnesses.map((each, i) =>
    cosignatureLine(each, 1000, pairs[i]?.sign(utf8(cosignedText(TEXT, 1000))) ?? pattern("", 64)),
  );
  return { witnesses, note: (n: number) => ({ text: TEXT, signatures: lines.slice(0, n) }) };
}

test("a quorum is three operators, and more than half of those counted on", async () => {
  for (const [known, needed] of [
    [0, 3],
    [1, 3],
    [3, 3],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
    [8, 5],
  ] as const) {
    const { witnesses, note } = witnessed(known);
    assert.equal(neededOf(witnesses), needed);
    for (let n = 0; n <= known; n++) {
      const said = await quorumOf(note(n), witnesses);
      assert.deepEqual([said.operators, said.needed], [n, needed]);
      assert.equal(said.quorum, n >= needed ? "reached" : "none");
    }
  }
});

test("one operator's witnesses count once, one key or name is no two witnesses", async () => {
  const { witnesses, note } = witnessed(6, (i) => `operator ${i % 2}`);
  assert.deepEqual((await quorumOf(note(6), witnesses)).quorum, "none");
  const [one, two] = witnesses;
  assert.ok(one && two);
  for (const wrong of [
    [one, { ...one, name: "another.example" }],
    [one, { ...two, name: one.name }],
    [{ ...one, name: "with space" }],
    [{ ...one, operator: "" }],
    witnessed(16).witnesses,
  ])
    assert.throws(() => parseAs(witnessesField, wrong, "witnesses"), { code: "malformed" });
  parseAs(witnessesField, witnessed(15).witnesses, "witnesses");
});

test("an answer is lines of a note, and nothing else", () => {
  assert.equal(parseCosignatures("— a AAAAAAAA\n— b AAAAAAAA\n", TEXT).length, 2);
  for (const wrong of [
    undefined,
    "",
    "— a AAAAAAAA",
    "hello\n",
    "\n\n— a AAAA\n",
    "\n— a AAAAAAAA\n",
    "hello\n\n— a AAAAAAAA\n",
  ])
    assert.throws(() => parseCosignatures(wrong, TEXT), { code: "malformed" });
  assert.equal(parseSeenSize("12\n"), 12);
  for (const wrong of [undefined, "", "12", "012\n", "-1\n", "1 \n", "9007199254740993\n"])
    assert.throws(() => parseSeenSize(wrong), { code: "malformed" });
});
