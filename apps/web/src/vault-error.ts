import type { Failure } from "./wire.ts";

/** A call that failed, with the code its words are found by. */
export class VaultError extends Error {
  override readonly name = "VaultError";
  readonly code: string;
  readonly place: string | undefined;

  constructor({ code, place }: Failure) {
    super(code);
    this.code = code;
    this.place = place;
  }
}
