import type { Head } from "@ecrin/protocol";
import { ClientError } from "./errors.ts";

/** Highest heads by the name of their chain: its id, with `.tree` or `.journal` for those of a space. */
export type Heads = readonly (readonly [chain: string, head: Head])[];

/**
 * Of two records of what was seen, the higher head of each chain; those of `b` come last.
 * @throws ClientError `fork` where both know the same place of a chain and not the same statement
 */
export function mergeHeads(a: Heads, b: Heads): Heads {
  const merged = new Map(a);
  for (const [chain, head] of b) {
    const known = merged.get(chain);
    if (known !== undefined && known.seq === head.seq && known.hash !== head.hash) {
      throw new ClientError("fork", "a chain is another than the one seen before");
    }
    merged.delete(chain);
    merged.set(chain, known === undefined || known.seq < head.seq ? head : known);
  }
  return [...merged];
}

/** What JSON writes around the name and the number of a head, the comma after it included. */
const AROUND = JSON.stringify(["", { hash: "h".repeat(43), seq: 0 }]).length;

/**
 * The heads of `heads`, which come most lately seen last, that fit into `room`
 * bytes of canonical JSON: `first` before all others, then the most lately
 * seen. In that order.
 */
export function headsWithin(
  heads: ReadonlyMap<string, Head>,
  room: number,
  first: (chain: string) => boolean,
): (readonly [chain: string, head: Head])[] {
  const newest = [...heads].toReversed();
  const fitting: (readonly [string, Head])[] = [];
  let left = room;
  for (const each of [...newest.filter(([c]) => first(c)), ...newest.filter(([c]) => !first(c))]) {
    left -= AROUND + each[0].length + String(each[1].seq).length;
    if (left < 0) break;
    fitting.push(each);
  }
  return fitting;
}
