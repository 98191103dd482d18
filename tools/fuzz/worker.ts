// A worker of `npm run fuzz`: counts branches, makes the targets anew (the same as in every other
// worker), runs its part.

import { parentPort, workerData } from "node:worker_threads";
import { countBranches } from "./coverage.ts";
import type { Order } from "./main.ts";

const { seed, count, worker, workers, only }: Order = workerData;
const ended = await countBranches();
// Only now, so that V8 compiles the parsers with their counters.
const { makeTargets, countsOf } = await import("./targets.ts");
const { readCorpus, replay } = await import("./corpus.ts");
const { run } = await import("./run.ts");
const { vectorTargets } = await import("./vectors.ts");

const all = await makeTargets();
const targets = only === undefined ? all : all.filter((target) => target.name.includes(only));
const again =
  worker === 0 ? await replay(all, [...readCorpus(), ...(await vectorTargets()).refused]) : [];
const part = await run(targets, { seed, counts: countsOf(targets, count), worker, workers });
const message = { ...part, findings: [...again, ...part.findings], coverage: await ended() };
parentPort?.postMessage(message);
