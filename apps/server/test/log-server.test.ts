import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  currentLogKey,
  followLogKeys,
  fromBase64url,
  newId,
  openCheckpoint,
  openHead,
  provesConsistency,
  type Route,
  type RouteAnswer,
  routes,
  treeOf,
} from "@ecrin/protocol";
import { startServer } from "../src/server.ts";
import { type Cluster, startCluster, startTestServer, type TestServer, urlOf } from "./harness.ts";
import { Person } from "./person.ts";

const PACE = { leaves: 1, ms: 0, epoch: { leaves: 20, ms: 3_600_000 }, tick: 20 };

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (let tried = 0; tried < 250; tried++) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail(`never: ${what}`);
}

async function logOf({ line }: Pick<TestServer, "line">): Promise<RouteAnswer<"log">> {
  return (await line.ask<RouteAnswer<"log">>("GET", "/v1/log")).body;
}

/** The log once it covers `size` leaves. */
async function logAt(server: Pick<TestServer, "line">, size: number) {
  return await until(`a checkpoint of ${size}`, async () => {
    const told = await logOf(server);
    return told.size >= size ? told : undefined;
  });
}

test("what a server left unsigned is under a checkpoint before the next one answers", async () => {
  const server = await startTestServer(cluster, { pace: { ...PACE, tick: 3_600_000 } });
  try {
    await new Person(server.line).signUp();
    assert.equal((await logOf(server)).size, 0);
    assert.ok((await logOf(await server.another())).size > 0);
  } finally {
    await server.stop();
  }
});

