import type { Status } from "./wire.ts";

// What page and worker say of a log that lost entries, and of another that follows it
// (spec/succession.md).

/** What a person is told before they go on with what is left. */
export interface LossTold {
  /** The log that follows: what accepting names. */
  readonly log: string;
  /** When the one before ended, as the service says itself. */
  readonly at: number;
  /** Lines it had signed for, of everybody's; how many of its first are left; and how many were lost, then and since. */
  readonly signed: number;
  readonly left: number;
  readonly lost: number;
  /** Of these, how many this account had seen the journal with. */
  readonly seen: number;
  /** When each thing was done that this device holds a receipt of, and that no journal shows any more. */
  readonly receipts: readonly number[];
}

export interface LossCalls {
  /** Goes on with what is left, on every device. A record that was signed in to closes, and wants its password again. */
  acceptLoss: { ask: { log: string }; answer: Status };
  /** When each thing was done whose line is lost with a log that ended, and of which a receipt is left. */
  lostReceipts: { ask: undefined; answer: readonly number[] };
}
