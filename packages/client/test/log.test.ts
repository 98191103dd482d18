// One log for everybody: what was seen once is never taken back, and every receipt's entry is in it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { newSecret, signerFrom, signStatement } from "@ecrin/crypto";
import { newId, type RouteAnswer, SUITE, utf8 } from "@ecrin/protocol";
import { startServer } from "@ecrin/server";
import { HealthRecord, memoryStore, signInWithKit } from "../src/index.ts";
import { checkLog, followLog } from "../src/log.ts";
import { unlockHere } from "../src/sign-in.ts";
import { RECEIPT } from "../src/succession.ts";
import type { Unlocked } from "../src/unlocked.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

type Told = RouteAnswer<"log">;
type Lie = (told: Record<string, unknown>) => unknown;

const PACE = { leaves: 1, ms: 0, epoch: { leaves: 1000, ms: 3_600_000 }, tick: 25 };
const DAY = 86_400_000;

let ground: Ground;
let person: Person;
let alice: Unlocked;
let record: HealthRecord;
/** What is told instead of the truth, by path. */
let lies: Record<string, Lie | Response> = {};

async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const lie = lies[new URL(String(input)).pathname];
  if (lie instanceof Response) return lie.clone();
  const answer = await globalThis.fetch(input, init);
  return lie === undefined ? answer : Response.json(lie(await answer.json()));
}

before(async () => {
  ground = await startGround(undefined, { pace: PACE });
  person = await newPerson(ground);
  const { space } = await person.account.record();
  const { url: server, now } = ground;
  const { store, password } = person;
  alice = (await unlockHere({ server, now, fetch, store, password })).u;
  record = new HealthRecord(alice, space);
});
beforeEach(() => {
  lies = {};
  ground.ahead = 0;
});
after(() => ground.stop());

/** Something new is opened: one receipt more. */
async function openSomething(): Promise<void> {
  const file = { title: "lu", mediaType: "text/plain", content: utf8(newId()) };
  await record.open(await record.add(file));
}

