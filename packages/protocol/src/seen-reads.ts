import { refuse } from "./errors.ts";
import type { Hash } from "./ids.ts";

/**
 * Which read statements have been seen: 8 bytes of each hash in a table made once, so that a
 * million reads take 16 MiB. Two hashes that share those bytes would be refused as one, which
 * by chance does not happen.
 */
export class SeenReads {
  readonly #words: Uint32Array;
  readonly #slots: number;
  #count = 0;

  /** @param most how many will come */
  constructor(most: number) {
    let slots = 16;
    while (slots < most * 1.5) slots *= 2;
    if (slots > 2 ** 26) refuse("has more entries than one export holds", "entries");
    this.#slots = slots;
    this.#words = new Uint32Array(slots * 2);
  }

  /** Whether this one is new; it is seen from now on. */
  add(hash: Hash): boolean {
    const [high, low] = wordsOf(hash);
    for (let slot = high % this.#slots; ; slot = (slot + 1) % this.#slots) {
      const [a, b] = [this.#words[slot * 2], this.#words[slot * 2 + 1]];
      if (a === high && b === low) return false;
      if (a !== 0 || b !== 0) continue;
      this.#count += 1;
      if (this.#count >= this.#slots) refuse("has more entries than it says", "entries");
      this.#words[slot * 2] = high;
      this.#words[slot * 2 + 1] = low;
      return true;
    }
  }
}

/** 64 bits out of the text of a hash; never both zero, which marks a free place. */
function wordsOf(hash: Hash): [number, number] {
  let [high, low] = [0, 0];
  for (let i = 0; i < 6; i++) {
    high = (Math.imul(high, 64) + digitOf(hash.charCodeAt(i))) >>> 0;
    low = (Math.imul(low, 64) + digitOf(hash.charCodeAt(i + 6))) >>> 0;
  }
  return [high, (low | 1) >>> 0];
}

/** A number below 64 for each character of base64url, one to one. */
function digitOf(code: number): number {
  if (code >= 97) return code - 97;
  if (code >= 65) return code === 95 ? 63 : code - 39;
  return code === 45 ? 62 : code + 4;
}
