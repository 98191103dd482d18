import type { Handlers } from "./handlers.ts";
import { actsOf, lastLine } from "./last-lines.ts";
import { current, ownRecord } from "./session.ts";
import { tell } from "./tell.ts";
import { type Growing, Watching } from "./watching.ts";

const watching = new Watching(() => tell({ event: "journal" }));

/** The streams of what the page shows, each from the last line that it was given. */
async function streamsOf(whose: "mine" | "others"): Promise<readonly Growing[]> {
  const account = current();
  if (whose === "others")
    return [(signal) => account.actsGrowth({ signal, last: lastLine(actsOf(account.id)) })];
  const record = await ownRecord();
  return [
    (signal) => record.growth({ signal, last: lastLine(record.space) }),
    (signal) => account.growth({ signal, last: lastLine(account.id) }),
  ];
}

/**
 * Tells the page whenever a journal that it shows has grown, while it wants to know. Nothing is read
 * of the streams but that: the page then asks for the journal, and all of it is checked.
 */
export const liveCalls: Handlers<"watch"> = {
  async watch({ whose }) {
    if (whose === "nobody") watching.off();
    else await watching.on(() => streamsOf(whose));
    return undefined;
  },
};
