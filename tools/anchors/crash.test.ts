// kill -9 between every two steps of anchoring; and each step failing, with and without having been
// done all the same: nothing is anchored twice, nothing stays unanchored, no key is told too early.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { logIdOf } from "@ecrin/protocol";
import { type AnchoringStep, anchoredAt } from "../../apps/server/src/anchors.ts";
import { openPool, type Sql } from "../../apps/server/src/database.ts";
import { createLog } from "../../apps/server/src/log.ts";
import { migrate } from "../../apps/server/src/migrations.ts";
import { signerOf } from "../../apps/server/src/signer.ts";
import { openTagKeys } from "../../apps/server/src/tag-keys.ts";
import { type Cluster, startCluster } from "../../apps/server/test/harness.ts";
import { type RunningAuthority, startAuthority } from "./authority.ts";
import { type Calendar, startCalendar } from "./calendar.ts";
import { type AnchorTask, openPlace } from "./place.ts";

const STEPS: readonly AnchoringStep[] = ["due", "taken", "answered", "kept", "told"];
const VICTIM = fileURLToPath(new URL("./victim.ts", import.meta.url));
const DAY = 86_400_000;

let cluster: Cluster;
let authority: RunningAuthority;
let calendar: Calendar;
before(async () => {
  cluster = await startCluster();
  authority = await startAuthority("Horodatage Test");
  calendar = await startCalendar();
});
after(async () => {
  await Promise.all([authority, calendar].map((each) => each?.stop()));
  await cluster?.stop();
});

async function newTask(): Promise<{ task: AnchorTask; seed: Buffer; sql: Sql }> {
  const target = await cluster.migrated();
  const folder = await mkdtemp(join(tmpdir(), "ecrin-anchor-crash-"));
  const sql = openPool(target, 2);
  await migrate(sql, randomBytes(24).toString("base64url"));
  const seed = randomBytes(32);
  await writeFile(join(folder, "seed"), seed);
  const state = randomBytes(32).toString("base64url");
  await writeFile(join(folder, "mac"), `${state}\n`, { mode: 0o600 });
  const root = Buffer.from(authority.root).toString("base64");
  const { url, headers } = calendar;
  const task = {
    target,
    folder,
    authority: { url: authority.url, root },
    calendar: { url, headers },
    at: Date.now(),
  };
  return { task, seed, sql };
}

async function murder(task: AnchorTask, step: AnchoringStep): Promise<void> {
  const args = ["--disable-warning=ExperimentalWarning", VICTIM, JSON.stringify({ ...task, step })];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [, signal] = await once(child, "close");
  assert.equal(signal, "SIGKILL", step);
}

/** Goes on with another process, an hour later, until nothing waits any more; then looks at all of it. */
async function goOn(task: AnchorTask, sql: Sql, seed: Buffer): Promise<void> {
  const place = await openPlace({ ...task, at: task.at + DAY });
  try {
    for (let tried = 0; tried < 60; tried++) {
      await place.anchors.round();
      calendar.mine(900);
      const [left] = await sql<{ count: number }[]>`
        select count(*) from anchors where state in ('waiting', 'pending')`;
      if (left?.count === 0) break;
      // A pending row is asked for again when its time has come; the clock stands, so bring it here.
      await sql`update anchors set next_at = 0 where state in ('waiting', 'pending')`;
    }
    await place.anchors.round();
  } finally {
    await place.end();
  }
  const rows = await sql<{ size: number; kind: string; state: string }[]>`
    select size, kind, state from anchors order by size, kind`;
  const checkpoints = await sql<{ size: number; note: string; text: string }[]>`
    select size, note, text from anchored_checkpoints order by size`;
  assert.ok(checkpoints.length > 0);
  assert.deepEqual(
    rows.map(({ size, kind, state }) => `${size} ${kind} ${state}`),
    checkpoints.flatMap(({ size }) => [`${size} ots confirmed`, `${size} rfc3161 stamped`]),
  );
  const signed = await sql<{ note: string }[]>`select note from log_checkpoints`;
  for (const { size, note } of checkpoints) {
    assert.ok(
      signed.some((each) => each.note === note),
      `a checkpoint of ${size} nobody signed`,
    );
    const evidence = await anchoredAt(sql, size);
    assert.equal(evidence?.stamps.length, 1);
    assert.equal(evidence?.ots?.headers.length, 1);
  }
  // A key is published once, and only under an anchored checkpoint.
  const largest = checkpoints.at(-1)?.size ?? 0;
  const early = await sql`
    select from log_epoch_keys k join log_epochs e on e.epoch = k.epoch where e.past > ${largest}`;
  assert.equal(early.length, 0);
  const missing = await sql`
    select from log_epochs e where e.past <= ${largest}
    and not exists (select from log_epoch_keys k where k.epoch = e.epoch)`;
  assert.equal(missing.length, 0, "a key was never told");
  const tags = await openTagKeys(task.folder);
  const open = await sql<{ epoch: number }[]>`select epoch from log_epoch_keys`;
  const told = new Set(open.map(({ epoch }) => epoch));
  assert.ok(
    (await tags.retired()).every(({ epoch }) => !told.has(epoch)),
    "a told key is kept",
  );
  // And the log itself is one history.
  const signer = signerOf(seed);
  const now = () => task.at;
  await createLog({ id: logIdOf(signer.key), sql, signer, tags, folder: task.folder, now }).check();
}

test("killed between every two steps of anchoring, everything is anchored once", async () => {
  const { task, seed, sql } = await newTask();
  try {
    for (const step of STEPS) {
      // The row that dies with its process is taken up again after its time.
      await murder({ ...task, at: task.at }, step);
      await goOn(task, sql, seed);
    }
  } finally {
    await sql.end();
    await rm(task.folder, { recursive: true, force: true });
  }
});

test("a step of anchoring that fails, done or not, is taken again without harm", async () => {
  const { task, seed, sql } = await newTask();
  try {
    for (const failing of STEPS) {
      const broken = await openPlace(task, (step) => {
        if (step === failing) throw new Error(`failed at ${failing}`);
      });
      await assert.rejects(broken.work(), { message: `failed at ${failing}` });
      await broken.end();
      await goOn(task, sql, seed);
    }
  } finally {
    await sql.end();
    await rm(task.folder, { recursive: true, force: true });
  }
});

test("anchored by clocks a day ahead and a day behind all the same", async () => {
  for (const away of [DAY, -DAY]) {
    const { task, seed, sql } = await newTask();
    try {
      const place = await openPlace({ ...task, at: task.at + away });
      await place.work();
      await place.end();
      await goOn({ ...task, at: task.at + away }, sql, seed);
    } finally {
      await sql.end();
      await rm(task.folder, { recursive: true, force: true });
    }
  }
});
