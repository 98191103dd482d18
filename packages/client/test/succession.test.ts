// A log that lost entries: what is checked of the one that follows, and what the person is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Signer, signerFrom, signStatement } from "@ecrin/crypto";
import {
  type Bytes,
  followLogKeys,
  followSuccessions,
  type Head,
  hashOf,
  logIdOf,
  newId,
  openCheckpointOf,
  SUITE,
  sha256,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { memoryStore } from "../src/index.ts";
import { type LogMemory, rememberCheckpoint, rememberedOf, thinned } from "../src/log-memory.ts";
import { Store } from "../src/store.ts";
import { findSuccession, letGo, lostReceipts } from "../src/succession.ts";
import { AT, checkpointOf, type EndedWorld, endLog, leafNamed, rootOf } from "./ended-log.ts";
import { refusal } from "./ground.ts";

const LEAVES = Array.from({ length: 12 }, (_, i) => leafNamed(`leaf ${i}`));

async function memoryWith(
  world: EndedWorld,
  { seen = 10, key }: { seen?: number; key?: Signer } = {},
): Promise<LogMemory> {
  const log = logIdOf(world.one.publicKey);
  const heads = new Map<string, Head>([
    [`${log}.log`, { seq: seen, hash: await rootOf(LEAVES, seen) }],
  ]);
  return {
    http: { call: world.call as LogMemory["http"]["call"] },
    store: await Store.create(memoryStore(), newId(), "a password", []),
    key: (key ?? world.one).publicKey,
    seen: (chain) => heads.get(chain),
  };
}

async function receiptFor(log: Signer, index: number, leaf: Bytes) {
  const fact = {
    suite: SUITE,
    statement: hashOf(sha256(utf8("read"))),
    index,
    leaf: toBase64url(leaf),
    subject: newId<"space">(),
    n: 3,
    hash: hashOf(sha256(utf8(`leaf ${index}`))),
    at: AT - 1000,
  };
  return await signStatement("receipt", fact, log);
}

test("what was lost is told: how many entries, how many of those seen, and which receipts", async () => {
  const world = await endLog(LEAVES, 8);
  const memory = await memoryWith(world);
  for (const index of [5, 9, 11]) {
    const statement = await receiptFor(world.one, index, LEAVES[index] ?? leafNamed(""));
    await memory.store.putJson(`receipt/${index}/x`, { statement });
  }
  // One of the new log's, at a place that the old one had given too.
  const own = await receiptFor(world.two, 9, world.after[9] ?? leafNamed(""));
  await memory.store.putJson("receipt/9/y", { statement: own });
  const found = await findSuccession(memory, world.told);
  assert.deepEqual([found?.signed, found?.left, found?.lost, found?.lostOfSeen], [12, 8, 4, 2]);
  assert.deepEqual(found?.receipts.map(({ index }) => index).sort(), [11, 9]);

  await letGo(memory.store, found ?? assert.fail("nothing"));
  assert.deepEqual(
    (await lostReceipts(memory.store)).map(({ index, log }) => [index, log]),
    [
      [9, logIdOf(world.one.publicKey)],
      [11, logIdOf(world.one.publicKey)],
    ],
  );
  const left: string[] = [];
  for await (const [name] of memory.store.entries("receipt/")) left.push(name);
  assert.deepEqual(left.sort(), ["receipt/5/x", "receipt/9/y"]);
});

test("the log that is known, and one that nothing leads to, are no succession", async () => {
  const world = await endLog(LEAVES, 8);
  const known = await memoryWith(world, { key: world.two });
  assert.equal(await findSuccession(known, world.told), undefined);
  const three = await signerFrom(sha256(utf8("log three")));
  const stranger = await memoryWith(world, { key: three });
  await assert.rejects(findSuccession(stranger, world.told), refusal("log-key-changed"));
  const { ended: _, ...silent } = world.told;
  const memory = await memoryWith(world);
  await assert.rejects(findSuccession(memory, silent), refusal("log-key-changed"));
  const { checkpoint: __, ...unsigned } = world.told;
  await assert.rejects(findSuccession(memory, unsigned), refusal("rollback"));
});

function forked(why: RegExp): (error: unknown) => boolean {
  return (error) => refusal("fork")(error) && why.test(String(error));
}

test("a log that ended before what was seen of it, or with something else, is a fork", async () => {
  const short = await endLog(LEAVES.slice(0, 9), 8);
  const memory = await memoryWith(short);
  await assert.rejects(
    findSuccession(memory, short.told),
    forked(/ended before what was seen of it/),
  );
  const others = [...LEAVES.slice(0, 9), leafNamed("another")];
  const other = await endLog(others, 8);
  await assert.rejects(
    findSuccession(await memoryWith(other), other.told),
    forked(/did not end with what was seen/),
  );
});

test("what is left must be what was seen, however long ago", async () => {
  const changed = [...LEAVES.slice(0, 3), leafNamed("rewritten"), ...LEAVES.slice(4, 8)];
  const world = await endLog(LEAVES, 8, { kept: changed });
  // The highest that was seen is beyond what is left, and tells nothing of it.
  const memory = await memoryWith(world);
  assert.notEqual(await findSuccession(memory, world.told), undefined);
  const log = logIdOf(world.one.publicKey);
  for (const size of [2, 6, 10])
    await rememberCheckpoint(memory.store, log, { size, root: await rootOf(LEAVES, size) });
  await assert.rejects(findSuccession(memory, world.told), forked(/another than the one seen/));
  const low = await memoryWith(world, { seen: 7 });
  await assert.rejects(findSuccession(low, world.told), forked(/another than the one seen/));
});

test("the new log says itself what it follows, and one log ends once", async () => {
  const without = await endLog(LEAVES, 8, { without: true });
  await assert.rejects(
    findSuccession(await memoryWith(without), without.told),
    forked(/is not named by the one that follows/),
  );
  const world = await endLog(LEAVES, 8);
  const memory = await memoryWith(world);
  const log = logIdOf(world.one.publicKey);
  const seen = (chain: string): Head | undefined =>
    chain === `${log}.end` ? { seq: 12, hash: hashOf(sha256(utf8("other"))) } : memory.seen(chain);
  await assert.rejects(findSuccession({ ...memory, seen }, world.told), forked(/has ended twice/));
});

test("a kept tree of another root than the statement's, and a statement by somebody else, are forks", async () => {
  const lied = await endLog(LEAVES, 8, {
    fact: { kept: { size: 8, root: await rootOf(LEAVES, 7) } },
  });
  await assert.rejects(
    findSuccession(await memoryWith(lied), lied.told),
    forked(/another than the one seen/),
  );
  const three = await signerFrom(sha256(utf8("log three")));
  const forged = await endLog(LEAVES, 8, { by: three });
  await assert.rejects(findSuccession(await memoryWith(forged), forged.told), refusal("fork"));
});

test("of checkpoints ever fewer are remembered the older they are, the newest and oldest always", async () => {
  const { store } = await memoryWith(await endLog(LEAVES, 8));
  const log = logIdOf((await endLog(LEAVES, 8)).one.publicKey);
  const root = hashOf(sha256(utf8("root")));
  for (let size = 1; size <= 70; size++) await rememberCheckpoint(store, log, { size, root });
  await rememberCheckpoint(store, log, { size: 30, root });
  const kept = (await rememberedOf(store, log)).map(({ size }) => size);
  assert.equal(kept.length, 64);
  assert.deepEqual([kept[0], kept.at(-1)], [1, 70]);
  assert.deepEqual(
    kept,
    [...kept].sort((a, b) => a - b),
  );
  const many = Array.from({ length: 5000 }, (_, i) => ({ size: i + 1, root }));
  const few = thinned(many, 64).map(({ size }) => size);
  const newer = few.filter((size) => size > 4900).length;
  const older = few.filter((size) => size <= 100).length;
  assert.ok(newer > 10 * Math.max(1, older), `${newer} new and ${older} old`);
  // However far back, something remembered is not much older.
  for (const lost of [10, 100, 1000]) {
    const below = few.filter((size) => size <= 5000 - lost).at(-1) ?? 0;
    assert.ok(5000 - below <= 2 * lost + 2, `${lost} lost, ${5000 - below} back`);
  }
});

test("older checkpoints of an ended log count as far as its leaves are left", async () => {
  const world = await endLog(LEAVES, 8);
  const ended = await followSuccessions(world.told.ended, world.told.first);
  const keys = await followLogKeys(world.told.first, []);
  const opened = await openCheckpointOf(await checkpointOf(world.one, LEAVES, 8), keys, ended);
  assert.equal(opened.size, 8);
  const lost = await checkpointOf(world.one, LEAVES, 9);
  await assert.rejects(openCheckpointOf(lost, keys, ended), { code: "statement-refused" });
  const early = await checkpointOf(world.two, world.after, 8);
  await assert.rejects(openCheckpointOf(early, keys, ended), { code: "fork" });
  assert.equal((await openCheckpointOf(world.told.checkpoint, keys, ended)).size, 10);
});

test("a checkpoint of an ended log is no checkpoint of the one that follows", async () => {
  const world = await endLog(LEAVES, 8);
  const checkpoint = await checkpointOf(world.one, LEAVES);
  const told = { ...world.told, checkpoint };
  await assert.rejects(findSuccession(await memoryWith(world), told), refusal("fork"));
});
