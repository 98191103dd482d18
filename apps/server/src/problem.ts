import {
  type FieldPath,
  isFieldPath,
  PROBLEMS,
  type Problem,
  type ProblemCode,
  ProtocolError,
  STATEMENT_KINDS,
} from "@ecrin/protocol";

const TITLES: Record<ProblemCode, string> = {
  malformed: "The request is not in its form.",
  clock: "The time stated is too far from the server's.",
  "not-signed-in": "This needs a session.",
  "proof-refused": "The proof of the session's key was refused.",
  "sign-in-refused": "The sign-in was refused.",
  "factor-refused": "The code or passkey was refused.",
  "device-or-kit-needed":
    "A password alone opens nothing: an enrolled device or the kit is needed.",
  "not-allowed": "This is not allowed.",
  "not-found": "There is nothing here for you.",
  "stale-head": "This has moved on: synchronise and try again.",
  "stale-tree": "The revisions have moved on: synchronise and try again.",
  "rotation-due": "A rotation is due before anything is written here.",
  conflict: "The id is in use.",
  closed: "This is closed.",
  "too-large": "This is too large.",
  "unsupported-type": "This type of content is not taken here.",
  "wraps-differ": "The wraps differ from the statement.",
  "signature-refused": "The signature was refused.",
  "statement-refused": "The statement is not allowed at this place.",
  "content-differs": "The content differs from the statement.",
  "quota-reached": "There is no room for more of this here.",
  "rate-limited": "Too many requests: wait and try again.",
  internal: "The server failed.",
  unavailable: "The server cannot answer now: try again.",
  "storage-full": "The server has no room left.",
};

/** When what cannot be answered now may be asked again: a database is back within seconds. */
const SOON_S = 2;

/** The one error of the server. It names the field refused and never its value. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ProblemCode;
  readonly status: number;
  /** Where in the request what was refused stands, such as `body.statement.epoch`. */
  readonly field: FieldPath | undefined;
  /** Whole seconds after which it is worth asking again, where that is known. */
  readonly retryAfter: number | undefined;
  /** Whether a chain moved on between decision and write: whoever decided may decide again (guard.ts). */
  readonly movedOn: boolean;

  constructor(code: ProblemCode, options: ErrorOptions = {}) {
    super(TITLES[code], options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = PROBLEMS[code];
    this.field = options.field;
    this.retryAfter = options.retryAfter ?? (code === "unavailable" ? SOON_S : undefined);
    this.movedOn = options.movedOn ?? false;
  }
}

interface ErrorOptions {
  readonly field?: FieldPath | undefined;
  readonly retryAfter?: number;
  readonly movedOn?: boolean;
  readonly cause?: unknown;
}

/** Refuses what was asked, naming the field and never its value. */
export function refuse(code: ProblemCode, field?: FieldPath): never {
  throw new ServerError(code, { field });
}

/** Refuses what there is room for again at `until`, in milliseconds as `now`. */
export function refuseUntil(until: number, now: number): never {
  const retryAfter = Math.max(1, Math.ceil((until - now) / 1000));
  throw new ServerError("rate-limited", { retryAfter });
}

/** Refuses a write that was decided on what stands no more. */
export function refuseMoved(): never {
  throw new ServerError("stale-head", { movedOn: true });
}

/**
 * Reads or judges a statement, or a list, that stands at `place` in a request. What the protocol refuses it for is named from there:
 * members of the payload stand where the statement stands (spec/http.md, Problems).
 * @throws ServerError
 */
export async function within<T>(place: FieldPath, judge: () => T | Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (thrown) {
    if (!(thrown instanceof ProtocolError)) throw thrown;
    throw fromProtocol(thrown, memberAt(place, thrown));
  }
}

/** What the protocol refuses, refused for what stands at `field`. */
export function fromProtocol(thrown: ProtocolError, field: FieldPath | undefined): ServerError {
  return new ServerError(FROM_PROTOCOL[thrown.code] ?? "internal", { field, cause: thrown });
}

const KINDS: ReadonlySet<string> = new Set(STATEMENT_KINDS);
/** The outer form of a statement: whatever is wrong there is wrong with the statement. */
const OUTER = new Set(["statement", "header", "payload", "signature"]);

function memberAt(place: FieldPath, { code, field }: ProtocolError): FieldPath {
  const [first = "", ...rest] = field?.split(".") ?? [];
  if (field === undefined || OUTER.has(first)) return place;
  // What reads a payload names it by its kind, what judges it does not.
  if (code !== "malformed" || !KINDS.has(first)) return `${place}.${field}`;
  return rest.length === 0 ? place : `${place}.${rest.join(".")}`;
}

// Codes of node:net, node:fs, postgres.js and SQLSTATE (PostgreSQL, appendix A).
const LOST = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  // A UNIX socket with more waiting to be let in than it has room for.
  "EAGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  // No more files can be open, in this process or on this machine.
  "EMFILE",
  "ENFILE",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "25P03",
  "40001",
  "40P01",
  "53300",
  "55P03",
  "57014",
  "57P01",
  "57P02",
  "57P03",
]);
const FULL = new Set(["ENOSPC", "EDQUOT", "53100"]);
const FROM_PROTOCOL: Partial<Record<ProtocolError["code"], ProblemCode>> = {
  malformed: "malformed",
  "signature-refused": "signature-refused",
  "statement-refused": "statement-refused",
  fork: "stale-head",
  rollback: "stale-head",
};

/** Whatever was thrown as one of the server's own errors; the cause is kept for tests and never sent. */
export function asServerError(thrown: unknown): ServerError {
  if (thrown instanceof ServerError) return thrown;
  if (thrown instanceof ProtocolError) {
    return fromProtocol(thrown, isFieldPath(thrown.field) ? thrown.field : undefined);
  }
  const code = codeOf(thrown);
  if (code !== undefined && FULL.has(code))
    return new ServerError("storage-full", { cause: thrown });
  if (code !== undefined && (LOST.has(code) || code.startsWith("08"))) {
    return new ServerError("unavailable", { cause: thrown });
  }
  return new ServerError("internal", { cause: thrown });
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}

/** What is sent for an error. */
export function problemOf(error: ServerError): Problem {
  return {
    type: `/problems/${error.code}`,
    title: error.message,
    status: error.status,
    code: error.code,
    ...(error.field === undefined ? {} : { field: error.field }),
  };
}
