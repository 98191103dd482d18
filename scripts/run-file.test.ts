import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type FileOutcome, together } from "./run-file.ts";
import { steps } from "./steps.ts";

const RUN_FILE = new URL("./run-file.ts", import.meta.url).href;

const folder = await mkdtemp(join(tmpdir(), "ecrin-run-file-"));
after(() => rm(folder, { recursive: true, force: true }));

/** Runs a file of two tests, one in the other. */
async function outcomeOf(name: string, body: string, most = "undefined") {
  const file = join(folder, `${name}.test.mjs`);
  const text = `import { test } from "node:test";
test("outer", async (t) => { await t.test("inner", (each) => { ${body} }); });`;
  await writeFile(file, text);
  // In a process of its own: Node runs no tests from within tests.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const runner = join(folder, "runner.mjs");
  const script = `import { runFile } from ${JSON.stringify(RUN_FILE)};
console.log(JSON.stringify(await runFile(${JSON.stringify(file)}, ${most})));`;
  await writeFile(runner, script);
  const args = ["--disable-warning=ExperimentalWarning", runner];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  assert.equal(stderr, "");
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as FileOutcome;
}

test("what a test tells beside reaches the step, from inside another test too", async () => {
  const good = await outcomeOf("good", 'each.diagnostic("walked here");');
  assert.deepEqual([good.ok, good.passed, good.failed], [true, 2, 0]);
  const wants = (asked: string) => (told: ReadonlySet<string>) => (told.has(asked) ? [] : [asked]);
  const had = together([good], wants("walked here"));
  assert.deepEqual([had.ok, had.missing, had.passed], [true, [], 2]);
  const lacks = together([good], wants("walked there"));
  assert.deepEqual([lacks.ok, lacks.missing, lacks.passed], [false, ["walked there"], 2]);
});

test("a file that does not end has failed", async () => {
  const hung = await outcomeOf("hung", "setInterval(() => undefined, 1000);", "5000");
  assert.deepEqual([hung.ok, hung.passed, hung.failed], [false, 2, 1]);
});

test("what fails behind a test's back fails its file", async () => {
  const late = "setTimeout(() => { throw new Error('late'); }, 20);";
  for (const body of [
    late,
    late.replace("throw new Error('late')", "void Promise.reject(new Error('late'))"),
    `${late} return new Promise((done) => setTimeout(done, 200));`,
  ]) {
    const { ok, told } = await outcomeOf("late", body);
    assert.equal(ok, false, body);
    assert.match(told.join("\n"), /late/, body);
  }
});

test("no promise of a test is noted down", async () => {
  // Only where somebody follows promises has what comes after one an id (async_hooks, executionAsyncId).
  const { ok, told } = await outcomeOf(
    "unhooked",
    `return Promise.all([null, import("node:async_hooks")]).then(([, { executionAsyncId }]) =>
      each.diagnostic("id " + executionAsyncId()));`,
  );
  assert.equal(ok, true);
  assert.ok(told.includes("id 0"), told.join("\n"));
});

test("a step of which no test told its walks has failed", () => {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const step = steps(root).find(({ name }) => name === "browser");
  assert.ok(step?.kind === "tests");
  const silent = { ok: true, passed: 1, failed: 0, skipped: 0, seconds: 1, told: [] };
  const { ok, missing } = together([silent], step.missing);
  assert.equal(ok, false);
  assert.ok(missing.includes("not walked tour: fr, 390 px, touch, with network"));
  // What failed is said by itself.
  assert.deepEqual(together([{ ...silent, ok: false }], step.missing).missing, []);
});
