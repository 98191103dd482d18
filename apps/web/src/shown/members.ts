// What JSON of others holds, as this page looks at it.

export type Members = Readonly<Record<string, unknown>>;

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A number, or one with its digits, as it comes from the worker (`Decimal`). */
export function figureOf(value: unknown): number | string | undefined {
  if (typeof value === "number") return value;
  if (!isMembers(value) || Object.keys(value).length !== 1) return undefined;
  const { digits } = value;
  return typeof digits === "string" && NUMBER.test(digits) ? digits : undefined;
}
