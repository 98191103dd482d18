// The tree, its tiles, proofs, checkpoints and keys: spec/log.md.

import {
  b64,
  consistencyProof,
  context,
  type Fields,
  hashNamed,
  idOf,
  inclusionPath,
  type KeyPair,
  keyPair,
  merkleTreeHash,
  pattern,
  sha256,
  statement,
  statementHash,
} from "../../packages/protocol/test/reference.ts";
import { accepted, type Book, refused } from "./book.ts";

const first = keyPair(pattern("log key", 32));
const second = keyPair(pattern("log key 2", 32));
const third = keyPair(pattern("log key 3", 32));
const witness = keyPair(pattern("witness key", 32));
const log = b64(context("log", Buffer.from(first.key, "base64url")).subarray(0, 16));
const origin = `ecrin.log/${log}`;
const AT = 1_790_000_000_000;

export function tiles(): Book {
  const row = (path: string, level: number, number: number, width: number) =>
    accepted(path, { path, level, number, width });
  const refusal = (name: string, path: string) => refused(name, "malformed", "tile", { path });
  return {
    spec: "spec/log.md, Tiles",
    accept: [
      row("0/000", 0, 0, 256),
      row("0/x001/x234/067", 0, 1_234_067, 256),
      row("1/000.p/17", 1, 0, 17),
      row("0/273.p/112", 0, 273, 112),
      row("2/x999/x999/999.p/255", 2, 999_999_999, 255),
    ],
    refuse: [
      refusal("nothing", ""),
      refusal("no number", "0/"),
      refusal("a number of two digits", "0/27"),
      refusal("a zero before the level", "00/000"),
      refusal("a level too high", "64/000"),
      refusal("groups of zeros before the number", "0/x000/001"),
      refusal("an x on the last group", "0/x001"),
      refusal("no x on the first group", "0/001/234"),
      refusal("a width of nothing", "0/000.p/0"),
      refusal("a full width said", "0/000.p/256"),
      refusal("a width with a zero before it", "0/000.p/01"),
      refusal("entries", "entries/000"),
      refusal("a way up", "0/../000"),
      refusal("something after it", "0/000/"),
    ],
  };
}

const LEAVES = Array.from({ length: 300 }, (_, i) => pattern(`leaf ${i}`, 32));

function rootOf(size: number): string {
  return b64(merkleTreeHash(LEAVES.slice(0, size)));
}

export function proofs(): Book {
  const leaf = (index: number) => b64(sha256(Buffer.from([0]), LEAVES[index] ?? Buffer.alloc(0)));
  const inclusion = (index: number, size: number, over: Fields = {}): Fields => ({
    leaf: leaf(index),
    index,
    size,
    hashes: inclusionPath(index, LEAVES.slice(0, size)).map(b64),
    root: rootOf(size),
    ...over,
  });
  const consistency = (from: number, to: number, over: Fields = {}): Fields => ({
    from,
    to,
    hashes: consistencyProof(from, LEAVES.slice(0, to)).map(b64),
    older: rootOf(from),
    root: rootOf(to),
    ...over,
  });
  const right = (name: string, fields: Fields) => accepted(name, { ...fields, holds: true });
  const wrong = (name: string, fields: Fields) => accepted(name, { ...fields, holds: false });
  const path = inclusionPath(5, LEAVES.slice(0, 7)).map(b64);
  const proof = consistencyProof(3, LEAVES.slice(0, 7)).map(b64);
  return {
    spec: "spec/log.md, Proofs",
    accept: [
      ...[
        [0, 1],
        [0, 2],
        [1, 3],
        [5, 7],
        [6, 7],
        [0, 8],
        [255, 256],
        [256, 257],
        [17, 300],
      ].map(([index = 0, size = 0]) => right(`leaf ${index} of ${size}`, inclusion(index, size))),
      ...[
        [0, 5],
        [1, 1],
        [1, 2],
        [2, 3],
        [3, 7],
        [4, 7],
        [6, 8],
        [256, 300],
        [255, 257],
      ].map(([from = 0, to = 0]) => right(`from ${from} to ${to}`, consistency(from, to))),
      wrong("another leaf", inclusion(5, 7, { leaf: leaf(4) })),
      wrong("another index", inclusion(5, 7, { index: 4 })),
      wrong("an index beyond the tree", inclusion(5, 7, { index: 7 })),
      wrong("a size with a longer way", inclusion(5, 7, { size: 9 })),
      wrong("another root", inclusion(5, 7, { root: rootOf(6) })),
      wrong("a hash left out", inclusion(5, 7, { hashes: path.slice(0, -1) })),
      wrong("a hash too many", inclusion(5, 7, { hashes: [...path, leaf(0)] })),
      wrong("hashes in another order", inclusion(5, 7, { hashes: path.toReversed() })),
      wrong("a node in place of a leaf", inclusion(5, 7, { leaf: path[1] ?? "" })),
      wrong("another older root", consistency(3, 7, { older: rootOf(2) })),
      wrong("another newer root", consistency(3, 7, { root: rootOf(8) })),
      wrong("another older size", consistency(3, 7, { from: 4 })),
      wrong("a shorter proof", consistency(3, 7, { hashes: proof.slice(0, -1) })),
      wrong("a longer proof", consistency(3, 7, { hashes: [...proof, leaf(0)] })),
      wrong("a tree that shrinks", consistency(3, 7, { from: 7, to: 3 })),
      wrong("another root of the same size", consistency(7, 7, { older: rootOf(6) })),
      wrong("a proof between equals", consistency(7, 7, { hashes: proof })),
      wrong("a proof from nothing", consistency(0, 7, { hashes: proof })),
    ],
    refuse: [],
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function keyId(name: string, key: string, type: number): Buffer {
  const body = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([type])]);
  return sha256(body, Buffer.from(key, "base64url")).subarray(0, 4);
}

