import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { client as opaque } from "@serenity-kit/opaque";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { Person } from "./person.ts";
import { above, TIMES, telling } from "./telling.ts";

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
  const ask = (list: readonly string[]) => () =>
    new Request(`${server.url}/v1/sign-in/start`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: body(list)(),
    });
  const lean = await telling(ask(known), ask(unknown), 200);
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
