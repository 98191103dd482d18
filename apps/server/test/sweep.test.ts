import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { hashOf, newId } from "@ecrin/protocol";
import { makeShowing } from "./handshake.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { anySealingKey, newSigner, Person } from "./person.ts";
import { beginRecord, journalOf, pass } from "./record.ts";

// What has expired goes by itself, and what lasts stays.

const MINUTE = 60_000;

let cluster: Cluster;
let server: TestServer;
before(async () => {
  cluster = await startCluster();
  server = await startTestServer(cluster, { sweepEvery: 20 });
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

/** A new device asks to be let in: that lasts ten minutes. */
async function ask(): Promise<string> {
  const approval = newId<"approval">();
  const device = { device: newId<"device">(), key: newSigner().key };
  const commitment = hashOf(randomBytes(32));
  const body = { approval, device, seal: anySealingKey(), commitment };
  assert.equal((await server.line.ask("POST", "/v1/approvals", body)).status, 200);
  return approval;
}

async function approvals(): Promise<string[]> {
  const rows = await server.admin<{ approval: string }[]>`select approval from device_approvals`;
  return rows.map(({ approval }) => approval);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tried = 0; !(await holds()); tried++) {
    if (tried > 400) assert.fail(`never: ${what}`);
    await sleep(25);
  }
}

test("a row goes when its time has come, and not before", async () => {
  const first = await ask();
  server.clock.at += 6 * MINUTE;
  const second = await ask();
  assert.deepEqual((await approvals()).sort(), [first, second].sort());
  server.clock.at += 4 * MINUTE + 1;
  await until("the first one gone", async () => !(await approvals()).includes(first));
  assert.deepEqual(await approvals(), [second]);
});

test("a code that was shown counts for a day, though it closes in minutes", async () => {
  const alice = await new Person(server.line).signUp();
  await server.line.done("POST", "/v1/rendezvous", makeShowing(alice, MINUTE).body, alice.seat);
  const shown = async () =>
    (await server.admin`select from rendezvous where host = ${alice.account}`).length;
  const asked = await ask();
  server.clock.at += 11 * MINUTE;
  await until("a sweep", async () => !(await approvals()).includes(asked));
  // What is swept after it has gone by then as well.
  await ask();
  server.clock.at += 11 * MINUTE;
  await until("another sweep", async () => (await approvals()).length === 0);
  assert.equal(await shown(), 1);
  server.clock.at += 24 * 60 * MINUTE;
  await until("the code gone", async () => (await shown()) === 0);
});

test("a membership past its date is noted by itself", async () => {
  const alice = await new Person(server.line).signUp();
  const bob = await new Person(server.line).signUp();
  const record = await beginRecord(alice, [[bob, { until: server.clock.at + MINUTE }]]);
  await pass(server, MINUTE, alice, bob);
  await until("a note", async () =>
    (await journalOf(server.admin, record.space)).some(({ kind }) => kind === "expiry"),
  );
});
