import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { LogLine } from "../src/app.ts";
import { PATIENCE as USUAL } from "../src/patience.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { Person, proofOf } from "./person.ts";
import { assertRefused, beginRecord, donePosting, sealTest } from "./record.ts";

// A question is a line, its answer may be mebibytes: whoever asks and does not read fills no memory.
// Pages are heavier than what two systems keep between them, so that they wait in the server.

const MB = 1 << 20;
/** A page as text: base64url of what was sealed. */
const PAGE = 16 * MB;
const PAGES_OF_AN_ACCOUNT = 2;
const PAGES_OF_A_NETWORK = 3;
/** What pages have beside: less than an answer that counts. */
const BESIDE = 12 * 1024;
const PATIENCE = {
  ...USUAL,
  idleMs: 5000,
  bytesPerSecond: 16 * MB,
  accountBytes: PAGES_OF_AN_ACCOUNT * PAGE + BESIDE,
  networkBytes: PAGES_OF_A_NETWORK * PAGE + BESIDE,
};

let cluster: Cluster;
let server: TestServer;
let alice: Person;
let bob: Person;
const lines: LogLine[] = [];
const paths = new Map<Person, string>();
before(async () => {
  cluster = await startCluster();
  const log = (line: LogLine) => void lines.push(line);
  server = await startTestServer(cluster, { patience: PATIENCE, log });
  [alice, bob] = await Promise.all([person(), person()]);
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

const open: Socket[] = [];
afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await settled();
});

/** Somebody whose list is one page. */
async function person(): Promise<Person> {
  const one = await new Person(server.line).signUp();
  const record = await beginRecord(one);
  await donePosting(record, [sealTest(record)]);
  await server.admin`
    update ecrin.revisions set metadata = ${randomBytes((PAGE * 3) / 4)}
    where space = ${record.space}`;
  paths.set(one, `/v1/spaces/${record.space}/revisions?from=0`);
  return one;
}

function pathOf(who: Person): string {
  return paths.get(who) ?? assert.fail("nobody's list");
}

