// What page and worker say to each other about two people in one room (spec/handshake.md), and about
// what is written back (spec/deposit.md).

import type { OpenedDocument, Person } from "./wire.ts";
import type { Received } from "./wire-received.ts";

/** A code that is being shown. */
export interface ShownCode {
  /** What the QR code says: public facts. */
  readonly text: string;
  /** Eight characters, to be typed. */
  readonly code: string;
  /** Until when somebody may scan it. */
  readonly closes: number;
}

/** How it stands with a code that is shown. */
export interface ShownState {
  readonly state: "waiting" | "compare" | "right" | "met";
  /** For the other screen, while `compare`. */
  readonly digits: string;
  readonly isGuest: boolean;
  /** How many came too late. */
  readonly refused: number;
  /** Once `met`. */
  readonly met?: Person;
}

/** How it stands with a code that was scanned or typed. */
export interface ScannedState {
  readonly state: "waiting" | "compare" | "met";
  /** To be typed on the other device, while `compare`. */
  readonly digits: string;
  /** Whether the digits of the other device are asked for here. */
  readonly asks: boolean;
  /** Once `met`. */
  readonly name: string;
}

/** Somebody without an account who may read now. */
export interface StandingRow {
  readonly account: string;
  readonly name: string;
  readonly until: number;
  readonly count: number;
}

/** Something that was written to this account, and waits. */
export interface WaitingRow {
  readonly deposit: string;
  readonly who: Person;
  readonly at: number;
  readonly title: string;
}

export interface VisitCalls {
  showCode: { ask: { until: number }; answer: ShownCode };
  lookShown: { ask: undefined; answer: ShownState };
  /** Refused with `refused` after the third time. */
  typeShown: { ask: { digits: string }; answer: boolean };
  /** Shows no code any more. */
  dropShown: { ask: undefined; answer: undefined };
  standing: { ask: undefined; answer: readonly StandingRow[] };
  endGuest: { ask: { account: string }; answer: undefined };
  /** `name`: for whoever has no account open here. */
  scan: { ask: { code: string; name: string }; answer: { isGuest: boolean; until: number } };
  lookScanned: { ask: undefined; answer: ScannedState };
  typeScanned: { ask: { digits: string }; answer: boolean };
  visited: { ask: undefined; answer: readonly Received[] };
  openVisited: { ask: { share: string; revision: string }; answer: OpenedDocument };
  leaveVisit: { ask: undefined; answer: undefined };
  /** Writes back to whoever shared; `asGuest`: in the visit and not in the account. */
  writeBack: {
    ask: { share: string; title: string; text: string; asGuest: boolean };
    answer: undefined;
  };
  waiting: { ask: undefined; answer: readonly WaitingRow[] };
  openWaiting: { ask: { deposit: string }; answer: OpenedDocument };
  takeWaiting: { ask: { deposit: string }; answer: undefined };
  refuseWaiting: { ask: { deposit: string }; answer: undefined };
}
