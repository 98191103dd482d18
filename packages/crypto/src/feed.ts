import type { Bytes } from "@ecrin/protocol";

/** Bytes in chunks of any size, at once or as they come. A chunk may be reused by its maker once the next is asked for. */
export type Source = Iterable<Bytes> | AsyncIterable<Bytes>;

/**
 * Takes exact lengths out of a source. What it does when the source ends early
 * or goes on too long is the caller's: sealing and opening say it differently.
 */
export class Feed {
  readonly #chunks: Iterator<Bytes> | AsyncIterator<Bytes>;
  readonly #refuse: () => never;
  #chunk: Bytes = new Uint8Array();
  #at = 0;
  #room: Bytes = new Uint8Array();

  constructor(source: Source, refuse: () => never) {
    this.#chunks =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.#refuse = refuse;
  }

  /** Exactly `length` bytes: a view, good until the next call. */
  async take(length: number): Promise<Bytes> {
    if (this.#at === this.#chunk.length && length > 0) await this.#pull();
    const end = this.#at + length;
    if (end <= this.#chunk.length) {
      const view = this.#chunk.subarray(this.#at, end);
      this.#at = end;
      return view;
    }
    if (this.#room.length < length) this.#room = new Uint8Array(length);
    const room = this.#room.subarray(0, length);
    await this.read(room);
    return room;
  }

  /** Fills `room`. */
  async read(room: Bytes): Promise<void> {
    for (let filled = 0; filled < room.length; ) {
      const some = (await this.some(room.length - filled)) ?? this.#refuse();
      room.set(some, filled);
      filled += some.length;
    }
  }

  /** What is at hand, at most `most` bytes: a view, good until the next call. Nothing at the end. */
  async some(most: number): Promise<Bytes | undefined> {
    if (this.#at === this.#chunk.length && !(await this.#next())) return undefined;
    const end = Math.min(this.#chunk.length, this.#at + most);
    const view = this.#chunk.subarray(this.#at, end);
    this.#at = end;
    return view;
  }

  /** Refuses a source that holds more. */
  async end(): Promise<void> {
    if (this.#at < this.#chunk.length || (await this.#next())) this.#refuse();
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #pull(): Promise<void> {
    if (!(await this.#next())) this.#refuse();
  }

  /** The next chunk that is not empty. */
  async #next(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return false;
      if (value.length === 0) continue;
      this.#chunk = value;
      this.#at = 0;
      return true;
    }
  }
}
