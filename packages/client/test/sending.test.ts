import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { newSecret, type Signer, signerFrom, signStatement } from "@ecrin/crypto";
import {
  type Bytes,
  digestOf,
  type Hash,
  nameOfStatement,
  newId,
  PROBLEMS,
  type ProblemCode,
  type RevisionId,
  type Statement,
} from "@ecrin/protocol";
import { ClientError } from "../src/errors.ts";
import { type Cabinet, Outbox, type WaitingRevision } from "../src/outbox.ts";
import { type OutgoingRevision, type SendingGround, sendOutbox } from "../src/sending.ts";

type Answer = ProblemCode | "offline" | "fork" | "yes";

const NOW = 1_790_000_000_000;
const TOMORROW = NOW + 86_400_000;
const space = newId<"space">();
let signer: Signer;
let outbox: Outbox;
let posted: WaitingRevision[];
/** What the server says to the next posts; yes when it has nothing more to say. */
let answers: Answer[];
let there: Map<RevisionId, Hash>;
/** How many revisions came in each request. */
let requests: number[];
/** What the server says of a request because of what is in it. */
let refuses: (revisions: readonly OutgoingRevision[]) => Answer | undefined;

beforeEach(async () => {
  signer = await signerFrom(newSecret());
  outbox = new Outbox(cabinet(), () => NOW);
  posted = [];
  answers = [];
  there = new Map();
  requests = [];
  refuses = () => undefined;
});

function cabinet(): Cabinet {
  const values = new Map<string, Bytes>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    batch(changes) {
      for (const { key, value } of changes) {
        if (value === undefined) values.delete(key);
        else values.set(key, value);
      }
      return Promise.resolve();
    },
    async *entries(prefix) {
      for (const key of [...values.keys()].filter((each) => each.startsWith(prefix)).sort())
        yield await Promise.resolve([key, values.get(key) ?? assert.fail()] as const);
    },
  };
}

async function signed(at: number): Promise<Statement> {
  return await signStatement("revision", { at }, signer);
}

async function waits(at = NOW, parents: RevisionId[] = [], of = space): Promise<WaitingRevision> {
  const place = { space: of, item: newId<"item">(), revision: newId<"revision">() };
  const statement = await signed(at);
  const what = { kind: "delete" as const, ...place, parents, statement, former: [] };
  await outbox.add(() => Promise.resolve(what));
  return what;
}

function say(code: Answer): void {
  if (code === "yes") return;
  if (code === "offline" || code === "fork") throw new ClientError(code, code);
  throw new ClientError(code, code, { problem: { status: PROBLEMS[code] } });
}

const done = () => Promise.resolve();
const ground: SendingGround = {
  now: () => NOW,
  ready: done,
  refresh: done,
  async post(revisions) {
    requests.push(revisions.length);
    posted.push(...revisions.map(({ what }) => what));
    await Promise.resolve();
    say(refuses(revisions) ?? answers.shift() ?? "yes");
  },
  standing: (_space, revision) => Promise.resolve(there.get(revision)),
  unshare: done,
  end: done,
  declare: done,
  signAgain: async (_kind, _statement, at) => await signed(at),
};
const send = () => sendOutbox(outbox, ground);

test("a header that came too early is signed again, and the one before is remembered", async () => {
  const what = await waits(TOMORROW);
  answers = ["clock"];
  assert.deepEqual(await send(), { sent: 1, waits: 0, apart: 0 });
  assert.equal(posted.length, 2);
  assert.notEqual(posted[1]?.statement, what.statement);
  assert.deepEqual(posted[1]?.former, [nameOfStatement(what.statement)]);
  assert.equal(posted[1]?.revision, what.revision);
});

/** A server that takes no read from ahead, and what it took. */
function tellingGround() {
  const told: Statement[] = [];
  const telling: SendingGround = {
    ...ground,
    declare(reads) {
      if (reads.some((read) => timeOf(read) > NOW)) say("clock");
      told.push(...reads);
      return Promise.resolve();
    },
  };
  return { told, telling };
}

test("two openings that came too early stay two, also where each is told in a turn of its own", async () => {
  const { told, telling } = tellingGround();
  for (const at of [TOMORROW, TOMORROW + 1000]) {
    const statement = await signed(at);
    await outbox.add(() => Promise.resolve({ kind: "read", statement }));
    assert.deepEqual(await sendOutbox(outbox, telling), { sent: 1, waits: 0, apart: 0 });
  }
  assert.equal(new Set(told).size, 2);
  for (const each of told) assert.ok(timeOf(each) >= NOW - 60_000 && timeOf(each) < NOW);
});

test("two openings with whole minutes between them, told in one turn, stay two", async () => {
  const { told, telling } = tellingGround();
  for (const at of [TOMORROW, TOMORROW + 60_000]) {
    const statement = await signed(at);
    await outbox.add(() => Promise.resolve({ kind: "read", statement }));
  }
  assert.deepEqual(await sendOutbox(outbox, telling), { sent: 2, waits: 0, apart: 0 });
  assert.equal(new Set(told).size, 2);
});

