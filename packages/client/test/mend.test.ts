import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fromBase64url, mayMend, type SealingKey, toBase64url } from "@ecrin/protocol";
import { type EpochSecrets, makeEpoch } from "../src/epoch-keys.ts";
import { bytesOf, memoryStore, signInWithKit } from "../src/index.ts";
import { learnEpoch, plainEpoch } from "../src/membership.ts";
import { HealthRecord } from "../src/record.ts";
import { unlockHere } from "../src/sign-in.ts";
import type { Unlocked } from "../src/unlocked.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

// A writer who turns an epoch makes its wraps and boxes, and may make them wrongly (spec/space.md, Mending).

const HOUR = 3600_000;
let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(() => ground.stop());

const text = (value: string) => ({
  title: value,
  mediaType: "text/plain",
  content: new TextEncoder().encode(value),
});

async function titles(record: HealthRecord): Promise<string[]> {
  return (await record.list()).map(({ metadata }) => metadata.title).sort();
}

async function meet(a: Person, b: Person): Promise<void> {
  await a.account.contacts().verify(await b.account.contacts().code(), b.account.name);
  await b.account.contacts().verify(await a.account.contacts().code(), a.account.name);
}

/** Alice's record with a reader whose date passes, and with writers or managers. */
async function scene(...roles: readonly ("manager" | "writer")[]) {
  const alice = await newPerson(ground, "Alice");
  const reader = await newPerson(ground, "Reader");
  const others = await Promise.all(roles.map((role) => newPerson(ground, role)));
  for (const each of [reader, ...others]) await meet(alice, each);
  const record = await alice.account.record();
  for (const [i, role] of roles.entries())
    await record.addMember(others[i]?.account.id ?? assert.fail(), { role });
  await record.addMember(reader.account.id, { role: "reader", until: ground.now() + HOUR });
  await record.add(text("before"));
  const theirs = await Promise.all(others.map((person) => recordOf(person, record)));
  return { alice, reader, others, record, theirs };
}

/** The record as somebody's own client has it who does what they like. */
async function recordOf({ password, store }: Person, { space }: HealthRecord) {
  const { u } = await unlockHere({ server: ground.url, now: ground.now, password, store });
  const record = new HealthRecord(u, space);
  await record.sync();
  return { u, record };
}

type Theirs = { readonly u: Unlocked; readonly record: HealthRecord };

/** Turns the epoch that is due, with wraps that open for its maker alone or boxes that hold something else. */
async function turnWrongly({ u, record }: Theirs, wrong: "wraps" | "boxes"): Promise<void> {
  ground.ahead += 2 * HOUR;
  await record.sync();
  const { view } = record;
  const { ended = [], changed = [], pins = [] } = view.due() ?? {};
  const members = [...view.state.members.values()].filter(
    ({ account }) => !ended.includes(account),
  );
  const { n } = view.epoch.epoch;
  const right: EpochSecrets = (await view.bothHeld(n)) ?? assert.fail();
  const other = { space: new Uint8Array(32), release: new Uint8Array(32) };
  const own: SealingKey = view.sealingKey(u.account);
  const made = await makeEpoch(
    view.space,
    n + 1,
    members,
    wrong === "wraps" ? () => own : (account) => view.sealingKey(account),
    u.server.releaseKey,
    wrong === "boxes" ? other : right,
  );
  const statement = await view.sign({
    op: "epoch",
    epoch: plainEpoch(made.epoch),
    ended: [...ended],
    changed: changed.map((each) => ({ ...each, head: { ...each.head } })),
    pins: pins.map((each) => ({ ...each, head: { ...each.head } })),
    revisions: { ...record.listing.tree },
  });
  const body = { statement, wraps: [...made.wraps] };
  await u.http.call("spacePost", { params: { space: view.space }, body });
  await view.follow([statement]);
  learnEpoch(view, made);
}

