import { ServerError } from "./problem.ts";

/**
 * What an error that nobody foresaw is, for whoever runs the server. Never its message, nor
 * anything it carries: both may repeat what somebody sent.
 */
export interface Fault {
  /** Its class. */
  readonly error: string;
  /** The system's code: of PostgreSQL (SQLSTATE), of the drivers, or of Node (errno). */
  readonly code?: string;
  /** The first line of our own source that it went through, such as `apps/server/src/reads.ts:81`. */
  readonly at?: string;
}

const CLASS = /^[A-Z][A-Za-z]{1,39}$/;
const CODE = /^[A-Z0-9_]{3,40}$/;
const FRAME = /\/((?:apps|packages)\/[a-z]+\/src\/(?:[a-z0-9-]+\/)*[a-z0-9.-]+\.ts:\d+):\d+\)?$/;
/** What stands in a stack before the message, such as `TypeError [ERR_INVALID_ARG_TYPE]: `. */
const HEAD = /^[A-Za-z]{1,60}(?: \[[A-Z0-9_]+\])?(?:: )?$/;
/** Every refusal is made in the one, and every query goes through the others: neither says where. */
const ON_THE_WAY = /\/(?:problem|transaction|told-late|origin)\.ts:/;

/** Tells an error so that it can be found in the source. */
export function faultOf(thrown: unknown): Fault {
  const chain = causesOf(thrown);
  // One of ours that wraps another was made where that was caught, which says nothing.
  const wrapped = chain.filter((each) => !(each instanceof ServerError));
  const told = wrapped.length === 0 ? chain : wrapped;
  const name = told[0]?.constructor.name ?? "";
  const code = wrapped.map(systemCodeOf).find((each) => each !== undefined);
  const at = told
    .toReversed()
    .map(frameOf)
    .find((each) => each !== undefined);
  return {
    error: CLASS.test(name) ? name : "Error",
    ...(code === undefined ? {} : { code }),
    ...(at === undefined ? {} : { at }),
  };
}

/** A fault and the route it befell, the same in every language: it is for whoever looks into the source. */
export function traceOf(route: string, { error, code, at }: Fault): string {
  return [route, error, code, at].filter((part) => part !== undefined).join(", ");
}

/** The system's code of an error, where it has one. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" && CODE.test(error.code) ? error.code : undefined;
}

/** An error and what caused it, the nearest first. */
function causesOf(thrown: unknown): Error[] {
  const chain: Error[] = [];
  for (let each = thrown; each instanceof Error && chain.length < 8; each = each.cause) {
    chain.push(each);
  }
  return chain;
}

/**
 * The first frame of ours. A stack begins with the message, and a message may look like a frame:
 * where the stack does not begin with it any more, nothing is told.
 */
function frameOf({ stack = "", message }: Error): string | undefined {
  const end = `${message}\n`;
  const from = stack.indexOf(end);
  if (from < 0 || !HEAD.test(stack.slice(0, from))) return undefined;
  const frames = stack.slice(from + end.length).split("\n");
  return frames
    .filter((line) => !ON_THE_WAY.test(line))
    .map(placeIn)
    .find((at) => at !== undefined);
}

function placeIn(line: string): string | undefined {
  return FRAME.exec(line)?.[1];
}
