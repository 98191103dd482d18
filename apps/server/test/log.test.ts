import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  encodeEntry,
  entryCommitment,
  fromBase64url,
  GrowingTree,
  hashesIn,
  inclusionSpans,
  leafHash,
  merkleRoot,
  openCheckpoint,
  parseEntry,
  provesConsistency,
  provesInclusion,
  readTiles,
  spanRoots,
  tileAt,
  treeOf,
} from "@ecrin/protocol";
import { closeEpoch, listEpochs } from "../src/epochs.ts";
import type { Signed } from "../src/log.ts";
import { readOutside } from "../src/outside.ts";
import { nextState, openTagKeys } from "../src/tag-keys.ts";
import { rootOver } from "../src/tree.ts";
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

async function leavesOf({ admin }: LogGround): Promise<Buffer[]> {
  const rows = await admin<{ commitment: Buffer }[]>`
    select commitment from journal_leaves order by index`;
  return rows.map((row) => row.commitment);
}

async function signedBy(ground: LogGround): Promise<Signed> {
  return (await ground.log.sign()) ?? assert.fail("nothing was signed");
}

test("a checkpoint is the root over every leaf, under the key of the log", async () => {
  await withLog(async (ground) => {
    assert.equal(await ground.log.sign(), undefined);
    for (const more of [1, 254, 1, 300, 212]) {
      await write(ground.journal, more);
      const signed = await signedBy(ground);
      const opened = await openCheckpoint(signed.note, ground.keys);
      const leaves = await leavesOf(ground);
      assert.equal(opened.size, leaves.length);
      assert.deepEqual(fromBase64url(opened.root), merkleRoot(leaves));
      assert.equal((await readOutside(ground.folder))?.note, signed.note);
    }
    // The same tree again is the same checkpoint.
    assert.deepEqual(await ground.log.sign(), await ground.log.latest());
  });
});

test("a root is told where hashes of the tree are due and none may be stored", async () => {
  await withLog(async (ground) => {
    const { admin, app, journal, log } = ground;
    const stored = async () => (await admin`select from log_hashes`).length;
    let last = 0;
    for (const more of [300, 250, 30, 300]) {
      await write(journal, more);
      const leaves = await leavesOf(ground);
      assert.deepEqual(await rootOver(admin, leaves.length), merkleRoot(leaves));
      assert.deepEqual(await rootOver(admin, 257), merkleRoot(leaves.slice(0, 257)));
      assert.equal(await stored(), last);
      if (more === 30) continue;
      await log.sign();
      last = await stored();
    }
    assert.equal(last, 3);
    // The same from hashes two levels up, none of which is stored.
    await admin.unsafe(`alter table log_hashes disable trigger all; delete from log_hashes;
      insert into journal_leaves select i, sha256(i::text::bytea), sha256(i::text::bytea), tag
      from generate_series(880, 66000) as i, journal_leaves where index = 0`);
    const rows = await app<{ leaf: Buffer }[]>`select leaf from journal_leaves order by index`;
    const tree = new GrowingTree();
    for (const { leaf } of rows) tree.append(0, new Uint8Array(leaf));
    assert.deepEqual(await rootOver(admin, rows.length), tree.root());
  });
});

test("every leaf is proven by tiles and by the server, and one checkpoint extends the other", async () => {
  await withLog(async (ground) => {
    const { log } = ground;
    await write(ground.journal, 300);
    const older = await signedBy(ground);
    await write(ground.journal, 230);
    const newer = await signedBy(ground);
    const { size } = newer;
    const { root } = treeOf(newer);
    const tiles = readTiles(size, async (tile) => (await log.tile(tile)) ?? assert.fail());
    const leaves = await leavesOf(ground);
    for (const index of [0, 1, 255, 256, 511, 512, size - 1]) {
      const leaf = leafHash(leaves[index] ?? assert.fail());
      const hashes = await spanRoots(inclusionSpans(index, size), tiles);
      assert.ok(provesInclusion(leaf, { index, size, hashes }, root), `leaf ${index}`);
      const told = (await log.inclusion(index, size)) ?? assert.fail();
      assert.deepEqual(
        told.map((hash) => fromBase64url(hash)),
        hashes,
      );
    }
    const proof = (await log.consistency(older.size, size)) ?? assert.fail();
    const hashes = proof.map((hash) => fromBase64url(hash));
    assert.ok(provesConsistency(treeOf(older), treeOf(newer), hashes));
    // Nothing beyond the checkpoint.
    await write(ground.journal, 300);
    assert.equal(await log.tile({ level: 0, number: 2, width: 19 }), undefined);
    assert.equal(await log.inclusion(size, size + 1), undefined);
    assert.equal(await log.consistency(1, size + 1), undefined);
    assert.equal(
      await log.tile(tileAt(size, 1, 1) ?? { level: 1, number: 1, width: 1 }),
      undefined,
    );
  });
});

