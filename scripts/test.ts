// `npm test`: every step, its time, and one line of figures at the end.
//
//   npm test                 all steps
//   npm test -- types tidy   only these
//
// Exits with 1 when any step fails, whatever the figures say.

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { run } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { makeCluster } from "./cluster.ts";
import { quickFolder } from "./quick-folder.ts";
import { isStretched, longestFirst, type Step, steps } from "./steps.ts";

/** What one step came to; `ok` is false also where no single test failed. */
interface Outcome {
  ok: boolean;
  passed: number;
  failed: number;
  skipped: number;
  slow: { file: string; seconds: number }[];
}

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

async function runCommands(commands: readonly (readonly string[])[]): Promise<Outcome> {
  const waiting = [...commands];
  let ok = true;
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (!(await command(next))) ok = false;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return { ok, passed: 0, failed: 0, skipped: 0, slow: [] };
}

function where(file: string | undefined, line: number | undefined): string {
  return file === undefined ? "" : `${relative(root, file)}:${line ?? 1}`;
}

const LIGHT = pathToFileURL(join(root, "scripts/light/register.ts")).href;
const options = process.env.NODE_OPTIONS ?? "";

/** Runs test files, each in a process of its own; prints failures and skips as they come. */
async function runTests(files: readonly string[], { light = false } = {}): Promise<Outcome> {
  const outcome: Outcome = { ok: true, passed: 0, failed: 0, skipped: 0, slow: [] };
  if (files.length === 0) return outcome;
  // In the environment, for what a test starts too: a command, a service.
  process.env.NODE_OPTIONS = light ? `${options} --import=${LIGHT}` : options;
  const stream = run({
    files: [...files],
    concurrency: availableParallelism(),
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  stream.on("test:fail", ({ name, file, line, details }) => {
    const { error } = details;
    if (
      details.type === "suite" ||
      ("failureType" in error && error.failureType === "subtestsFailed")
    )
      return;
    const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error;
    process.stdout.write(`\n✖ ${name} (${where(file, line)})\n${cause}\n`);
  });
  stream.on("test:pass", ({ name, file, line, skip }) => {
    if (skip === undefined || skip === false) return;
    const reason = typeof skip === "string" && skip !== "" ? skip : "no reason given";
    process.stdout.write(`  skipped: ${name} (${where(file, line)}): ${reason}\n`);
  });
  stream.on("test:summary", ({ file, success, counts, duration_ms }) => {
    if (file !== undefined) {
      outcome.slow.push({ file, seconds: duration_ms / 1000 });
      return;
    }
    outcome.ok = success;
    outcome.passed = counts.passed;
    outcome.skipped = counts.skipped + counts.todo;
    outcome.failed = counts.tests - outcome.passed - outcome.skipped;
  });
  for await (const event of stream) {
    if (event.type === "test:stderr" || event.type === "test:stdout") {
      process.stdout.write(event.data.message);
    }
  }
  return outcome;
}

async function outcomeOf(step: Step): Promise<Outcome> {
  if (step.kind === "commands") return await runCommands(step.commands);
  const files = longestFirst(step.files);
  const light = await runTests(
    files.filter((file) => !isStretched(file)),
    { light: true },
  );
  const stretched = await runTests(files.filter(isStretched));
  return {
    ok: light.ok && stretched.ok,
    passed: light.passed + stretched.passed,
    failed: light.failed + stretched.failed,
    skipped: light.skipped + stretched.skipped,
    slow: [...light.slow, ...stretched.slow],
  };
}

/** The files that a step of minutes spent them in. */
function slowest({ slow }: Outcome): string {
  return slow
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 6)
    .filter(({ seconds }) => seconds >= 10)
    .map(({ file, seconds }) => `           ${relative(root, file)} ${seconds.toFixed(0)} s\n`)
    .join("");
}

function chosen(names: readonly string[]): Step[] {
  const all = steps(root);
  const unknown = names.filter((name) => !all.some((step) => step.name === name));
  if (unknown.length > 0) {
    const known = all.map((step) => step.name).join(", ");
    process.stderr.write(`no such step: ${unknown.join(", ")}; there are ${known}\n`);
    process.exit(1);
  }
  return names.length === 0 ? all : all.filter((step) => names.includes(step.name));
}

const began = performance.now();
process.env.TMPDIR = await quickFolder();
const chosenSteps = chosen(process.argv.slice(2));
if (chosenSteps.some(({ kind }) => kind === "tests"))
  process.env.ECRIN_CLUSTER = await makeCluster();
const total = { passed: 0, failed: 0, skipped: 0 };
const broken: string[] = [];
for (const step of chosenSteps) {
  const start = performance.now();
  const outcome = await outcomeOf(step);
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  const figures = step.kind === "tests" ? `  ${outcome.passed} passed` : "";
  process.stdout.write(`${outcome.ok ? "✔" : "✖"} ${step.name.padEnd(10)}${seconds} s${figures}\n`);
  process.stdout.write(slowest(outcome));
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skipped += outcome.skipped;
  if (!outcome.ok) broken.push(step.name);
}
process.stdout.write(`\n${((performance.now() - began) / 1000).toFixed(1)} s in all\n`);
if (broken.length > 0) process.stdout.write(`failed steps: ${broken.join(", ")}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exit(broken.length === 0 ? 0 : 1);
