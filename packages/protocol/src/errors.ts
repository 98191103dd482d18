/** What a public fact can be refused for. */
export type ProtocolErrorCode =
  /** Not in the form its page in spec/ gives. */
  | "malformed"
  /** The signature is not by the key the chain names. */
  | "signature-refused"
  /** Well formed and signed, yet not allowed at this place in its chain. */
  | "statement-refused"
  /** A chain does not continue the one already known. */
  | "fork"
  /** A chain is shorter than the one already known. */
  | "rollback";

/** The one error of this package. It names the field refused and never its value. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  /** Path of the field refused, such as `epoch.wraps`. */
  readonly field: string | undefined;

  constructor(
    code: ProtocolErrorCode,
    message: string,
    options: { field?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
  }
}

/** Refuses a statement that is well formed and not allowed where it stands. */
export function refuse(message: string, field?: string): never {
  throw new ProtocolError("statement-refused", message, field === undefined ? {} : { field });
}

/** Refuses a value that is not in the form its page in spec/ gives. */
export function malformed(field: string, message: string, cause?: unknown): never {
  throw new ProtocolError(
    "malformed",
    `${field}: ${message}`,
    cause === undefined ? { field } : { field, cause },
  );
}
