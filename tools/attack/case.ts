import type { Stage } from "./stage.ts";

/** What is promised: prevented by cryptography, detected with a typed alarm, or true with an honest server only. */
export type Promised = "P" | "D" | "H";

/** A countermeasure taken out: the case must then turn red. */
export interface Mutation {
  /** Path from the root of the project. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** One attack of a malicious server, tried against the real client. */
export interface AttackCase {
  readonly number: number;
  readonly title: string;
  readonly promise: Promised;
  readonly countermeasure: string;
  /** Every edit it takes; most countermeasures stand behind another. */
  readonly mutation: readonly Mutation[];
  /** Returns when the promise held; throws `Broken` when it did not. */
  run(stage: Stage): Promise<void>;
}

/** The attack got what it wanted, or was stopped by something else than a typed error. */
export class Broken extends Error {
  override readonly name = "Broken";
}

/** Asserts that the promise holds. */
export function holds(condition: boolean, otherwise: string): void {
  if (!condition) throw new Broken(otherwise);
}

/**
 * Runs what the victim does. It must stop with an error that has one of these
 * codes: going on, or stopping by accident, breaks the promise.
 */
export async function stops(codes: readonly string[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (codes.includes(code)) return;
    throw new Broken(
      `stopped by accident: ${code || (error instanceof Error ? error.message : "?")}`,
      { cause: error },
    );
  }
  throw new Broken("nothing was noticed");
}
