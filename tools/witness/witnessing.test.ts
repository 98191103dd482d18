// A service and its witnesses: slow, lying, gone, and shown a fork.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { checkExport, memoryStore, signUp } from "@ecrin/client";
import {
  bytesSource,
  cosignedAt,
  followLogKeys,
  openCheckpoint,
  parseNote,
  quorumOf,
  type RouteAnswer,
} from "@ecrin/protocol";
import {
  listWitnesses,
  newestWitnessed,
  withCosignatures,
} from "../../apps/server/src/cosigned.ts";
import { createJournal } from "../../apps/server/src/journal.ts";
import { NO_LIMITS } from "../../apps/server/src/limits.ts";
import { createLog } from "../../apps/server/src/log.ts";
import { startServer } from "../../apps/server/src/server.ts";
import { signerOf } from "../../apps/server/src/signer.ts";
import { readWitnessSources } from "../../apps/server/src/witness-sources.ts";
import {
  startWitnessing,
  type WitnessAlarm,
  type Witnessing,
} from "../../apps/server/src/witnessing.ts";
import { type Cluster, layGround, startCluster } from "../../apps/server/test/harness.ts";
import { AT, type LogGround, layLog, write } from "../../apps/server/test/log-ground.ts";
import { startWitnesses, type Witnesses } from "./ground.ts";
import type { WitnessWrong } from "./server.ts";

const HOUR = 3_600_000;

let cluster: Cluster;
let ground: LogGround;
let witnesses: Witnesses;
let witnessing: Witnessing;
let clock = AT;
let alarms: [string, WitnessAlarm][] = [];

before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

beforeEach(async (context) => {
  clock = AT;
  alarms = [];
  ground = await layLog(cluster);
  witnesses = await startWitnesses(4, () => clock);
  const first = ground.keys.lives[0]?.key ?? assert.fail();
  witnesses.trust(first);
  witnessing = witnessingOn(ground);
  if ("after" in context)
    context.after(async () => {
      await witnessing.stop();
      await witnesses.stop();
      await ground.end();
    });
});

function witnessingOn({ app, log }: Pick<LogGround, "app" | "log">): Witnessing {
  return startWitnessing({
    sql: app,
    log,
    asked: witnesses.sources,
    now: () => clock,
    asking: { fetch, timeoutMs: 2000 },
    pace: { round: 3_600_000, retry: 1000, longest: 60_000 },
    alarm: (witness, alarm) => alarms.push([witness, alarm]),
  });
}

/** Signs what has been written, and lets it be cosigned. @returns the served note */
async function signAndAsk(count = 3): Promise<string> {
  await write(ground.journal, count);
  const signed = (await ground.log.sign()) ?? assert.fail();
  await witnessing.round();
  return await withCosignatures(ground.app, signed, witnesses.sources);
}

const states = async () =>
  (await listWitnesses(ground.app, witnesses.sources)).map(({ state, error }) =>
    error === undefined || error === state ? state : `${state} ${error}`,
  );

test("every checkpoint is cosigned, from the one before on, and served with its lines", async () => {
  for (const count of [1, 3, 300]) {
    const note = await signAndAsk(count);
    const { size } = await openCheckpoint(note, ground.keys);
    const { quorum, operators, needed } = await quorumOf(parseNote(note), witnesses.sources);
    assert.deepEqual([quorum, operators, needed], ["reached", 4, 3]);
    const newest = await newestWitnessed(ground.app, witnesses.sources);
    assert.deepEqual(newest, { size, note });
  }
  assert.deepEqual(await states(), ["cosigned", "cosigned", "cosigned", "cosigned"]);
  // Nobody is asked again for what they have signed.
  const asked = witnesses.all.map((each) => each.asked);
  assert.equal(await witnessing.round(), 0);
  assert.deepEqual(
    witnesses.all.map((each) => each.asked),
    asked,
  );
  assert.deepEqual(alarms, []);
});

test("a log that stands still is shown again, so that its witnesses' time goes on", async () => {
  await signAndAsk();
  clock += 7 * HOUR;
  assert.equal(await witnessing.round(), 4);
  const signed = (await ground.log.latest()) ?? assert.fail();
  const note = await withCosignatures(ground.app, signed, witnesses.sources);
  assert.equal(parseNote(note).signatures.length, 5);
  for (const witness of witnesses.sources)
    assert.equal(await cosignedAt(parseNote(note), witness), clock);
  assert.equal((await newestWitnessed(ground.app, witnesses.sources))?.note, note);
  assert.equal(await witnessing.round(), 0);
});

