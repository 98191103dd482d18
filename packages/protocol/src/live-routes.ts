import * as z from "zod/mini";
import { journalEntryField } from "./journal.ts";
import { MAX_LIST, queryNumber } from "./query.ts";

/** The lines of the table by which journals are followed as they grow (spec/live.md). */
export const liveRoutes = {
  /** A stream of events that say no more than that a journal grew. */
  journalEvents: { method: "GET", path: "/v1/journal/:subject/events", session: true },
  /** What the account itself did in others' records. */
  acts: {
    method: "GET",
    path: "/v1/acts",
    session: true,
    query: z.strictObject({
      before: z._default(queryNumber(0, Number.MAX_SAFE_INTEGER), Number.MAX_SAFE_INTEGER),
      limit: z._default(queryNumber(1, 500), 100),
    }),
    answerMost: MAX_LIST,
    answer: z.strictObject({ entries: z.array(journalEntryField) }),
  },
  actsEvents: { method: "GET", path: "/v1/acts/events", session: true },
} as const;
