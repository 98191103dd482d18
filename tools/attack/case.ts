import type { Stage } from "./stage.ts";

/** What is promised: prevented by cryptography, detected with a typed alarm, or true with an honest server only. */
export type Promised = "P" | "D" | "H";

/** A countermeasure taken out: the case must then turn red. */
export interface Mutation {
  /** Path from the root of the project. */
  readonly file: string;
  /** Text that stands in the file exactly once; white space does not count. */
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
  /** Takes long: left out of `npm test`. */
  readonly slow?: boolean;
  /**
   * Returns when the promise held, with a figure if there is one to publish;
   * throws `Broken` when it did not.
   */
  run(stage: Stage): Promise<string | undefined>;
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
 * @returns the error's code and message
 */
export async function stops(
  codes: readonly string[],
  work: () => Promise<unknown>,
  what = "",
): Promise<string> {
  const said = what === "" ? "" : `${what}: `;
  try {
    await work();
  } catch (error) {
    if (error instanceof Broken) throw error;
    const message = error instanceof Error ? error.message : "?";
    const code = codeOf(error);
    if (code !== undefined && codes.includes(code)) return `${code}: ${message}`;
    throw new Broken(`${said}stopped by accident: ${code ?? ""} ${message}`, { cause: error });
  }
  throw new Broken(`${said}nothing was noticed`);
}

/** The code of a typed error; undefined for any other. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const isTyped = ["ClientError", "CryptoError", "ProtocolError"].includes(error.name);
  return isTyped ? String(error.code) : undefined;
}
