import type { Patience } from "./patience.ts";
import { ServerError } from "./problem.ts";

/** What is told when an answer has left, or its connection has. */
export interface Outgoing {
  once(event: "close", told: () => void): unknown;
  destroy(): unknown;
}

/** An answer that is ready to be sent. */
export interface Ready {
  /** What of it stands in memory until it has left. */
  readonly bytes: number;
  /** All of it. */
  readonly length: number;
  readonly account: string | undefined;
  readonly network: string;
  /** Whether asking for it changed nothing: what was done is never answered as refused. */
  readonly refusable: boolean;
  readonly outgoing: Outgoing;
}

/** @throws ServerError `rate-limited` in place of an answer that would wait behind too many */
export type Hold = (ready: Ready) => void;

/** Thousands of answers as small as this are no burden, and nothing is counted for them. */
export const SMALL = 16 * 1024;
/** When somebody with too much before them may ask again. */
const AGAIN_S = 1;
/** What a timer can wait. */
const MOST_MS = 2 ** 31 - 1;

/**
 * Bounds what was asked for and is not taken: a question is a line, its answer may be mebibytes,
 * and whoever asks without reading would fill the memory. An answer that is alone always passes.
 */
export function createUntaken(patience: Patience): Hold {
  const waiting = new Map<string, number>();
  const add = (name: string, bytes: number) => {
    const sum = (waiting.get(name) ?? 0) + bytes;
    if (sum > 0) waiting.set(name, sum);
    else waiting.delete(name);
  };
  return ({ bytes, length, account, network, refusable, outgoing }) => {
    const bounds = new Map([[`network ${network}`, patience.networkBytes]]);
    if (account !== undefined) bounds.set(`account ${account}`, patience.accountBytes);
    for (const [name, most] of bounds) {
      const before = waiting.get(name) ?? 0;
      if (refusable && before > 0 && before + bytes > most) {
        throw new ServerError("rate-limited", { retryAfter: AGAIN_S });
      }
    }
    for (const name of bounds.keys()) add(name, bytes);
    const late = lateOf(patience, length, () => outgoing.destroy());
    outgoing.once("close", () => {
      clearTimeout(late);
      for (const name of bounds.keys()) add(name, -bytes);
    });
  };
}

/** Cuts off whoever takes an answer more slowly than a body may come. */
function lateOf(
  { idleMs, bytesPerSecond }: Patience,
  length: number,
  cut: () => void,
): NodeJS.Timeout | undefined {
  const ms = idleMs + (1000 * length) / bytesPerSecond;
  // What takes longer than a timer can wait is a stream, which holds no more than a piece.
  return ms > MOST_MS ? undefined : setTimeout(cut, ms).unref();
}
