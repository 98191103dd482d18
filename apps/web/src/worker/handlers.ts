import type { Progress } from "@ecrin/client";
import type { Answer, Ask, CallName } from "../wire.ts";

/** Answers one call. */
export type Handler<N extends CallName> = (
  ask: Ask<N>,
  progress: Progress,
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
