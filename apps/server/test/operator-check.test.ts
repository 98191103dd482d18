// The operator's check (spec/log.md): whatever a superuser changes is named by what it is of.

import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type EntryKind, nameOfStatement, newId, type Statement } from "@ecrin/protocol";
import { closeEpoch } from "../src/epochs.ts";
import { eraseEntries } from "../src/erasure.ts";
import { createJournal } from "../src/journal.ts";
import { readLogKeys } from "../src/keys.ts";
import { createLog } from "../src/log.ts";
import type { EntryDraft } from "../src/operation.ts";
import { type CheckedLog, checkAt, checkLog, readHeld } from "../src/operator-check.ts";
import { signerOf } from "../src/signer.ts";
import { openTagKeys } from "../src/tag-keys.ts";
import { type Cluster, startCluster } from "./harness.ts";
import { AT, type LogGround, layLog, write } from "./log-ground.ts";
import { DEEDS, OFF, retagged } from "./operator-deeds.ts";

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

/** 290 leaves: two closed epochs, the key of the first disclosed, one open; an entry erased; signed twice. */
async function withHistory(run: (ground: LogGround) => Promise<void>): Promise<void> {
  const ground = await layLog(cluster);
  try {
    const { app: sql, admin, id, log, tags, journal } = ground;
    const now = () => AT;
    const subject = newId<"space">();
    const close = () => closeEpoch({ sql, log: id, tags, now }, () => true);
    await write(journal, 8, subject);
    await close();
    const first = await log.sign();
    await log.anchored(first?.size ?? 0);
    await write(journal, 260);
    await close();
    const eraser = createJournal({ sql: admin, signer: signerOf(ground.logKey), tags, now });
    await eraseEntries(eraser, id, { subject, from: 2, count: 2, code: "asked", at: AT });
    await write(journal, 15);
    await log.sign();
    await write(journal, 4);
    await run(ground);
  } finally {
    await ground.end();
  }
}

const placeOf = ({ folder, tags, logKey }: LogGround) => ({
  folder,
  keys: { tags, logKey: signerOf(logKey).key },
});

async function check(ground: LogGround): Promise<CheckedLog> {
  return await checkLog({ ...placeOf(ground), admin: ground.admin });
}

async function looked(ground: LogGround): Promise<string[]> {
  return (await check(ground)).faults.map((each) => each.looked).sort();
}

test("what was signed is called so, with what was looked at", async () => {
  await withHistory(async (ground) => {
    const shown: string[] = [];
    const { log, ...said } = await checkLog(
      { ...placeOf(ground), admin: ground.admin },
      (leaves, of) => shown.push(`${leaves} of ${of}`),
    );
    assert.equal(log, ground.id);
    assert.deepEqual(shown, ["290 of 290"]);
    assert.deepEqual(said, {
      leaves: 290,
      signed: 286,
      openings: 288,
      erased: 2,
      tiles: 1,
      checkpoints: 2,
      tags: 290,
      tagsErased: 0,
      faults: [],
    });
  });
});

test("the operator's check names what a superuser changed, by what it is of", async () => {
  await withHistory(async (ground) => {
    const outside = await readHeld(placeOf(ground));
    for (const [name, expected, sql] of DEEDS) {
      const said: string[] = [];
      const undone = ground.admin.begin(async (tx) => {
        await tx.unsafe(OFF + sql);
        const { faults } = await checkAt(tx, outside);
        said.push(...faults.map((each) => each.looked).sort());
        throw new RangeError("undone");
      });
      await assert.rejects(undone, RangeError);
      assert.deepEqual(said, [...expected], name);
    }
    assert.deepEqual(await looked(ground), []);
  });
});

test("the statement that an entry carries is missed; a further entry of the same lacks none", async () => {
  await withHistory(async (ground) => {
    const { admin, journal } = ground;
    const subject = newId<"space">();
    const [made, ended, uploaded] = (["made.by", "ended.by", "uploaded.by"] as const).map(
      (text) => ({
        statement: `${text}.signature` as Statement,
        name: nameOfStatement(`${text}.s`),
      }),
    );
    const draft = (kind: EntryKind, each: typeof made, carries: boolean): EntryDraft => ({
      subject,
      kind,
      actor: {},
      about: { statement: each?.name ?? assert.fail() },
      at: AT,
      ...(carries && each !== undefined ? { statement: each.statement } : {}),
    });
    const entries = () => [
      draft("membership", made, true),
      draft("membership", made, false),
      draft("rotation", ended, true),
      draft("revocation", ended, false),
      draft("upload", uploaded, false),
    ];
    const { positions } = await journal.commit({ entries });
    assert.deepEqual(await looked(ground), []);
    const outside = await readHeld(placeOf(ground));
    const places = positions.map(({ index }) => index);
    for (const index of [places[0] ?? 0, places[2] ?? 0]) {
      const undone = admin.begin(async (tx) => {
        await tx.unsafe(
          `${OFF} update journal_openings set statement = null where index = ${index}`,
        );
        const { faults } = await checkAt(tx, outside);
        assert.deepEqual(faults, [{ looked: "opening", count: 1, first: `place ${index}` }]);
        throw new RangeError("undone");
      });
      await assert.rejects(undone, RangeError);
    }
  });
});