test("a writer's wraps that open for nobody else shut nobody out, and what was sealed meanwhile is shown", async () => {
  const { alice, others, record, theirs } = await scene("writer", "writer");
  const [mallory, carol] = [theirs[0] ?? assert.fail(), theirs[1] ?? assert.fail()];
  await turnWrongly(mallory, "wraps");
  const before = await mallory.record.listing.items.keys().next();
  assert.ok(before.value !== undefined);
  const shut = await mallory.record.add(text("shut"));
  await mallory.record.correct(before.value, text("hidden"));
  // Everything of before is still there, at the newest revision that opens; the rest is named.
  assert.deepEqual(await titles(record), ["before"]);
  assert.equal(new TextDecoder().decode(await bytesOf(await record.open(before.value))), "before");
  const lost = { author: others[0]?.account.id, epoch: 2, turnedBy: others[0]?.account.id };
  const shown = (await record.unreadable()).map(({ item, author, epoch, turnedBy }) => ({
    item,
    author,
    epoch,
    turnedBy,
  }));
  assert.deepEqual(shown, [
    { item: shut, ...lost },
    { item: before.value, ...lost },
  ]);
  // A writer cannot mend, and does not seal.
  assert.deepEqual(await titles(carol.record), ["before"]);
  await assert.rejects(carol.record.add(text("no")), refusal("cannot-open"));
  // The owner does, by adding.
  await record.add(text("after"));
  const { epoch } = record.view.epoch;
  assert.deepEqual([epoch.n, epoch.mend?.of, epoch.back], [3, 1, undefined]);
  await carol.record.add(text("hers"));
  const late = await newPerson(ground, "Late");
  await meet(alice, late);
  await record.addMember(late.account.id, { role: "reader" });
  const his = await late.account.recordOf(record.space);
  assert.deepEqual(await titles(his), ["after", "before", "hers"]);
  assert.equal((await his.unreadable()).length, 2);
  assert.equal((await mallory.record.list()).length, 4);
  assert.deepEqual(await titles(carol.record), ["after", "before", "hers"]);
});

test("boxes that hold another key are passed over where an owner turns the epoch next", async () => {
  const { alice, record, theirs } = await scene("writer");
  await turnWrongly(theirs[0] ?? assert.fail(), "boxes");
  await theirs[0]?.record.add(text("between"));
  // On a device that knows nothing yet: by the wraps of each epoch.
  const { url: server, now } = ground;
  const { kit, password } = alice;
  const second = await signInWithKit({ server, now, kit, password, store: memoryStore() });
  const there = await second.recordOf(record.space);
  assert.deepEqual(await titles(there), ["before", "between"]);
  const late = await newPerson(ground, "Late");
  await second.contacts().verify(await late.account.contacts().code(), "Late");
  await there.addMember(late.account.id, { role: "reader" });
  await late.account.accept(record.space);
  const his = await late.account.recordOf(record.space);
  assert.deepEqual(
    (await his.unreadable()).map(({ epoch }) => epoch),
    [1],
  );
  await there.endMember(theirs[0]?.u.account ?? assert.fail());
  const { epoch } = there.view.epoch;
  assert.deepEqual([epoch.n, epoch.mend?.of, epoch.back !== undefined], [3, 1, true]);
  assert.deepEqual(await titles(his), ["before", "between"]);
  assert.equal((await his.unreadable()).length, 0);
});

test("a manager mends what a writer turned, and not what an owner did", async () => {
  const { theirs, record } = await scene("manager", "writer");
  const [manager, mallory] = [theirs[0] ?? assert.fail(), theirs[1] ?? assert.fail()];
  await turnWrongly(mallory, "wraps");
  await manager.record.add(text("mended"));
  assert.equal(manager.record.view.epoch.epoch.mend?.of, 1);
  await record.endMember(mallory.u.account);
  const { state } = record.view;
  const [owner, boss] = [record.view.me, state.members.get(manager.u.account) ?? assert.fail()];
  assert.deepEqual([mayMend(state, owner, 3), mayMend(state, boss, 3)], [true, false]);
  assert.deepEqual([mayMend(state, owner, 1), mayMend(state, boss, 1)], [true, false]);
});

test("a wrap that is withheld or exchanged is an alarm, and nothing is mended", async () => {
  const { alice, record, theirs } = await scene("writer");
  await turnWrongly(theirs[0] ?? assert.fail(), "wraps");
  const { url: server, now } = ground;
  const { store, password } = alice;
  type Wraps = { mine: { wrap: string }[] };
  const lies: ((answer: Wraps) => Wraps)[] = [
    (answer) => ({ ...answer, mine: [] }),
    ({ mine, ...answer }) => ({ ...answer, mine: mine.map(flipped) }),
  ];
  for (const lie of lies) {
    let asked = 0;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = await globalThis.fetch(input, init);
      if (!/\/wraps\?epoch=[12]/.test(String(input))) return answer;
      asked += 1;
      return Response.json(lie(await answer.json()));
    };
    const { u } = await unlockHere({ server, now, fetch, store, password });
    const hers = new HealthRecord(u, record.space);
    await assert.rejects(hers.list(), refusal("cannot-open"));
    await assert.rejects(hers.add(text("no")), refusal("cannot-open"));
    assert.ok(asked > 0);
    assert.equal(hers.view.epoch.epoch.n, 2);
  }
});

function flipped<Wrap extends { wrap: string }>(wrap: Wrap): Wrap {
  const bytes = fromBase64url(wrap.wrap);
  bytes[1100] = (bytes[1100] ?? 0) ^ 1;
  return { ...wrap, wrap: toBase64url(bytes) };
}
