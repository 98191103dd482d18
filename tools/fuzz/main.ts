// `npm run fuzz`: changed inputs into everything that reads what others made.
//
//   npm run fuzz                            1,000,000 inputs, then 100,000 simulations
//   npm run fuzz -- --count 20000 --seed 7  fewer, and others
//   npm run fuzz -- --only "kit words"      only targets whose name holds this, and no simulation
//   npm run fuzz -- --simulate 500          as many simulations (tools/simulate)
//
// The same seed gives the same inputs. Exits with 1 when anything was accepted that should not be,
// crashed or was slow; a finding's line is what goes into tools/fuzz/corpus/.

import process from "node:process";
import { Worker } from "node:worker_threads";
import { optionsOf } from "../options.ts";
import { simulateSideBySide } from "../simulate/side-by-side.ts";
import { asKept } from "./corpus.ts";
import { type Coverage, uncovered } from "./coverage.ts";
import type { Part, Tally } from "./run.ts";
import { type Finding, judge } from "./target.ts";
import { makeTargets } from "./targets.ts";

/** What a worker is told. */
export interface Order {
  readonly seed: number;
  readonly count: number;
  readonly worker: number;
  readonly workers: number;
  readonly only?: string;
}

const WORKERS = 2;

function startWorker(order: Order): Promise<Part & { coverage: Coverage }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: order });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}

function added(parts: readonly Part[]): [string, Tally][] {
  const sums = new Map<string, Tally>();
  for (const [name, tally] of parts.flatMap((part) => part.tallies)) {
    const sum = sums.get(name) ?? { refused: 0, equivalent: 0, accepted: 0, crashed: 0, slow: 0 };
    for (const verdict of ["refused", "equivalent", "accepted", "crashed", "slow"] as const)
      sum[verdict] += tally[verdict];
    sums.set(name, sum);
  }
  return [...sums];
}

function row(name: string, { refused, equivalent, accepted, crashed, slow }: Tally): string {
  const figures = [
    refused + equivalent + accepted + crashed + slow,
    refused,
    equivalent,
    accepted,
    crashed,
    slow,
  ];
  return `${name.padEnd(30)}${figures.map((figure) => String(figure).padStart(11)).join("")}\n`;
}

function whole(option: string, value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new RangeError(`--${option} takes a whole number`);
  return number;
}

const values = optionsOf(import.meta.url, {
  count: { type: "string", default: "1000000" },
  seed: { type: "string", default: "1" },
  only: { type: "string" },
  simulate: { type: "string", default: "100000" },
});
const count = whole("count", values.count);
const seed = whole("seed", values.seed);
const began = performance.now();
const only = values.only === undefined ? {} : { only: values.only };
const parts = await Promise.all(
  Array.from({ length: WORKERS }, (_, worker) =>
    startWorker({ seed, count, worker, workers: WORKERS, ...only }),
  ),
);

const tallies = added(parts);
process.stdout.write(
  `${"target".padEnd(30)}${["inputs", "refused", "equivalent", "accepted", "crashed", "slow"].map((each) => each.padStart(11)).join("")}\n`,
);
for (const [name, tally] of tallies) process.stdout.write(row(name, tally));
const total = added([
  { tallies: tallies.map(([, tally]) => ["in all", tally] as const), findings: [] },
]);
for (const [name, tally] of total) process.stdout.write(row(name, tally));

/** Whether what seemed slow in a worker, late and with its branches counted, is slow here too. */
async function isSlowAlone({ target: name, input }: Finding): Promise<boolean> {
  const target = (await makeTargets()).find((each) => each.name === name);
  return target !== undefined && (await judge(target, input)).verdict === "slow";
}

const findings = new Set<string>();
for (const finding of parts.flatMap((part) => part.findings)) {
  if (finding.verdict !== "slow" || (await isSlowAlone(finding))) findings.add(asKept(finding));
}
for (const line of findings) process.stdout.write(`\n${line.slice(0, 40_000)}\n`);

const { files, branches, missing } = uncovered(parts.map((part) => part.coverage));
process.stdout.write(
  `\n${branches} branches counted in ${files} parsers, ${missing.length} not reached\n`,
);
for (const { file, line, source } of missing)
  process.stdout.write(`  ${file}:${line}  ${source}\n`);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(`\nseed ${seed}, ${seconds} s, ${findings.size} findings\n`);

const seeds = values.only === undefined ? whole("simulate", values.simulate) : 0;
const simulated = seeds === 0 ? [] : await simulateSideBySide(seed, seeds);
for (const { told, failed } of simulated) {
  process.stdout.write(`\n${told}\n`);
  for (const each of failed) process.stdout.write(`seed ${each.seed}: ${each.message}\n`);
}
const isWhole = findings.size === 0 && simulated.every(({ failed }) => failed.length === 0);
process.exitCode = isWhole ? 0 : 1;
