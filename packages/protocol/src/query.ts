import * as z from "zod/mini";

/** A number in a query: its decimal digits and nothing else, as everything has one form. */
export const queryNumber = (least: number, most: number) =>
  z.pipe(
    z.pipe(z.string().check(z.regex(/^(0|[1-9][0-9]{0,15})$/)), z.transform(Number)),
    z.int().check(z.minimum(least), z.maximum(most)),
  );

/** Longest answer of a route, in bytes, unless its line says otherwise: no client reads on. */
export const MAX_ANSWER = 1 << 20;
/** Longest answer that is a list, or a part of one. */
export const MAX_LIST = 64 << 20;

/** A part of a list. */
export const page = (most: number) => ({
  from: z._default(queryNumber(0, Number.MAX_SAFE_INTEGER), 0),
  limit: z._default(queryNumber(1, most), most),
});
