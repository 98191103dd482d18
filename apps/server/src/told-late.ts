// Why a session of the database ended, the driver (postgres 3.4.9) does not tell the query that it
// ended under, which only hears that its connection closed. The error stays behind, and refuses the
// first query of the connection that is opened in its place, before that one is sent. So an error
// that ends a session never speaks of the query that it is told to: that one is asked again.

/** Asks, and asks again where the end of an earlier session is told and `mayAsk` after so many times. */
export async function untilTold<T>(
  ask: (asked: number) => PromiseLike<T>,
  mayAsk: (asked: number) => boolean,
): Promise<T> {
  for (let asked = 0; ; ) {
    try {
      return await ask(asked);
    } catch (error) {
      asked += 1;
      if (!endsSession(error) || !mayAsk(asked)) throw error;
    }
  }
}

/**
 * A query of the driver, lazy and good as a part of others as it is, that is asked again by `untilTold`.
 * @param most how many connections may have ended: those of the pool
 */
export function askedUntilTold<Q>(ask: () => Q, most: number): Q {
  const query = ask();
  if (!(query instanceof Promise)) return query;
  let told: Promise<unknown> | undefined;
  const then: Promise<unknown>["then"] = (...args) => {
    told ??= untilTold(
      async (asked) => await (asked === 0 ? query : ask()),
      (asked) => asked <= most,
    );
    return told.then(...args);
  };
  return new Proxy(query, {
    get: (of, name) => (name === "then" ? then : Reflect.get(of, name)),
  });
}

/** Whether PostgreSQL ended a session with it. */
export function endsSession(error: unknown): boolean {
  if (!(error instanceof Error && "severity" in error)) return false;
  return error.severity === "FATAL" || error.severity === "PANIC";
}
