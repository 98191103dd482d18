// Chance that comes out the same for the same seed: every input can be made again alone.

/** A source of chance. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** One stream for each seed and place; nearby ones have nothing in common. */
  constructor(seed: number, ...place: readonly number[]) {
    this.#a = mixed(seed ^ 0x9e3779b9);
    this.#b = place.reduce((sum, each) => mixed(sum ^ each), 0x243f6a88);
    this.#c = mixed(this.#a ^ Math.imul(this.#b, 0x85ebca6b));
    for (let i = 0; i < 8; i++) this.bits();
  }

  /** 32 bits: sfc32 of PractRand. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A whole number from 0 up to, and not including, `end`. */
  below(end: number): number {
    return end <= 1 ? 0 : this.bits() % end;
  }

  /** Once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of several. */
  of<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new RangeError("nothing to choose from");
    return choice;
  }

  /** Random bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.bits() & 255);
  }
}

/** The finaliser of MurmurHash3. */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** A number for a name. */
export function numberOf(name: string): number {
  let number = 0;
  for (const character of name) number = mixed(number ^ (character.codePointAt(0) ?? 0));
  return number;
}
