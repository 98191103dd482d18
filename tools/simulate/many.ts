// Many seeds, one after the other, and what happened in all of them.

import { type Happened, simulate } from "./run.ts";
import { makeWorld } from "./world.ts";

export interface Failed {
  readonly seed: number;
  readonly message: string;
}

/** Runs `count` seeds. Stops when `most` have failed. */
export async function simulateAll(from: number, count: number, most = 10) {
  const world = await makeWorld();
  const sum: Record<keyof Happened, number> = {
    crashes: 0,
    conflicts: 0,
    accepted: 0,
    epochs: 0,
    apart: 0,
    declared: 0,
  };
  const failed: Failed[] = [];
  const began = performance.now();
  let run = 0;
  for (let seed = from; seed < from + count && failed.length < most; seed++) {
    run += 1;
    try {
      const happened = await simulate(world, seed);
      for (const key of [
        "crashes",
        "conflicts",
        "accepted",
        "epochs",
        "apart",
        "declared",
      ] as const)
        sum[key] += happened[key];
    } catch (error) {
      failed.push({ seed, message: error instanceof Error ? (error.stack ?? error.message) : "?" });
    }
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const told = `${run} seeds, ${seconds} s: ${sum.accepted} revisions accepted, ${sum.conflicts} conflicts kept, ${sum.epochs} epochs, ${sum.declared} reads declared, ${sum.crashes} crashes, ${sum.apart} set apart, ${failed.length} failed`;
  return { failed, told, sum, run };
}
