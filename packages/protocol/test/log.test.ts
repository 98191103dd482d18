// The tree of spec/log.md against one that is written down as RFC 6962 defines it.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Bytes,
  consistencySpans,
  type EntryProof,
  formatEntryProof,
  fromBase64,
  inclusionSpans,
  leafHash,
  nodeHash,
  ProtocolError,
  parseEntryProof,
  parseTilePath,
  provesConsistency,
  provesInclusion,
  type ReadHashes,
  readTiles,
  rootOfPerfect,
  spanRoot,
  spanRoots,
  TILE_WIDTH,
  type Tile,
  tileAt,
  tileOf,
  tilePath,
  toBase64,
} from "../src/index.ts";
import { consistencyProof, inclusionPath, merkleTreeHash, pattern } from "./reference.ts";

const MOST = 1200;
const data = Array.from({ length: MOST }, (_, i) => pattern(`leaf ${i}`, 32));
const levels: Bytes[][] = [data.map((each) => leafHash(each))];
for (let level = levels[0] ?? []; level.length >= TILE_WIDTH; ) {
  const above: Bytes[] = [];
  for (let i = 0; i + TILE_WIDTH <= level.length; i += TILE_WIDTH)
    above.push(rootOfPerfect(level.slice(i, i + TILE_WIDTH)));
  levels.push(above);
  level = above;
}

/** The tiles of a tree of `size`, and nothing beyond. */
function tilesOf(size: number): ReadHashes {
  return readTiles(size, ({ level, number, width }: Tile) => {
    const from = number * TILE_WIDTH;
    return Promise.resolve(tileOf((levels[level] ?? []).slice(from, from + width)));
  });
}

const size = fc.integer({ min: 1, max: MOST });
/** A tree that is often one of the awkward sizes around full tiles. */
const awkward = fc.oneof(
  size,
  fc.constantFrom(1, 2, 255, 256, 257, 511, 512, 513, 768, 1024, 1025),
);

test("an inclusion proof from tiles is the one RFC 6962 defines, and proves", async () => {
  await fc.assert(
    fc.asyncProperty(awkward, fc.nat(), async (many, place) => {
      const index = place % many;
      const hashes = await spanRoots(inclusionSpans(index, many), tilesOf(many));
      const leaves = data.slice(0, many);
      assert.deepEqual(hashes.map(toBase64), inclusionPath(index, leaves).map(toBase64));
      const root = merkleTreeHash(leaves);
      const leaf = leafHash(data[index] ?? assert.fail());
      assert.ok(provesInclusion(leaf, { index, size: many, hashes }, root));
      assert.ok(!provesInclusion(leafHash(root), { index, size: many, hashes }, root));
      assert.ok(!provesInclusion(leaf, { index: many, size: many, hashes }, root));
      if (many > 1) {
        const other = { index: (index + 1) % many, size: many, hashes };
        assert.ok(!provesInclusion(leaf, other, root));
        assert.ok(!provesInclusion(leaf, { index, size: many, hashes: hashes.slice(1) }, root));
      }
      const longer = [...hashes, leaf];
      assert.ok(!provesInclusion(leaf, { index, size: many, hashes: longer }, root));
    }),
    { numRuns: 60 },
  );
});

test("a consistency proof from tiles is the one RFC 6962 defines, and proves", async () => {
  await fc.assert(
    fc.asyncProperty(awkward, awkward, async (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const hashes = await spanRoots(consistencySpans(from, to), tilesOf(to));
      const leaves = data.slice(0, to);
      assert.deepEqual(hashes.map(toBase64), consistencyProof(from, leaves).map(toBase64));
      const older = { size: from, root: merkleTreeHash(data.slice(0, from)) };
      const newer = { size: to, root: merkleTreeHash(leaves) };
      assert.ok(provesConsistency(older, newer, hashes));
      const forged = { size: from, root: leafHash(older.root) };
      assert.ok(!provesConsistency(forged, newer, hashes));
      assert.ok(!provesConsistency(older, { size: to, root: leafHash(newer.root) }, hashes));
      assert.ok(!provesConsistency(older, newer, [...hashes, forged.root]));
      if (hashes.length > 0) {
        assert.ok(!provesConsistency(older, newer, hashes.slice(1)));
        assert.ok(!provesConsistency(older, newer, hashes.slice(0, -1)));
      }
      if (from < to) assert.ok(!provesConsistency(newer, older, hashes));
    }),
    { numRuns: 60 },
  );
});

