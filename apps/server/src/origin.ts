// Where a query was made. The driver (postgres 3.4.9) keeps four lines of that, and its own and those
// of the pool's stand in them: whoever looks into a fault would be led to the pool for every query.

const origins = new WeakMap<object, string>();

/** A query that says where it was made when it fails. @param strings what it was made of; the place is found out once for each */
export function placed<Q>(query: Q, strings: unknown): Q {
  if (!(query instanceof Promise) || typeof strings !== "object" || strings === null) return query;
  const value = origins.get(strings) ?? new Error("made here").stack ?? "";
  origins.set(strings, value);
  return Object.defineProperty(query, "origin", { value });
}