/** Waits until the log covers everything that has been written. */
async function settle(): Promise<void> {
  for (let tried = 0; (await checkLog(alice)).waiting > 0; tried++) {
    assert.ok(tried < 200, "the log is not signed");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The log as it was, before it has grown by one opening more. */
async function logBefore(): Promise<Told> {
  await settle();
  const told: Told = await (await globalThis.fetch(`${ground.url}/v1/log`)).json();
  await openSomething();
  await settle();
  return told;
}

const unsigned: Lie = ({ checkpoint: _, ...told }) => ({ ...told, size: 0 });

test("a receipt is kept until its entry has been found in the log", async () => {
  lies["/v1/log"] = unsigned;
  await openSomething();
  const before = await checkLog(alice);
  assert.deepEqual([before.found, before.waiting, before.size], [0, 1, 0]);
  lies = {};
  await settle();
  const after = await checkLog(alice);
  assert.deepEqual([after.found, after.waiting], [0, 0]);
  assert.ok(after.size > 0);
});

test("an entry that is not where its receipt says is an alarm, and the receipt is kept", async () => {
  await openSomething();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const hash = "A".repeat(43);
  const notFound = { type: "/problems/not-found", title: "", status: 404, code: "not-found" };
  for (const lie of [
    ({ hashes, ...told }: Record<string, unknown>) => ({ ...told, hashes: [hash], was: hashes }),
    (told: Record<string, unknown>) => ({ ...told, hashes: [hash, hash] }),
    (told: Record<string, unknown>) => ({ ...told, hashes: [] }),
    Response.json(notFound, {
      status: 404,
      headers: { "content-type": "application/problem+json" },
    }),
  ]) {
    lies["/v1/log/inclusion"] = lie;
    await assert.rejects(checkLog(alice), refusal("entry-missing"));
    await assert.rejects(record.journal(), refusal("entry-missing"));
  }
  lies = {};
  await settle();
});

test("an entry that no checkpoint covers after a day is an alarm", async () => {
  await settle();
  // The log stands still at what was seen: nothing is older, and yet the entry is not there.
  const told: Told = await (await globalThis.fetch(`${ground.url}/v1/log`)).json();
  await followLog(alice);
  lies["/v1/log"] = () => told;
  await openSomething();
  assert.equal((await checkLog(alice)).waiting, 1);
  ground.ahead = DAY + 60_000;
  await assert.rejects(checkLog(alice), refusal("entry-missing"));
  lies = {};
  ground.ahead = 0;
  await settle();
});

test("a receipt that is dated ahead is not waited for until then", async () => {
  const signer = await signerFrom(newSecret());
  const hash = "A".repeat(43);
  const facts = { suite: SUITE, statement: hash, index: 1e6, leaf: hash, n: 1, hash };
  const at = ground.now() + 2 * DAY;
  const receipt = { ...facts, subject: record.space, at };
  const name = `${RECEIPT}${facts.index}/${hash}`;
  await alice.store.putJson(name, { statement: await signStatement("receipt", receipt, signer) });
  await assert.rejects(checkLog(alice), refusal("entry-missing"));
  await alice.store.delete(name);
  await checkLog(alice);
});

test("a log that is shorter, or another, than what was seen is an alarm, on a new device too", async () => {
  const before = await logBefore();
  const { url: server, now } = ground;
  const { kit, password } = person;
  await alice.keyring.save();
  const fresh = await signInWithKit({ server, now, fetch, kit, password, store: memoryStore() });
  lies["/v1/log"] = () => before;
  await assert.rejects(checkLog(alice), refusal("rollback"));
  await assert.rejects(record.journal(), refusal("rollback"));
  await assert.rejects(fresh.checkLog(), refusal("rollback"));
  lies["/v1/log"] = unsigned;
  await assert.rejects(checkLog(alice), refusal("rollback"));
  lies = {};
  await checkLog(alice);
  await fresh.checkLog();
});

test("growth is believed with its proof only", async () => {
  await settle();
  await globalThis.fetch(`${ground.url}/v1/log`);
  lies["/v1/log"] = unsigned;
  await assert.rejects(checkLog(alice), refusal("rollback"));
  lies = {};
  const { size } = await followLog(alice);
  await person.account.checkLog();
  await openSomething();
  for (let tried = 0; tried < 200; tried++) {
    const told: Told = await (await globalThis.fetch(`${ground.url}/v1/log`)).json();
    if (told.size > size) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  lies["/v1/log/consistency"] = (told) => ({ ...told, hashes: ["A".repeat(43)] });
  await assert.rejects(followLog(alice), refusal("fork"));
  lies = {};
  await settle();
});

test("a checkpoint under another key, or of another log, is refused", async () => {
  await settle();
  lies["/v1/log"] = (told) => ({ ...told, first: "A".repeat(43) });
  await assert.rejects(followLog(alice), refusal("log-key-changed"));
  lies["/v1/log"] = (told) => ({ ...told, log: newId() });
  await assert.rejects(followLog(alice), refusal("log-key-changed"));
  lies["/v1/log"] = (told) => ({ ...told, checkpoint: `${told.checkpoint}x` });
  await assert.rejects(followLog(alice), refusal("fork"));
});

test("a log key that the one before signed in is followed, any other is an alarm", async () => {
  const other = await startGround(undefined, { pace: PACE });
  const { store, password, account } = await newPerson(other);
  await account.record();
  await account.checkLog();
  await account.lock();
  await other.end();
  const next = randomBytes(32).toString("base64url");
  await writeFile(join(other.dataDir, "keys", "log.next"), `${next}\n`, { mode: 0o600 });
  const { dataDir } = other;
  const again = await startServer({ dataDir, port: 0, pace: PACE, now: other.now });
  try {
    const { url: server } = again;
    const { now } = other;
    const { u } = await unlockHere({ server, now, fetch, store, password });
    const { keys } = await checkLog(u);
    assert.equal(keys.lives.length, 2);
    lies["/v1/log"] = (told) => ({ ...told, keys: [] });
    const signing = unlockHere({ server, now, fetch, store, password });
    await assert.rejects(signing, refusal("log-key-changed"));
  } finally {
    await again.stop();
    await other.stop();
  }
});