test("every tree extends the empty one, and an altered byte of a proof proves nothing", async () => {
  const newer = { size: 700, root: merkleTreeHash(data.slice(0, 700)) };
  assert.ok(provesConsistency({ size: 0, root: merkleTreeHash([]) }, newer, []));
  const hashes = await spanRoots(consistencySpans(300, 700), tilesOf(700));
  const older = { size: 300, root: merkleTreeHash(data.slice(0, 300)) };
  for (const at of hashes.keys()) {
    const altered = hashes.map((hash, i) => (i === at ? leafHash(hash) : hash));
    assert.ok(!provesConsistency(older, newer, altered), `hash ${at}`);
  }
  assert.deepEqual(
    await spanRoot({ from: 0, to: 0 }, tilesOf(1)),
    new Uint8Array(merkleTreeHash([])),
  );
});

test("a node of a tree is made of two hashes, and of nothing shorter or longer", () => {
  const hash = new Uint8Array(32);
  assert.equal(nodeHash(hash, hash).length, 32);
  for (const other of [new Uint8Array(31), new Uint8Array(33), new Uint8Array(0)]) {
    assert.throws(() => nodeHash(other, hash), { code: "malformed" });
    assert.throws(() => nodeHash(hash, other), { code: "malformed" });
  }
});

test("the path of a tile has one form, which comes back", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 6 }),
      fc.nat({ max: 2 ** 45 }),
      fc.integer({ min: 1, max: 256 }),
      (level, number, width) => {
        const path = tilePath({ level, number, width });
        assert.deepEqual(parseTilePath(path), { level, number, width });
      },
    ),
  );
  assert.equal(tilePath({ level: 0, number: 1_234_067, width: 256 }), "0/x001/x234/067");
  assert.equal(tilePath({ level: 1, number: 0, width: 17 }), "1/000.p/17");
  // tlog-tiles, Partial Tiles: a tree of 70,000.
  assert.deepEqual(tileAt(70_000, 0, 273), { level: 0, number: 273, width: 112 });
  assert.deepEqual(tileAt(70_000, 1, 1), { level: 1, number: 1, width: 17 });
  assert.deepEqual(tileAt(70_000, 2, 0), { level: 2, number: 0, width: 1 });
  assert.equal(tileAt(70_000, 3, 0), undefined);
  assert.equal(tileAt(256, 0, 1), undefined);
});

test("a tile of another width, or beyond the tree, is refused", async () => {
  const short = readTiles(300, () => Promise.resolve(tileOf((levels[0] ?? []).slice(0, 10))));
  await assert.rejects(spanRoot({ from: 0, to: 256 }, short), ProtocolError);
  await assert.rejects(tilesOf(300)(0, 512, 513), ProtocolError);
});

test("an entry's proof comes back as it went", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 })),
      (index, list) => {
        const proof: EntryProof = {
          index,
          hashes: list.slice(0, 63).map((each) => new Uint8Array(each)),
          checkpoint: "origin\n1\nroot\n\n— a b\n",
        };
        assert.deepEqual(parseEntryProof(formatEntryProof(proof)), proof);
      },
    ),
  );
  assert.throws(() => parseEntryProof("c2sp.org/tlog-proof@v1\nindex 01\n\nx"), ProtocolError);
  assert.throws(() => parseEntryProof("c2sp.org/tlog-proof@v2\nindex 1\n\nx"), ProtocolError);
});

test("base 64 is strict", () => {
  for (const wrong of ["A", "AA", "AA=", "AB==", "AAA", "AA-=", "AAAA=", "A A="])
    assert.throws(() => fromBase64(wrong, "text"), ProtocolError, wrong);
  assert.equal(toBase64(fromBase64("+/8=", "text")), "+/8=");
});
