import { listedIn } from "@ecrin/client";
import type { Series } from "../wire.ts";
import { reachedOr } from "./at-hand.ts";
import { listGiven } from "./behind.ts";
import { listed, rowOf, unreadableRows } from "./document-calls.ts";
import { drawn, isDrawn } from "./drawn.ts";
import { find, forgetFound, type Index, indexOf, overview, prepare } from "./find.ts";
import type { Handlers } from "./handlers.ts";
import { forgetWithIt, isOpen, opened, ownRecord, status } from "./session.ts";

type TimelineCall = "refresh" | "find" | "series";

/** Milliseconds in which other calls are answered meanwhile. */
const PAUSE = 10;

const NOTHING = { total: 0, rows: [] };

let index: { readonly account: string; readonly of: Index } | undefined;

/** The index whose texts are being made, or are there. */
let preparing: Index | undefined;

forgetWithIt(() => {
  index = undefined;
  preparing = undefined;
  forgetFound();
});

/** Whoever looks for something later finds the texts made: between other calls, once the list was given. */
function prepared(of: Index): void {
  if (preparing === of) return;
  preparing = of;
  const steps = prepare(of);
  const step = () => {
    if (preparing === of && steps.next().done !== true) setTimeout(step, PAUSE);
  };
  setTimeout(step, PAUSE);
}

/** Finding one's way in the record. */
export const timelineCalls: Handlers<TimelineCall> = {
  async refresh() {
    const { items, unreadable } = await listed();
    const of = indexOf(items.map(rowOf), (row) => `${row.author.name} ${row.date.slice(0, 10)}`);
    index = { account: (await status()).account, of };
    if (items.length === 0) listGiven();
    return { ...overview(of), unreadable: unreadableRows(unreadable, items) };
  },

  async find({ offset, count, ...wanted }) {
    if (index === undefined || !isOpen()) return NOTHING;
    const { account } = await status();
    if (index?.account !== account) return NOTHING;
    if (count > 0) {
      listGiven();
      prepared(index.of);
    }
    return find(index.of, wanted, offset, count);
  },

  async series({ item }) {
    // What is drawn is fetched for it; without network there is no chart, and nothing is said of one.
    if (opened() === undefined) return [];
    return await reachedOr<readonly Series[]>(
      async () => {
        const record = await ownRecord();
        const known = listedIn(record.listing).find((each) => each.item === item);
        return known === undefined || isDrawn(known) ? await drawn(record, item) : [];
      },
      () => [],
    );
  },
};
