// kill -9 between every two steps of sequencing, signing and publishing; and each step failing, with
// and without having been done all the same: no fork, no lost entry, no double index.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  followLogKeys,
  fromBase64url,
  type Hash,
  leafHash,
  logIdOf,
  merkleRoot,
  openCheckpoint,
} from "@ecrin/protocol";
import { openPool, type Sql } from "../src/database.ts";
import { closeEpoch } from "../src/epochs.ts";
import { createJournal, type Journal } from "../src/journal.ts";
import { createLog, type Log, type SigningStep } from "../src/log.ts";
import { migrate } from "../src/migrations.ts";
import { readOutside } from "../src/outside.ts";
import { signerOf } from "../src/signer.ts";
import { epochKey, nextState, openTagKeys, type TagKeys } from "../src/tag-keys.ts";
import { type Cluster, startCluster } from "./harness.ts";
import { AT, write } from "./log-ground.ts";
import type { VictimTask } from "./log-victim.ts";

const STEPS: readonly SigningStep[] = [
  "locked",
  "growing",
  "grown",
  "keeping",
  "kept",
  "storing",
  "stored",
  "published",
  "advancing",
  "advanced",
];
const VICTIM = fileURLToPath(new URL("./log-victim.ts", import.meta.url));

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

/** A database and a folder of keys that outlive their processes. */
interface Place {
  readonly sql: Sql;
  readonly task: VictimTask;
  readonly seed: Buffer;
  readonly state: Buffer;
  /** Every checkpoint that anybody could have seen. */
  readonly seen: Set<string>;
  /** A process of this place, alive. */
  start(at?: (step: SigningStep) => void): Promise<{ log: Log; journal: Journal; tags: TagKeys }>;
  end(): Promise<void>;
}

