// Entries lost for good, from end to end: a real database taken back, the operator's command, and
// what each device of each person is told and may do.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { utf8 } from "@ecrin/protocol";
import { NO_LIMITS, type RunningServer, startServer } from "@ecrin/server";
import {
  type Account,
  bytesOf,
  ClientError,
  memoryStore,
  type RawStore,
  type Succession,
  signIn,
  signInWithKit,
} from "../src/index.ts";
import { type Ground, newPerson, type Person, refusal } from "./ground.ts";

const OPERATOR = fileURLToPath(new URL("../../../apps/server/src/log-main.ts", import.meta.url));
const PACE = { leaves: 1, ms: 0, epoch: { leaves: 1000, ms: 3_600_000 }, tick: 25 };

let dataDir: string;
let server: RunningServer | undefined;
let ground: Ground;

async function start(port = 0): Promise<RunningServer> {
  server = await startServer({ dataDir, port, limits: NO_LIMITS, pace: PACE });
  return server;
}

async function stop(): Promise<void> {
  await server?.stop();
  server = undefined;
}

before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ecrin-lost-"));
  const { url } = await start();
  ground = { url, dataDir, ahead: 0, now: Date.now, end: stop, stop };
});
after(async () => {
  await stop();
  await rm(dataDir, { recursive: true, force: true });
});

function note(title: string) {
  return { title, mediaType: "text/plain", content: utf8(title) };
}

async function enter(
  { password }: Person,
  store: RawStore,
  over: Partial<Parameters<typeof signIn>[0]> = {},
): Promise<Account> {
  return await signIn({ server: ground.url, password, store, ...over });
}

/** Waits until every receipt's entry is under a checkpoint. */
async function settle(account: Account): Promise<void> {
  for (let tried = 0; (await account.checkLog()).waiting > 0; tried++) {
    assert.ok(tried < 200, "the log is not signed");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function toldOf(attempt: Promise<unknown>): Promise<Succession> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof ClientError && error.code === "log-succeeded")
      return error.succession ?? assert.fail("nothing is told");
    throw error;
  }
  return assert.fail("nobody was alarmed");
}

test("a loss is told to each device, accepted once, and everything goes on from what is left", async () => {
  const [alice, carol] = [await newPerson(ground), await newPerson(ground, "Carol")];
  const second = memoryStore();
  await signInWithKit({
    server: ground.url,
    kit: alice.kit,
    password: alice.password,
    store: second,
  });
  const record = await alice.account.record();
  await record.add(note("kept"));
  await record.journal();
  await settle(alice.account);
  await carol.account.journal();
  const port = Number(new URL(ground.url).port);
  await stop();
  await cp(join(dataDir, "postgres"), join(dataDir, "backup"), { recursive: true });

  await start(port);
  const later = await (await enter(alice, alice.store)).record();
  const lost = await later.add(note("lost"));
  assert.deepEqual(await bytesOf(await later.open(lost)), utf8("lost"));
  const [first] = (await later.list()).filter(({ metadata }) => metadata.title === "kept");
  await later.open(first?.revision ?? assert.fail("nothing is kept"));
  await later.journal();
  // Of one opening the entry has not been looked for yet: its receipt is all there is of it.
  const another = await later.add(note("lost as well"));
  await later.open(another);
  const onSecond = await enter(alice, second);
  await (await onSecond.record()).journal();
  await (await enter(carol, carol.store)).journal();
  await stop();

  await rm(join(dataDir, "postgres"), { recursive: true });
  await cp(join(dataDir, "backup"), join(dataDir, "postgres"), { recursive: true });
  await assert.rejects(start(port), { name: "LogRefused", refusal: "behind" });
  const { DATABASE_URL: _, ...env } = process.env;
  const args = ["--disable-warning=ExperimentalWarning", OPERATOR, "succeed", "--yes"];
  const done = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...env, ECRIN_DATA: dataDir },
  });
  assert.equal(done.status, 0, done.stderr);
  await start(port);

  // Whose account goes on further than what is left does not get in before that is accepted.
  const told = await toldOf(enter(alice, alice.store));
  assert.ok(told.lost > 0 && told.lostOfSeen > 0 && told.left + told.lost === told.signed);
  const mistaken = enter(alice, alice.store, { acceptLog: told.from });
  await assert.rejects(mistaken, refusal("refused"));
  await toldOf(enter(alice, alice.store));
  const again = await enter(alice, alice.store, { acceptLog: told.to });
  assert.ok(told.receipts.length > 0);
  const keptAsLost = await again.successions().lostReceipts();
  assert.deepEqual(
    keptAsLost.map(({ index }) => index),
    told.receipts.map(({ index }) => index).sort((a, b) => a - b),
  );
  const left = await again.record();
  assert.deepEqual(
    (await left.list()).map(({ metadata }) => metadata.title),
    ["kept"],
  );
  const lines = await left.journal();
  assert.ok(lines.every(({ index }) => index < told.left || index > told.left));
  await left.add(note("since"));
  await settle(again);

  // Another device of hers follows, on what it remembers itself; and once is enough for both.
  const there = await enter(alice, second);
  await (await there.record()).journal();
  assert.equal(await there.successions().pending(), undefined);
  const anew = await (await enter(alice, alice.store)).record();
  assert.equal((await anew.list()).length, 2);

  // Who has lost nothing of their own opens everything, and is told where they look at the log.
  const caroline = await enter(carol, carol.store).catch(async () => {
    const { to } = await toldOf(enter(carol, carol.store));
    return await enter(carol, carol.store, { acceptLog: to });
  });
  const pending = await caroline.successions().pending();
  if (pending !== undefined) {
    await assert.rejects(caroline.journal(), refusal("log-succeeded"));
    await assert.rejects(caroline.checkLog(), refusal("log-succeeded"));
    await caroline.successions().accept(pending.to);
  }
  const after = await enter(carol, carol.store);
  assert.ok((await after.journal()).length > 0);
});
