import { type Bytes, concat, sameBytes } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { sha256 } from "./sha256.ts";

// RFC 6962 section 2.1: leaves and nodes are told apart by their first byte.
const LEAF = new Uint8Array([0]);
/** What a node is hashed out of, in memory that is there already: verifying a journal makes millions. */
const node = new Uint8Array(65);
node[0] = 1;

/** SHA-256(0x00 ‖ data). */
export function leafHash(data: Uint8Array): Bytes {
  return sha256(concat(LEAF, data));
}

/** SHA-256(0x01 ‖ left ‖ right), both of 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  if (left.length !== 32 || right.length !== 32) malformed("node", "is not made of two hashes");
  node.set(left, 1);
  node.set(right, 33);
  return sha256(node);
}

/**
 * The right edge of a tree that only grows: the roots of its full subtrees,
 * largest first, one for each bit set in `size`. Enough to append and to name
 * the root; O(log n) in size.
 */
export interface Frontier {
  readonly size: number;
  readonly nodes: readonly Bytes[];
}

/** The tree without leaves. */
export const EMPTY_FRONTIER: Frontier = { size: 0, nodes: [] };

/** The frontier after one more leaf. `data` is hashed as a leaf here. */
export function appendLeaf(frontier: Frontier, data: Uint8Array): Frontier {
  const nodes = [...frontier.nodes];
  let node = leafHash(data);
  for (let size = frontier.size; size % 2 === 1; size = Math.floor(size / 2)) {
    const left = nodes.pop();
    if (left === undefined) malformed("frontier", "does not fit its size");
    node = nodeHash(left, node);
  }
  nodes.push(node);
  return { size: frontier.size + 1, nodes };
}

/** The root (RFC 6962 section 2.1); SHA-256 of nothing for the empty tree. */
export function frontierRoot(frontier: Frontier): Bytes {
  const [last, ...others] = [...frontier.nodes].reverse();
  if (last === undefined) return sha256(new Uint8Array());
  return others.reduce((right, left) => nodeHash(left, right), last);
}

/** The root over leaves given whole. */
export function merkleRoot(leaves: Iterable<Uint8Array>): Bytes {
  let frontier = EMPTY_FRONTIER;
  for (const leaf of leaves) frontier = appendLeaf(frontier, leaf);
  return frontierRoot(frontier);
}

/** A frontier as bytes: its nodes, one after the other. */
export function encodeFrontier(frontier: Frontier): Bytes {
  return concat(...frontier.nodes);
}

/** The frontier of `size` leaves from its bytes. */
export function decodeFrontier(size: number, bytes: Uint8Array): Frontier {
  if (!Number.isSafeInteger(size) || size < 0) malformed("frontier", "has a size that is none");
  let bits = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  if (bytes.length !== bits * 32) malformed("frontier", "does not fit its size");
  return {
    size,
    nodes: Array.from({ length: bits }, (_, i) => new Uint8Array(bytes.slice(i * 32, i * 32 + 32))),
  };
}

/** Whether two frontiers are the same tree. */
export function sameFrontier(a: Frontier, b: Frontier): boolean {
  return a.size === b.size && sameBytes(encodeFrontier(a), encodeFrontier(b));
}
