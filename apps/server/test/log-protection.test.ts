// What PostgreSQL blocks and what only the tree detects, by who does it (spec/journal.md,
// Protection). And what is left of an entry that was erased.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import {
  entryCommitment,
  fromBase64url,
  hashesIn,
  hashOf,
  leafHash,
  newId,
  provesConsistency,
  provesInclusion,
  readTiles,
  rootOfPerfect,
  spanRoot,
  TILE_WIDTH,
  treeOf,
  utf8,
} from "@ecrin/protocol";
import { closeEpoch, listEpochs } from "../src/epochs.ts";
import { eraseEntries } from "../src/erasure.ts";
import { createJournal } from "../src/journal.ts";
import type { Signed } from "../src/log.ts";
import { signerOf } from "../src/signer.ts";
import { type Cluster, startCluster } from "./harness.ts";
import { AT, type LogGround, layLog, write } from "./log-ground.ts";

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

async function withLog(run: (ground: LogGround) => Promise<void>): Promise<void> {
  const ground = await layLog(cluster);
  try {
    await run(ground);
  } finally {
    await ground.end();
  }
}

const APPEND_ONLY = [
  "journal_leaves",
  "log_hashes",
  "log_checkpoints",
  "log_epochs",
  "log_epoch_keys",
  "log_keys",
  "log_successions",
  "cosignatures",
];

/** Every way of not only adding, for each table that is only added to. */
const attempts = [
  // Of openings, rows may be deleted: that is what erasing is, and another role's.
  "update journal_openings set entry = entry",
  "truncate journal_openings",
  ...APPEND_ONLY.flatMap((table) => [
    `update ${table} set ${columnOf(table)}`,
    `delete from ${table}`,
    `truncate ${table} cascade`,
  ]),
];

function columnOf(table: string): string {
  const columns: Record<string, string> = {
    journal_leaves: "leaf = leaf",
    log_hashes: "hash = hash",
    log_checkpoints: "note = note",
    log_epochs: "start = start",
    log_epoch_keys: "key = key",
    log_keys: "key = key",
    log_successions: "kept = kept",
    cosignatures: "line = line",
  };
  return columns[table] ?? assert.fail(table);
}

test("blocked: the service changes, deletes and truncates nothing that is only added to", async () => {
  await withLog(async ({ app }) => {
    const more = [
      "alter table journal_leaves disable trigger all",
      "drop table log_checkpoints",
      "drop function refuse_change() cascade",
      "create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'",
      "set session_replication_role = replica",
      "set role ecrin_owner",
      "set role ecrin_eraser",
      "delete from journal_openings",
    ];
    for (const attempt of [...attempts, ...more])
      await assert.rejects(app.unsafe(attempt), { code: "42501" }, attempt);
  });
});

test("blocked: the owner, and a superuser in replica mode, by triggers that are always on", async () => {
  await withLog(async ({ admin }) => {
    for (const setup of [
      "set local role ecrin_owner",
      "set local session_replication_role = replica",
    ]) {
      for (const attempt of attempts) {
        const trying = admin.begin(async (tx) => {
          await tx.unsafe(setup);
          await tx.unsafe(attempt);
        });
        await assert.rejects(trying, { code: "42501" }, `${setup}: ${attempt}`);
      }
    }
    const [owner] = await admin<{ may: boolean }[]>`
      select rolcanlogin as may from pg_roles where rolname = 'ecrin_owner'`;
    assert.equal(owner?.may, false);
  });
});

/** What a verifier does that holds only a checkpoint: the leaves of the tiles must lead to its root. */
async function verify({ log }: LogGround, { size, root }: Signed): Promise<void> {
  const tiles = readTiles(size, async (tile) => (await log.tile(tile)) ?? assert.fail("no tile"));
  const data = await Promise.all(
    Array.from({ length: Math.ceil(size / TILE_WIDTH) }, (_, i) =>
      tiles(0, i * TILE_WIDTH, Math.min((i + 1) * TILE_WIDTH, size)),
    ),
  );
  // Full tiles must be what the level above says of them, or proofs would not hold for their leaves.
  for (const [i, leaves] of data.entries()) {
    if (leaves.length < TILE_WIDTH) continue;
    const [above] = await tiles(1, i, i + 1);
    assert.deepEqual(above, rootOfPerfect(leaves), `tile ${i}`);
  }
  assert.equal(hashOf(await spanRoot({ from: 0, to: size }, tiles)), root);
}

test("detected: whatever a superuser does once the triggers are off, by whoever holds a checkpoint", async () => {
  const deeds: [string, string][] = [
    ["a leaf rewritten", "update journal_leaves set leaf = tag where index = 20"],
    ["a leaf of a full tile rewritten", "update journal_leaves set leaf = tag where index = 3"],
    [
      "two leaves exchanged",
      `update journal_leaves a set leaf = b.leaf from journal_leaves b
       where (a.index, b.index) in ((4, 5), (5, 4))`,
    ],
    ["a leaf dropped", "delete from journal_leaves where index = 270"],
    ["the end cut off", "delete from journal_leaves where index >= 260"],
    ["a hash of the tree rewritten", "update log_hashes set hash = sha256(hash)"],
    ["everything truncated", "truncate journal_leaves"],
  ];
  for (const [name, deed] of deeds) {
    await withLog(async (ground) => {
      await write(ground.journal, 280);
      const signed = (await ground.log.sign()) ?? assert.fail();
      await verify(ground, signed);
      await ground.admin.unsafe(`alter table journal_leaves disable trigger all;
        alter table log_hashes disable trigger all; ${deed}`);
      await assert.rejects(verify(ground, signed), () => true, name);
    });
  }
});

