// What page and worker say of witnesses of the journal: spec/witness.md, Pinned witnesses.

/** A witness, as whoever counts on it knows it. */
export interface WitnessTold {
  readonly name: string;
  readonly key: string;
  /** Who runs it. */
  readonly operator: string;
}

/** Witnesses, and what they are together. */
export interface WitnessesTold {
  readonly witnesses: readonly WitnessTold[];
  /** By how many different people they are run. */
  readonly operators: number;
  /** So many of these must have seen the journal that is shown. */
  readonly needed: number;
}

/** One that the service says it asks, and how that stands. */
export interface WitnessAsked extends WitnessTold {
  readonly state: "waiting" | "cosigned" | "ahead" | "refuses";
  /** When it last signed. */
  readonly at?: number;
}

export interface WitnessCalls {
  /** Those that the record counts on. */
  witnesses: { ask: undefined; answer: WitnessesTold };
  /** Those that the service asks; its word. */
  witnessesAsked: { ask: undefined; answer: readonly WitnessAsked[] };
  /** That enough of those counted on saw the journal; undefined where the record counts on none. */
  witnessesSeen: { ask: undefined; answer: { operators: number; at: number } | undefined };
  /** What these would be together, with one more by the line it publishes. Changes nothing. */
  witnessesMeant: {
    ask: { witnesses: readonly WitnessTold[]; more?: { line: string; operator: string } };
    answer: WitnessesTold;
  };
  /** Counts on these from now on; on none with an empty list. */
  witnessesPin: { ask: { witnesses: readonly WitnessTold[] }; answer: WitnessesTold };
}
