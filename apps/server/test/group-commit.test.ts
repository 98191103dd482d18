// Batches that are sent before the one ahead is written: what each stands on may turn out not to be.

import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { digestOf, newId, type SpaceId, utf8 } from "@ecrin/protocol";
import { type JournalTop, lastEntries, readyNow, writeEntries } from "../src/entries.ts";
import type { Journal } from "../src/journal.ts";
import { ServerError } from "../src/problem.ts";
import { store } from "../src/store.ts";
import { hmacSha256 } from "../src/tag.ts";
import { type Cluster, type Ground, layGround, startCluster } from "./harness.ts";
import { checkWhole } from "./whole.ts";

const AT = 1_790_000_000_000;

let cluster: Cluster;
let ground: Ground;
before(async () => {
  cluster = await startCluster();
  ground = await layGround(cluster, () => AT);
  await ground.admin`create table ecrin.effects (name text primary key)`;
  await ground.admin`grant insert, select on ecrin.effects to ecrin_app`;
});
after(async () => {
  await ground.end();
  await cluster.stop();
});

function draft(subject: SpaceId) {
  return { subject, kind: "listing", actor: {}, about: { count: 1, from: 0 }, at: AT } as const;
}

/** A batch of one entry, made where the journal is said to stand. */
async function made(subject: SpaceId, top: JournalTop) {
  const queued = { operation: { entries: () => [draft(subject)] } };
  const ready = readyNow(queued);
  assert.ok("drafts" in ready);
  const last = await lastEntries(ground.admin, [subject]);
  return writeEntries(top, ground.tags.mac, last, [ready]);
}

async function topNow(): Promise<JournalTop> {
  const [top] = await ground.admin<JournalTop[]>`select size, tag, turn, epoch from journal_head`;
  return top ?? assert.fail();
}

test("a batch sent on the word of one that was not written is not written, though the turn is right", async () => {
  const [mine, next, others] = [newId<"space">(), newId<"space">(), newId<"space">()];
  const before = await topNow();
  const first = await made(mine, before);
  const second = await made(next, first.top);
  await ground.another().journal.commit({ entries: () => [draft(others)] });
  const now = await topNow();
  assert.equal(now.turn, first.top.turn);
  assert.equal(now.size, first.top.size);
  assert.equal(await store(ground.app, before, first, []), false);
  assert.equal(await store(ground.app, first.top, second, []), false);
  assert.deepEqual(await topNow(), now);
  await checkWhole(ground);
});

test("a batch on the word of one that is written follows it", async () => {
  const [mine, next] = [newId<"space">(), newId<"space">()];
  const first = await made(mine, await topNow());
  const second = await made(next, first.top);
  const size = await checkWhole(ground);
  assert.equal(await store(ground.app, await topNow(), first, []), true);
  assert.equal(await store(ground.app, first.top, second, []), true);
  assert.equal(await checkWhole(ground), size + 2);
});

test("three processes with two batches each on their way, and effects among them: all of it once, in one chain", async () => {
  const subjects = Array.from({ length: 16 }, () => newId<"space">());
  const size = await checkWhole(ground);
  const processes = [ground.journal, ground.another().journal, ground.another().journal];
  const done = await Promise.all(
    processes.flatMap((journal, which) =>
      Array.from({ length: 96 }, async (_, caller) => {
        const subject = subjects[caller % subjects.length] ?? assert.fail();
        const indexes: number[] = [];
        for (let i = 0; i < 5; i++) {
          const name = `${subject} ${which} ${caller} ${i}`;
          const { positions } = await journal.commit({
            ...((caller + i) % 40 === 0
              ? { effect: (tx) => tx`insert into effects (name) values (${name})` }
              : {}),
            once: digestOf(utf8(name)),
            entries: () => [draft(subject)],
          });
          indexes.push(...positions.map(({ index }) => index));
        }
        return indexes;
      }),
    ),
  );
  const count = processes.length * 96 * 5;
  assert.equal(new Set(done.flat()).size, count);
  assert.equal(await checkWhole(ground), size + count);
});

