// `npm test`: every step, its time, and one line of figures at the end. Commands, and then files of
// tests, are run one after another whatever their step, so a step's time is what it took in all, not
// when it ended.
//
//   npm test                 all steps
//   npm test -- types tidy   only these
//   npm test -- apps/cli/test/kit-pdf.test.ts   only these files of tests
//
// Exits with 1 when any step fails, whatever the figures say.

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { makeCluster } from "./cluster.ts";
import { quickFolder } from "./quick-folder.ts";
import { begun, type FileOutcome, type Outcome, runFiles, together } from "./run-files.ts";
import {
  type Batch,
  batches,
  type CommandStep,
  isInBrowser,
  type Step,
  steps,
  type TestStep,
} from "./steps.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

/** Runs Node with these arguments and prints what it said only if it failed. */
function command(args: readonly string[]): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    child.on("error", (error) => said.push(Buffer.from(error.message)));
    child.on("close", (code) => {
      if (code !== 0) process.stdout.write(`\n$ ${args.join(" ")}\n${Buffer.concat(said)}\n`);
      done(code === 0);
    });
  });
}

const PROCESSORS = availableParallelism();
/**
 * Two batches at once for each processor, and whether it would rather be one in a browser: that waits for
 * its page more than half of its time, another for a disk or a clock now and then.
 */
const LANES = Array.from({ length: 2 * PROCESSORS }, (_, i) => i % 2 === 0);

/** Works at as many things at once as there are lanes, each at the first that it would rather have, or in their order. */
async function inLanes<T, L>(
  lanes: readonly L[],
  things: readonly T[],
  work: (thing: T) => Promise<void>,
  rather: (lane: L, thing: T) => boolean = () => true,
): Promise<void> {
  const waiting = [...things];
  const next = (lane: L) => {
    const at = waiting.findIndex((each) => rather(lane, each));
    return waiting.splice(Math.max(at, 0), 1)[0];
  };
  const worker = async (lane: L) => {
    for (let each = next(lane); each !== undefined; each = next(lane)) await work(each);
  };
  await Promise.all(lanes.map(worker));
}

/** Runs the commands of these steps, and tells of each step once its last one is done. */
async function runCommands(commandSteps: readonly CommandStep[]): Promise<void> {
  const done = new Map<CommandStep, FileOutcome[]>(commandSteps.map((step) => [step, []]));
  const all = commandSteps.flatMap((step) => step.commands.map((words) => ({ step, words })));
  await inLanes(Array(PROCESSORS).fill(undefined), all, async ({ step, words }) => {
    const outcomes = done.get(step) ?? [];
    const start = performance.now();
    const ok = await command(words);
    const seconds = (performance.now() - start) / 1000;
    outcomes.push({ ...begun(words.join(" ")), ok, seconds });
    if (outcomes.length === step.commands.length) tell(step.name, together(outcomes));
  });
}

/**
 * Runs the files of these steps, without a wait between one step and the next, and tells of each
 * step once its last file is done.
 */
async function runTests(tests: readonly TestStep[]): Promise<void> {
  const done = new Map<TestStep, FileOutcome[]>(tests.map((step) => [step, []]));
  const rather = (browser: boolean, { files }: Batch) => files.some(isInBrowser) === browser;
  const work = async ({ files, step }: Batch) => {
    const outcomes = done.get(step) ?? [];
    outcomes.push(...(await runFiles(files)));
    if (outcomes.length < step.files.length) return;
    const { missing, ...outcome } = together(outcomes, step.missing);
    for (const each of missing) process.stdout.write(`\n✖ ${each}\n`);
    tell(step.name, outcome);
    process.stdout.write(slowest(outcomes));
  };
  await inLanes(LANES, batches(tests), work, rather);
}

/** The files that a step of minutes spent them in. */
function slowest(files: readonly FileOutcome[]): string {
  return files
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, 6)
    .filter(({ seconds }) => seconds >= 10)
    .map(({ file, seconds }) => `           ${file} ${seconds.toFixed(0)} s\n`)
    .join("");
}

const total = { passed: 0, failed: 0, skipped: 0 };
const broken: string[] = [];

/** One line on a step that has ended; what it came to counts. */
function tell(name: string, { ok, passed, failed, skipped, seconds }: Outcome): void {
  const figures = passed + failed + skipped > 0 ? `  ${passed} passed` : "";
  const time = seconds.toFixed(1).padStart(7);
  process.stdout.write(`${ok ? "✔" : "✖"} ${name.padEnd(10)}${time} s${figures}\n`);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  if (!ok) broken.push(name);
}

/** The steps that these names mean, all of them without any; a file of tests is run by itself. */
function chosen(names: readonly string[]): Step[] {
  const all = steps(root);
  const holds = (step: Step, name: string) => step.kind === "tests" && step.files.includes(name);
  const unknown = names.filter(
    (name) => !all.some((step) => step.name === name || holds(step, name)),
  );
  if (unknown.length > 0) {
    const known = all.map((step) => step.name).join(", ");
    process.stderr.write(`no such step or file of tests: ${unknown.join(", ")}; steps: ${known}\n`);
    process.exit(1);
  }
  if (names.length === 0) return all;
  return all.flatMap((step): Step[] => {
    if (names.includes(step.name)) return [step];
    const files = names.filter((name) => holds(step, name));
    return files.length === 0 ? [] : [{ name: step.name, kind: "tests", files }];
  });
}

const began = performance.now();
process.env.TMPDIR = await quickFolder();
const chosenSteps = chosen(process.argv.slice(2));
const tests = chosenSteps.filter((step) => step.kind === "tests");
// Made meanwhile: much of it is waiting. Where this is itself run by a test, there is one.
const made = process.env.ECRIN_CLUSTER;
const cluster = tests.length > 0 && made === undefined ? makeCluster() : undefined;
cluster?.catch(() => undefined); // Told where it is awaited.
await runCommands(chosenSteps.filter((step) => step.kind === "commands"));
if (cluster !== undefined) process.env.ECRIN_CLUSTER = await cluster;
if (tests.length > 0) await runTests(tests);
process.stdout.write(`\n${((performance.now() - began) / 1000).toFixed(1)} s in all\n`);
if (broken.length > 0) process.stdout.write(`failed steps: ${broken.join(", ")}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exit(broken.length === 0 ? 0 : 1);
