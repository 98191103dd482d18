// Files of tests, run in one process, and what they come to.

import { relative } from "node:path";
import process from "node:process";
import { run } from "node:test";
import { fileURLToPath } from "node:url";
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
  readonly file: string;
  told: string[];
}

const beside = (name: string) => new URL(name, import.meta.url);
const SEVERAL = fileURLToPath(beside("several.ts"));
const LIGHT = beside("light/register.ts").href;
const UNFOLLOWED = beside("unfollowed.mjs").href;
/** Of what is young, twice as much before it is looked through: most of what a test makes is short-lived. */
const YOUNG_MIB = 32;
const options = process.env.NODE_OPTIONS ?? "";

/** Several times what the slowest take on a slow machine: what does not end by then never does. */
const LONGEST_MS = 20 * 60_000;

/** What has come to nothing yet. */
export function begun(file: string): FileOutcome {
  return { file, ok: true, passed: 0, failed: 0, skipped: 0, seconds: 0, told: [] };
}

/** Where something happened, for whoever looks for it. */
function where(file: string | undefined, line: number | undefined): string {
  return `${relative(process.cwd(), file ?? "")}:${line ?? 1}`;
}

/**
 * Runs files of tests one after another in a process of their own; prints failures and skips as they
 * come. Of several none may await anything while it is loaded.
 * @param most milliseconds after which what has not ended has failed
 */
export async function runFiles(
  files: readonly string[],
  most: number = LONGEST_MS,
): Promise<FileOutcome[]> {
  const ending = new AbortController();
  const timer = setTimeout(() => {
    ending.abort(new Error(`it has not ended within ${most / 1000} s`));
  }, most);
  const stream = run({
    files: [SEVERAL],
    argv: [...files],
    signal: ending.signal,
    execArgv: [
      "--disable-warning=ExperimentalWarning",
      `--import=${UNFOLLOWED}`,
      `--max-semi-space-size=${YOUNG_MIB}`,
    ],
    // In the environment, for what a test starts too: a command, a service.
    env: {
      ...process.env,
      NODE_OPTIONS: files.every(isStretched) ? options : `${options} --import=${LIGHT}`,
    },
  });
  const outcomes = files.map(begun);
  const failsAs = (outcome: FileOutcome, why: string) => {
    outcome.ok = false;
    process.stdout.write(`\n✖ ${outcome.file} ${why}\n`);
  };
  /** How many have ended. What comes after the last one's end is its too. */
  let ended = 0;
  const current = () => outcomes[Math.min(ended, files.length - 1)] ?? begun("");
  /** Whether that was the end of a file, of which several are suites; one alone is its process. */
  const endsFile = (name: string, nesting: number, milliseconds: number) => {
    const outcome = current();
    if (files.length === 1 || nesting > 0 || name !== outcome.file) return false;
    outcome.seconds = milliseconds / 1000;
    if (outcome.ok && outcome.passed + outcome.skipped === 0) failsAs(outcome, "has no test");
    ended += 1;
    return true;
  };
  stream.on("test:fail", ({ name, nesting, file, line, details }) => {
    const { error } = details;
    const outcome = current();
    outcome.ok = false;
    // A suite fails by itself where what it does before or after its tests fails.
    if (!("failureType" in error) || error.failureType !== "subtestsFailed") {
      outcome.failed += 1;
      const cause =
        error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error;
      // Of files whose tests passed and whose process failed: how it ended.
      const end =
        "exitCode" in error && "signal" in error
          ? `exit code ${error.exitCode}, signal ${error.signal}\n`
          : "";
      // After the last one's end it may be any of them.
      const which = name === SEVERAL ? files.slice(ended % files.length).join(" ") : name;
      process.stdout.write(`\n✖ ${which} (${where(file, line)})\n${cause}\n${end}`);
    }
    endsFile(name, nesting, details.duration_ms);
  });
  stream.on("test:pass", ({ name, nesting, file, line, skip, todo, details }) => {
    // A process in which no test was found is one that passed.
    if (name === SEVERAL) return failsAs(current(), "has no test");
    if (endsFile(name, nesting, details.duration_ms) || details.type === "suite") return;
    if (skip === undefined && todo === undefined) {
      current().passed += 1;
      return;
    }
    current().skipped += 1;
    const reason = typeof skip === "string" && skip !== "" ? skip : "no reason given";
    process.stdout.write(`  skipped: ${name} (${where(file, line)}): ${reason}\n`);
  });
  // What went wrong behind a test's back, such as a rejection after its end.
  stream.on("test:diagnostic", ({ message, level }) => {
    const { file, told } = current();
    told.push(message);
    if (level !== "info" || /^(?:Error|Warning):/.test(message))
      process.stdout.write(`${file}: ${message}\n`);
  });
  stream.on("test:summary", ({ file: of, success, duration_ms }) => {
    if (of !== undefined) return;
    if (files.length === 1) current().seconds = duration_ms / 1000;
    if (!success && outcomes.every(({ ok }) => ok)) current().ok = false;
    // Their process ended before they had.
    if (files.length > 1) for (const each of outcomes.slice(ended)) failsAs(each, "has not ended");
  });
  for await (const event of stream) {
    if (event.type === "test:stderr" || event.type === "test:stdout") {
      process.stdout.write(event.data.message);
    }
  }
  clearTimeout(timer);
  return outcomes;
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
