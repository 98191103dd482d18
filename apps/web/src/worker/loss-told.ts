import type { Succession } from "@ecrin/client";
import type { LossTold } from "../wire-loss.ts";

/** What the page says of a log that lost entries. */
export function lossTold(succession: Succession): LossTold {
  const { to, at, signed, left, lost, lostOfSeen, receipts } = succession;
  const times = receipts.map((each) => each.at).sort((a, b) => a - b);
  return { log: to, at, signed, left, lost, seen: lostOfSeen, receipts: times };
}
