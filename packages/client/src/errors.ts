import { CryptoError } from "@ecrin/crypto";
import { type ProblemCode, ProtocolError } from "@ecrin/protocol";
import type { Succession } from "./lost-log.ts";

/** What an application can be told. Problems of the server pass through with their own code. */
export type ClientErrorCode =
  | ProblemCode
  /** Nothing opens: a wrong key, a changed byte, a forged account. Nothing tells which. */
  | "cannot-open"
  /** The server cannot be reached. Nothing is known about whether it did what was asked. */
  | "offline"
  /** The server answered something that no server of this suite answers. */
  | "bad-answer"
  /** Alarm: something is older than what was seen before. */
  | "rollback"
  /** Alarm: something is another than what was seen before. */
  | "fork"
  /** Alarm: no quorum of the witnesses that this account counts on has seen the log lately. */
  | "not-witnessed"
  /** Alarm: the log lacks an entry that the server gave a receipt for. */
  | "entry-missing"
  /** Alarm: the server signs its journal with another key than before. */
  | "log-key-changed"
  /** Alarm: the log lost entries and ended; another follows it, until the person accepts that. */
  | "log-succeeded"
  /** Alarm: a contact's account no longer holds the identity that was verified. */
  | "contact-changed"
  /** The account is no contact: neither its code was scanned nor an invitation accepted. */
  | "contact-not-verified"
  /** Somebody who is no contact has put this account in the space, and it has not accepted. */
  | "not-accepted"
  /** This device is not, or no longer, signed in to the account. */
  | "not-enrolled"
  /** The password was changed elsewhere: this device opens with the one before, given as `devicePassword`. */
  | "device-password-needed"
  /** The server asks for a weaker derivation than the suite allows; nothing was derived. */
  | "parameters-below-floor"
  | "wrong-password"
  /** The kit was mistyped, or belongs to another account. */
  | "wrong-kit"
  /** The account asks for a second factor, and nobody was there to be asked. */
  | "second-factor-needed"
  /** The code typed is not the one that belongs here: mistyped, or somebody stands in between. */
  | "code-differs"
  /** Nothing of it lies on this device, and there is no network. */
  | "not-kept"
  /** What is known is too old to act upon. */
  | "stale-view"
  /** What was asked cannot be done. */
  | "refused"
  /** The account has been locked. */
  | "locked";

/** What the server said of itself when it refused: a status, and the path of the field, never a value. */
export interface ServerProblem {
  readonly status: number;
  readonly field?: string;
  /** Seconds until it may be asked again, where it said so (RFC 9110, 10.2.3). */
  readonly retryAfter?: number;
}

/** The one error of this package. It never holds a token, a key, a name, an address or a content. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientErrorCode;
  /** Where the server refused. */
  readonly problem: ServerProblem | undefined;
  /** What is to be accepted, where the log was succeeded. */
  readonly succession: Succession | undefined;

  constructor(
    code: ClientErrorCode,
    message: string,
    options: { cause?: unknown; problem?: ServerProblem; succession?: Succession } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.problem = options.problem;
    this.succession = options.succession;
  }
}

/** Whether an error is a refusal for this reason. */
export function isRefusedFor(error: unknown, ...codes: readonly ClientErrorCode[]): boolean {
  return error instanceof ClientError && codes.includes(error.code);
}

/**
 * An error of the packages below, as one of this package.
 * @param closed what an opening that failed means at this place
 */
export function asClientError(error: unknown, closed: ClientErrorCode = "cannot-open"): unknown {
  if (error instanceof CryptoError) {
    if (error.code === "parameters-below-floor") return new ClientError(error.code, error.message);
    if (error.code === "cannot-open") return new ClientError(closed, "this cannot be opened");
    if (error.code === "kit-mistyped")
      return new ClientError("wrong-kit", error.message, { cause: error });
    return error;
  }
  if (error instanceof ProtocolError)
    return new ClientError(closed, error.message, { cause: error });
  return error;
}

/** Whether something opens: what does not is `false`, whatever else goes wrong is thrown. */
export async function opens(step: () => Promise<unknown>): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const known = asClientError(error);
    if (isRefusedFor(known, "cannot-open")) return false;
    throw known;
  }
}

/** Runs a step that opens something; what does not open is refused with the code of this place. */
export async function opening<T>(step: () => Promise<T>, closed?: ClientErrorCode): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw asClientError(error, closed);
  }
}
