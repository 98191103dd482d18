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
import { type SendingGround, sendOutbox } from "../src/sending.ts";

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

beforeEach(async () => {
  signer = await signerFrom(newSecret());
  outbox = new Outbox(cabinet(), () => NOW);
  posted = [];
  answers = [];
  there = new Map();
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

async function waits(at = NOW, parents: RevisionId[] = []): Promise<WaitingRevision> {
  const place = { space, item: newId<"item">(), revision: newId<"revision">() };
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
  async post(_entry, what) {
    posted.push(what);
    await Promise.resolve();
    say(answers.shift() ?? "yes");
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
  answers = ["not-allowed"];
  assert.deepEqual(await send(), { sent: 1, waits: 1, apart: 1, reason: "not-allowed" });
  // Set apart, it is tried again only when the person asks.
  await send();
  assert.equal(posted.length, 2);
  const [first] = await outbox.waiting();
  await outbox.retry(first?.id ?? assert.fail());
  assert.deepEqual(await send(), { sent: 2, waits: 0, apart: 0 });
});

test("without an answer nothing more is tried; an alarm is thrown on and changes nothing", async () => {
  await waits();
  await waits();
  answers = ["offline"];
  assert.deepEqual(await send(), { sent: 0, waits: 2, apart: 0, reason: "offline" });
  assert.equal(posted.length, 1);
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
