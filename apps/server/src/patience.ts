import { ServerError } from "./problem.ts";

/** How long the server waits for what somebody is sending, and for who takes what they asked for. */
export interface Patience {
  /** A connection on which nothing moves, be it an upload's, ends after this. */
  readonly idleMs: number;
  /** A body in JSON is whole by then, */
  readonly bodyMs: number;
  /** or by as much later as what has arrived takes at this pace: a slow line is no attack. */
  readonly bytesPerSecond: number;
  /** Bytes of answers that one account has not taken yet, */
  readonly accountBytes: number;
  /** and one network. An answer has left by `idleMs` and what it takes at the pace above. */
  readonly networkBytes: number;
}

// Requests have no time limit of their own: uploads take hours.
export const PATIENCE: Patience = {
  idleMs: 120_000,
  bodyMs: 30_000,
  bytesPerSecond: 1024,
  accountBytes: 128 << 20,
  networkBytes: 512 << 20,
};

/**
 * Waits for a body as long as it keeps its pace. Whoever sends a byte now and then would hold a
 * connection, and what has arrived, for as long as they like: nothing on it is ever idle.
 * @param arrived bytes that came on the connection so far
 * @throws ServerError `unavailable`; the connection then ends, for nobody reads on
 */
export async function inTime<T>(
  reading: Promise<T>,
  { bodyMs, bytesPerSecond }: Patience,
  arrived: () => number,
): Promise<T> {
  const start = performance.now();
  const before = arrived();
  const left = () => {
    const allowed = bodyMs + (1000 * (arrived() - before)) / bytesPerSecond;
    return start + allowed - performance.now();
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const look = () => {
      const ms = left();
      if (ms > 0) timer = setTimeout(look, Math.ceil(ms));
      else reject(new ServerError("unavailable", { field: "body" }));
    };
    look();
  });
  // Whichever comes second ends with the connection, and nobody waits for it any more.
  reading.catch(() => undefined);
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}
