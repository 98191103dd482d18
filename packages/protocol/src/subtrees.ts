import { type Bytes, sameBytes } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { nodeHash } from "./merkle.ts";
import { sha256 } from "./sha256.ts";

/** A subtree with 2^height leaves, all there: leaves `[index·2^height, (index + 1)·2^height)`. */
export interface PerfectSubtree {
  readonly height: number;
  readonly index: number;
}

/**
 * The perfect subtrees that the leaves `[from, to)` are made of, from left to right:
 * always the largest that begins at its place and ends within.
 */
export function perfectSubtrees(from: number, to: number): PerfectSubtree[] {
  const parts: PerfectSubtree[] = [];
  for (let at = from; at < to; ) {
    let [height, width] = [0, 1];
    while (at % (width * 2) === 0 && at + width * 2 <= to)
      [height, width] = [height + 1, width * 2];
    parts.push({ height, index: at / width });
    at += width;
  }
  return parts;
}

/**
 * A tree grown from the left by whole subtrees. Holds one hash for each bit set in its size, so
 * any number of leaves passes through it in the same room (RFC 6962 section 2.1).
 */
export class GrowingTree {
  #size = 0;
  readonly #heights: number[] = [];
  readonly #nodes: Bytes[] = [];

  get size(): number {
    return this.#size;
  }

  /** @throws ProtocolError `malformed` for a subtree that cannot stand there */
  append(height: number, hash: Bytes): void {
    const width = 2 ** height;
    if (this.#size % width !== 0 || this.#size + width > Number.MAX_SAFE_INTEGER)
      malformed("path", "does not fit the tree");
    let [node, at] = [hash, height];
    while (this.#heights.at(-1) === at) {
      this.#heights.pop();
      node = nodeHash(this.#nodes.pop() ?? malformed("path", "does not fit the tree"), node);
      at += 1;
    }
    this.#heights.push(at);
    this.#nodes.push(node);
    this.#size += width;
  }

  /** The root over what has been appended. */
  root(): Bytes {
    const [last, ...others] = [...this.#nodes].reverse();
    if (last === undefined) return sha256(new Uint8Array());
    return others.reduce((right, left) => nodeHash(left, right), last);
  }
}

/** Whether a tree as it stands now is the one with this root. */
export function hasRoot(tree: GrowingTree, root: Uint8Array): boolean {
  return sameBytes(tree.root(), root);
}