function text(size: number, over: { origin?: string; root?: string } = {}): string {
  const root = over.root ?? base64(merkleTreeHash(LEAVES.slice(0, size)));
  return `${over.origin ?? origin}\n${size}\n${root}\n`;
}

function line(signed: string, key: KeyPair, over: { name?: string; id?: Buffer } = {}): string {
  const name = over.name ?? origin;
  const id = over.id ?? keyId(name, key.key, 1);
  return `— ${name} ${base64(Buffer.concat([id, key.sign(Buffer.from(signed))]))}\n`;
}

/** As a witness cosigns (tlog-cosignature): time before the signature, another type of key. */
function cosignature(signed: string): string {
  const name = "witness.example/w1";
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(1_790_000_000n);
  const message = `cosignature/v1\ntime 1790000000\n${signed}`;
  const id = keyId(name, witness.key, 4);
  const bytes = Buffer.concat([id, time, witness.sign(Buffer.from(message))]);
  return `— ${name} ${base64(bytes)}\n`;
}

function keyStatement(seq: number, by: KeyPair, to: KeyPair, over: Fields = {}): string {
  const prev = over.prev === undefined ? {} : { prev: over.prev };
  return statement(
    "log-key",
    { log, seq, ...prev, key: to.key, size: seq * 100, at: AT + seq * 1000, ...over },
    by,
  );
}

const turn = keyStatement(1, first, second);
const again = keyStatement(2, second, third, { prev: statementHash(turn) });

