import type { Handlers } from "./handlers.ts";
import { current, ownRecord } from "./session.ts";
import { tell } from "./tell.ts";

let stopping: AbortController | undefined;

/**
 * Tells the page whenever one of its journals has grown, while it wants to know. Nothing is read
 * of the streams but that: the page then asks for the journal, and all of it is checked.
 */
export const liveCalls: Handlers<"watch"> = {
  async watch({ on }) {
    stopping?.abort();
    stopping = undefined;
    if (!on) return undefined;
    const account = current();
    const record = await ownRecord();
    stopping = new AbortController();
    const { signal } = stopping;
    for (const growth of [
      record.growth({ signal }),
      account.growth({ signal }),
      account.actsGrowth({ signal }),
    ])
      void tellOf(growth);
    return undefined;
  },
};

/** Where a stream is refused the page asks once more, and shows why. */
async function tellOf(growth: AsyncIterable<void>): Promise<void> {
  try {
    for await (const _ of growth) tell({ event: "journal" });
  } catch {
    tell({ event: "journal" });
  }
}
