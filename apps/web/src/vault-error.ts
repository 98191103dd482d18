import type { Failure } from "./wire.ts";
import type { LossTold } from "./wire-loss.ts";

/** A call that failed, with the code its words are found by. */
export class VaultError extends Error {
  override readonly name = "VaultError";
  readonly code: string;
  readonly place: string | undefined;
  readonly loss: LossTold | undefined;

  constructor({ code, place, loss }: Failure) {
    super(code);
    this.code = code;
    this.place = place;
    this.loss = loss;
  }
}