export function checkpoints(): Book {
  const note = (size: number, key: KeyPair, more = "") =>
    `${text(size)}\n${line(text(size), key)}${more}`;
  const right = (name: string, size: number, made: string) =>
    accepted(name, { note: made, size, root: rootOf(size) });
  const refusal = (name: string, code: string, field: string | undefined, made: string) =>
    refused(name, code, field, { note: made });
  const malformed = (name: string, field: string, made: string) =>
    refusal(name, "malformed", field, made);
  const unsigned = (name: string, made: string) =>
    refusal(name, "signature-refused", undefined, made);
  const five = text(5);
  const signedAs = (signed: string) => `${signed}\n${line(signed, first)}`;
  const damaged = Buffer.concat([keyId(origin, first.key, 1), first.sign(Buffer.from("x"))]);
  return {
    spec: "spec/log.md, Checkpoint",
    shared: { first: first.key, keys: [turn] },
    accept: [
      right("of no leaf", 0, note(0, first)),
      right("of five leaves", 5, note(5, first)),
      right("with the cosignature of a witness", 5, note(5, first, cosignature(five))),
      right(
        "with the line of a key that nobody knows",
        5,
        note(5, first, line(five, third, { name: "somebody.example" })),
      ),
      right("the last of the first key", 100, note(100, first)),
      right("the first of the second key", 101, note(101, second)),
    ],
    refuse: [
      unsigned("by the first key after its end", note(101, first)),
      unsigned("by the second key before its time", note(100, second)),
      unsigned("by a key of nobody's", note(5, third)),
      unsigned("under another name", `${five}\n${line(five, first, { name: "ecrin.log/x" })}`),
      unsigned("by a witness alone", `${five}\n${cosignature(five)}`),
      unsigned("with a wrong signature of its key", `${five}\n— ${origin} ${base64(damaged)}\n`),
      unsigned("of another size than was signed", note(5, first).replace("\n5\n", "\n6\n")),
      refusal("of another log", "fork", "origin", signedAs(text(5, { origin: "ecrin.log/other" }))),
      malformed("with an extension line", "checkpoint", signedAs(`${five}more\n`)),
      malformed(
        "with a zero before the size",
        "checkpoint.size",
        signedAs(five.replace("5", "05")),
      ),
      malformed(
        "with a size of no number",
        "checkpoint.size",
        signedAs(five.replace("\n5\n", "\n-5\n")),
      ),
      malformed(
        "with a root of 31 bytes",
        "hash",
        signedAs(text(5, { root: base64(Buffer.alloc(31)) })),
      ),
      malformed(
        "with a root that is not padded",
        "checkpoint.root",
        signedAs(text(5, { root: base64(Buffer.alloc(32)).slice(0, -1) })),
      ),
      malformed("without a signature", "note", five),
      malformed("without the empty line", "note", five + line(five, first)),
      malformed("without its last line feed", "note", note(5, first).slice(0, -1)),
      malformed("with a hyphen for the dash", "note", note(5, first).replace("— ", "- ")),
      malformed("with a carriage return", "note", note(5, first).replace("\n5\n", "\r\n5\n")),
      malformed("with seventeen lines", "note", note(5, first, line(five, third).repeat(16))),
      malformed("with a signature of no length", "note", `${five}\n— ${origin} AAAA\n`),
    ],
  };
}

export function logKeys(): Book {
  const right = (name: string, statements: readonly string[], current: string) =>
    accepted(name, { statements, log, current });
  const refusal = (
    name: string,
    field: string | undefined,
    statements: readonly string[],
    code = "statement-refused",
  ) => refused(name, code, field, { statements });
  return {
    spec: "spec/log.md, Name and keys",
    shared: { first: first.key },
    accept: [
      right("one key", [], first.key),
      right("two keys", [turn], second.key),
      right("three keys", [turn, again], third.key),
    ],
    refuse: [
      refusal(
        "a key that signs itself in",
        undefined,
        [keyStatement(1, second, second)],
        "signature-refused",
      ),
      refusal(
        "a key that has gone",
        undefined,
        [turn, keyStatement(2, first, third)],
        "signature-refused",
      ),
      refusal("another log's", "log-key.log", [
        keyStatement(1, first, second, { log: idOf("log") }),
      ]),
      refusal("a number left out", "log-key.seq", [keyStatement(2, first, second)]),
      refusal("no statement before", "log-key.prev", [turn, keyStatement(2, second, third)]),
      refusal("another statement before", "log-key.prev", [
        turn,
        keyStatement(2, second, third, { prev: hashNamed("elsewhere") }),
      ]),
      refusal("a smaller tree", "log-key.size", [
        turn,
        keyStatement(2, second, third, { prev: statementHash(turn), size: 99 }),
      ]),
      refusal("an earlier time", "log-key.at", [
        turn,
        keyStatement(2, second, third, { prev: statementHash(turn), at: AT }),
      ]),
      refusal("a key that was there before", "log-key.key", [
        turn,
        keyStatement(2, second, first, { prev: statementHash(turn) }),
      ]),
      refusal("a number of none", "log-key.seq", [keyStatement(0, first, second)], "malformed"),
      refusal(
        "a member too many",
        "log-key",
        [keyStatement(1, first, second, { note: "x" })],
        "malformed",
      ),
      refusal(
        "a head for a key",
        "header",
        [statement("head", { log, seq: 1, key: second.key, size: 1, at: AT }, first)],
        "malformed",
      ),
    ],
  };
}
