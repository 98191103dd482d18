// Streams of events: who is told, by which process, and when no longer.

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "@ecrin/protocol";
import { openPool } from "../src/database.ts";
import { createLive } from "../src/live.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { type Line, newSigner, Person, proofOf } from "./person.ts";

const PACE = { look: 20, beat: 150 };

let cluster: Cluster;
let server: TestServer;
before(async () => {
  cluster = await startCluster();
  server = await startTestServer(cluster, { live: PACE });
});
after(async () => {
  await server.stop();
  await cluster.stop();
});

/** Something happens to an account: a device is enrolled. */
async function grow(person: Person): Promise<void> {
  const device = { device: newId<"device">(), key: newSigner().key };
  assert.equal((await person.post({ op: "device", device })).status, 200);
}

/** A stream as its listener has it. */
interface Listening {
  readonly status: number;
  readonly type: string;
  readonly text: () => string;
  readonly ids: () => number[];
  readonly ended: Promise<void>;
  leave(): void;
}

async function listen(line: Line, person: Person, path: string, last?: number): Promise<Listening> {
  const { seat } = person;
  await line.refreshNonce(seat);
  const leaving = new AbortController();
  const answer = await fetch(line.url + path, {
    signal: leaving.signal,
    headers: {
      authorization: `DPoP ${seat.token}`,
      dpop: proofOf(seat, "GET", line.url + path, line.now()),
      ...(last === undefined ? {} : { "last-event-id": String(last) }),
    },
  });
  let text = "";
  const ended = (async () => {
    for await (const part of answer.body ?? []) text += Buffer.from(part).toString();
  })().catch(() => undefined);
  return {
    status: answer.status,
    type: answer.headers.get("content-type") ?? "",
    text: () => text,
    ids: () =>
      [...text.matchAll(/event: grown\nid: (\d+)\ndata:\n\n/g)].map(([, id]) => Number(id)),
    ended,
    leave: () => leaving.abort(),
  };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tried = 0; !holds(); tried++) {
    if (tried > 400) assert.fail(`never: ${what}`);
    await sleep(10);
  }
}

const own = (person: Person) => `/v1/journal/${person.account}/events`;

test("growth is told, and nothing of what it was; other people's is not", async () => {
  const [alice, bob] = [
    await new Person(server.line).signUp(),
    await new Person(server.line).signUp(),
  ];
  const stream = await listen(server.line, alice, own(alice));
  assert.deepEqual([stream.status, stream.type], [200, "text/event-stream"]);
  await until("a first word", () => stream.text().startsWith("retry: 3000\n\n"));
  await grow(bob);
  await grow(alice);
  await until("growth", () => stream.ids().length > 0);
  await until("a beat", () => stream.text().includes("\n:\n\n"));
  assert.ok(!stream.text().includes(alice.account));
  assert.equal(
    stream.text().replace(/retry: 3000\n\n|event: grown\nid: \d+\ndata:\n\n|:\n\n/g, ""),
    "",
  );
  stream.leave();
});

test("another process tells it too, and who comes back learns what was missed", async () => {
  const alice = await new Person(server.line).signUp();
  const other = await server.another();
  const stream = await listen(other.line, alice, own(alice), 0);
  await sleep(60);
  assert.deepEqual(stream.ids(), []);
  await grow(alice);
  await until("growth", () => stream.ids().length > 0);
  const last = stream.ids().at(-1) ?? -1;
  stream.leave();
  await grow(alice);
  const again = await listen(other.line, alice, own(alice), last);
  await until("what was missed", () => (again.ids()[0] ?? 0) > last);
  const none = await listen(other.line, alice, own(alice), again.ids().at(-1));
  await sleep(60);
  assert.deepEqual(none.ids(), []);
  for (const each of [again, none]) each.leave();
});

test("nobody else is told, and a number is a number", async () => {
  const [alice, mallory] = [
    await new Person(server.line).signUp(),
    await new Person(server.line).signUp(),
  ];
  assert.equal((await listen(server.line, mallory, own(alice))).status, 404);
  assert.equal((await fetch(server.url + own(alice))).status, 401);
  const path = own(alice);
  const odd = await server.line.ask("GET", path, undefined, alice.seat, {
    headers: { "last-event-id": "07" },
  });
  assert.deepEqual([odd.status, odd.body.code], [400, "malformed"]);
});

