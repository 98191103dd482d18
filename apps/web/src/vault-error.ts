import type { Failure } from "./wire.ts";
import type { LossTold } from "./wire-loss.ts";

/** A call that failed, with the code its words are found by. */
export class VaultError extends Error {
  override readonly name = "VaultError";
  readonly code: string;
  readonly place: string | undefined;
  readonly wait: number | undefined;
  readonly loss: LossTold | undefined;

  constructor({ code, place, wait, loss }: Failure) {
    super(code);
    this.code = code;
    this.place = place;
    this.wait = wait;
    this.loss = loss;
  }
}

/** Codes after which the account is open no more, whoever closed it. */
const CLOSED: ReadonlySet<string> = new Set(["locked", "not-signed-in"]);

/** Whether the account was found closed, and nothing else was wrong. */
export function isClosed(error: VaultError | undefined): boolean {
  return error !== undefined && CLOSED.has(error.code);
}
