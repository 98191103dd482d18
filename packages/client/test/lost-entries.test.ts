// Entries lost for good, from end to end: a real database taken back, the operator's command, and
// what each device of each person is told and may do.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { utf8 } from "@ecrin/protocol";
import { bytesOf, memoryStore, signInWithKit } from "../src/index.ts";
import { newPerson, refusal } from "./ground.ts";
import { enter, type LossyGround, settle, startLossy, toldOf } from "./lossy.ts";

let ground: LossyGround;
before(async () => {
  ground = await startLossy();
});
after(async () => {
  await ground?.stop();
});

function note(title: string) {
  return { title, mediaType: "text/plain", content: utf8(title) };
}

test("a loss is told to each device, accepted once, and everything goes on from what is left", async () => {
  const [alice, carol] = [await newPerson(ground), await newPerson(ground, "Carol")];
  const second = memoryStore();
  await signInWithKit({
    server: ground.url,
    kit: alice.kit,
    password: alice.password,
    store: second,
  });
  const record = await alice.account.record();
  await record.add(note("kept"));
  await record.journal();
  await settle(alice.account);
  await carol.account.journal();
  await ground.backUp();

  const later = await (await enter(ground, alice, alice.store)).record();
  const lost = await later.add(note("lost"));
  assert.deepEqual(await bytesOf(await later.open(lost)), utf8("lost"));
  const [first] = (await later.list()).filter(({ metadata }) => metadata.title === "kept");
  await later.open(first?.revision ?? assert.fail("nothing is kept"));
  await later.journal();
  // Of one opening the entry has not been looked for yet: its receipt is all there is of it.
  const another = await later.add(note("lost as well"));
  await later.open(another);
  const onSecond = await enter(ground, alice, second);
  await (await onSecond.record()).journal();
  await (await enter(ground, carol, carol.store)).journal();
  await ground.lose();

  // Whose account goes on further than what is left does not get in before that is accepted.
  const told = await toldOf(enter(ground, alice, alice.store));
  assert.ok(told.lost > 0 && told.lostOfSeen > 0 && told.left + told.lost === told.signed);
  const mistaken = enter(ground, alice, alice.store, { acceptLog: told.from });
  await assert.rejects(mistaken, refusal("refused"));
  await toldOf(enter(ground, alice, alice.store));
  const again = await enter(ground, alice, alice.store, { acceptLog: told.to });
  assert.ok(told.receipts.length > 0);
  const keptAsLost = await again.successions().lostReceipts();
  assert.deepEqual(
    keptAsLost.map(({ index }) => index),
    told.receipts.map(({ index }) => index).sort((a, b) => a - b),
  );
  const left = await again.record();
  assert.deepEqual(
    (await left.list()).map(({ metadata }) => metadata.title),
    ["kept"],
  );
  const lines = await left.journal();
  assert.ok(lines.every(({ index }) => index < told.left || index > told.left));
  await left.add(note("since"));
  await settle(again);

  // Another device of hers follows, on what it remembers itself; and once is enough for both.
  const there = await enter(ground, alice, second);
  await (await there.record()).journal();
  assert.equal(await there.successions().pending(), undefined);
  const anew = await (await enter(ground, alice, alice.store)).record();
  assert.equal((await anew.list()).length, 2);

  // Who has lost nothing of their own opens everything, and is told where they look at the log.
  const caroline = await enter(ground, carol, carol.store).catch(async () => {
    const { to } = await toldOf(enter(ground, carol, carol.store));
    return await enter(ground, carol, carol.store, { acceptLog: to });
  });
  const pending = await caroline.successions().pending();
  if (pending !== undefined) {
    await assert.rejects(caroline.journal(), refusal("log-succeeded"));
    await assert.rejects(caroline.checkLog(), refusal("log-succeeded"));
    await caroline.successions().accept(pending.to);
  }
  const after = await enter(ground, carol, carol.store);
  assert.ok((await after.journal()).length > 0);
});
