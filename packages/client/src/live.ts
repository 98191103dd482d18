import type { Subject } from "@ecrin/protocol";
import { type Act, listActs } from "./acts.ts";
import { isRefusedFor } from "./errors.ts";
import { followJournal, type JournalLine } from "./journal.ts";
import type { Unlocked } from "./unlocked.ts";

// Journals as they grow (spec/live.md). What the server sends says only that there is something
// new: everything is then fetched and checked as always.

/** How a journal is watched. */
export interface Watch {
  /** Ends it: the loop over the iterator then ends too. */
  readonly signal?: AbortSignal;
}

/** How one is watched by somebody who fetches it by themselves. */
export interface Listen extends Watch {
  /** The last line (of acts, its place in the log) that was fetched and checked, where any was. */
  readonly last?: () => number | undefined;
}

/** What came of looking again. */
export interface Growth<Line> {
  /** All of it, every line checked. */
  readonly lines: readonly Line[];
  /** How many are new since the last look; at the first, none. */
  readonly fresh: number;
}

/**
 * A subject's journal, at once and then whenever it has grown.
 * @throws ClientError as `followJournal` does, and with the server's refusal once the right or the session has ended
 */
export async function* watchJournal(
  u: Unlocked,
  subject: Subject,
  { signal }: Watch = {},
): AsyncGenerator<Growth<JournalLine>, void, undefined> {
  yield* watch(
    signal,
    () => followJournal(u, subject),
    (lines) => lines.at(-1)?.n ?? -1,
    (last, until) => u.http.events("journalEvents", { subject }, last, until),
  );
}

/** What this account did in others' records, at once and then whenever it has done something, on whichever device. */
export async function* watchActs(
  u: Unlocked,
  { signal }: Watch = {},
): AsyncGenerator<Growth<Act>, void, undefined> {
  yield* watch(
    signal,
    () => listActs(u),
    (acts) => acts.at(-1)?.index ?? -1,
    (last, until) => u.http.events("actsEvents", {}, last, until),
  );
}

/** The first wait before a stream is asked for again; it doubles up to the longest. */
const WAIT = { first: 1000, longest: 30_000 };
/** The server says something every fifteen seconds; a line that is silent for longer is dead. */
const SILENCE_MS = 50_000;

/** A stream of the server's, as its table of routes names it. */
type Connect = (last: number, until: AbortSignal) => Promise<AsyncIterable<string>>;

/** That a subject's journal has grown beyond the last line that was fetched. */
export function journalGrowth(
  u: Unlocked,
  subject: Subject,
  listen?: Listen,
): AsyncGenerator<void, void, undefined> {
  return growth((last, until) => u.http.events("journalEvents", { subject }, last, until), listen);
}

/** The same of what this account did. */
export function actsGrowth(u: Unlocked, listen?: Listen): AsyncGenerator<void, void, undefined> {
  return growth((last, until) => u.http.events("actsEvents", {}, last, until), listen);
}

/**
 * Where nobody says what they have, something may have come before the stream stood: that counts too.
 * So does a stream that stands anew, behind which there may be another journal than before.
 */
async function* growth(
  connect: Connect,
  { signal, last = () => undefined }: Listen = {},
): AsyncGenerator<void, void, undefined> {
  let had: number | undefined;
  const mark = () => {
    had = last();
    return had ?? -1;
  };
  let hasStood = false;
  for await (const said of signals(signal, mark, connect)) {
    if (said === "grown" || had === undefined || hasStood) yield;
    hasStood = true;
  }
}

async function* watch<Line>(
  signal: AbortSignal | undefined,
  look: () => Promise<readonly Line[]>,
  markOf: (lines: readonly Line[]) => number,
  connect: Connect,
): AsyncGenerator<Growth<Line>, void, undefined> {
  let lines = await look();
  yield { lines, fresh: 0 };
  for await (const said of signals(signal, () => markOf(lines), connect)) {
    if (said !== "grown") continue;
    const before = lines.length;
    lines = await persist(look, signal, lines);
    if (lines.length > before) yield { lines, fresh: lines.length - before };
  }
}

/** Looks until it goes well: what a network keeps from being fetched is there afterwards. */
async function persist<Line>(
  look: () => Promise<readonly Line[]>,
  signal: AbortSignal | undefined,
  otherwise: readonly Line[],
): Promise<readonly Line[]> {
  for (let wait = WAIT.first; signal?.aborted !== true; wait = Math.min(WAIT.longest, wait * 2)) {
    try {
      return await look();
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await pause(wait, signal);
  }
  return otherwise;
}

/**
 * What streams say, one after the other for as long as it is wanted: `standing` where one begins,
 * `grown` where something is new.
 * @throws ClientError with the server's refusal
 */
async function* signals(
  signal: AbortSignal | undefined,
  mark: () => number,
  connect: Connect,
): AsyncGenerator<"standing" | "grown", void, undefined> {
  const isOver = () => signal?.aborted === true;
  for (let wait = WAIT.first; !isOver(); ) {
    const ending = new AbortController();
    const stop = () => ending.abort();
    signal?.addEventListener("abort", stop);
    let silence = setTimeout(stop, SILENCE_MS);
    try {
      const events = await connect(mark(), ending.signal);
      yield "standing";
      for await (const said of events) {
        clearTimeout(silence);
        silence = setTimeout(stop, SILENCE_MS);
        wait = WAIT.first;
        if (said === "grown") yield "grown";
      }
    } catch (error) {
      if (!isOver() && !isPassing(error)) throw error;
    } finally {
      clearTimeout(silence);
      signal?.removeEventListener("abort", stop);
      // Whoever stops listening leaves no stream behind.
      ending.abort();
    }
    await pause(wait, signal);
    wait = Math.min(WAIT.longest, wait * 2);
  }
}

/** What another try may mend. */
function isPassing(error: unknown): boolean {
  return isRefusedFor(error, "offline", "unavailable", "rate-limited", "internal");
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, signal?.aborted === true ? 0 : ms);
    signal?.addEventListener("abort", end, { once: true });
  });
}