for (const [wrong, state] of [
  ["slow", "waiting unreachable"],
  ["gone", "waiting unreachable"],
  ["garbage", "waiting bad-answer"],
  ["endless", "waiting unreachable"],
  ["another signature", "waiting does-not-hold"],
  ["ahead", "ahead"],
  ["never there", "waiting bad-answer"],
] as const satisfies readonly (readonly [WitnessWrong, string])[]) {
  test(`a witness that is ${wrong} keeps nobody waiting, and is asked again later`, async () => {
    const [bad, good] = witnesses.all;
    assert.ok(bad && good);
    bad.wrong = wrong;
    const note = await signAndAsk();
    assert.deepEqual(await states(), [state, "cosigned", "cosigned", "cosigned"]);
    assert.equal(await cosignedAt(parseNote(note), bad.key), undefined);
    assert.equal((await quorumOf(parseNote(note), witnesses.sources)).quorum, "reached");
    assert.deepEqual(alarms, wrong === "ahead" ? [[bad.key.name, "ahead"]] : []);
    bad.wrong = undefined;
    assert.equal(await witnessing.round(), 0, "not before its time");
    clock += 2000;
    await witnessing.round();
    assert.deepEqual(await states(), ["cosigned", "cosigned", "cosigned", "cosigned"]);
  });
}

test("two that are gone leave no quorum, and the checkpoint before keeps its own", async () => {
  const before = await signAndAsk();
  for (const each of witnesses.all.slice(2)) each.wrong = "gone";
  const note = await signAndAsk();
  assert.equal((await quorumOf(parseNote(note), witnesses.sources)).quorum, "none");
  assert.equal((await newestWitnessed(ground.app, witnesses.sources))?.note, before);
  const { size } = await openCheckpoint(note, ground.keys);
  assert.equal(await newestWitnessed(ground.app, witnesses.sources, size), undefined);
});

test("a witness that lost what it had seen is taken up from where it says", async () => {
  await signAndAsk();
  const other = await startWitnesses(4, () => clock);
  try {
    other.trust(ground.keys.lives[0]?.key ?? assert.fail());
    await write(ground.journal, 2);
    await ground.log.sign();
    // The same names and keys as far as the service knows: only what answers is another.
    const asked = witnesses.sources.map((each, i) => ({
      ...each,
      url: other.sources[i]?.url ?? "",
    }));
    const anew = startWitnessing({ sql: ground.app, log: ground.log, asked, now: () => clock });
    await anew.round();
    await anew.stop();
    // It goes on from 0, and its key is not the one that counts.
    assert.deepEqual(await states(), Array(4).fill("waiting bad-answer"));
    assert.ok(other.all.every((each) => each.asked === 2));
  } finally {
    await other.stop();
  }
});

test("clocks a day apart do no harm, three days are not believed", async () => {
  for (const hours of [24, -48, 24]) {
    await signAndAsk();
    clock += hours * HOUR;
    await witnessing.round();
    await signAndAsk();
    assert.deepEqual(await states(), Array(4).fill("cosigned"));
  }
  // What had been put off until a time that the clock was set back from is asked all the same.
  const [gone] = witnesses.all;
  assert.ok(gone);
  gone.wrong = "gone";
  await signAndAsk();
  gone.wrong = undefined;
  clock -= 24 * HOUR;
  await witnessing.round();
  assert.deepEqual(await states(), Array(4).fill("cosigned"));
  const late = startWitnessing({
    sql: ground.app,
    log: ground.log,
    asked: witnesses.sources,
    now: () => clock + 72 * HOUR,
  });
  await write(ground.journal, 1);
  await ground.log.sign();
  await late.round();
  await late.stop();
  assert.deepEqual(await states(), Array(4).fill("waiting clock"));
});

