import type { Told } from "../wire.ts";

/** Tells the page something that it did not ask for. */
export function tell(told: Told): void {
  self.postMessage(told);
}
