// Simulations on several threads.

import { Worker } from "node:worker_threads";
import type { simulateAll } from "./many.ts";

type Simulated = Awaited<ReturnType<typeof simulateAll>>;

const WORKERS = 2;

/** Runs `count` seeds from `from` on. */
export async function simulateSideBySide(from: number, count: number): Promise<Simulated[]> {
  const share = Math.ceil(count / WORKERS);
  return await Promise.all(
    Array.from({ length: WORKERS }, (_, i) => {
      const first = from + i * share;
      return startWorker(first, Math.max(0, Math.min(share, from + count - first)));
    }),
  );
}

function startWorker(from: number, count: number): Promise<Simulated> {
  return new Promise((resolve, reject) => {
    const workerData = { from, count };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}
