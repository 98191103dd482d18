import { useSyncExternalStore } from "react";
import type { Place } from "./places.ts";

// The guided tour: a few stops, in the order in which people meet them. Where somebody stands in it is
// nobody else's business, and is forgotten with the page.

/** The places it leads to. */
export const STOPS = [
  "/documents",
  "/share",
  "/show",
  "/access",
  "/journal",
  "/ways",
] as const satisfies readonly Place[];

const turns = new EventTarget();
let current: number | undefined;

/** Goes to a stop, counted from 0; `undefined` ends the tour. */
export function setStop(stop: number | undefined): void {
  current = stop;
  turns.dispatchEvent(new Event("changed"));
}

/** The stop somebody stands at; nothing where no tour is taken. */
export function useStop(): number | undefined {
  return useSyncExternalStore(listen, () => current);
}

function listen(changed: () => void): () => void {
  turns.addEventListener("changed", changed);
  return () => turns.removeEventListener("changed", changed);
}