test("a checkpoint, tiles and proofs are served to anybody, tiles for ever", async () => {
  const server = await startTestServer(cluster, { pace: PACE });
  try {
    await new Person(server.line).signUp();
    const told = await logAt(server, 1);
    const keys = await followLogKeys(told.first, told.keys);
    const file = await fetch(`${server.url}/log/checkpoint`);
    assert.equal(file.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(file.headers.get("cache-control"), "no-cache");
    const { size, root } = await openCheckpoint(await file.text(), keys);
    const tile = await fetch(`${server.url}/log/tile/0/000.p/${size}`);
    assert.equal(tile.headers.get("content-type"), "application/octet-stream");
    assert.match(tile.headers.get("cache-control") ?? "", /immutable/);
    assert.equal((await tile.bytes()).length, 32 * size);
    for (const wrong of [
      `tile/0/000.p/${size + 50}`,
      "tile/0/000",
      "tile/0/1",
      "tile/entries/000.p/1",
      "other",
    ]) {
      assert.equal((await fetch(`${server.url}/log/${wrong}`)).status, 404, wrong);
    }
    const inclusion = await server.line.ask<RouteAnswer<"logInclusion">>(
      "GET",
      `/v1/log/inclusion?index=0&size=${size}`,
    );
    assert.deepEqual([inclusion.status, inclusion.body.size], [200, size]);
    await new Person(server.line).signUp();
    const later = await logAt(server, size + 1);
    const newer = await openCheckpoint(later.checkpoint, keys);
    const path = `/v1/log/consistency?from=${size}&to=${newer.size}`;
    const { body } = await server.line.ask<RouteAnswer<"logConsistency">>("GET", path);
    const hashes = body.hashes.map((hash) => fromBase64url(hash));
    assert.ok(provesConsistency({ size, root: fromBase64url(root) }, treeOf(newer), hashes));
    const beyond = `/v1/log/inclusion?index=0&size=${newer.size + 1000}`;
    assert.equal((await server.line.ask("GET", beyond)).status, 404);
  } finally {
    await server.stop();
  }
});

test("epochs are closed as the log grows, and told without their keys", async () => {
  const server = await startTestServer(cluster, { pace: PACE });
  try {
    for (let i = 0; i < 21; i++) await new Person(server.line).signUp();
    await logAt(server, 22);
    const { epochs } = await until("a closed epoch", async () => {
      const answer = await server.line.ask<RouteAnswer<"logEpochs">>("GET", "/v1/log/epochs");
      return answer.body.epochs.length > 0 ? answer.body : undefined;
    });
    assert.equal(epochs[0]?.epoch, 1);
    assert.equal(epochs[0]?.key, undefined);
    // In the file once it is told in the log.
    await until("a retired key", async () => {
      const mac = await readFile(join(server.dataDir, "keys", "mac"), "utf8");
      return /\nretired 1 /.test(mac) ? mac : undefined;
    });
  } finally {
    await server.stop();
  }
});

test("another log key signs from its entry on, and the one before is gone", async () => {
  const server = await startTestServer(cluster, { pace: PACE });
  const folder = join(server.dataDir, "keys");
  try {
    const alice = await new Person(server.line).signUp();
    const before = await logAt(server, 1);
    const old = await readFile(join(folder, "log"), "utf8");
    const next = randomBytes(32).toString("base64url");
    await writeFile(join(folder, "log.next"), `${next}\n`, { mode: 0o600 });
    // Two that start at once find one another's rotation.
    const [{ line }] = await Promise.all([server.another(), server.another()]);
    assert.ok((await readdir(folder)).every((name) => name !== "log.next"));
    assert.notEqual(await readFile(join(folder, "log"), "utf8"), old);
    const told = await logAt({ line }, before.size + 1);
    assert.equal(told.keys.length, 1);
    assert.equal(told.log, before.log);
    // Once, though two processes came upon it.
    const noted = await server.admin<{ what: string }[]>`
      select what from ecrin.security_log where what like 'log key%'`;
    assert.deepEqual(
      noted.map(({ what }) => what),
      ["log key 2 in force"],
    );
    const keys = await followLogKeys(before.first, told.keys);
    const after = await openCheckpoint(told.checkpoint, keys);
    assert.ok(after.size > before.size);
    // A checkpoint of before is still good, and nobody takes the new one for the old key's.
    await openCheckpoint(before.checkpoint, keys);
    await assert.rejects(openCheckpoint(told.checkpoint, await followLogKeys(before.first, [])));
    const journal = await line.ask<RouteAnswer<"journal">>(
      "GET",
      `/v1/journal/${alice.account}`,
      undefined,
      alice.seat,
    );
    const head = await openHead(journal.body.head, currentLogKey(keys));
    assert.equal(head.subject, alice.account);
  } finally {
    await server.stop();
  }
});

test("a server whose database is behind its checkpoint does not start, and one that runs stops writing", async () => {
  const said: string[] = [];
  const server = await startTestServer(cluster, {
    pace: PACE,
    databaseLog: (line) => said.push(line),
    sweepEvery: 20,
  });
  try {
    const alice = await new Person(server.line).signUp();
    const headers = { "tus-resumable": "1.0.0", "upload-length": "9" };
    const uploading = await server.line.ask("POST", "/v1/uploads", undefined, alice.seat, {
      headers,
    });
    const upload = uploading.headers.get("location") ?? assert.fail();
    const { size } = await logAt(server, 1);
    await server.admin.unsafe(`
      alter table journal_leaves disable trigger all; alter table log_checkpoints disable trigger all;
      create table ecrin.aside as select * from journal_leaves;
      create table ecrin.signed as select * from log_checkpoints;
      delete from journal_leaves; delete from log_checkpoints; update journal_head set size = 0`);
    await until("a refusal", () => Promise.resolve(said.find((line) => line.includes("behind"))));
    await assert.rejects(new Person(server.line).signUp(), /unavailable|503/);
    await takesNothingIn(server, alice, upload);
    const second = startServer({
      dataDir: server.dataDir,
      port: 0,
      databaseUrl: urlOf(server.target),
      now: () => server.clock.at,
    });
    await assert.rejects(second, { name: "LogRefused", refusal: "behind" });
    await server.admin.unsafe(`insert into journal_leaves select * from ecrin.aside;
      insert into log_checkpoints select * from ecrin.signed;
      update journal_head set size = ${size}`);
    await until("a write", async () => {
      return await new Person(server.line).signUp().catch(() => undefined);
    });
    // What seemed abandoned is collected from now on.
    await until("a sweep", async () => ((await blobsOf(server)).length === 0 ? true : undefined));
  } finally {
    await server.stop();
  }
});

function blobsOf({ dataDir }: TestServer): Promise<string[]> {
  return readdir(join(dataDir, "blobs"));
}

/** Whatever was said to be kept would be gone with the database that is put back: so nothing is. */
async function takesNothingIn(server: TestServer, alice: Person, upload: string): Promise<void> {
  const passing = new Set(["signInStart", "signInFinish", "signInFactor", "signOut"]);
  for (const [name, { method, path }] of Object.entries<Route>(routes)) {
    if (method === "GET" || passing.has(name)) continue;
    const target = path.replace(/:[a-z]+/g, newId<"space">());
    const { body } = await server.line.ask(method, target, {}, alice.seat);
    assert.equal(body.code, "unavailable", name);
  }
  const tus = { headers: { "tus-resumable": "1.0.0" } };
  for (const [method, status] of [
    ["POST", 503],
    ["PATCH", 503],
    ["DELETE", 503],
    ["HEAD", 200],
  ] as const) {
    const target = method === "POST" ? "/v1/uploads" : upload;
    const answer = await server.line.ask(method, target, undefined, alice.seat, tus);
    assert.equal(answer.status, status, method);
  }
  // Who is signed in reads what asks nothing of the journal; sessions begin and end.
  const other = (await alice.signIn(["device"])).seat;
  assert.equal((await server.line.ask("GET", "/v1/account", undefined, other)).status, 200);
  assert.equal((await server.line.ask("POST", "/v1/sign-out", {}, other)).status, 200);
  assert.equal((await server.line.ask("GET", "/v1/account", undefined, other)).status, 401);
  // What seems abandoned may be named by a revision that the database has lost.
  server.clock.at += 25 * 3_600_000;
  const isSwept = async () =>
    (await server.admin`select from proofs where expires = 0`).length === 0;
  // One that is under way has looked at the uploads already.
  for (const proof of ["first", "second"]) {
    await server.admin`insert into proofs (proof, expires) values (sha256(${proof}::bytea), 0)`;
    await until("a sweep", async () => ((await isSwept()) ? true : undefined));
  }
  assert.equal((await blobsOf(server)).length, 1);
}

test("a clock a day ahead and then a day behind changes nothing of how the log is signed", async () => {
  const server = await startTestServer(cluster, { pace: PACE });
  try {
    let size = 0;
    for (const hours of [24, -48, 24]) {
      server.clock.at += hours * 3_600_000;
      await new Person(server.line).signUp();
      const told = await logAt(server, size + 1);
      await openCheckpoint(told.checkpoint, await followLogKeys(told.first, told.keys));
      ({ size } = told);
    }
  } finally {
    await server.stop();
  }
});
