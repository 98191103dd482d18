// What goes wrong beside the requests: it is told, and keeps nothing else from its turn.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { logIdOf } from "@ecrin/protocol";
import { ServerError } from "../src/problem.ts";
import { DEFAULT_PACE, startSequencing } from "../src/sequencing.ts";
import { startSweeping } from "../src/sweep.ts";
import { type Cluster, type Ground, layGround, startCluster } from "./harness.ts";
import { newSigner } from "./person.ts";

const AT = 1_790_000_000_000;

let cluster: Cluster;
let ground: Ground;
before(async () => {
  cluster = await startCluster();
  ground = await layGround(cluster, () => AT);
});
after(async () => {
  await ground.end();
  await cluster.stop();
});

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tried = 0; !(await holds()); tried++) {
    if (tried > 400) assert.fail(`never: ${what}`);
    await sleep(10);
  }
}

test("a log that cannot be signed is told once, and so is that it can again", async () => {
  const id = logIdOf(newSigner().key);
  const draft = {
    subject: id,
    kind: "listing",
    actor: {},
    about: { from: 0, count: 1 },
    at: AT,
  } as const;
  await ground.journal.commit({ entries: () => [draft] });
  let full = true;
  let tries = 0;
  const told: unknown[] = [];
  const sequencing = await startSequencing({
    sql: ground.app,
    id,
    log: {
      id,
      from: 0,
      latest: () => Promise.resolve(undefined),
      sign: () => {
        tries += 1;
        return full ? Promise.reject(new ServerError("storage-full")) : Promise.resolve(undefined);
      },
      check: () => Promise.resolve(),
      tile: () => Promise.resolve(undefined),
      inclusion: () => Promise.resolve(undefined),
      consistency: () => Promise.resolve(undefined),
      anchored: () => Promise.resolve(0),
    },
    tags: ground.tags,
    now: () => AT,
    pace: { ...DEFAULT_PACE, tick: 5 },
    refused: () => assert.fail("nothing is refused"),
    failed: (error) => told.push(error instanceof ServerError ? error.code : error),
  });
  await until("three tries", () => tries >= 3);
  assert.deepEqual(told, ["storage-full"]);
  full = false;
  await until("the end of it", () => told.length > 1);
  await sequencing.stop();
  assert.deepEqual(told, ["storage-full", undefined]);
});

test("while nothing is written to the journal, what has expired is swept all the same", async () => {
  const { admin, app } = ground;
  await admin`insert into proofs (proof, expires) values (${randomBytes(32)}, ${AT - 1})`;
  await admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`insert into ecrin.space_members (space, account, role, until) values ('s', 'a', 'reader', ${AT})`;
  });
  const sweeping = startSweeping(
    {
      sql: app,
      now: () => AT,
      log: { check: () => Promise.reject(new ServerError("unavailable")) },
      journal: {
        ...ground.journal,
        commit: () => Promise.reject(new ServerError("unavailable")),
      },
      blobs: {
        create: () => assert.fail(),
        append: () => assert.fail(),
        size: () => assert.fail(),
        settle: () => assert.fail(),
        read: () => assert.fail(),
        remove: () => assert.fail(),
      },
    },
    10,
  );
  await until("a sweep", async () => (await admin`select from proofs`).length === 0);
  await sweeping.stop();
  await admin`delete from space_members`;
});