test("the signer refuses a leaf changed outside a full tile; inside one it signs the tree as it was, and the tile tells", async () => {
  for (const [index, isRefused] of [
    [270, true],
    [3, false],
  ] as const) {
    await withLog(async (ground) => {
      await write(ground.journal, 280);
      const before = (await ground.log.sign()) ?? assert.fail();
      await ground.admin.unsafe(`alter table journal_leaves disable trigger all;
        update journal_leaves set leaf = tag where index = ${index}`);
      await write(ground.journal, 5);
      const signing = ground.log.sign();
      if (isRefused) return await assert.rejects(signing, { refusal: "fork" });
      const after = (await signing) ?? assert.fail();
      const proof = (await ground.log.consistency(before.size, after.size)) ?? assert.fail();
      const hashes = proof.map((hash) => fromBase64url(hash));
      assert.ok(provesConsistency(treeOf(before), treeOf(after), hashes));
      await assert.rejects(verify(ground, after), /tile 0/);
    });
  }
});

test("detected: a history signed anew with the stolen log key does not extend what was seen", async () => {
  await withLog(async (ground) => {
    await write(ground.journal, 10);
    const seen = (await ground.log.sign()) ?? assert.fail();
    await ground.admin.unsafe(`alter table journal_leaves disable trigger all;
      alter table log_checkpoints disable trigger all; delete from log_checkpoints;
      update journal_leaves set leaf = sha256(leaf) where index = 2`);
    await write(ground.journal, 5);
    // Where the file outside is gone too, nothing stops the signer; the checkpoint that was seen does.
    const { log } = ground.anotherLog(await emptyFolder(ground));
    const forged = (await log.sign()) ?? assert.fail();
    const proof = (await log.consistency(seen.size, forged.size)) ?? assert.fail();
    const hashes = proof.map((hash) => fromBase64url(hash));
    assert.ok(!provesConsistency(treeOf(seen), treeOf(forged), hashes));
  });
});

async function emptyFolder({ folder }: LogGround): Promise<string> {
  await mkdir(`${folder}/empty`);
  return `${folder}/empty`;
}

test("an erased entry keeps every proof, and nothing that is left or disclosed links to it", async () => {
  await withLog(async (ground) => {
    const { admin, app: sql, id, log, tags } = ground;
    const subject = newId<"space">();
    const places = await write(ground.journal, 6, subject);
    await closeEpoch({ sql, log: id, tags, now: () => AT }, () => true);
    const signed = (await log.sign()) ?? assert.fail();
    const openings = await ground.journal.entries(subject, 0, 10);
    const gone = openings[2] ?? assert.fail();
    const place = places.find(({ n }) => n === 2) ?? assert.fail();
    const eraser = createJournal({
      sql: admin,
      signer: signerOf(ground.logKey),
      tags,
      now: () => AT,
    });
    const erasing = { subject, from: 2, count: 1, code: "request", at: AT } as const;
    // The service itself has no right to.
    await assert.rejects(eraseEntries(ground.journal, id, erasing), { code: "internal" });
    assert.equal(await eraseEntries(eraser, id, erasing), 1);
    await assert.rejects(eraseEntries(eraser, id, erasing), { code: "not-found" });
    await assert.rejects(eraseEntries(eraser, id, { ...erasing, subject: id }), {
      code: "not-allowed",
    });
    // Every proof stays valid, and the erasure is an entry.
    const inclusion = (await log.inclusion(place.index, signed.size)) ?? assert.fail();
    const hashes = inclusion.map((hash) => fromBase64url(hash));
    const leaf = fromBase64url(place.leaf);
    const { size } = signed;
    assert.ok(provesInclusion(leaf, { index: place.index, size, hashes }, treeOf(signed).root));
    const left = await ground.journal.entries(subject, 0, 10);
    assert.deepEqual(
      left.map((each) => [each.n, JSON.parse(each.entry).kind]),
      [...[0, 1, 3, 4, 5].map((n) => [n, "listing"]), [6, "erasure"]],
    );
    // Somebody with the whole database, every key disclosed, and the whole entry but its salt.
    const later = (await log.sign()) ?? assert.fail();
    await log.anchored(later.size);
    const everything = await dump(ground);
    assert.ok(!everything.includes(Buffer.from(gone.salt, "base64url").toString("hex")));
    assert.ok(!everything.includes(gone.entry));
    const leaves = hashesIn(
      (await log.tile({ level: 0, number: 0, width: later.size })) ?? assert.fail(),
    );
    const [epoch] = await listEpochs(sql, 0, later.size);
    const salts = [Buffer.alloc(32), ...everything.matchAll(/[0-9a-f]{64}/g)].map((each) =>
      Buffer.isBuffer(each) ? each : Buffer.from(each[0], "hex"),
    );
    for (const salt of [
      ...salts,
      Buffer.from(epoch?.key ?? assert.fail("not disclosed"), "base64url"),
    ]) {
      const guess = leafHash(entryCommitment(salt, utf8(gone.entry)));
      assert.ok(!leaves.some((each) => Buffer.from(each).equals(Buffer.from(guess))));
      const mac = createHmac("sha256", salt).update(utf8(gone.entry)).digest("hex");
      assert.ok(!everything.includes(mac));
    }
    // With its salt, it would be found: the test would see a salt that was left anywhere.
    const right = leafHash(entryCommitment(fromBase64url(gone.salt), utf8(gone.entry)));
    assert.deepEqual(leaves[place.index], right);
  });
});

/** Every row of every table, as text. */
async function dump({ admin }: LogGround): Promise<string> {
  const tables = await admin<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'ecrin'`;
  const rows = await Promise.all(
    tables.map(({ name }) => admin.unsafe(`select to_jsonb(t)::text as row from ecrin.${name} t`)),
  );
  return JSON.stringify(rows.flatMap((list) => list.map((each) => each.row)));
}