test("of several processes, each signs what extends the others'", async () => {
  await withLog(async (ground) => {
    const others = [ground.anotherLog(), ground.anotherLog()];
    const signed: Signed[] = [];
    await Promise.all(
      [ground, ...others].map(async ({ log, journal }) => {
        for (let i = 0; i < 8; i++) {
          await write(journal, 10);
          const each = await log.sign();
          if (each !== undefined) signed.push(each);
        }
      }),
    );
    const leaves = await leavesOf(ground);
    assert.equal(leaves.length, 240);
    for (const { size, root } of signed)
      assert.deepEqual(fromBase64url(root), merkleRoot(leaves.slice(0, size)));
    assert.equal((await ground.log.latest())?.size, 240);
  });
});

test("a database behind its checkpoint is not signed, and is again when it is whole", async () => {
  await withLog(async (ground) => {
    const { admin, log } = ground;
    await write(ground.journal, 20);
    const kept = join(ground.folder, "checkpoint");
    await signedBy(ground);
    const older = await readFile(kept, "utf8");
    // As a backup restored by its superuser would leave it.
    await admin.unsafe(`
      alter table journal_leaves disable trigger all; alter table log_checkpoints disable trigger all;
      create table ecrin.aside as select * from journal_leaves where index >= 15;
      delete from journal_leaves where index >= 15; delete from log_checkpoints;
      update journal_head set size = 15`);
    await assert.rejects(log.sign(), { name: "LogRefused", refusal: "behind" });
    await assert.rejects(log.check(), { name: "LogRefused", refusal: "behind" });
    await admin.unsafe(`insert into journal_leaves select * from ecrin.aside;
      update journal_head set size = 20`);
    assert.equal((await signedBy(ground)).note, older);
  });
});

test("a leaf rewritten by a superuser is not signed over", async () => {
  await withLog(async (ground) => {
    await write(ground.journal, 20);
    await signedBy(ground);
    await write(ground.journal, 5);
    await ground.admin.unsafe(`alter table journal_leaves disable trigger all;
      update journal_leaves set leaf = commitment where index = 3`);
    await assert.rejects(ground.log.sign(), { name: "LogRefused", refusal: "fork" });
    assert.equal((await ground.log.latest())?.size, 20);
  });
});

test("a checkpoint kept and never stored is the same one again", async () => {
  await withLog(async (ground) => {
    await write(ground.journal, 7);
    const first = await signedBy(ground);
    await ground.admin.unsafe(
      "alter table log_checkpoints disable trigger all; delete from log_checkpoints",
    );
    assert.equal((await signedBy(ground)).note, first.note);
    // And a place whose file is older takes over what another one published.
    await write(ground.journal, 1);
    const second = await signedBy(ground);
    await writeFile(join(ground.folder, "checkpoint"), first.note);
    await ground.log.sign();
    assert.equal((await readOutside(ground.folder))?.note, second.note);
  });
});

