import { type Bytes, concat, u32, utf8 } from "./bytes.ts";
import { sha256 } from "./sha256.ts";

/** The one suite. Another is a new name and new vectors, never an option. */
export const SUITE = "ecrin-1";

/** Text, bytes, or an integer. */
export type ContextPart = string | Uint8Array | number;

/**
 * What a ciphertext, a MAC or a commitment is bound to: SHA-256 of the
 * length-prefixed parts, suite and purpose first (spec/encoding.md, Context).
 * @returns 32 bytes
 */
export function context(purpose: string, ...parts: readonly ContextPart[]): Bytes {
  const fields = [SUITE, purpose, ...parts].map(partBytes);
  return sha256(
    concat(u32(fields.length), ...fields.flatMap((field) => [u32(field.length), field])),
  );
}

function partBytes(part: ContextPart): Uint8Array {
  if (typeof part === "string") return utf8(part);
  if (typeof part !== "number") return part;
  if (!Number.isSafeInteger(part)) throw new RangeError("a number in a context is a safe integer");
  return utf8(String(part));
}
