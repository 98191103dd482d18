import * as z from "zod/mini";

/** A number in a query: its decimal digits and nothing else, as everything has one form. */
export const queryNumber = (least: number, most: number) =>
  z.pipe(
    z.pipe(z.string().check(z.regex(/^(0|[1-9][0-9]{0,15})$/)), z.transform(Number)),
    z.int().check(z.minimum(least), z.maximum(most)),
  );

/** A part of a list. */
export const page = (most: number) => ({
  from: z._default(queryNumber(0, Number.MAX_SAFE_INTEGER), 0),
  limit: z._default(queryNumber(1, most), most),
});
