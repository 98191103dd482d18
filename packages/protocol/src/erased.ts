import type { Entry } from "./journal.ts";

/** Entries of a journal from `from` to before `to`. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/**
 * The entries that an erasure accounts for (spec/log.md, Erasure); undefined for an entry of another
 * kind. Only of what stood before it: one that says more allows nothing of what came later.
 */
export function erasedBy({ kind, n, about }: Pick<Entry, "kind" | "n" | "about">): Gap | undefined {
  const { from, count } = about;
  if (kind !== "erasure" || from === undefined || count === undefined) return undefined;
  return { from, to: Math.min(from + count, n) };
}

/** The first entry of a gap that no erasure accounts for. */
export function firstMissing({ from, to }: Gap, erasures: readonly Gap[]): number | undefined {
  for (let n = from; n < to; ) {
    const ends = erasures.filter((each) => each.from <= n && n < each.to).map((each) => each.to);
    if (ends.length === 0) return n;
    n = Math.max(...ends);
  }
  return undefined;
}
