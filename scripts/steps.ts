// The steps of `npm test`, in order. A step stands here only while there is something for it to
// check; the list is worked out from the files of the tree.

import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unwalked } from "../apps/web/test/walks.ts";

/** A command that must exit with 0, or test files for node:test. */
export type Step = CommandStep | TestStep;
export interface CommandStep {
  readonly name: string;
  readonly kind: "commands";
  readonly commands: readonly (readonly string[])[];
}
export interface TestStep {
  readonly name: string;
  readonly kind: "tests";
  readonly files: readonly string[];
  /** What is missing though every test passed, by what the tests told beside (`diagnostic`). */
  readonly missing?: (told: ReadonlySet<string>) => string[];
}

/**
 * Tests that stretch passwords at the suite's cost; the others run with scripts/light. The derivations
 * themselves, what earlier versions wrote, and the whole way of two people once on each surface.
 */
const STRETCHED = /^packages\/crypto\/|(?:^|[/.-])(?:fixtures|journey)\b.*\.test\.ts$/;

export function isStretched(file: string): boolean {
  return STRETCHED.test(file);
}

/** What takes the longest: begun first, so that nothing waits for it alone at the end. Each has a process of its own. */
const LONGEST = [
  "apps/web/test/away.browser.test.ts",
  "apps/web/test/ended.browser.test.ts",
  "apps/web/test/ways.browser.test.ts",
  "tools/attack/attack.test.ts",
  "tools/simulate/simulate.test.ts",
  "apps/server/test/addresses.test.ts",
  "tools/attack/attack.browser.test.ts",
  "apps/web/test/entering.browser.test.ts",
  "tools/recovery/recovery.test.ts",
  "apps/server/test/slow-takers.test.ts",
  "apps/server/test/scenarios.test.ts",
  "apps/server/test/refusals.test.ts",
  "apps/web/test/journey.browser.test.ts",
  "apps/web/test/factors.browser.test.ts",
  "apps/web/test/live.browser.test.ts",
  "apps/web/test/renew.browser.test.ts",
  "apps/web/test/loss.browser.test.ts",
  "apps/web/test/two-versions.browser.test.ts",
  "tools/fixtures/fixtures.test.ts",
];

/** Folders whose tests share a process with others of their step: they take less time than loading what they test. */
const SHARING =
  /^(?:packages\/(?:client|protocol)|apps\/(?:cli|server|web)|tools\/(?:anchors|ways|witness))\//;
/** What changes its process for good: what modules are found, and what stands in the page's place. */
const CHANGES = new Set(["apps/web/test/language.test.ts"]);
/** Files that share a process: enough of them that what was compiled for one serves the others. */
const MOST_SHARING = 12;

const BIOME = "node_modules/@biomejs/biome/bin/biome";
const TSC = "node_modules/typescript/bin/tsc";
/** Several projects are looked at side by side; several in each would all ask what is shared anew. */
const BY_ONE = ["--checkers", "1"];

/** What several tests would each make at the same moment, where it is not there yet (ready.ts). */
const READY = ["browser", "page", "light-page"] as const;

/** Browser tests carry their own name because each of them starts a Chromium. */
const BROWSER = /\.browser\.test\.ts$/;

export function isInBrowser(file: string): boolean {
  return BROWSER.test(file);
}

/** Files that one process runs, one after another. */
export interface Batch {
  readonly step: TestStep;
  readonly files: readonly string[];
}

function isAlone(file: string): boolean {
  return (
    !SHARING.test(file) ||
    CHANGES.has(file) ||
    LONGEST.includes(file) ||
    isStretched(file) ||
    isInBrowser(file)
  );
}

/** What is run together, in the order in which it is begun. */
export function batches(steps: readonly TestStep[]): Batch[] {
  const all = steps.flatMap((step) => {
    const sharing = step.files.filter((file) => !isAlone(file));
    const parts = Math.ceil(sharing.length / MOST_SHARING);
    const shared = Array.from({ length: parts }, (_, part) =>
      sharing.filter((_, i) => Math.floor((i * parts) / sharing.length) === part),
    );
    const alone = step.files.filter(isAlone).map((file) => [file]);
    return [...shared, ...alone].map((files) => ({ step, files }));
  });
  const place = ({ files: [file = ""] }: Batch) => {
    const at = LONGEST.indexOf(file);
    return at < 0 ? LONGEST.length : at;
  };
  return all.toSorted((a, b) => place(a) - place(b));
}

/** Whether a tsconfig has anything to compile yet; the compiler calls an empty one an error. */
function hasSources(root: string, tsconfig: string): boolean {
  const parsed: unknown = JSON.parse(readFileSync(join(root, tsconfig), "utf8"));
  if (typeof parsed !== "object" || parsed === null || !("include" in parsed)) return true;
  if (!Array.isArray(parsed.include)) return true;
  const cwd = join(root, dirname(tsconfig));
  return (
    globSync(
      parsed.include.map((entry) => `${entry}/**/*.{ts,tsx}`),
      { cwd },
    ).length > 0
  );
}

/**
 * Every step for the tree at `root`; commands are arguments of Node, relative to `root`.
 */
export function steps(root: string): Step[] {
  const find = (...patterns: string[]) => globSync(patterns, { cwd: root }).sort();
  const projects = find(
    "tsconfig.json",
    "packages/*/tsconfig.json",
    "apps/*/tsconfig*.json",
  ).filter((file) => hasSources(root, file));
  const tests = find(
    "packages/*/test/**/*.test.ts",
    "apps/*/test/**/*.test.ts",
    "tools/**/*.test.ts",
    "scripts/**/*.test.ts",
    "examples/**/*.test.ts",
  );
  const plain = tests.filter((file) => !BROWSER.test(file));
  const under = (folder: string) => plain.filter((file) => file.startsWith(folder));
  const elsewhere = plain.filter((file) => !/^(packages|apps)\//.test(file));

  const all: Step[] = [
    {
      name: "lint",
      kind: "commands",
      commands: [[BIOME, "ci", "--error-on-warnings", "--colors=off", "."]],
    },
    {
      name: "types",
      kind: "commands",
      commands: projects.map((file) => [TSC, "-p", file, ...BY_ONE]),
    },
  ];
  if (existsSync(join(root, "tools/tidy.ts"))) {
    all.push({ name: "tidy", kind: "commands", commands: [["tools/tidy.ts"]] });
  }
  all.push(
    { name: "page", kind: "commands", commands: READY.map((what) => ["scripts/ready.ts", what]) },
    { name: "tools", kind: "tests", files: elsewhere },
    { name: "protocol", kind: "tests", files: under("packages/protocol/") },
    { name: "timestamp", kind: "tests", files: under("packages/timestamp/") },
    { name: "crypto", kind: "tests", files: under("packages/crypto/") },
    { name: "client", kind: "tests", files: under("packages/client/") },
    { name: "server", kind: "tests", files: under("apps/server/") },
    { name: "cli", kind: "tests", files: under("apps/cli/") },
    { name: "web", kind: "tests", files: under("apps/web/") },
    {
      name: "browser",
      kind: "tests",
      files: tests.filter((file) => BROWSER.test(file)),
      missing: unwalked,
    },
  );
  return all.filter((step) => step.kind === "commands" || step.files.length > 0);
}
