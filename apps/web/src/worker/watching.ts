/** A stream that says that a journal has grown, until it is told to end. */
export type Growing = (signal: AbortSignal) => AsyncIterable<void>;

/** Watches while somebody wants to know. The last wish holds, also one that comes while an earlier watch still begins. */
export class Watching {
  readonly #grown: () => void;
  #stopping: AbortController | undefined;

  /** @param grown is called whenever a stream says something, and once where one is refused: whoever then asks is shown why */
  constructor(grown: () => void) {
    this.#grown = grown;
  }

  /**
   * Begins to watch, in the place of a watch before.
   * @param begin finds what is to be watched, and may take its time
   */
  async on(begin: () => Promise<readonly Growing[]>): Promise<void> {
    this.off();
    // Known before anything is awaited, so that whatever comes meanwhile ends this watch and not the next.
    const stopping = new AbortController();
    this.#stopping = stopping;
    const { signal } = stopping;
    const growing = await begin();
    if (signal.aborted) return;
    for (const each of growing) void this.#tell(each(signal));
  }

  /** Ends it. */
  off(): void {
    this.#stopping?.abort();
    this.#stopping = undefined;
  }

  async #tell(growth: AsyncIterable<void>): Promise<void> {
    try {
      for await (const _ of growth) this.#grown();
    } catch {
      this.#grown();
    }
  }
}