test("an epoch is closed by an entry that names its last tag, and its key is told once it is anchored", async () => {
  await withLog(async (ground) => {
    const { app: sql, log, tags, id } = ground;
    const closing = { sql, log: id, tags, now: () => AT };
    const always = () => true;
    assert.equal(await closeEpoch(closing, always), false);
    await write(ground.journal, 5);
    assert.equal(await closeEpoch(closing, (leaves) => leaves > 5), false);
    assert.equal(await closeEpoch(closing, always), true);
    assert.equal(await closeEpoch(closing, always), false);
    await write(ground.journal, 4);
    assert.equal(await closeEpoch(closing, always), true);
    await write(ground.journal, 3);
    const { size } = await signedBy(ground);
    assert.deepEqual(
      (await tags.retired()).map((each) => each.epoch),
      [1, 2],
    );
    const sealed = await listEpochs(sql, 0, size);
    assert.deepEqual(
      sealed.map(({ epoch, from, to, key }) => ({ epoch, from, to, key })),
      [
        { epoch: 1, from: 0, to: 6, key: undefined },
        { epoch: 2, from: 6, to: 11, key: undefined },
      ],
    );
    assert.equal(await log.anchored(6), 1);
    assert.equal(await log.anchored(6), 0);
    assert.deepEqual(
      (await tags.retired()).map((each) => each.epoch),
      [2],
    );
    assert.equal(await log.anchored(size), 1);
    assert.deepEqual(await tags.retired(), []);
    const leaves = hashesIn(
      (await log.tile({ level: 0, number: 0, width: size })) ?? assert.fail(),
    );
    for (const { from, to, start, key, closing } of await listEpochs(sql, 0, size)) {
      let tag: Uint8Array = fromBase64url(start);
      const hmac = (leaf: Uint8Array) =>
        createHmac("sha256", fromBase64url(key ?? assert.fail()))
          .update(tag)
          .update(leaf)
          .digest();
      for (const leaf of leaves.slice(from, to - 1)) tag = hmac(leaf);
      const entry = parseEntry(closing.entry);
      assert.deepEqual(tag, Buffer.from(entry.about.tag ?? "", "base64url"));
      assert.equal(closing.before, entry.about.tag);
      const commitment = entryCommitment(fromBase64url(closing.salt), encodeEntry(entry));
      const leaf = leafHash(commitment);
      assert.deepEqual(leaves[to - 1], leaf);
      assert.equal(hmac(leaf).toString("base64url"), closing.tag);
    }
  });
});

test("the state of an epoch that is closed while a checkpoint is signed stays until the next", async () => {
  await withLog(async (ground) => {
    const { app: sql, admin, log, tags, id } = ground;
    await write(ground.journal, 5);
    let signing: Promise<unknown> | undefined;
    // What is signed waits to be stored, and the epoch ends meanwhile.
    await admin.begin(async (tx) => {
      await tx`lock table log_checkpoints in exclusive mode`;
      const grown = Promise.withResolvers<void>();
      const at = (step: string) => (step === "storing" ? grown.resolve() : undefined);
      signing = ground.anotherLog(ground.folder, at).log.sign();
      await Promise.race([grown.promise, signing]);
      await write(ground.journal, 2);
      assert.equal(await closeEpoch({ sql, log: id, tags, now: () => AT }, () => true), true);
    });
    await signing;
    assert.equal((await readOutside(ground.folder))?.size, 5);
    assert.equal(await tags.epoch(), 1);
    await log.sign();
    assert.equal(await tags.epoch(), 2);
  });
});

test("the state of the tags goes forward only, and the file forgets", async () => {
  await withLog(async ({ folder }) => {
    const path = join(folder, "mac");
    const state = Buffer.alloc(32, 7);
    await writeFile(path, `${state.toString("base64url")}\n`, { mode: 0o600 });
    const [one, two] = [await openTagKeys(folder), await openTagKeys(folder)];
    const message = Buffer.from("x");
    const third = one.mac(3)(message);
    await one.advance(3);
    assert.deepEqual(two.mac(3)(message), third);
    await two.advance(3);
    await two.advance(2);
    const text = await readFile(path, "utf8");
    assert.deepEqual(
      (await two.retired()).map((each) => each.epoch),
      [1, 2],
    );
    for (const gone of [state, nextState(state), nextState(nextState(state))])
      assert.ok(!text.includes(gone.toString("base64url")));
    const reopened = await openTagKeys(folder);
    assert.deepEqual(reopened.mac(3)(message), third);
    assert.throws(() => reopened.mac(2), RangeError);
    assert.throws(() => reopened.mac(2_000_000), RangeError);
    await reopened.erase(new Set([1, 2]));
    assert.ok(!(await readFile(path, "utf8")).includes("retired"));
    await writeFile(path, "AAAA\n");
    await assert.rejects(openTagKeys(folder), /32 bytes/);
  });
});