test("the same act again while its batch is on its way is told its place, and nobody else waits for the lock", async () => {
  const subject = newId<"space">();
  const once = digestOf(utf8(`act of ${subject}`));
  const ask = () => ground.journal.commit({ once, entries: () => [draft(subject)] });
  const other = () => ground.journal.commit({ entries: () => [draft(newId<"space">())] });
  const first = ask();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const done = await Promise.all([first, ask(), other(), ask(), other()]);
  const asked = [done[0], done[1], done[3]];
  assert.equal(asked.filter((each) => !each.repeated).length, 1);
  assert.equal(new Set(asked.map((each) => JSON.stringify(each.positions))).size, 1);
  await checkWhole(ground);
});

test("what another process wrote meanwhile is not taken for what this one remembers", async () => {
  const [subject, elsewhere] = [newId<"space">(), newId<"space">()];
  const [mine, other] = [ground.another().journal, ground.another().journal];
  const still = { entries: () => [draft(subject)] };
  await mine.commit(still);
  const theirs = await other.commit(still);
  // With its opening gone, no index tells that the number is taken.
  await ground.admin.begin(async (tx) => {
    await tx.unsafe("set local role ecrin_eraser");
    await tx`delete from journal_openings where index = ${theirs.positions[0]?.index ?? -1}`;
  });
  // Under the lock, so that where the journal stands becomes known again.
  await mine.commit({ effect: () => Promise.resolve(), entries: () => [draft(elsewhere)] });
  const { positions } = await mine.commit(still);
  assert.equal(positions[0]?.n, 2);
  await checkWhole(ground);
});

test("connections cut again and again: what was acknowledged is there, and it goes on by itself", async () => {
  const size = await checkWhole(ground);
  const told = new Set<number>();
  let refused = 0;
  const end = performance.now() + 1500;
  const callers = Array.from({ length: 64 }, async () => {
    const subject = newId<"space">();
    while (performance.now() < end) {
      try {
        const { positions } = await ground.journal.commit({ entries: () => [draft(subject)] });
        for (const { index } of positions) told.add(index);
      } catch (error) {
        assert.ok(error instanceof Error && "code" in error);
        assert.equal(error.code, "unavailable");
        refused += 1;
      }
    }
  });
  const cutting = (async () => {
    while (performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      await ground.admin`select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'ecrin_app' and pid <> pg_backend_pid()`;
    }
  })();
  await Promise.all([...callers, cutting]);
  assert.ok(refused > 0, "no connection was cut while something was on its way");
  const rows = await ground.admin<{ index: number }[]>`
    select index from journal_leaves where index >= ${size}`;
  const there = new Set(rows.map((row) => row.index));
  for (const index of told) assert.ok(there.has(index), `entry ${index} was acknowledged`);
  assert.ok((await checkWhole(ground)) >= size + told.size);
  await goesOn(ground.journal);
});

/**
 * A connection that was cut may be known to be so only once it has been used: as often as there are
 * connections, and also by the next after one that has gone well by another.
 */
async function goesOn(journal: Journal): Promise<void> {
  let cut = 0;
  for (let done = 0; done < 2; ) {
    try {
      await journal.commit({ entries: () => [draft(newId<"space">())] });
      done += 1;
    } catch (error) {
      assert.ok(error instanceof ServerError && error.code === "unavailable");
      cut += 1;
      assert.ok(cut <= 5, "it does not go on by itself");
    }
  }
}

test("tags are HMAC-SHA256, of messages of any length one after the other", () => {
  const key = randomBytes(32);
  const mac = hmacSha256(key);
  for (const length of [0, 64, 1, 191, 192, 193, 64, 5000, 32]) {
    const message = randomBytes(length);
    assert.deepEqual(mac(message), createHmac("sha256", key).update(message).digest());
  }
});
