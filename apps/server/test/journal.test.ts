import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  digestOf,
  type EntryKind,
  followEntry,
  fromBase64url,
  type Hash,
  type JournalPosition,
  newId,
  openHead,
  openReceipt,
  type SpaceId,
  type Subject,
  utf8,
} from "@ecrin/protocol";
import type { Journal } from "../src/journal.ts";
import { ServerError } from "../src/problem.ts";
import { signerOf } from "../src/signer.ts";
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

function draft(subject: Subject, kind: EntryKind = "listing") {
  return { subject, kind, actor: {}, about: { from: 0, count: 1 }, at: AT } as const;
}

async function positionsOf(journal: Journal, subject: Subject) {
  const done = await journal.commit({ entries: () => [draft(subject)] });
  return done.positions;
}

async function checkSubject(
  journal: Journal,
  logKey: Uint8Array,
  subject: Subject,
): Promise<number> {
  let position: JournalPosition = { next: 0 };
  for (const entry of await journal.entries(subject, 0, 1000)) {
    assert.equal(entry.n, position.next);
    position = followEntry(subject, position, entry.salt, entry.entry).position;
  }
  const head = await openHead(await journal.headOf(subject), signerOf(logKey).key);
  assert.equal(head.n + 1, position.next);
  assert.equal(head.hash, position.hash);
  return position.next;
}

test("64 writes at once become one chain for each subject and one for all", async () => {
  const subjects = Array.from({ length: 8 }, () => newId<"space">());
  const done = await Promise.all(
    Array.from({ length: 64 }, (_, i) => positionsOf(ground.journal, subjects[i % 8] as SpaceId)),
  );
  const indexes = done.flat().map((position) => position.index);
  assert.equal(new Set(indexes).size, 64);
  await checkWhole(ground);
  for (const subject of subjects) {
    assert.equal(await checkSubject(ground.journal, ground.logKey, subject), 8);
  }
});

test("an effect that fails takes its own entries with it and nobody else's", async () => {
  const subject = newId<"space">();
  const before = await checkWhole(ground);
  const done = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      ground.journal.commit({
        effect: async (tx) => {
          await tx`insert into effects (name) values (${`${subject} ${i}`})`;
          if (i === 7) throw new ServerError("conflict", { field: "body.seven" });
          if (i === 11) await tx`insert into effects (name) values (${`${subject} ${0}`})`;
          return i;
        },
        entries: (result) => {
          if (result === 13) throw new ServerError("stale-head");
          return [draft(subject)];
        },
      }),
    ),
  );
  const codes = done.map((each) => (each.status === "rejected" ? each.reason.code : "done"));
  assert.equal(codes[7], "conflict");
  assert.equal(codes[11], "internal");
  assert.equal(codes[13], "stale-head");
  assert.equal(codes.filter((code) => code === "done").length, 17);
  assert.equal(await checkWhole(ground), before + 17);
  const [row] = await ground.admin<{ count: number }[]>`
    select count(*) from effects where name like ${`${subject}%`}`;
  assert.equal(row?.count, 17);
});

test("a draft that cannot be written is refused alone", async () => {
  const subject = newId<"space">();
  const [bad, good] = await Promise.allSettled([
    ground.journal.commit({ entries: () => [{ ...draft(subject), at: 0.5 }] }),
    ground.journal.commit({ entries: () => [draft(subject)] }),
  ]);
  assert.equal(bad.status, "rejected");
  assert.equal(good.status, "fulfilled");
  await checkWhole(ground);
  assert.equal(await checkSubject(ground.journal, ground.logKey, subject), 1);
});

test("two processes on one database leave no gap and no double", async () => {
  const other = ground.another();
  const subject = newId<"space">();
  const before = await checkWhole(ground);
  await Promise.all(
    [ground.journal, other.journal].flatMap((journal, which) =>
      Array.from({ length: 150 }, async (_, i) => {
        if (i % 3 === 0) await new Promise((resolve) => setTimeout(resolve, i / 5));
        await journal.commit({
          effect: (tx) => tx`insert into effects (name) values (${`${subject} ${which} ${i}`})`,
          entries: () => [draft(subject)],
        });
      }),
    ),
  );
  assert.equal(await checkWhole(ground), before + 300);
  assert.equal(await checkSubject(other.journal, ground.logKey, subject), 300);
});

