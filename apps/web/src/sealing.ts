import { useSyncExternalStore } from "react";

// Files on their way into the record, whatever page stands by now: closing the record would lose them.

let count = 0;
const changed = new EventTarget();

function add(by: number): void {
  count += by;
  changed.dispatchEvent(new Event("changed"));
}

/** Counts a file until it is sealed, or has failed. */
export async function takeInHand(sealing: Promise<void>): Promise<void> {
  add(1);
  try {
    await sealing;
  } finally {
    add(-1);
  }
}

/** How many files are being sealed, or wait for it. */
export function filesInHand(): number {
  return count;
}

/** The same, as a page shows it. */
export function useFilesInHand(): number {
  return useSyncExternalStore(watch, filesInHand);
}

function watch(look: () => void): () => void {
  changed.addEventListener("changed", look);
  return () => changed.removeEventListener("changed", look);
}
