import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { client as opaque } from "@serenity-kit/opaque";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { Person } from "./person.ts";

const TIMES = 2000;

let cluster: Cluster;
let server: TestServer;
before(async () => {
  cluster = await startCluster();
  server = await startTestServer(cluster);
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

/** Milliseconds until the whole answer is there. */
async function timeOf(path: string, body: string): Promise<number> {
  const start = performance.now();
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  await response.arrayBuffer();
  assert.equal(response.status, 200);
  return performance.now() - start;
}

/**
 * How often a time from `a` is above one from `b`: 0.5 where nothing tells them apart
 * (the common-language effect size of the Mann-Whitney statistic, ties counted half).
 */
function above(a: readonly number[], b: readonly number[]): number {
  const sorted = [...b].sort((x, y) => x - y);
  let sum = 0;
  for (const value of a) {
    sum += (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / 2;
  }
  return sum / (a.length * b.length);
}

function countBelow(sorted: readonly number[], value: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const each = sorted[middle] ?? 0;
    if (each < value || (orEqual && each === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Three rounds; noise that leans one way does not lean the same way three times. */
async function telling(known: () => string, unknown: () => string, path: string): Promise<number> {
  const leans: number[] = [];
  for (let round = 0; round < 3; round++) {
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let i = 0; i < TIMES; i++) {
      // Which comes first changes each time, so that neither always follows the other.
      const order = i % 2 === 0 ? (["known", "unknown"] as const) : (["unknown", "known"] as const);
      for (const which of order) {
        times[which].push(await timeOf(path, which === "known" ? known() : unknown()));
      }
    }
    const lean = Math.abs(above(times.known, times.unknown) - 0.5);
    leans.push(lean);
    if (lean < 0.05) return lean;
  }
  return Math.min(...leans);
}

test(`no answer and no delay tells whether an address is known: ${TIMES} times each way`, async () => {
  const alice = await new Person(server.line).signUp();
  const { startLoginRequest: request } = opaque.startLogin({ password: "x" });
  const wrap = (address: string) => server.line.wrapAddress(address);
  const known = await Promise.all(Array.from({ length: 16 }, () => wrap(alice.address)));
  const unknown = await Promise.all(
    Array.from({ length: 16 }, () => wrap(`${randomBytes(16).toString("hex")}@example.org`)),
  );
  let i = 0;
  const body = (list: readonly string[]) => () =>
    JSON.stringify({ address: list[i++ % list.length], request });
  const answers = await Promise.all(
    [known, unknown].map(async (list) => {
      const answer = await server.line.ask<Record<string, unknown>>(
        "POST",
        "/v1/sign-in/start",
        JSON.parse(body(list)()),
      );
      const shape = Object.entries(answer.body).map(([name, value]) => [
        name,
        typeof value,
        String(value).length,
      ]);
      const headers = [...answer.headers.keys()].sort();
      return { status: answer.status, shape, headers };
    }),
  );
  assert.deepEqual(answers[0], answers[1]);
  const lean = await telling(body(known), body(unknown), "/v1/sign-in/start");
  assert.ok(
    lean < 0.05,
    `known and unknown addresses are told apart ${(lean * 100).toFixed(1)} % better than by chance`,
  );
});

test("the measure is a half for equals, and more for what is slower", () => {
  assert.equal(above([1, 2, 3], [1, 2, 3]), 0.5);
  assert.equal(above([2, 3, 4], [1, 2, 3]), 7 / 9);
  const times = Array.from({ length: TIMES }, (_, i) => 3 + ((i * 7919) % 1000) / 1000);
  const slower = times.map((ms) => ms + 0.1);
  assert.ok(above(slower, times) - 0.5 > 0.05);
});
