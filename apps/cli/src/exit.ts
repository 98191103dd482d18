import { ClientError, type ClientErrorCode } from "@ecrin/client";

/** What a command's end tells the shell. */
export const EXIT = {
  ok: 0,
  /** Refused, or failed for a reason of its own. */
  refused: 1,
  /** Wrongly called. */
  usage: 2,
  notSignedIn: 3,
  notFound: 4,
  /** The server cannot be reached, or cannot answer now. */
  network: 5,
  /** Does not open, or is not what was seen before: an alarm. */
  alarm: 6,
  interrupted: 130,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** What the command line itself refuses; the words for each are in the catalogues. */
export type CommandErrorCode =
  /** An option, argument or command that there is not. `detail`: what the parser said. */
  | "usage"
  | "interrupted"
  /** A question could not be asked: no terminal. `detail`: what would have been asked. */
  | "cannot-ask"
  | "no-server"
  | "home-taken"
  | "home-busy"
  | "not-signed-in"
  | "item-unknown"
  | "item-ambiguous"
  | "items-of-two-records"
  | "list-moved-on"
  | "contact-unknown"
  | "contact-ambiguous"
  | "record-unknown"
  /** What was typed is the beginning of more than one id, or of more than one owner's name. */
  | "id-ambiguous"
  | "share-unknown"
  /** A received document that its sender gave no right to keep. */
  | "keeping-not-given"
  | "deposit-unknown"
  | "member-unknown"
  | "device-unknown"
  | "invitation-unknown"
  /** There is no room for another invitation that nobody has answered. */
  | "invitations-open"
  | "nothing-with-contact"
  | "file-missing"
  | "file-exists"
  | "file-unwritable"
  | "file-unreadable"
  | "not-fhir"
  | "not-for-terminal"
  | "when-unclear"
  | "when-past"
  | "passwords-differ"
  | "password-short"
  | "kit-file-kind"
  | "not-confirmed"
  | "server-failed"
  /** An export does not verify. `detail`: where, and what. */
  | "export-refused";

/** The one error of this package. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: CommandErrorCode;
  /** What the sentence names: a file, an argument. Never a secret. */
  readonly detail: string;

  constructor(code: CommandErrorCode, detail = "", options: { cause?: unknown } = {}) {
    super(`${code} ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }
}

const OWN: Partial<Record<CommandErrorCode, Exit>> = {
  usage: EXIT.usage,
  "cannot-ask": EXIT.usage,
  "no-server": EXIT.usage,
  "when-unclear": EXIT.usage,
  "when-past": EXIT.usage,
  "kit-file-kind": EXIT.usage,
  "items-of-two-records": EXIT.usage,
  interrupted: EXIT.interrupted,
  "export-refused": EXIT.alarm,
  "not-signed-in": EXIT.notSignedIn,
  "item-unknown": EXIT.notFound,
  "list-moved-on": EXIT.notFound,
  "contact-unknown": EXIT.notFound,
  "record-unknown": EXIT.notFound,
  "share-unknown": EXIT.notFound,
  "deposit-unknown": EXIT.notFound,
  "member-unknown": EXIT.notFound,
  "device-unknown": EXIT.notFound,
  "invitation-unknown": EXIT.notFound,
  "file-missing": EXIT.notFound,
};

const CLIENT: Partial<Record<ClientErrorCode, Exit>> = {
  "not-enrolled": EXIT.notSignedIn,
  "not-signed-in": EXIT.notSignedIn,
  "device-or-kit-needed": EXIT.notSignedIn,
  "proof-refused": EXIT.notSignedIn,
  locked: EXIT.notSignedIn,
  "not-found": EXIT.notFound,
  offline: EXIT.network,
  unavailable: EXIT.network,
  "rate-limited": EXIT.network,
  internal: EXIT.network,
  "cannot-open": EXIT.alarm,
  "bad-answer": EXIT.alarm,
  rollback: EXIT.alarm,
  fork: EXIT.alarm,
  "log-key-changed": EXIT.alarm,
  "not-witnessed": EXIT.alarm,
  "log-succeeded": EXIT.alarm,
  "entry-missing": EXIT.alarm,
  "contact-changed": EXIT.alarm,
  "parameters-below-floor": EXIT.alarm,
};

/** The exit code for what went wrong. */
export function exitFor(error: unknown): Exit {
  if (error instanceof CommandError) return OWN[error.code] ?? EXIT.refused;
  if (error instanceof ClientError) return CLIENT[error.code] ?? EXIT.refused;
  return EXIT.refused;
}
