import { type Bytes, concat, sameBytes } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { nodeHash } from "./merkle.ts";
import { sha256 } from "./sha256.ts";
import { perfectSubtrees } from "./subtrees.ts";

// Proofs of RFC 6962 section 2.1, checked as RFC 9162 sections 2.1.3.2 and 2.1.4.2 write it down.
// Sizes are below 2^53, so halves are taken by division and never by shifts.

/** The leaves `[from, to)`; each hash of a proof is the root over such a span. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Tile levels are eight levels of the tree apart (tlog-tiles). */
export const TILE_HEIGHT = 8;

/**
 * Stored hashes `[from, to)` of a tile level: each the root over 256^level leaves.
 * @throws whatever the store throws for what it does not have
 */
export type ReadHashes = (level: number, from: number, to: number) => Promise<readonly Bytes[]>;

/** What an inclusion proof is made of, from the leaf's sibling upwards (RFC 6962 section 2.1.1). */
export function inclusionSpans(index: number, size: number): Span[] {
  checkNumber(index, "index");
  checkNumber(size, "size");
  if (index >= size) malformed("index", "is not in the tree");
  const spans: Span[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      spans.push({ from: middle, to });
      to = middle;
    } else {
      spans.push({ from, to: middle });
      from = middle;
    }
  }
  return spans.reverse();
}

/** What a consistency proof is made of (RFC 6962 section 2.1.2); nothing from 0 or between equals. */
export function consistencySpans(older: number, newer: number): Span[] {
  checkNumber(older, "from");
  checkNumber(newer, "to");
  if (older > newer) malformed("from", "is larger than to");
  if (older === 0 || older === newer) return [];
  const spans: Span[] = [];
  let [from, to] = [0, newer];
  // Whether the old tree's part of the subtree is the whole old tree, whose root the verifier has.
  let whole = true;
  while (older !== to) {
    const middle = from + split(to - from);
    if (older <= middle) {
      spans.push({ from: middle, to });
      to = middle;
    } else {
      spans.push({ from, to: middle });
      from = middle;
      whole = false;
    }
  }
  if (!whole) spans.push({ from, to });
  return spans.reverse();
}

/** The root over each span, computed from stored hashes. A span of nothing is the empty tree. */
export async function spanRoots(spans: readonly Span[], read: ReadHashes): Promise<Bytes[]> {
  return await Promise.all(spans.map((span) => spanRoot(span, read)));
}

/** The root over the leaves of one span. */
export async function spanRoot(span: Span, read: ReadHashes): Promise<Bytes> {
  const parts = await Promise.all(
    perfectSubtrees(span.from, span.to).map(({ height, index }) =>
      perfectRoot(height, index, read),
    ),
  );
  const [last, ...others] = parts.reverse();
  if (last === undefined) return sha256(new Uint8Array());
  return others.reduce((right, left) => nodeHash(left, right), last);
}

/** The root of one perfect subtree, from stored hashes. */
export async function perfectRoot(height: number, index: number, read: ReadHashes): Promise<Bytes> {
  const level = Math.floor(height / TILE_HEIGHT);
  const width = 2 ** (height % TILE_HEIGHT);
  const hashes = await read(level, index * width, (index + 1) * width);
  if (hashes.length !== width) malformed("tile", "does not hold what it should");
  return rootOfPerfect(hashes);
}

/** The root over a power of two of hashes, without hashing them as leaves. */
export function rootOfPerfect(hashes: readonly Bytes[]): Bytes {
  let level = hashes;
  while (level.length > 1) {
    const above: Bytes[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      const [left, right] = [level[i], level[i + 1]];
      if (left !== undefined && right !== undefined) above.push(nodeHash(left, right));
    }
    level = above;
  }
  return level[0] ?? malformed("tile", "is empty");
}

/** Whether a leaf hash is leaf `index` of the tree of `size` with this root (RFC 9162 section 2.1.3.2). */
export function provesInclusion(
  leaf: Uint8Array,
  { index, size, hashes }: { index: number; size: number; hashes: readonly Uint8Array[] },
  root: Uint8Array,
): boolean {
  checkNumber(index, "index");
  checkNumber(size, "size");
  if (index >= size) return false;
  let [place, last] = [index, size - 1];
  let node: Uint8Array = leaf;
  for (const hash of hashes) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      node = nodeHash(hash, node);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      node = nodeHash(node, hash);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && sameBytes(node, root);
}

/** A tree: its number of leaves and its root. */
export interface TreeRoot {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether the newer tree begins with the leaves of the older one (RFC 9162 section 2.1.4.2). */
export function provesConsistency(
  older: TreeRoot,
  newer: TreeRoot,
  hashes: readonly Uint8Array[],
): boolean {
  checkNumber(older.size, "from");
  checkNumber(newer.size, "to");
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return hashes.length === 0 && sameBytes(older.root, newer.root);
  if (older.size === 0) return hashes.length === 0;
  // A power of two is a node of the newer tree, which the proof leaves out: the verifier has it.
  const [first, ...rest] = isPowerOfTwo(older.size) ? [older.root, ...hashes] : hashes;
  if (first === undefined) return false;
  let [place, last] = [older.size - 1, newer.size - 1];
  while (place % 2 === 1) [place, last] = [half(place), half(last)];
  let [before, after] = [first, first];
  for (const hash of rest) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      before = nodeHash(hash, before);
      after = nodeHash(hash, after);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      after = nodeHash(after, hash);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && sameBytes(before, older.root) && sameBytes(after, newer.root);
}

/** The largest power of two below n > 1. */
function split(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isPowerOfTwo(n: number): boolean {
  let power = 1;
  while (power < n) power *= 2;
  return power === n;
}

function checkNumber(value: number, field: string): void {
  if (!Number.isSafeInteger(value) || value < 0) malformed(field, "is no number of leaves");
}

/** A tile's bytes as its hashes. */
export function hashesIn(tile: Uint8Array): Bytes[] {
  if (tile.length % 32 !== 0) malformed("tile", "is not made of hashes");
  return Array.from(
    { length: tile.length / 32 },
    (_, i) => new Uint8Array(tile.slice(i * 32, i * 32 + 32)),
  );
}

/** Hashes as a tile's bytes. */
export function tileOf(hashes: readonly Uint8Array[]): Bytes {
  return concat(...hashes);
}
