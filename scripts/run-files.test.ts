import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type FileOutcome, together } from "./run-files.ts";
import { steps } from "./steps.ts";

const RUN_FILES = new URL("./run-files.ts", import.meta.url).href;

const folder = await mkdtemp(join(tmpdir(), "ecrin-run-files-"));
after(() => rm(folder, { recursive: true, force: true }));

/** Runs files of tests of these texts, all in one process. @returns what they came to, and what was printed */
async function outcomesOf(texts: Readonly<Record<string, string>>, most = "undefined") {
  const files = Object.keys(texts).map((name) => join(folder, `${name}.test.mjs`));
  for (const [i, text] of Object.values(texts).entries())
    await writeFile(files[i] ?? "", `import { after, before, test } from "node:test";\n${text}`);
  // In a process of its own: Node runs no tests from within tests.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const runner = join(folder, "runner.mjs");
  const script = `import { runFiles } from ${JSON.stringify(RUN_FILES)};
console.log(JSON.stringify(await runFiles(${JSON.stringify(files)}, ${most})));`;
  await writeFile(runner, script);
  const args = ["--disable-warning=ExperimentalWarning", runner];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  assert.equal(stderr, "");
  const outcomes = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as FileOutcome[];
  return { outcomes, stdout };
}

/** Runs a file of two tests, one in the other. */
async function outcomeOf(name: string, body: string, most?: string) {
  const text = `test("outer", async (t) => { await t.test("inner", (each) => { ${body} }); });`;
  const { outcomes, stdout } = await outcomesOf({ [name]: text }, most);
  return { ...(outcomes[0] ?? assert.fail("no outcome")), stdout };
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

test("a file without a test has failed, and says so", async () => {
  const { outcomes, stdout } = await outcomesOf({ empty: "" });
  assert.deepEqual([outcomes[0]?.ok, outcomes[0]?.passed], [false, 0]);
  assert.match(stdout, /empty\.test\.mjs has no test/);
});

test("a file that does not end has failed", async () => {
  const hung = await outcomeOf("hung", "setInterval(() => undefined, 1000);", "5000");
  assert.deepEqual([hung.ok, hung.passed, hung.failed], [false, 2, 1]);
});

test("a file whose process ends before its tests has failed, in good order too", async () => {
  for (const code of [0, 3]) {
    // Once the first has been told of.
    const ends = `new Promise(() => setTimeout(() => process.exit(${code}), 300))`;
    const text = `${PASSES}\ntest("ends it", () => ${ends});\n${PASSES}`;
    const { outcomes, stdout } = await outcomesOf({ early: text });
    assert.equal(outcomes[0]?.ok, false, stdout);
    assert.match(stdout, code === 0 ? /ended before its tests/ : /exit code 3/);
  }
});

test("what fails behind a test's back fails its file", async () => {
  const late = "setTimeout(() => { throw new Error('late'); }, 20);";
  for (const body of [
    late,
    late.replace("throw new Error('late')", "void Promise.reject(new Error('late'))"),
    `${late} return new Promise((done) => setTimeout(done, 200));`,
  ]) {
    const { ok, stdout } = await outcomeOf("late", body);
    assert.equal(ok, false, body);
    assert.match(stdout, /Error: late/, body);
  }
});

test("no promise of a test is noted down", async () => {
  // Only where somebody follows promises has what comes after one an id (async_hooks, executionAsyncId).
  const { ok, told } = await outcomeOf(
    "unfollowed",
    `return Promise.all([null, import("node:async_hooks")]).then(([, { executionAsyncId }]) =>
      each.diagnostic("id " + executionAsyncId()));`,
  );
  assert.equal(ok, true);
  assert.ok(told.includes("id 0"), told.join("\n"));
});

const PASSES = 'test("passes", () => undefined);';

test("of several files in one process each begins when the one before has ended, and is told of by itself", async () => {
  const text = (name: string) => `let ground;
before(() => { ground = globalThis.open = (globalThis.open ?? 0) + 1; });
after(() => { globalThis.open -= 1; });
test("${name}", (t) => { t.diagnostic("${name} finds " + ground); });`;
  const { outcomes } = await outcomesOf({
    first: text("first"),
    second: `${text("second")}\ntest("fails", () => { throw new Error("of the second"); });`,
    third: `${text("third")}\ntest("another", { skip: "not today" }, () => undefined);`,
  });
  const figures = outcomes.map(({ ok, passed, failed, skipped }) => [ok, passed, failed, skipped]);
  assert.deepEqual(figures, [
    [true, 1, 0, 0],
    [false, 1, 1, 0],
    [true, 1, 0, 1],
  ]);
  const told = outcomes.map(({ told: each }) => each.filter((one) => /finds/.test(one)).join());
  assert.deepEqual(told, ["first finds 1", "second finds 1", "third finds 1"]);
  assert.ok(outcomes.every(({ seconds }) => seconds > 0));
});

test("of several files one fails that does not load, begin or end well, or where something fails later", async () => {
  const cases: Record<string, { text: string; ok: boolean[]; said: RegExp }> = {
    "does not load": {
      text: "throw new Error('not loaded');",
      ok: [true, false, true],
      said: /not loaded/,
    },
    "does not begin": {
      text: `before(() => { throw new Error('not begun'); });\n${PASSES}`,
      ok: [true, false, true],
      said: /not begun/,
    },
    "is not put away": {
      text: `after(() => { throw new Error('not put away'); });\n${PASSES}`,
      ok: [true, false, true],
      said: /not put away/,
    },
    "waits while it is loaded": {
      text: `await Promise.resolve();\n${PASSES}`,
      ok: [true, false, true],
      said: /ERR_REQUIRE_ASYNC_MODULE/,
    },
    "has no test": { text: "", ok: [true, false, true], said: /middle\.test\.mjs has no test/ },
    "ends the process in good order": {
      text: 'test("exits", () => process.exit(0));',
      ok: [false, false, false],
      said: /last\.test\.mjs has not ended/,
    },
    "ends the process": {
      text: 'test("exits", () => process.exit(3));',
      // What was told of the first may be lost with it.
      ok: [false, false, false],
      said: /middle\.test\.mjs .*last\.test\.mjs .*\n[\s\S]*exit code 3/,
    },
    "fails later": {
      text: `test("later", () => void setTimeout(() => { throw new Error('late'); }, 300));`,
      ok: [true, true, false],
      said: /late/,
    },
  };
  for (const [name, { text, ok, said }] of Object.entries(cases)) {
    const waits = 'test("waits", () => new Promise((done) => setTimeout(done, 600)));';
    const last = name === "fails later" ? waits : PASSES;
    const { outcomes, stdout } = await outcomesOf({ first: PASSES, middle: text, last });
    assert.deepEqual(
      outcomes.map((each) => each.ok),
      ok,
      `${name}: ${stdout}`,
    );
    assert.match(stdout, said, name);
  }
});

test("a step of which no test told its walks has failed", () => {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const step = steps(root).find(({ name }) => name === "browser");
  assert.ok(step?.kind === "tests");
  const silent = { file: "", ok: true, passed: 1, failed: 0, skipped: 0, seconds: 1, told: [] };
  const { ok, missing } = together([silent], step.missing);
  assert.equal(ok, false);
  assert.ok(missing.includes("not walked tour: fr, 390 px, touch, with network"));
  // What failed is said by itself.
  assert.deepEqual(together([{ ...silent, ok: false }], step.missing).missing, []);
});
