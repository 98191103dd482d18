/** What a time stamp can be refused for. */
export type TimestampErrorCode =
  /** Not DER in the form of RFC 3161. */
  | "malformed"
  /** The authority answered that it does not stamp this. */
  | "not-granted"
  /** It stamps something else, or answers another request. */
  | "other-request"
  /** Its signature, or the certificate it binds itself to, does not hold. */
  | "signature-refused"
  /** The certificate is not for time stamps, revoked, or leads to no root that was given. */
  | "certificate-refused";

/** The one error of this package. */
export class TimestampError extends Error {
  override readonly name = "TimestampError";
  readonly code: TimestampErrorCode;

  constructor(code: TimestampErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
