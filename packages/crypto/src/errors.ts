/** What crypto refuses for. */
export type CryptoErrorCode =
  /** A wrong key, a wrong context, a changed byte, a wrong password: nothing tells which. */
  | "cannot-open"
  /** The caller's mistake: a length, a size, a text that no honest use gives. */
  | "bad-argument"
  /** A key derivation weaker than the suite allows; nothing was derived. */
  | "parameters-below-floor"
  /** What is being sealed is no longer what was announced or recorded. */
  | "source-changed"
  /** A kit code that was copied wrongly. */
  | "kit-mistyped";

/** The one error of this package. It never holds a secret, a content or a name. */
export class CryptoError extends Error {
  override readonly name = "CryptoError";
  readonly code: CryptoErrorCode;
  /** For `kit-mistyped`: which word, or which character of the text form, counted from 1. */
  readonly position: number | undefined;

  constructor(
    code: CryptoErrorCode,
    message: string,
    options: { cause?: unknown; position?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.position = options.position;
  }
}

/**
 * The answer to everything that does not open. It has no cause, so that not
 * even a log tells a wrong key from a changed byte.
 */
export function cannotOpen(): never {
  throw new CryptoError("cannot-open", "this cannot be opened");
}

/** Refuses a programmer's mistake, naming the argument and never its value. */
export function badArgument(message: string): never {
  throw new CryptoError("bad-argument", message);
}

/** Refuses an argument that is not exactly `length` bytes long. */
export function requireLength(bytes: Uint8Array, length: number, name: string): void {
  if (bytes.length !== length) badArgument(`${name} is not ${length} bytes`);
}
