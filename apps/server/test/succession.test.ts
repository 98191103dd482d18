// Entries that are lost for good: the log ends, another follows, and both are checked (spec/succession.md).

import assert from "node:assert/strict";
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  bytesSource,
  followLogKeys,
  followSuccessions,
  fromBase64url,
  openCheckpoint,
  openHead,
  openZip,
  parseEntry,
  provesConsistency,
  provesInclusion,
  type RouteAnswer,
  treeOf,
  verifyExport,
} from "@ecrin/protocol";
import { PDF } from "@libpdf/core";
import { checkLog } from "../src/operator-check.ts";
import { isBrokenOff, succeed, tellLoss } from "../src/operator-succeed.ts";
import { type Cluster, startCluster, urlOf } from "./harness.ts";
import { type Lost, losable } from "./lost.ts";
import { operate } from "./operator-command.ts";
import { Line, Person } from "./person.ts";

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stop());

async function logAt(line: Line, size: number): Promise<RouteAnswer<"log">> {
  for (let tried = 0; tried < 500; tried++) {
    const told = await line.done<RouteAnswer<"log">>("GET", "/v1/log");
    if (told.size >= size) return told;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail(`never a checkpoint of ${size}`);
}

/** Everything that a client checks of a chain of logs, here with the tree's own proofs. */
async function checkChain(line: Line, told: RouteAnswer<"log">) {
  const keys = await followLogKeys(told.first, told.keys);
  assert.equal(keys.log, told.log);
  const checkpoint = await openCheckpoint(told.checkpoint, keys);
  const ended = await followSuccessions(told.ended, told.first);
  for (const { fact, leaf, left } of ended) {
    const { size, root } = treeOf(checkpoint);
    if (leaf !== undefined) {
      const { hashes } = await line.done<RouteAnswer<"logInclusion">>(
        "GET",
        `/v1/log/inclusion?index=${fact.kept.size}&size=${size}`,
      );
      const proof = { index: fact.kept.size, size, hashes: hashes.map((h) => fromBase64url(h)) };
      assert.ok(provesInclusion(leaf, proof, root));
    }
    if (fact.kept.size > left) continue;
    const { hashes } = await line.done<RouteAnswer<"logConsistency">>(
      "GET",
      `/v1/log/consistency?from=${fact.kept.size}&to=${size}`,
    );
    const older = { size: fact.kept.size, root: fromBase64url(fact.kept.root) };
    const proof = hashes.map((hash) => fromBase64url(hash));
    assert.ok(provesConsistency(older, treeOf(checkpoint), proof));
  }
  return { keys, checkpoint, ended };
}

/** What the report of an export says, with its line breaks taken out. */
async function reportOf(alice: Person, language: "fr" | "en"): Promise<string> {
  const path = `/v1/journal/${alice.account}/export?language=${language}`;
  const { status, body } = await alice.line.ask("GET", path, undefined, alice.seat);
  assert.equal(status, 200);
  assert.ok(body instanceof ArrayBuffer);
  const bytes = new Uint8Array(body);
  await verifyExport(bytesSource(bytes));
  const file = (await openZip(bytesSource(bytes))).find(({ name }) => name === "report.pdf");
  const pdf = await PDF.load(bytes.subarray(file?.at, (file?.at ?? 0) + (file?.length ?? 0)));
  return pdf
    .extractText()
    .map(({ text }) => text)
    .join(" ")
    .replaceAll(/\s+/g, " ");
}

/** What the operator's check finds wrong there. */
async function wrongIn(place: Lost): Promise<string> {
  return (await place.at(checkLog)).faults.map(({ looked }) => looked).join();
}

/** Signs people up until the log covers so many entries more. */
async function grow(line: Line, people: number): Promise<RouteAnswer<"log">> {
  const before = (await line.done<RouteAnswer<"log">>("GET", "/v1/log")).size;
  for (let i = 0; i < people; i++) await new Person(line).signUp();
  return await logAt(line, before + people);
}

test("a log whose entries are lost ends by the operator's command, and another follows it", async () => {
  const place = await losable(cluster);
  const command = async (...args: string[]) =>
    await operate({ ECRIN_DATA: place.dataDir, DATABASE_URL: urlOf(place.target()) }, ...args);
  let server = await place.start();
  try {
    const line = new Line(server.url);
    const alice = await new Person(line).signUp();
    const kept = (await grow(line, 24)).size;
    assert.doesNotMatch(await reportOf(alice, "en"), /What is lost/);
    await server.stop();
    const backup = await place.backup();
    assert.match((await command("succeed")).stderr, /nothing is lost/);
    server = await place.start();
    const old = await grow(new Line(server.url), 30);
    await server.stop();
    const behind = await place.backup();

    await place.restore(backup);
    await assert.rejects(place.start(), { name: "LogRefused", refusal: "behind" });
    assert.equal(await wrongIn(place), "outside");
    // Told where nothing can be written at all.
    await place.at(async ({ admin }) => {
      const { database } = place.target();
      await admin.unsafe(`alter database ${database} set default_transaction_read_only = on`);
    });
    const asked = await command("succeed");
    assert.equal(asked.status, 1, asked.stderr);
    assert.match(asked.stdout, /Nothing has been changed/);
    await place.at(async ({ admin }) => {
      const { database } = place.target();
      await admin.begin("read write", (tx) =>
        tx.unsafe(`alter database ${database} reset default_transaction_read_only`),
      );
    });
    await assert.rejects(place.start(), { refusal: "behind" });
    const done = await command("succeed", "--yes");
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /The log has ended, and another one follows it/);

    server = await place.start();
    const next = new Line(server.url);
    const told = await grow(next, 25);
    const { keys, ended } = await checkChain(next, told);
    const [end] = ended;
    assert.notEqual(told.log, old.log);
    assert.deepEqual([ended.length, end?.keys.log], [1, old.log]);
    // The closing of an epoch may have been signed after what was asked for.
    assert.ok((end?.fact.size ?? 0) >= old.size);
    assert.equal(end?.left, end?.fact.kept.size);
    // So may the closing of the epoch that the backup was taken in: both sides of the cut are exact,
    // and how many of the thirty lie before the last head that was asked for is not.
    const cut = end?.fact.kept.size ?? 0;
    assert.ok(cut >= kept && cut < old.size);
    assert.equal(end?.lost, (end?.fact.size ?? 0) - cut);
    // What was there goes on, under the new log's key.
    alice.line = next;
    await alice.signIn();
    const path = `/v1/journal/${alice.account}`;
    const journal = await next.done<RouteAnswer<"journal">>("GET", path, undefined, alice.seat);
    assert.equal(parseEntry(journal.entries[0]?.entry ?? "").kind, "sign-up");
    await openHead(journal.head, keys.lives[0]?.key ?? assert.fail("no key"));
    // The report says what is lost, in the reader's language.
    const { size: signed, kept: left } = end?.fact ?? assert.fail("no log ended");
    const [english, french] = [await reportOf(alice, "en"), await reportOf(alice, "fr")];
    assert.match(english, /What is lost/);
    assert.ok(
      english.includes(`signed for ${signed}, of everybody's; the first ${left.size} are left`),
    );
    assert.ok(
      english.includes(`${signed - left.size}, at places ${left.size} to ${signed - 1}, are lost`),
    );
    assert.match(french, /Ce qui est perdu/);
    assert.ok(french.includes(`il reste les ${left.size} premières`));
    // Epochs go on after the gap, and are closed where they begin.
    const { epochs } = await next.done<RouteAnswer<"logEpochs">>("GET", "/v1/log/epochs");
    assert.ok(epochs.some((each) => each.from === end?.fact.kept.size));
    await server.stop();
    assert.equal(await wrongIn(place), "");
    const said = (await command("security", "--kind", "configuration", "--json")).stdout;
    assert.match(said, /log ended at \d+ entries, \d+ of them lost/);
    assert.match((await command("succeed")).stderr, /nothing is lost/);

    // The old log's own database does not come back under keys that ended it.
    await place.restore(behind);
    await assert.rejects(place.start(), /belongs to other keys/);
    assert.equal(await wrongIn(place), "log");
    // And a backup from before the succession is behind the log that followed.
    await place.restore(backup);
    await assert.rejects(place.start(), /belongs to other keys/);
    assert.equal((await command("succeed", "--yes")).status, 0);
    server = await place.start();
    const again = await checkChain(new Line(server.url), await logAt(new Line(server.url), 1));
    assert.deepEqual(
      again.ended.map(({ keys: { log } }) => log),
      [old.log, told.log],
    );
    assert.equal(again.ended[0]?.leaf, undefined);
    await server.stop();
    assert.equal(await wrongIn(place), "");
  } finally {
    await server.stop();
    await place.end();
  }
});

