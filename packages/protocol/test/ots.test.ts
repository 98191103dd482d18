// vectors/anchor/ots.json is written by the reference library of OpenTimestamps.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  concat,
  encodeOtsProof,
  encodeOtsStamp,
  isRootOf,
  LEAST_WORK,
  mergeOtsStamps,
  type OtsAttested,
  type OtsStamp,
  openBlockHeader,
  otsAttested,
  ProtocolError,
  parseOtsProof,
  parseOtsStamp,
  sha256,
  upgradeOtsStamp,
  utf8,
} from "../src/index.ts";

interface Vectors {
  readonly accept: readonly {
    readonly name: string;
    readonly proof: string;
    readonly attested: readonly (readonly [string, string, string | number])[];
  }[];
  readonly refuse: readonly { readonly name: string; readonly proof: string }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../../vectors/anchor/ots.json", import.meta.url), "utf8"),
);
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

function told({ message, attestation }: OtsAttested): string {
  const said =
    attestation.kind === "pending"
      ? attestation.uri
      : attestation.kind === "bitcoin"
        ? attestation.height
        : hexOf(concat(attestation.tag, attestation.payload));
  return [hexOf(message), attestation.kind, said].join(" ");
}

for (const { name, proof, attested } of vectors.accept) {
  test(`a proof is read, and written again byte for byte: ${name}`, () => {
    const bytes = bytesOf(proof);
    const parsed = parseOtsProof(bytes);
    assert.equal(hexOf(encodeOtsProof(parsed)), proof);
    assert.deepEqual(
      otsAttested(parsed.digest, parsed.stamp).map(told).sort(),
      attested.map((each) => each.join(" ")).sort(),
    );
  });

  test(`every byte of a proof counts: ${name}`, () => {
    const bytes = bytesOf(proof);
    for (let at = 0; at < bytes.length; at++) {
      const changed = new Uint8Array(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const seen = (() => {
        try {
          const parsed = parseOtsProof(changed);
          return [hexOf(parsed.digest), ...otsAttested(parsed.digest, parsed.stamp).map(told)];
        } catch (error) {
          assert.ok(error instanceof ProtocolError);
          return [];
        }
      })();
      const before = parseOtsProof(bytes);
      const whole = [hexOf(before.digest), ...otsAttested(before.digest, before.stamp).map(told)];
      assert.notDeepEqual(seen, whole, `byte ${at}`);
    }
  });
}

for (const { name, proof } of vectors.refuse) {
  test(`a proof is refused: ${name}`, () => {
    assert.throws(() => parseOtsProof(bytesOf(proof)), ProtocolError);
  });
}

test("an upgrade stands beside what was pending, at its message and nowhere else", () => {
  const digest = sha256(utf8("a checkpoint"));
  const step = { op: "append", bytes: utf8("nonce") } as const;
  const pending: OtsStamp = {
    attestations: [{ kind: "pending", uri: "https://a.example" }],
    branches: [],
  };
  const stamp: OtsStamp = { attestations: [], branches: [{ step, stamp: pending }] };
  const [waiting] = otsAttested(digest, stamp);
  assert.ok(waiting);
  const answer: OtsStamp = {
    attestations: [],
    branches: [
      {
        step: { op: "sha256" },
        stamp: { attestations: [{ kind: "bitcoin", height: 900_000 }], branches: [] },
      },
    ],
  };
  const upgraded = upgradeOtsStamp(digest, stamp, waiting.message, answer);
  const kinds = otsAttested(digest, upgraded).map(({ attestation }) => attestation.kind);
  assert.deepEqual(kinds.sort(), ["bitcoin", "pending"]);
  assert.deepEqual(upgradeOtsStamp(digest, stamp, sha256(utf8("else")), answer), stamp);
  assert.deepEqual(mergeOtsStamps(upgraded, stamp), upgraded);
  // What a calendar sends is only the part after the message that was asked for.
  assert.deepEqual(parseOtsStamp(encodeOtsStamp(answer), waiting.message), answer);
});

test("the name of a calendar is one letter to a thousand", () => {
  const message = sha256(utf8("a checkpoint"));
  const named = (uri: string): OtsStamp => ({
    attestations: [{ kind: "pending", uri }],
    branches: [],
  });
  const read = (uri: string) => parseOtsStamp(encodeOtsStamp(named(uri)), message);
  for (const uri of ["a", "a".repeat(1000)]) assert.deepEqual(read(uri), named(uri));
  for (const uri of ["", "a".repeat(1001), "a b", "é"])
    assert.throws(() => read(uri), ProtocolError, uri);
});

// The first header of the public chain.
const GENESIS =
  "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e" +
  "67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";

test("a block header is read, and its work is checked", () => {
  const header = openBlockHeader(bytesOf(GENESIS), 2n ** 32n);
  assert.equal(header.hash, "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
  assert.equal(header.at, Date.UTC(2009, 0, 3, 18, 15, 5));
  assert.equal(header.work, 4_295_032_833n);
  assert.ok(isRootOf(bytesOf(GENESIS.slice(72, 136)), header));
  assert.ok(!isRootOf(sha256(utf8("else")), header));
  assert.throws(() => openBlockHeader(bytesOf(GENESIS), LEAST_WORK), /too little work/);
  assert.throws(() => openBlockHeader(bytesOf(GENESIS.slice(2)), 1n), /80 bytes/);
  for (const at of [0, 36, 68, 72, 76]) {
    const changed = bytesOf(GENESIS);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => openBlockHeader(changed, 2n ** 32n), ProtocolError);
  }
});
