import type { Progress } from "@ecrin/client";
import type { Answer, Ask, CallName } from "../wire.ts";
import type { FactorAnswer, FactorQuestion } from "../wire-ways.ts";

/** Has the page ask for a passkey in the middle of a call; undefined where none was used. */
export type AskPasskey = (question: FactorQuestion) => Promise<FactorAnswer | undefined>;

/** Answers one call. */
export type Handler<N extends CallName> = (
  ask: Ask<N>,
  progress: Progress,
  passkey: AskPasskey,
) => Promise<Answer<N>> | Answer<N>;

/** Answers some of the calls. */
export type Handlers<N extends CallName> = { readonly [K in N]: Handler<K> };

/** Refuses what a person gave, before it goes any further. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}
