import { timingSafeEqual } from "node:crypto";
import { type AccountId, context, toBase64url } from "@ecrin/protocol";
import type { Keys } from "./keys.ts";

type Making = Pick<Keys, "pepper">;

/** Half of an id says for whom it was made up, the other half that it was. */
const HALF = 8;

/**
 * The id that a sign-in names for an address nobody has: always the same for the same address, and
 * random to whoever does not hold the pepper. It is recognised wherever ids are claimed, and is
 * taken there as an account's is: who signs up, or begins a space, by the id that a sign-in named
 * learns nothing of the address.
 */
export function nobodyOf(keys: Making, name: Uint8Array): AccountId {
  const whose = keys.pepper(context("nobody", name)).subarray(0, HALF);
  return toBase64url(Buffer.concat([whose, markOf(keys, whose)])) as AccountId;
}

/** Whether this server made an id up. */
export function isNobodys(keys: Making, id: string): boolean {
  const bytes = Buffer.from(id, "base64url");
  return (
    bytes.length === 2 * HALF &&
    timingSafeEqual(markOf(keys, bytes.subarray(0, HALF)), bytes.subarray(HALF))
  );
}

function markOf(keys: Making, whose: Uint8Array): Buffer {
  return keys.pepper(context("nobody's", whose)).subarray(0, HALF);
}
