import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { PROBLEMS, type ProblemCode, routes } from "@ecrin/protocol";
import { type Failures, setTraps } from "./failures.ts";
import { firstEvent } from "./first-event.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { parseScenario, readScenario, type Step } from "./scenario.ts";
import { Scene, type Told } from "./scene.ts";

// apps/server/http/*.http told to a real server, twice: once as they are written, once with every
// write failing at every table it touches, and at its commit, before it is let through.

const FOLDER = new URL("../http/", import.meta.url);
const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".http")).sort();
const scenarios = new Map<string, Step[]>();
for (const name of files) scenarios.set(name, await readScenario(new URL(name, FOLDER)));
const steps = [...scenarios.values()].flat();

let cluster: Cluster;
let server: TestServer;
let failures: Failures;
before(async () => {
  cluster = await startCluster();
  const epoch = { leaves: 1_000_000, ms: 3_600_000 };
  const pace = { leaves: 1, ms: 0, epoch, tick: 50 };
  // What is swept away in the middle of a write would be taken for that write's doing.
  server = await startTestServer(cluster, { pace, sweepEvery: 24 * 3_600_000 });
  failures = await setTraps(server.admin);
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

/** The tables each write touched when it was told as it is written. */
const touched = new Map<Step, string[]>();

for (const [name, told] of scenarios) {
  test(`${name}, as it is written`, async () => {
    const scene = new Scene(server);
    for (const step of told) {
      await tell(scene, step, name, async () => {
        await failures.touched();
        const answer = await scene.send(step);
        if (isRepeatable(step)) touched.set(step, await failures.touched());
        return answer;
      });
    }
  });

  test(`${name}, each write failing wherever it can before it succeeds`, async () => {
    const scene = new Scene(server);
    for (const step of told) {
      await tell(scene, step, name, async () => {
        for (const place of touched.get(step) ?? []) await failsWhole(scene, step, place);
        return await scene.send(step);
      });
    }
  });
}

async function tell(
  scene: Scene,
  step: Step,
  file: string,
  send: () => Promise<Told>,
): Promise<void> {
  try {
    for (const preparation of step.preparations) await scene.prepare(preparation);
    const answer = await send();
    assertAnswer(step, answer);
    scene.check(step, answer);
    await again(scene, step, answer);
    if (step.problem === undefined) scene.accept(step, answer);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file}:${step.line} ${step.title}: ${reason}`, { cause });
  }
}

/** It failed: the client is told so, and nothing is half done. */
async function failsWhole(scene: Scene, step: Step, place: string): Promise<void> {
  const before = await failures.picture();
  await failures.failAt(place);
  const answer = await scene.send(step);
  await failures.failAt(undefined);
  assert.deepEqual(
    [answer.status, codeOf(answer)],
    [PROBLEMS["storage-full"], "storage-full"],
    `failing at ${place}`,
  );
  assert.equal(await failures.picture(), before, `failing at ${place} left something`);
}

/** It failed but persisted: the answer was lost, and the same request comes again. */
async function again(scene: Scene, step: Step, answer: Told): Promise<void> {
  if (step.again === undefined) return;
  const entries = await failures.entries();
  const second = await scene.send(step);
  assert.equal(await failures.entries(), entries, "the same again is no second entry");
  if (typeof step.again === "object") {
    const { status, code } = step.again;
    assert.deepEqual([second.status, codeOf(second)], [status, code], "again");
    return;
  }
  assertAnswer(step, second);
  if (step.again === "the same") assert.deepEqual(second.body, answer.body, "again");
  else
    assert.notDeepEqual(
      [second.body, second.headers.get("location")],
      [answer.body, answer.headers.get("location")],
    );
}

function isRepeatable({ status, again }: Step): boolean {
  return status < 300 && (again === "the same" || again === "another");
}

function assertAnswer(step: Step, answer: Told): void {
  const { problem, status } = step;
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.ok(answer.headers.has("ecrin-nonce"), "every answer carries a nonce");
  assert.equal(problem === undefined, status < 300, "a refusal has a code, and nothing else has");
  if (problem === undefined) return;
  const { code, field } = problem;
  const body = answer.body as Record<string, unknown>;
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.deepEqual(
    { type: body.type, status: body.status, code: body.code, field: body.field },
    { type: `/problems/${code}`, status: PROBLEMS[code as ProblemCode], code, field },
  );
  assert.equal(typeof body.title, "string");
}

function codeOf({ body }: Told): unknown {
  return (body as { code?: unknown } | null)?.code;
}

test("every route of the table is told at least once as it succeeds, the upload too", () => {
  const done = (method: string, pattern: RegExp) =>
    steps.some(
      (step) =>
        step.method === method &&
        step.status < 300 &&
        pattern.test(step.target.replace(/\?.*/, "")),
    );
  const missing = Object.entries(routes).filter(
    ([, route]) => !done(route.method, new RegExp(`^${route.path.replace(/:\w+/g, "[^/]+")}$`)),
  );
  assert.deepEqual(
    missing.map(([name]) => name),
    [],
  );
  for (const method of ["POST", "HEAD", "PATCH", "DELETE"]) {
    assert.ok(done(method, /^\/v1\/uploads(\/|$)/), `${method} of an upload`);
  }
});

test("every code is told, but those of a server in trouble", () => {
  // storage-full stands in the matrix above; limits, quotas, full-disk and main.test.ts have the others.
  const elsewhere = ["internal", "unavailable", "storage-full", "rate-limited", "quota-reached"];
  const told = new Set(steps.map((step) => step.problem?.code));
  const missing = Object.keys(PROBLEMS).filter((code) => !told.has(code));
  assert.deepEqual(missing.sort(), elsewhere.sort());
});

test("every write says what the same again is answered with", () => {
  const silent = steps.filter(
    ({ method, status, again }) =>
      method !== "GET" && method !== "HEAD" && status < 300 && again === undefined,
  );
  assert.deepEqual(
    silent.map((step) => step.title),
    [],
  );
});

test("the traps catch: a write that touches a table fails there and nowhere else", () => {
  const caught = [...touched.values()].flat();
  for (const place of ["commit", "journal_leaves", "space_statements", "revisions", "accounts"]) {
    assert.ok(caught.includes(place), place);
  }
});

test("what is not in the form is refused by its line", () => {
  for (const text of ["### A\n# → 200", "### A\nGET /x", "### A\n# @let x\n# → 200\nGET /x"]) {
    assert.throws(() => parseScenario(text), SyntaxError);
  }
  assert.throws(() => parseScenario("### A\n# → 200\nGET /x\nnot a header\n"), SyntaxError);
});

test("of a stream the first event is read, and one that tells none is no answer", async () => {
  const told = new Response(
    "retry: 3000\n\n:\n\nevent: grown\nid: 4\ndata:\n\nevent: grown\nid: 5\ndata:\n\n",
  );
  assert.deepEqual(await firstEvent(told), { event: "grown", id: "4", data: "" });
  for (const text of [
    "",
    "retry: 3000\n\n:\n\n",
    "event: grown\nid: 4\ndata:\n",
    "id: 4\nid: 5\ndata:\n\n",
  ]) {
    await assert.rejects(firstEvent(new Response(text)), assert.AssertionError);
  }
});