test("a key that has been published tags nothing that is not signed for, also where it is still kept", async () => {
  await withHistory(async (ground) => {
    const [published] = await ground.admin<{ key: Buffer }[]>`select key from log_epoch_keys`;
    const key = published?.key ?? assert.fail("no key is published");
    // A process that died between publishing and erasing has left it in the folder.
    const outside = { ...(await readHeld(placeOf(ground))), retired: [{ epoch: 1, key }] };
    const said: string[] = [];
    const undone = ground.admin.begin(async (tx) => {
      await tx.unsafe(`${OFF} delete from log_epochs where epoch = 2;
        update log_epochs set past = 290; update journal_head set epoch = 2; ${retagged(9, key)}`);
      const { faults } = await checkAt(tx, outside);
      said.push(...faults.flatMap(({ looked, first }) => (looked === "epoch" ? [first] : [])));
      throw new RangeError("undone");
    });
    await assert.rejects(undone, RangeError);
    assert.deepEqual(said, ["epoch 1: no key"]);
  });
});

test("beside a service that writes, closes epochs, signs and discloses there is no alarm", async () => {
  const ground = await layLog(cluster);
  try {
    const { admin, app: sql, folder, logKey, id } = ground;
    const now = () => AT;
    const secret = { mode: 0o600 };
    await writeFile(join(folder, "log"), Buffer.from(logKey).toString("base64url"), secret);
    const state = Buffer.from(ground.macState).toString("base64url");
    await writeFile(join(folder, "mac"), `${state}\n`, secret);
    const tags = await openTagKeys(folder);
    const signer = signerOf(logKey);
    const journal = createJournal({ sql, signer, tags, now });
    const log = createLog({ id, sql, signer, tags, folder, now });
    let goesOn = true;
    const again = async (act: () => Promise<unknown>) => {
      while (goesOn) await act();
    };
    const service = Promise.all([
      again(() => write(journal, 3)),
      again(() => closeEpoch({ sql, log: id, tags, now }, (leaves) => leaves > 5)),
      again(async () => log.anchored((await log.sign())?.size ?? 0)),
    ]);
    const seen = new Set<number>();
    const published = async () => (await admin`select 1 from log_epoch_keys`).length;
    // Until enough has happened beside: how much that is in forty looks depends on the machine.
    const isQuiet = async () => seen.size <= 3 || (await published()) <= 3;
    try {
      for (let looks = 0; looks < 40 || (await isQuiet()); looks++) {
        assert.ok(looks < 4000, `${await published()} keys, ${seen.size} checkpoints`);
        const checked = await checkLog({ folder, keys: await readLogKeys(folder), admin });
        assert.deepEqual(checked.faults, []);
        seen.add(checked.signed);
      }
    } finally {
      goesOn = false;
      await service;
    }
  } finally {
    await ground.end();
  }
});

test("nor where a service signs for the first time while the check begins", async () => {
  const ground = await layLog(cluster);
  try {
    await write(ground.journal, 3);
    const outside = await readHeld(placeOf(ground));
    await ground.log.sign();
    const looked = async () =>
      await ground.admin.begin(async (tx) => (await checkAt(tx, outside)).faults);
    assert.deepEqual(await looked(), []);
    await rm(join(ground.folder, "checkpoint"));
    assert.deepEqual(
      (await looked()).map(({ first }) => first),
      ["missing"],
    );
  } finally {
    await ground.end();
  }
});

test("what is kept outside is looked at as well", async () => {
  await withHistory(async (ground) => {
    const file = join(ground.folder, "checkpoint");
    const note = await readFile(file, "utf8");
    for (const other of [
      note.replace("\n286\n", "\n285\n"),
      note.replace(/(.)(.)(=*\n)$/, (_, a, b, end) => (a === "A" ? `B${b}${end}` : `A${b}${end}`)),
      note.slice(0, -9),
      "",
    ]) {
      assert.notEqual(other, note);
      await writeFile(file, other);
      assert.deepEqual(await looked(ground), ["outside"]);
    }
    await rm(file);
    const { faults } = await check(ground);
    assert.deepEqual(faults, [{ looked: "outside", count: 1, first: "missing" }]);
    await writeFile(file, note);
    for (const chain of ["{", JSON.stringify({ first: "A".repeat(43), keys: [], ended: [] })]) {
      await writeFile(join(ground.folder, "chain"), chain);
      assert.deepEqual(await looked(ground), ["log"]);
    }
  });
});

test("a history made anew with every key but what is kept outside is noticed by that", async () => {
  await withHistory(async (ground) => {
    await ground.admin.unsafe(`${OFF} delete from log_checkpoints; delete from log_hashes;
      truncate log_epochs cascade; truncate journal_leaves; truncate journal_openings;
      truncate journal_subjects;
      update journal_head set size = 0, tag = decode(repeat('00', 32), 'hex')`);
    const { log, journal } = ground.anotherLog(`${ground.folder}/other`);
    await mkdir(`${ground.folder}/other`);
    await write(journal, 290);
    await log.sign();
    // Nor does it begin with the first epoch: the keys of that are erased.
    assert.deepEqual(await looked(ground), ["head", "outside"]);
  });
});