function timeOf(statement: Statement): number {
  const [, payload = ""] = statement.split(".");
  return (JSON.parse(Buffer.from(payload, "base64url").toString()) as { at: number }).at;
}

test("where a header signed before stands, it has arrived; where another does, it is set apart", async () => {
  const what = await waits(TOMORROW);
  answers = ["clock", "conflict"];
  there.set(what.revision, nameOfStatement(what.statement));
  assert.deepEqual(await send(), { sent: 1, waits: 0, apart: 0 });

  const other = await waits(TOMORROW);
  answers = ["clock", "conflict"];
  there.set(other.revision, digestOf(new Uint8Array(1)));
  assert.deepEqual(await send(), { sent: 0, waits: 0, apart: 1, reason: "conflict" });
});

test("while this device's own clock is as wrong, a write waits as it is", async () => {
  await waits();
  answers = ["clock"];
  assert.deepEqual(await send(), { sent: 0, waits: 1, apart: 0, reason: "clock" });
  assert.equal(posted.length, 1);
});

test("what continues a refused write waits with it; what does not goes out", async () => {
  const parent = await waits();
  await waits(NOW, [parent.revision]);
  await waits();
  refuses = (revisions) =>
    revisions.some(({ what }) => what.revision === parent.revision) ? "not-allowed" : undefined;
  assert.deepEqual(await send(), { sent: 1, waits: 1, apart: 1, reason: "not-allowed" });
  // Set apart, it is tried again only when the person asks.
  const before = requests.length;
  await send();
  assert.equal(requests.length, before);
  refuses = () => undefined;
  const [first] = await outbox.waiting();
  await outbox.retry(first?.id ?? assert.fail());
  assert.deepEqual(await send(), { sent: 2, waits: 0, apart: 0 });
});

test("without an answer nothing more is tried; an alarm is thrown on and changes nothing", async () => {
  await waits();
  await waits();
  answers = ["offline"];
  assert.deepEqual(await send(), { sent: 0, waits: 2, apart: 0, reason: "offline" });
  assert.equal(requests.length, 1);
  answers = ["fork"];
  await assert.rejects(send(), { code: "fork" });
  assert.equal((await outbox.waiting()).length, 2);
});

test("who was faster is followed, a few times and not for ever", async () => {
  await waits();
  answers = ["stale-head", "rotation-due"];
  assert.deepEqual(await send(), { sent: 1, waits: 0, apart: 0 });
  await waits();
  answers = Array.from({ length: 9 }, () => "stale-head");
  assert.deepEqual(await send(), { sent: 0, waits: 1, apart: 0, reason: "stale-head" });
});

test("only the person lets go of what has not arrived", async () => {
  await waits();
  const [entry] = await outbox.waiting();
  await outbox.settle(() => true);
  assert.equal((await outbox.waiting()).length, 1);
  await outbox.drop(entry?.id ?? assert.fail());
  assert.deepEqual(await outbox.entries(), []);
});

test("what waits goes in requests of 500", async () => {
  for (let i = 0; i < 1001; i++) await waits();
  assert.deepEqual(await send(), { sent: 1001, waits: 0, apart: 0 });
  assert.deepEqual(requests, [500, 500, 1]);
});

test("one that is refused is found among many, set apart, and holds up no other", async () => {
  const all: WaitingRevision[] = [];
  for (let i = 0; i < 64; i++) all.push(await waits());
  const bad = all[37]?.revision;
  const child = await waits(NOW, [bad ?? assert.fail()]);
  refuses = (revisions) =>
    revisions.some(({ what }) => what.revision === bad) ? "not-allowed" : undefined;
  assert.deepEqual(await send(), { sent: 63, waits: 1, apart: 1, reason: "not-allowed" });
  const left = await outbox.waiting();
  assert.deepEqual(
    left.map(({ what, apart }) => ["revision" in what && what.revision, apart]),
    [
      [bad, "not-allowed"],
      [child.revision, undefined],
    ],
  );
  // Halved until it is found, and doubled again: three times the logarithm, and not one for each.
  assert.ok(requests.length <= 3 * Math.log2(64), `${requests}`);
});

test("where somebody was faster, all of a request is prepared again and goes in one", async () => {
  for (let i = 0; i < 10; i++) await waits();
  answers = ["stale-head", "yes"];
  assert.deepEqual(await send(), { sent: 10, waits: 0, apart: 0 });
  assert.deepEqual(requests, [10, 10]);
});

test("revisions of two records, and large contents, go in requests of their own", async () => {
  const other = newId<"space">();
  await waits();
  await waits();
  await waits(NOW, [], other);
  await waits(NOW, [], other);
  assert.deepEqual(await send(), { sent: 4, waits: 0, apart: 0 });
  assert.deepEqual(requests, [2, 2]);
});

test("what nobody answered stays, all of it, and is sent again", async () => {
  for (let i = 0; i < 10; i++) await waits();
  answers = ["offline"];
  assert.deepEqual(await send(), { sent: 0, waits: 10, apart: 0, reason: "offline" });
  assert.deepEqual(await send(), { sent: 10, waits: 0, apart: 0 });
  assert.deepEqual(requests, [10, 10]);
});
