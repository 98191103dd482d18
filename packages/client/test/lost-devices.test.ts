// A device that is new where the log has lost entries: it gets in with nothing accepted, is told
// like any other, and accepts for all (spec/succession.md, A new device).

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { utf8 } from "@ecrin/protocol";
import {
  type Account,
  eraseStore,
  Joining,
  memoryStore,
  type RawStore,
  recoverWithKit,
  signInWithKit,
} from "../src/index.ts";
import { newPerson, type Person, refusal } from "./ground.ts";
import { enter, type LossyGround, settle, startLossy, toldOf } from "./lossy.ts";

const DAY = 86_400_000;

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

async function byKit({ kit, password }: Person, store: RawStore = memoryStore()) {
  const { url: server, now } = ground;
  return await signInWithKit({ server, now, kit, password, store });
}

/** Told at the log, by a device that remembers nothing but the keyring; accepted; and then like any other. */
async function accepts(person: Person, account: Account, store: RawStore): Promise<void> {
  const pending = await account.successions().pending();
  const told = await toldOf(account.checkLog());
  assert.deepEqual([told.to, told.lost], [pending?.to, pending?.lost]);
  assert.deepEqual(told.receipts, []);
  await account.successions().accept(told.to);
  await account.lock();
  const again = await enter(ground, person, store);
  assert.equal(await again.successions().pending(), undefined);
  const record = await again.record();
  await record.add(note("since"));
  await record.journal();
  await settle(again);
  await again.lock();
}

test("by kit, by another device, by the kit alone: in without accepting, then told", async () => {
  const people: Person[] = [];
  for (const name of ["Kit", "Device", "Alone", "Lost"]) {
    const person = await newPerson(ground, name);
    const record = await person.account.record();
    await record.add(note("kept"));
    await settle(person.account);
    await person.account.lock();
    people.push(person);
  }
  const [kit, device, alone, lost] = people as [Person, Person, Person, Person];
  await ground.backUp();

  for (const person of people) {
    const there = await enter(ground, person, person.store);
    const record = await there.record();
    await record.add(note("lost"));
    await record.journal();
    await settle(there);
    await there.lock();
  }
  // Let in meanwhile: the service will not know it any more.
  const unknown = memoryStore();
  await (await byKit(lost, unknown)).lock();
  await ground.lose();

  const store = memoryStore();
  const first = await byKit(kit, store);
  const record = await first.record();
  assert.deepEqual(
    (await record.list()).map(({ metadata }) => metadata.title),
    ["kept"],
  );
  await accepts(kit, first, store);
  // What the older device remembers is told to nobody twice: one has accepted for all.
  const older = await enter(ground, kit, kit.store);
  await (await older.record()).journal();
  assert.equal((await (await older.record()).list()).length, 2);

  // One that is signed in, and has to have accepted for that, lets the next one in.
  const { to } = await toldOf(enter(ground, device, device.store));
  const owner = await enter(ground, device, device.store, { acceptLog: to });
  const joined = memoryStore();
  const joining = await Joining.begin({ server: ground.url, now: ground.now, store: joined });
  const approving = owner.approveDevice(joining.number);
  const shown = await joining.meet();
  const back = await (await approving).confirm(shown);
  await joining.letIn();
  joining.check(back);
  const through = await joining.enter(device.password);
  assert.equal(await through.successions().pending(), undefined);
  await (await through.record()).journal();
  await settle(through);

  const recovered = memoryStore();
  const { url: server, now } = ground;
  const newPassword = () => "a new password of mine";
  const ask = { server, now, kit: alone.kit, store: recovered, newPassword };
  assert.equal((await recoverWithKit(ask)).account, undefined);
  ground.ahead += 4 * DAY;
  const { account } = await recoverWithKit(ask);
  assert.ok(account);
  await accepts({ ...alone, password: newPassword() }, account, recovered);

  // A device of the lost time comes back as a new one.
  await assert.rejects(enter(ground, lost, unknown), refusal("not-enrolled"));
  await assert.rejects(byKit(lost, unknown), refusal("refused"));
  await eraseStore(unknown);
  await accepts(lost, await byKit(lost, unknown), unknown);
});

test("what a device that got in has written down before is no trap for a new one", async () => {
  const person = await newPerson(ground, "Heads");
  const record = await person.account.record();
  await record.add(note("kept"));
  await settle(person.account);
  await ground.backUp();
  // Its session goes on through the lost time, so that the keyring is not written meanwhile.
  await record.add(note("lost"));
  await record.list();
  await record.journal();
  await ground.lose();
  // Nothing of its account and keyring was lost: it gets in, and writes down what it has seen.
  const there = await enter(ground, person, person.store);
  await there.lock();
  const store = memoryStore();
  const fresh = await byKit(person, store);
  const list = async (account: Account) => (await (await account.record()).list()).length;
  const alarm = await list(fresh).catch((error: unknown) => error);
  assert.ok(refusal("rollback")(alarm));
  // Why it is older is said by the log, and so is what to accept.
  const why = fresh.successions().explain(alarm);
  const told = await toldOf(why.then((error) => Promise.reject(error)));
  const other = new Error("another");
  assert.equal(await fresh.successions().explain(other), other);
  await fresh.successions().accept(told.to);
  await fresh.lock();
  const again = await enter(ground, person, store);
  assert.equal(await list(again), 1);
  assert.equal(await again.successions().explain(alarm), alarm);
  await settle(again);
});