async function newPlace(): Promise<Place> {
  const target = await cluster.migrated();
  const folder = await mkdtemp(join(tmpdir(), "ecrin-crash-"));
  const sql = openPool(target, 4);
  await migrate(sql, randomBytes(24).toString("base64url"));
  const [seed, state] = [randomBytes(32), randomBytes(32)];
  await writeFile(join(folder, "seed"), seed);
  await writeFile(join(folder, "mac"), `${state.toString("base64url")}\n`, { mode: 0o600 });
  const signer = signerOf(seed);
  return {
    sql,
    task: { target, folder },
    seed,
    state,
    seen: new Set(),
    async start(at) {
      const tags = await openTagKeys(folder);
      const id = logIdOf(signer.key);
      const now = () => AT;
      const options = { id, sql, signer, tags, folder, now };
      return {
        log: createLog(at === undefined ? options : { ...options, at }),
        journal: createJournal(options),
        tags,
      };
    },
    async end() {
      await sql.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a victim until it is dead. @returns what it acknowledged, as index and leaf */
async function murder(task: VictimTask, acknowledgements?: number): Promise<[number, Hash][]> {
  const args = ["--disable-warning=ExperimentalWarning", VICTIM, JSON.stringify(task)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
    if (acknowledgements !== undefined && said.split("\n").length > acknowledgements)
      child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "close");
  assert.equal(signal, "SIGKILL");
  const lines = said.slice(0, said.lastIndexOf("\n")).split("\n");
  return lines.map((line): [number, Hash] => {
    const [index = "", leaf = ""] = line.split(" ");
    return [Number(index), leaf as Hash];
  });
}

async function remember({ sql, seen, task }: Place): Promise<void> {
  for (const row of await sql<{ note: string }[]>`select note from log_checkpoints`)
    seen.add(row.note);
  const kept = await readOutside(task.folder);
  if (kept !== undefined) seen.add(kept.note);
}

/** One history without gap or double, every tag by its epoch's key, every checkpoint ever seen a beginning of it. */
async function checkPlace(place: Place, acknowledged: readonly [number, Hash][]): Promise<void> {
  const { sql, seed, state, seen } = place;
  await remember(place);
  const rows = await sql<{ index: number; commitment: Buffer; leaf: Buffer; tag: Buffer }[]>`
    select * from journal_leaves order by index`;
  const ends = await sql<{ past: number }[]>`select past from log_epochs order by epoch`;
  let [epoch, reached] = [1, nextState(state)];
  let tag: Buffer = Buffer.alloc(32);
  for (const [i, row] of rows.entries()) {
    assert.equal(row.index, i);
    assert.deepEqual(row.leaf, Buffer.from(leafHash(row.commitment)));
    if (ends[epoch - 1]?.past === i) [epoch, reached] = [epoch + 1, nextState(reached)];
    tag = createHmac("sha256", epochKey(epoch, reached)).update(tag).update(row.leaf).digest();
    assert.deepEqual(row.tag, tag, `tag ${i}`);
  }
  for (const [index, leaf] of acknowledged)
    assert.equal(rows[index]?.leaf.toString("base64url"), leaf, `entry ${index} was lost`);
  const keys = await followLogKeys(signerOf(seed).key, []);
  const data = rows.map((row) => row.commitment);
  for (const note of seen) {
    const { size, root } = await openCheckpoint(note, keys);
    assert.ok(size <= rows.length);
    assert.deepEqual(fromBase64url(root), merkleRoot(data.slice(0, size)), `a fork at ${size}`);
  }
}

test("killed between every two steps, the log goes on as one history", async () => {
  const place = await newPlace();
  try {
    const acknowledged: [number, Hash][] = [];
    for (const step of STEPS) {
      acknowledged.push(...(await murder({ ...place.task, step })));
      await remember(place);
      // Another process takes over, writes and signs.
      const { log, journal } = await place.start();
      for (const { index, leaf } of await write(journal, 2)) acknowledged.push([index, leaf]);
      const signed = await log.sign();
      assert.equal(signed?.note, (await readOutside(place.task.folder))?.note, step);
      await checkPlace(place, acknowledged);
    }
    assert.equal(acknowledged.length, STEPS.length * 7);
  } finally {
    await place.end();
  }
});

test("killed at any moment of writing, nothing acknowledged is lost and nothing is doubled", async () => {
  const place = await newPlace();
  try {
    const acknowledged: [number, Hash][] = [];
    for (const count of [1, 7, 23]) {
      acknowledged.push(...(await murder(place.task, count)));
      await remember(place);
      const { log, journal } = await place.start();
      await write(journal, 1);
      await log.sign();
      await checkPlace(place, acknowledged);
    }
  } finally {
    await place.end();
  }
});

test("a step that fails, done or not, is taken again without harm", async () => {
  const place = await newPlace();
  try {
    const acknowledged: [number, Hash][] = [];
    for (const failing of STEPS) {
      const broken = await place.start((step) => {
        if (step === failing) throw new Error(`failed at ${failing}`);
      });
      for (const { index, leaf } of await write(broken.journal, 3))
        acknowledged.push([index, leaf]);
      const id = logIdOf(signerOf(place.seed).key);
      await closeEpoch({ sql: place.sql, log: id, tags: broken.tags, now: () => AT }, () => true);
      await assert.rejects(broken.log.sign(), { message: `failed at ${failing}` });
      await remember(place);
      for (const { index, leaf } of await write(broken.journal, 1))
        acknowledged.push([index, leaf]);
      const whole = await place.start();
      await whole.log.sign();
      await checkPlace(place, acknowledged);
    }
  } finally {
    await place.end();
  }
});

test("a process that died after it kept a checkpoint over a tile's edge outside leaves a log that starts", async () => {
  const place = await newPlace();
  try {
    const first = await place.start((step) => {
      if (step === "kept") throw new Error("no more");
    });
    await write(first.journal, 260);
    await assert.rejects(first.log.sign(), /no more/);
    assert.equal((await readOutside(place.task.folder))?.size, 260);
    const [stored] = await place.sql<{ count: number }[]>`select count(*) from log_hashes`;
    assert.equal(stored?.count, 0);
    const second = await place.start();
    await second.log.check();
    assert.equal((await second.log.sign())?.size, 260);
    await checkPlace(place, []);
  } finally {
    await place.end();
  }
});
