import type { Handlers } from "./handlers.ts";
import { current, ownRecord } from "./session.ts";
import { tell } from "./tell.ts";
import { Watching } from "./watching.ts";

const watching = new Watching(
  async () => {
    const account = current();
    const record = await ownRecord();
    return [
      (signal) => record.growth({ signal }),
      (signal) => account.growth({ signal }),
      (signal) => account.actsGrowth({ signal }),
    ];
  },
  () => tell({ event: "journal" }),
);

/**
 * Tells the page whenever one of its journals has grown, while it wants to know. Nothing is read
 * of the streams but that: the page then asks for the journal, and all of it is checked.
 */
export const liveCalls: Handlers<"watch"> = {
  async watch({ on }) {
    if (on) await watching.on();
    else watching.off();
    return undefined;
  },
};
