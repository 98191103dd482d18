import type { LogId } from "@ecrin/protocol";
import type { Sql } from "./database.ts";
import { closeEpoch, type EpochPace } from "./epochs.ts";
import { type Log, LogRefused, type Signed } from "./log.ts";
import type { TagKeys } from "./tag-keys.ts";

/** How often the log is signed. Only tests and benchmarks change it. */
export interface Pace {
  /** At the latest after so many leaves, or so long. */
  readonly leaves: number;
  readonly ms: number;
  readonly epoch: EpochPace;
  /** How often all this is looked at: nothing is signed more often. */
  readonly tick: number;
}

export const DEFAULT_PACE: Pace = {
  leaves: 1000,
  ms: 60_000,
  epoch: { leaves: 1000, ms: 3_600_000 },
  tick: 1000,
};

export interface SequencingOptions {
  readonly sql: Sql;
  readonly id: LogId;
  readonly log: Log;
  readonly tags: TagKeys;
  readonly now: () => number;
  readonly pace: Pace;
  /** Told when the database turns out not to be what was signed, and when it is again. */
  readonly refused: (error: LogRefused | undefined) => void;
  /** Told when nothing can be signed for another reason, such as a full disk, and when something can again. */
  readonly failed?: (error: unknown) => void;
  /** Told of each checkpoint; `closes` says that an epoch ends under it: that one is anchored. */
  readonly signed?: (checkpoint: Signed, closes: boolean) => void;
}

/**
 * Closes epochs and signs checkpoints when they are due. Time is that of the machine's own
 * clock since it started, which nobody sets: a day forward or back signs nothing too often and
 * leaves nothing unsigned. A failure waits for the next tick.
 *
 * It looks once before it resolves: what the server that ran before left unsigned is under a
 * checkpoint before anybody asks, or its readers would miss it where that one ended days ago.
 */
export async function startSequencing(
  options: SequencingOptions,
): Promise<{ stop: () => Promise<void> }> {
  const { sql, id, log, tags, now, pace, refused } = options;
  let [signedAt, closedAt] = [Number.NEGATIVE_INFINITY, performance.now()];
  let signedSize = -1;
  let knownTurns: number | undefined;
  let refusing = false;
  let failing = false;
  let running: Promise<void> | undefined;

  async function tick(): Promise<void> {
    const [head] = await sql<{ size: number; closed: number; turns: number }[]>`
      select size, greatest((select max(past) from log_epochs),
          (select kept from log_successions order by seq desc limit 1), 0) as closed,
        (select count(*) from log_keys) + (select count(*) from log_successions) as turns
      from journal_head`;
    const { size, closed: first, turns } = head ?? { size: 0, closed: 0, turns: 0 };
    knownTurns ??= turns;
    if (signedSize < 0) signedSize = (await log.latest())?.size ?? 0;
    const since = performance.now();
    // Closed first, so that the checkpoint covers the entry that closes it.
    const isFull = (leaves: number) =>
      leaves >= pace.epoch.leaves || (leaves > 0 && since - closedAt >= pace.epoch.ms);
    const closed =
      !refusing &&
      size >= signedSize &&
      isFull(size - first) &&
      (await closeEpoch({ sql, log: id, tags, now }, isFull));
    if (closed) closedAt = since;
    const grown = size - signedSize;
    const isDue = grown >= pace.leaves || (grown > 0 && since - signedAt >= pace.ms);
    // A database that has shrunk, or has another key, is looked at, and refused, at once.
    const isOdd = grown < 0 || turns !== knownTurns;
    if (!closed && !isDue && !isOdd && !refusing) return;
    const signed = await log.sign();
    if (signed !== undefined && signed.size > signedSize) {
      signedSize = signed.size;
      options.signed?.(signed, closed);
    }
    signedAt = since;
    if (refusing) refused(undefined);
    refusing = false;
  }

  /** Said once, however often it fails: a log that nobody signs is an alarm to its readers a day later. */
  function note(error: unknown): void {
    const fails = error !== undefined;
    if (fails !== failing) options.failed?.(error);
    failing = fails;
  }

  function look(): Promise<void> {
    running ??= tick()
      .then(() => note(undefined))
      .catch((error: unknown) => {
        if (!(error instanceof LogRefused)) return note(error);
        if (!refusing) refused(error);
        refusing = true;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  await look();
  const timer = setInterval(look, pace.tick);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