test("a stream ends with its session", async () => {
  const alice = await new Person(server.line).signUp();
  const stream = await listen(server.line, alice, own(alice));
  await server.line.done("POST", "/v1/sign-out", {}, alice.seat);
  await stream.ended;
  const late = await new Person(server.line).signUp();
  const lasting = await listen(server.line, late, own(late));
  server.clock.at += 13 * 3_600_000;
  try {
    await lasting.ended;
  } finally {
    server.clock.at -= 13 * 3_600_000;
  }
});

test("an account has so many streams, and each that ends makes room", async () => {
  const alice = await new Person(server.line).signUp();
  const streams: Listening[] = [];
  for (let i = 0; i < 12; i++) streams.push(await listen(server.line, alice, own(alice)));
  assert.ok(streams.every(({ status }) => status === 200));
  assert.equal((await listen(server.line, alice, own(alice))).status, 429);
  streams[0]?.leave();
  await sleep(50);
  const more = await listen(server.line, alice, own(alice));
  assert.equal(more.status, 200);
  for (const each of [...streams, more]) each.leave();
});

test("who reads nothing is left, and holds no memory", async () => {
  const alice = await new Person(server.line).signUp();
  const path = own(alice);
  await server.line.refreshNonce(alice.seat);
  const url = new URL(server.url + path);
  const asked = request(url, {
    headers: {
      authorization: `DPoP ${alice.seat.token}`,
      dpop: proofOf(alice.seat, "GET", server.url + path, server.line.now()),
    },
  });
  asked.end();
  const [answer] = await once(asked, "response");
  // Never read: the machine's own buffers take some of it, and the rest is one event.
  answer.pause();
  for (let i = 0; i < 5; i++) await grow(alice);
  await sleep(500);
  answer.resume();
  let text = "";
  answer.on("data", (part: Buffer) => {
    text += part;
  });
  await until("the newest", () => text.includes("event: grown"));
  asked.destroy();
});

test("a server that stops ends its streams, in time", async () => {
  const other = await server.another();
  const alice = await new Person(server.line).signUp();
  const stream = await listen(other.line, alice, own(alice));
  assert.equal(stream.status, 200);
  await Promise.all([other.stop(), stream.ended]);
});

test("nothing written between watching and looking is missed", async () => {
  const alice = await new Person(server.line).signUp();
  const marks: number[] = [];
  const { target } = server;
  const sql = openPool(target, 1);
  const live = createLive(sql, { look: 20, beat: 1000 });
  const subject = alice.account;
  const watching = live.watch(subject, { subject }, (mark) => marks.push(mark), assert.fail);
  await watching.ready;
  await grow(alice);
  await until("growth", () => marks.length > 0);
  const [row] = await sql<{ n: number }[]>`
    select max(n) as n from journal_openings where subject = ${subject}`;
  assert.equal(marks.at(-1), row?.n);
  watching.leave();
  await grow(alice);
  await sleep(60);
  assert.equal(marks.at(-1), row?.n);
  await sql.end();
});

test("a server that stops ends its streams, whole, and begins none", async () => {
  const other = await startTestServer(cluster, { live: PACE });
  const alice = await new Person(other.line).signUp();
  const { seat } = alice;
  await other.line.refreshNonce(seat);
  const url = other.line.url + own(alice);
  const answer = await fetch(url, {
    headers: {
      authorization: `DPoP ${seat.token}`,
      dpop: proofOf(seat, "GET", url, other.line.now()),
    },
  });
  let text = "";
  // A connection that is cut off throws here.
  const ended = (async () => {
    for await (const part of answer.body ?? []) text += Buffer.from(part).toString();
  })();
  await until("a first word", () => text.startsWith("retry"));
  await Promise.all([ended, other.stop()]);
  const live = createLive(server.admin);
  live.stop();
  const watch = () =>
    live.watch(
      alice.account,
      { actor: alice.account },
      () => undefined,
      () => undefined,
    );
  assert.throws(watch, { code: "unavailable" });
});
