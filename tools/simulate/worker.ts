import { parentPort, workerData } from "node:worker_threads";
import { simulateAll } from "./many.ts";

const { from, count } = workerData as { readonly from: number; readonly count: number };
parentPort?.postMessage(await simulateAll(from, count));
