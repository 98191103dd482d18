/** What the operator's check looks at (spec/log.md, The operator's check). */
export type Looked =
  | "log"
  | "outside"
  | "ended"
  | "leaf"
  | "opening"
  | "gone"
  | "tile"
  | "checkpoint"
  | "tag"
  | "epoch"
  | "head";

/** What is wrong of one kind: how often, and where first. */
export interface Fault {
  readonly looked: Looked;
  readonly count: number;
  readonly first: string;
}

/** Counts what is wrong, in room that does not grow with it. */
export class Faults {
  readonly #found = new Map<Looked, { count: number; readonly first: string }>();

  /** @param place in words, without anything that an entry says */
  add(looked: Looked, place: string, count = 1): void {
    const found = this.#found.get(looked);
    if (found === undefined) this.#found.set(looked, { count, first: place });
    else found.count += count;
  }

  /** In the order in which they were found. */
  list(): Fault[] {
    return [...this.#found].map(([looked, fault]) => ({ looked, ...fault }));
  }
}