test("a succession that breaks off after any step is finished, once", async () => {
  for (const dies of ["keyed", "stored", "in-force", "signed"] as const) {
    const place = await losable(cluster);
    let server = await place.start();
    try {
      await grow(new Line(server.url), 3);
      await server.stop();
      const backup = await place.backup();
      server = await place.start();
      const old = await grow(new Line(server.url), 3);
      await server.stop();
      await place.restore(backup);
      const dying = place.at((at) =>
        succeed(at, Date.now, (step) => {
          if (step === dies) throw new Error("dead");
        }),
      );
      await assert.rejects(dying, /dead/);
      assert.equal(await place.at(isBrokenOff), dies === "stored", dies);
      if (dies === "keyed") {
        await assert.rejects(place.start(), { refusal: "behind" });
        await place.at(succeed);
      }
      server = await place.start();
      const line = new Line(server.url);
      const { ended } = await checkChain(line, await grow(line, 1));
      assert.deepEqual(
        ended.map(({ keys: { log } }) => log),
        [old.log],
        dies,
      );
      await server.stop();
      const file = join(place.dataDir, "keys", "chain");
      assert.equal(JSON.parse(await readFile(file, "utf8")).ended.length, 1);
      // That a log ended is not taken from the database alone.
      await rename(file, `${file}.away`);
      assert.equal(await wrongIn(place), "log");
      await rename(`${file}.away`, file);
      await assert.rejects(place.at(tellLoss), /nothing is lost/);
      assert.equal(await wrongIn(place), "");
      // A leaf from before the end: the log is the right one, and what the other left is not.
      await place.at(async ({ admin }) => {
        await admin.unsafe(`alter table journal_leaves disable trigger all;
          update journal_leaves set leaf = sha256(leaf) where index = 1`);
      });
      const wrong = (await wrongIn(place)).split(",");
      assert.ok(wrong.includes("ended") && !wrong.includes("log"), wrong.join());
    } finally {
      await server.stop();
      await place.end();
    }
  }
});

test("a database with other entries than were signed for is not succeeded", async () => {
  const place = await losable(cluster);
  let server = await place.start();
  try {
    await grow(new Line(server.url), 3);
    await server.stop();
    const backup = await place.backup();
    server = await place.start();
    await grow(new Line(server.url), 3);
    await server.stop();
    await place.restore(backup);
    await place.at(async ({ admin }) => {
      await admin.unsafe(`alter table ecrin.journal_leaves disable trigger all;
        update ecrin.journal_leaves set leaf = sha256(leaf) where index = 1;
        alter table ecrin.journal_leaves enable always trigger journal_leaves_stay`);
    });
    await assert.rejects(place.at(succeed), /not those that were signed for/);
    await assert.rejects(place.start(), { name: "LogRefused" });
  } finally {
    await server.stop();
    await place.end();
  }
});
