// One file of tests, run in a process of its own, and what several of them come to.

import { dirname, join } from "node:path";
import process from "node:process";
import { run } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isStretched, type TestStep } from "./steps.ts";

/** What one step came to, or one file of it; `ok` is false also where no single test failed. */
export interface Outcome {
  ok: boolean;
  passed: number;
  failed: number;
  skipped: number;
  /** Of a step of tests the sum of its files'. */
  seconds: number;
}

/** What one file of tests came to, and what its tests told beside. */
export interface FileOutcome extends Outcome {
  told: string[];
}

function where(file: string, line: number | undefined): string {
  return `${file}:${line ?? 1}`;
}

const beside = (name: string) =>
  pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), name)).href;
const LIGHT = beside("light/register.ts");
const UNHOOKED = beside("unhooked.mjs");
/** Of what is young, twice as much before it is looked through: most of what a test makes is short-lived. */
const YOUNG_MIB = 32;
const options = process.env.NODE_OPTIONS ?? "";

/** Several times what the slowest file takes on a slow machine: one that does not end by then never does. */
const LONGEST_MS = 20 * 60_000;

/**
 * Runs one test file in a process of its own; prints failures and skips as they come.
 * @param most milliseconds after which it has failed
 */
export async function runFile(file: string, most: number = LONGEST_MS): Promise<FileOutcome> {
  const ending = new AbortController();
  const timer = setTimeout(() => {
    ending.abort(new Error(`it has not ended within ${most / 1000} s`));
  }, most);
  const stream = run({
    files: [file],
    signal: ending.signal,
    execArgv: [
      "--disable-warning=ExperimentalWarning",
      `--import=${UNHOOKED}`,
      `--max-semi-space-size=${YOUNG_MIB}`,
    ],
    // In the environment, for what a test starts too: a command, a service.
    env: {
      ...process.env,
      NODE_OPTIONS: isStretched(file) ? options : `${options} --import=${LIGHT}`,
    },
  });
  const outcome: FileOutcome = {
    ...{ ok: true, passed: 0, failed: 0, skipped: 0, seconds: 0 },
    told: [],
  };
  stream.on("test:fail", ({ name, line, details }) => {
    const { error } = details;
    if (
      details.type === "suite" ||
      ("failureType" in error && error.failureType === "subtestsFailed")
    )
      return;
    const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error;
    // Of a file whose tests passed and whose process failed: how it ended.
    const end =
      "exitCode" in error && "signal" in error
        ? `exit code ${error.exitCode}, signal ${error.signal}\n`
        : "";
    process.stdout.write(`\n✖ ${name} (${where(file, line)})\n${cause}\n${end}`);
  });
  stream.on("test:pass", ({ name, line, skip }) => {
    if (skip === undefined || skip === false) return;
    const reason = typeof skip === "string" && skip !== "" ? skip : "no reason given";
    process.stdout.write(`  skipped: ${name} (${where(file, line)}): ${reason}\n`);
  });
  // What went wrong behind a test's back, such as a rejection after its end.
  stream.on("test:diagnostic", ({ message, level }) => {
    outcome.told.push(message);
    if (level !== "info" || /^(?:Error|Warning):/.test(message))
      process.stdout.write(`${file}: ${message}\n`);
  });
  stream.on("test:summary", ({ file: of, success, counts, duration_ms }) => {
    if (of !== undefined) return;
    outcome.ok = success;
    outcome.passed = counts.passed;
    outcome.skipped = counts.skipped + counts.todo;
    outcome.failed = counts.tests - outcome.passed - outcome.skipped;
    outcome.seconds = duration_ms / 1000;
  });
  for await (const event of stream) {
    if (event.type === "test:stderr" || event.type === "test:stdout") {
      process.stdout.write(event.data.message);
    }
  }
  clearTimeout(timer);
  return outcome;
}

/**
 * What the files of a step came to, together, and what is missing of what their tests had to tell: a
 * step of which anything is missing has failed. Where a test failed that is enough to say.
 */
export function together(
  outcomes: readonly FileOutcome[],
  missingFrom: TestStep["missing"] = () => [],
): Outcome & { readonly missing: readonly string[] } {
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((all, each) => all + of(each), 0);
  const ok = outcomes.every((each) => each.ok);
  const missing = ok ? missingFrom(new Set(outcomes.flatMap(({ told }) => told))) : [];
  return {
    ok: ok && missing.length === 0,
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    seconds: sum(({ seconds }) => seconds),
    missing,
  };
}
