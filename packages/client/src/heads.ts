import type { Head } from "@ecrin/protocol";
import { ClientError } from "./errors.ts";

/** Highest heads by the name of their chain: its id, with `.tree` or `.journal` for those of a space. */
export type Heads = readonly (readonly [chain: string, head: Head])[];

/**
 * Of two records of what was seen, the higher head of each chain.
 * @throws ClientError `fork` where both know the same place of a chain and not the same statement
 */
export function mergeHeads(a: Heads, b: Heads): Heads {
  const merged = new Map(a);
  for (const [chain, head] of b) {
    const known = merged.get(chain);
    if (known !== undefined && known.seq === head.seq && known.hash !== head.hash) {
      throw new ClientError("fork", "a chain is another than the one seen before");
    }
    if (known === undefined || known.seq < head.seq) merged.set(chain, head);
  }
  return [...merged];
}