/** Another database under the same key: what a service has that was restored, or shows a fork. */
async function anotherHistory(entries: number) {
  const other = await layGround(cluster, () => clock);
  const folder = await mkdtemp(join(tmpdir(), "ecrin-fork-"));
  const signer = signerOf(ground.logKey);
  const { tags, app } = other;
  const journal = createJournal({ sql: app, signer, tags, now: () => clock });
  const now = () => clock;
  const log = createLog({ id: ground.id, sql: app, signer, tags, folder, now });
  await write(journal, entries);
  await log.sign();
  return {
    app,
    log,
    journal,
    async end() {
      await other.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test("a fork is cosigned by nobody, and told", async () => {
  await signAndAsk(5);
  const fork = await anotherHistory(9);
  try {
    const showing = witnessingOn(fork);
    await showing.round();
    const seen = await listWitnesses(fork.app, witnesses.sources);
    assert.deepEqual(
      seen.map(({ state }) => state),
      Array(4).fill("refuses"),
    );
    assert.equal((await fork.app`select from cosignatures`).length, 0);
    assert.deepEqual(
      alarms.map(([, alarm]) => alarm),
      Array(4).fill("refuses"),
    );
    // It is told once, however long it lasts.
    clock += 120_000;
    await showing.round();
    assert.equal(alarms.length, 4);
    await showing.stop();
  } finally {
    await fork.end();
  }
  // The true one goes on.
  await signAndAsk(1);
  assert.deepEqual(await states(), Array(4).fill("cosigned"));
});

test("a log that has lost entries is cosigned by nobody, and told", async () => {
  await signAndAsk(9);
  const restored = await anotherHistory(4);
  try {
    const showing = witnessingOn(restored);
    await showing.round();
    assert.deepEqual(
      alarms.map(([, alarm]) => alarm),
      Array(4).fill("ahead"),
    );
    assert.equal((await restored.app`select from cosignatures`).length, 0);
    // Once it is longer than what they have seen, it is another one: never by growing.
    await write(restored.journal, 9);
    await restored.log.sign();
    clock += 120_000;
    await showing.round();
    assert.deepEqual(
      alarms.slice(4).map(([, alarm]) => alarm),
      Array(4).fill("refuses"),
    );
    await showing.stop();
  } finally {
    await restored.end();
  }
});

test("several processes ask each witness once", async () => {
  const { log } = ground.anotherLog();
  const second = witnessingOn({ app: ground.app, log });
  await write(ground.journal, 3);
  await ground.log.sign();
  const counts = await Promise.all([witnessing.round(), second.round(), witnessing.round()]);
  assert.ok(counts.reduce((sum, each) => sum + each, 0) >= 4);
  assert.deepEqual(
    witnesses.all.map((each) => each.asked),
    [1, 1, 1, 1],
  );
  await second.stop();
});

test("a whole service: checkpoint, witnesses and export say the quorum", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-witnessed-"));
  const said: string[] = [];
  clock = Date.now();
  const server = await startServer({
    dataDir,
    port: 0,
    limits: NO_LIMITS,
    pace: { leaves: 1, ms: 0, epoch: { leaves: 50, ms: HOUR }, tick: 25 },
    witnesses: witnesses.sources,
    witnessPace: { round: 25, retry: 50, longest: 100 },
    databaseLog: (line) => said.push(line),
  });
  try {
    const ask = async <T>(path: string) => (await (await fetch(server.url + path)).json()) as T;
    const { first } = await ask<RouteAnswer<"log">>("/v1/log");
    const { account } = await signUp({
      server: server.url,
      address: "alice@example.org",
      password: "password of alice",
      name: "Alice",
      store: memoryStore(),
    });
    const none = await exported(account);
    assert.equal(none.quorum.quorum, "none");
    witnesses.trust(first);
    let told: RouteAnswer<"logWitnesses"> | undefined;
    for (let tried = 0; told?.witnessed === undefined; tried++) {
      assert.ok(tried < 400, "never cosigned");
      await new Promise((resolve) => setTimeout(resolve, 25));
      told = await ask<RouteAnswer<"logWitnesses">>("/v1/log/witnesses");
    }
    assert.equal(told.needed, 3);
    assert.deepEqual(
      told.witnesses.map(({ operator }) => operator),
      witnesses.sources.map(({ operator }) => operator),
    );
    const keys = await followLogKeys(first, []);
    await openCheckpoint(told.witnessed, keys);
    const file = await (await fetch(`${server.url}/log/checkpoint`)).text();
    await openCheckpoint(file, keys);
    for (let tried = 0; (await exported(account)).quorum.quorum === "none"; tried++) {
      assert.ok(tried < 100, "never exported with a quorum");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const { quorum, witnessesKnown } = await exported(account, witnesses.sources);
    assert.deepEqual([quorum.quorum, quorum.needed, witnessesKnown], ["reached", 3, true]);
    assert.deepEqual(
      said.filter((line) => line.includes("witness")),
      [],
    );
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});

type Exporting = Awaited<ReturnType<typeof signUp>>["account"];

async function exported(account: Exporting, counted?: Witnesses["sources"]) {
  const parts: Uint8Array[] = [];
  for await (const part of await account.exportJournal({ language: "en" })) parts.push(part);
  const options = counted === undefined ? {} : { witnesses: counted };
  return await checkExport(bytesSource(Buffer.concat(parts)), options);
}

test("the file of witnesses names each once, with a key of cosignatures", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-witness-file-"));
  const file = join(folder, "witnesses.json");
  const [one, two] = witnesses.all.map(({ vkey, url }, i) => ({ vkey, url, operator: `${i}` }));
  assert.ok(one && two);
  const read = async (given: unknown) => {
    await writeFile(file, JSON.stringify(given));
    return await readWitnessSources(file);
  };
  try {
    const sources = await read({ witnesses: [{ ...one, url: `${one.url}/` }, two] });
    assert.deepEqual(
      sources.map(({ name, url, operator }) => [name, url, operator]),
      [
        ["witness0.example/w", one.url, "0"],
        ["witness1.example/w", two.url, "1"],
      ],
    );
    for (const [wrong, place] of [
      [{}, /witnesses/],
      [{ witnesses: [] }, /witnesses/],
      [{ witnesses: [one, one] }, /witnesses/],
      [{ witnesses: [{ ...one, url: "ftp://x" }] }, /witnesses\.0\.url/],
      [{ witnesses: [{ ...one, vkey: one.vkey.replace("0", "1") }] }, /witnesses\.0\.vkey/],
      [{ witnesses: [{ ...one, more: 1 }] }, /witnesses\.0/],
    ] as const)
      await assert.rejects(read(wrong), place);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