test("an act done before gives its place again, whoever asks and however often at once", async () => {
  const subject = newId<"space">();
  const act: Hash = digestOf(utf8(`act of ${subject}`));
  const other = ground.another();
  let effects = 0;
  const ask = (journal: Journal) =>
    journal.commit({
      once: act,
      effect: () => Promise.resolve(++effects),
      entries: () => [draft(subject), draft(subject)],
    });
  const asked = [ground.journal, other.journal, ground.journal, ground.journal];
  const done = await Promise.all(asked.map(ask));
  assert.equal(effects, 1);
  assert.equal(done.filter((each) => !each.repeated).length, 1);
  const places = new Set(done.map((each) => JSON.stringify(each.positions)));
  assert.equal(places.size, 1);
  assert.equal(done[0]?.positions.length, 2);
  const receipts = done.map((each) =>
    ground.journal.receipt(each.positions[1] ?? assert.fail(), act),
  );
  assert.equal(new Set(receipts).size, 1);
  const receipt = await openReceipt(receipts[0], signerOf(ground.logKey).key);
  assert.equal(receipt.statement, act);
  assert.equal(receipt.n, 1);
  assert.equal(await checkSubject(ground.journal, ground.logKey, subject), 2);
});

test("of two processes that do the same acts at once, one does each", async () => {
  const subject = newId<"space">();
  const other = ground.another();
  const acts = Array.from({ length: 300 }, (_, i) => digestOf(utf8(`${subject} ${i}`)));
  const done = await Promise.all(
    acts.map(async (once, i) => {
      // In small batches, so that the two processes meet again and again.
      await new Promise((resolve) => setTimeout(resolve, i));
      const ask = (journal: Journal) => journal.commit({ once, entries: () => [draft(subject)] });
      return await Promise.all([ground.journal, other.journal].map(ask));
    }),
  );
  assert.ok(done.every((pair) => pair.filter((each) => each.repeated).length === 1));
  assert.equal(await checkSubject(ground.journal, ground.logKey, subject), acts.length);
});

test("an act that failed may be done later", async () => {
  const subject = newId<"space">();
  const act = digestOf(utf8(`second ${subject}`));
  const refused = ground.journal.commit({
    once: act,
    effect: () => Promise.reject(new ServerError("rotation-due")),
    entries: () => [draft(subject)],
  });
  await assert.rejects(refused, { code: "rotation-due" });
  const done = await ground.journal.commit({ once: act, entries: () => [draft(subject)] });
  assert.equal(done.repeated, false);
});

test("nobody changes or deletes a leaf: not the service, not the owner, not a superuser in replica mode", async () => {
  await positionsOf(ground.journal, newId<"space">());
  const { app, admin } = ground;
  const attempts = [
    "update journal_leaves set tag = leaf",
    "delete from journal_leaves",
    "truncate journal_leaves",
    "update journal_openings set entry = 'x'",
    "truncate journal_openings",
    "delete from journal_openings",
    "drop table journal_leaves",
    "alter table journal_leaves disable trigger all",
    "insert into migrations (number, name, checksum) values (999, 'x', 'x')",
    "create table mine (x int)",
    "set role ecrin_owner",
    "set session_replication_role = replica",
  ];
  for (const attempt of attempts) {
    await assert.rejects(app.unsafe(attempt), { code: "42501" }, attempt);
  }
  const roles = [
    ["set local role ecrin_owner"],
    ["set local session_replication_role = replica", "set local role ecrin_owner"],
    ["set local session_replication_role = replica"],
  ];
  for (const setup of roles) {
    for (const attempt of attempts.slice(0, 5)) {
      const trying = admin.begin(async (tx) => {
        for (const statement of setup) await tx.unsafe(statement);
        await tx.unsafe(attempt);
      });
      await assert.rejects(trying, { code: "42501" }, `${setup.join()}: ${attempt}`);
    }
  }
  await checkWhole(ground);
});

test("the owner of the tables cannot log in, and an erasure leaves the leaf", async () => {
  const { admin } = ground;
  const [owner] = await admin`
    select r.rolcanlogin from pg_tables t join pg_roles r on r.rolname = t.tableowner
    where t.schemaname = 'ecrin' and t.tablename = 'journal_leaves'`;
  assert.deepEqual({ ...owner }, { rolcanlogin: false });
  const subject = newId<"space">();
  const [position] = await positionsOf(ground.journal, subject);
  const size = await checkWhole(ground);
  await admin.begin(async (tx) => {
    await tx.unsafe("set local role ecrin_eraser");
    await tx`delete from journal_openings where index = ${position?.index ?? -1}`;
  });
  assert.deepEqual(await ground.journal.entries(subject, 0, 10), []);
  assert.equal(await checkWhole(ground), size);
});

test("the statement that was signed lies beside its entry", async () => {
  const subject = newId<"space">();
  const statement = await signerOf(ground.logKey).sign("head", {});
  await ground.journal.commit({ entries: () => [{ ...draft(subject), statement }] });
  const [entry] = await ground.journal.entries(subject, 0, 1);
  assert.equal(entry?.statement, statement);
  assert.equal(fromBase64url(entry?.salt ?? "").length, 32);
});

test("with the database gone a write says so", async () => {
  const other = ground.another();
  await other.app.end();
  await assert.rejects(other.journal.commit({ entries: () => [draft(newId<"space">())] }), {
    code: "unavailable",
  });
});