/** The question for a page, as it travels. */
async function question(who: Person, path = pathOf(who)): Promise<string> {
  await server.line.refreshNonce(who.seat);
  const url = server.url + path.replace(/\?.*/, "");
  const head = {
    host: `localhost:${server.port}`,
    authorization: `DPoP ${who.seat.token}`,
    dpop: proofOf(who.seat, "GET", url, server.clock.at),
  };
  const fields = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${fields.join("")}\r\n`;
}

/** Asks on one connection, and takes nothing of what comes. */
async function askOnly(who: Person, times = 1): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  open.push(socket);
  const seen = answered().length;
  for (let i = 0; i < times; i++) socket.write(await question(who));
  await until(() => answered().length === seen + times);
  return socket;
}

function answered(): number[] {
  return lines.filter(({ route }) => route === "revisions").map(({ status }) => status);
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    assert.ok(performance.now() < end, "nothing came of it");
    await pause(10);
  }
}

/** The server is in this process: a few turns of the loop, and it has noticed what connections went. */
async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await pause(20);
}

const ask = (who: Person) => who.line.ask("GET", pathOf(who), undefined, who.seat);

test("what one account has asked for and not taken has a bound; others are answered", async () => {
  for (let i = 0; i < PAGES_OF_AN_ACCOUNT; i++) await askOnly(alice);
  const refused = await ask(alice);
  assertRefused(refused as never, "rate-limited");
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal((await ask(bob)).status, 200);
  // Small answers pass: taking access back waits for no page.
  const one = await alice.line.ask("GET", `/v1/accounts/${alice.account}`, undefined, alice.seat);
  assert.equal(one.status, 200);
});

test("what was done is answered, whatever waits", async () => {
  const record = await beginRecord(alice);
  for (let i = 0; i < PAGES_OF_AN_ACCOUNT; i++) await askOnly(alice);
  assertRefused((await ask(alice)) as never, "rate-limited");
  // Its receipts are more than what always passes.
  const many = Array.from({ length: 60 }, () => sealTest(record));
  const { receipts } = await donePosting(record, many);
  assert.ok(JSON.stringify(receipts).length > 16 * 1024);
});

test("so has what one network has not", async () => {
  const carol = await person();
  for (const who of [alice, bob, carol]) await askOnly(who);
  assert.deepEqual(answered().slice(-PAGES_OF_A_NETWORK), [200, 200, 200]);
  const dave = await person();
  assertRefused((await ask(dave)) as never, "rate-limited");
});

test("what has been taken counts no more, nor what nobody can take any more", async () => {
  const socket = await askOnly(alice);
  await askOnly(alice);
  assertRefused((await ask(alice)) as never, "rate-limited");
  assert.ok((await rest(socket)) > PAGE);
  await settled();
  assert.equal((await ask(alice)).status, 200);
  await askOnly(alice);
  assertRefused((await ask(alice)) as never, "rate-limited");
  for (const socket of open.splice(0)) socket.destroy();
  await settled();
  for (let i = 0; i < PAGES_OF_AN_ACCOUNT; i++) await askOnly(alice);
  assert.deepEqual(answered().slice(-PAGES_OF_AN_ACCOUNT), [200, 200]);
});

test("whoever goes before there is an answer leaves nothing behind that counts", async () => {
  const seen = answered().length;
  for (let i = 0; i < 6; i++) {
    const socket = connect(server.port, "127.0.0.1");
    socket.write(await question(alice), () => socket.destroy());
  }
  await until(() => answered().length === seen + 6);
  await settled();
  for (let i = 0; i < PAGES_OF_AN_ACCOUNT; i++) await askOnly(alice);
  assert.deepEqual(answered().slice(-PAGES_OF_AN_ACCOUNT), [200, 200]);
});

test("whoever watches takes nothing from anybody: events have no length", async () => {
  const before = lines.length;
  for (let i = 0; i < 12; i++) {
    const socket = connect(server.port, "127.0.0.1");
    open.push(socket);
    socket.write(await question(alice, `/v1/journal/${alice.account}/events`));
  }
  await until(() => lines.slice(before).filter(isWatching).length === 12);
  for (let i = 0; i < PAGES_OF_AN_ACCOUNT; i++) await askOnly(alice);
  assert.deepEqual(answered().slice(-PAGES_OF_AN_ACCOUNT), [200, 200]);
});

const isWatching = ({ route, status }: LogLine) => route === "journalEvents" && status === 200;

test("the same for questions that follow each other on one connection", async () => {
  for (let i = 0; i < 2; i++) {
    await askOnly(alice, 4);
    assert.deepEqual(answered().slice(-4).toSorted(), [200, 200, 429, 429]);
    for (const socket of open.splice(0)) socket.destroy();
    await settled();
  }
});

test("whoever takes a piece of an answer now and then is cut off", async () => {
  const start = performance.now();
  const sockets = [await askOnly(alice), await askOnly(alice)];
  const dripping = sockets.map((socket) => rest(socket, 50));
  while ((await ask(alice)).status !== 200) await pause(100);
  // Five seconds, and one for sixteen mebibytes.
  const took = performance.now() - start;
  assert.ok(took > 5500, `${took} ms`);
  for (const taken of await Promise.all(dripping)) assert.ok(taken < PAGE);
});

test("whoever has a slow line gets all of it", async () => {
  const start = performance.now();
  const socket = await askOnly(alice);
  const taken = await rest(socket, 10);
  assert.ok(taken > PAGE);
  assert.ok(performance.now() - start > 2000);
});

/** Takes what still comes, with a pause behind each piece. @returns how many bytes came */
async function rest(socket: Socket, ms = 0): Promise<number> {
  let taken = 0;
  await new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
    socket.on("data", (part) => {
      taken += part.length;
      if (taken > PAGE) resolve();
      socket.pause();
      setTimeout(() => socket.resume(), ms);
    });
  });
  return taken;
}
