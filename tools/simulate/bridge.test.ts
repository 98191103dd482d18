import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ClientError, type OfflineRecord } from "@ecrin/client";
import { signStatement } from "@ecrin/crypto";
import {
  type AccountId,
  frontierRoot,
  hashOf,
  type Json,
  type NewRevision,
  newId,
  parseStatement,
  type SpaceId,
  utf8,
} from "@ecrin/protocol";
import { Account } from "../../packages/client/src/account.ts";
import { signInWithKit } from "../../packages/client/src/kit-sign-in.ts";
import { unlockHere } from "../../packages/client/src/sign-in.ts";
import { memoryStore } from "../../packages/client/src/store.memory.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import {
  type Ground,
  newPerson,
  type Person,
  startGround,
} from "../../packages/client/test/ground.ts";
import { Random } from "../fuzz/random.ts";
import { Bridge } from "./bridge.ts";
import { ModelServer } from "./model-server.ts";
import { statementOf } from "./world.ts";

// One seeded scenario of the simulator against the true server, with the model beside it.

const STEPS = 70;
const HOUR = 3_600_000;

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(() => ground.stop());

interface Device {
  readonly name: string;
  readonly account: Account;
  readonly u: Unlocked;
  readonly space: SpaceId;
  isCut: boolean;
  isBad: boolean;
  clock: number;
}

for (const seed of [11, 12]) {
  test(`the model says what the true server says, seed ${seed}`, async () => {
    const chance = new Random(seed, 6);
    const { model, bridge, devices, alice, shares } = await begin(chance);
    let expected = 0;
    for (let step = 0; step < STEPS; step++) {
      ground.ahead += 1000;
      try {
        await act(chance, chance.of(devices), alice, shares);
      } catch (error) {
        if (!isToBeTold(error)) throw error;
        expected += 1;
      }
      const [differs] = bridge.compared.filter(({ real, model: said }) => real !== said);
      assert.equal(differs, undefined, `step ${step}: ${JSON.stringify(differs)}`);
    }
    for (const device of devices) Object.assign(device, { isCut: false, isBad: false, clock: 0 });
    await probe(bridge, devices[0] ?? assert.fail());
    for (let round = 0; round < 2; round++) {
      for (const { account } of devices) await account.send();
    }
    const [differs] = bridge.compared.filter(({ real, model: said }) => real !== said);
    assert.equal(differs, undefined, JSON.stringify(differs));

    // Both hold the same record, and a scenario in which nothing happened would prove nothing.
    const record = await (devices[0] ?? assert.fail()).account.record();
    await record.sync();
    assert.equal(hashOf(frontierRoot(record.listing.followed.frontier)), model.tree.root);
    assert.equal(record.view.head.hash, model.state.head.hash);
    for (const { item, heads } of record.listing.items.values())
      assert.deepEqual([...(model.items.get(item)?.heads ?? [])].toSorted(), [...heads].toSorted());
    const declared = (await record.journal()).filter(({ about }) => about.declared === true);
    assert.equal(declared.length, model.declared.length);
    // Each thing by itself, however many of them went in one request.
    assert.ok(model.log.length + model.declared.length > 10, "much was taken");
    assert.deepEqual(
      [...new Set(bridge.compared.map(({ real }) => real))]
        .filter((code) => code !== "yes")
        .toSorted(),
      ["clock", "conflict", "not-allowed", "not-found", "stale-head", "statement-refused"],
    );
    assert.ok(declared.length > 0 && expected > 0);
    assert.ok([...model.items.values()].some(({ revisions }) => revisions.length > 1));
  });
}

/** Alice with two devices, Bob who may write until he may not, and two shares. */
async function begin(chance: Random) {
  const person = await newPerson(ground, "Alice");
  const bob = await newPerson(ground, "Bob");
  const doctor = await newPerson(ground, "Carole");
  for (const other of [bob, doctor]) {
    await person.account.contacts().verify(await other.account.contacts().code(), "a contact");
    await other.account.contacts().verify(await person.account.contacts().code(), "Alice");
  }
  const record = await person.account.record();
  await record.addMember(bob.account.id, { role: "writer" });
  // An epoch that has ended, so that there is an older one to wrap for.
  await record.addMember(doctor.account.id, { role: "reader" });
  await record.endMember(doctor.account.id);
  const items = [await record.add(file("one")), await record.add(file("two"))];
  const shares: SpaceId[] = [];
  for (const item of items) {
    const until = ground.now() + 100 * 24 * HOUR;
    shares.push(await record.share({ with: doctor.account.id, items: [item], until }));
  }
  await record.sync();
  const tablet = await secondDevice(person);
  const { u } = await unlocked(person, fetch, ground.now);
  const accounts = new Map(
    await Promise.all(
      [person, bob].map(
        async ({ account: { id } }) => [id, await u.accounts.get(id, Infinity)] as const,
      ),
    ),
  );
  // What was written before the model came is written to it as well.
  const model = new ModelServer({
    state: record.view.state,
    statements: record.view.statements,
    accounts,
  });
  for (const revision of record.listing.revisions.values())
    model.take({ ...revision, statement: statementOf(revision.statement ?? assert.fail()) });
  const bridge = new Bridge(model, ground.now);
  const devices: Device[] = [];
  for (const [name, whose] of [
    ["phone", person],
    ["tablet", tablet],
    ["practice", bob],
  ] as const) {
    const device = { name, isCut: false, isBad: false, clock: 0 };
    const fails = () => {
      if (device.isCut) return "request";
      return device.isBad && chance.once(6) ? chance.of(["request", "answer"] as const) : undefined;
    };
    const sender = { name, whose: { account: whose.account.id } };
    const now = () => ground.now() + device.clock;
    const opened = await unlocked(whose, bridge.fetch(sender, fails), now);
    const account = new Account(opened.u, opened.own);
    await account.keeping.allow();
    const here = await account.recordOf(record.space);
    await here.sync();
    for (const item of items) await here.pin(item);
    devices.push(Object.assign(device, { account, u: opened.u, space: record.space, isBad: true }));
  }
  return { model, bridge, devices, alice: person.account.id, bob: bob.account.id, shares };
}

async function unlocked(
  { store, password }: Pick<Person, "store" | "password">,
  line: typeof fetch,
  now: () => number,
) {
  return await unlockHere({ server: ground.url, now, fetch: line, store, password });
}

async function secondDevice({ kit, address, password }: Person) {
  const store = memoryStore();
  const { url: server, now } = ground;
  const account = await signInWithKit({ server, now, store, kit: kit.text(), address, password });
  return { account, store, password };
}

const file = (title: string) => ({ title, mediaType: "text/plain", content: utf8(title) });

/** A refusal, or nobody who answers, is what a person would be told; anything else is a fault. */
function isToBeTold(error: unknown): boolean {
  return error instanceof ClientError && !["rollback", "fork", "cannot-open"].includes(error.code);
}

async function here({ account, space }: Pick<Device, "account" | "space">): Promise<OfflineRecord> {
  return await (await account.offline()).recordOf(space);
}

/** What no honest device sends: both must refuse it with the same word. */
async function probe(bridge: Bridge, { u, space, account, clock }: Device): Promise<void> {
  assert.equal(clock, 0);
  const record = await here({ account, space });
  await record.add(file("a last one"));
  await account.send();
  const taken = bridge.taken ?? assert.fail("nothing was taken");
  const { payload } = parseStatement("revision", taken.statement);
  const said = payload as { readonly [name: string]: Json };
  const post = async (revision: NewRevision) =>
    await u.http.call("revisionsPost", { params: { space }, body: { revisions: [revision] } });
  const again = async (facts: { readonly [name: string]: Json }, wrapEpoch = taken.wrapEpoch) =>
    await post({
      ...taken,
      wrapEpoch,
      statement: await signStatement("revision", { ...said, ...facts }, u.deviceSigner),
    });
  await post(taken);
  await assert.rejects(again({ at: ground.now() - 1 }), isToBeTold);
  await assert.rejects(again({ revision: newId<"revision">() }), isToBeTold);
  await assert.rejects(
    again({ at: ground.now() + HOUR, revision: newId<"revision">() }),
    isToBeTold,
  );
  await assert.rejects(again({ revision: newId<"revision">() }, taken.wrapEpoch - 1), isToBeTold);
  for (const through of [newId<"space">(), space]) {
    const unknown = { space, item: newId<"item">(), revision: newId<"revision">() };
    const facts = { space: through, revisions: [unknown], reason: "own", declared: true };
    const reads = [await u.sign("read", facts)];
    await assert.rejects(u.http.call("readsDeclared", { body: { reads } }), isToBeTold);
  }
}

let written = 0;

async function act(
  chance: Random,
  device: Device,
  alice: AccountId,
  shares: readonly SpaceId[],
): Promise<void> {
  const { account, space } = device;
  switch (chance.below(14)) {
    case 0:
      device.isCut = !device.isCut;
      return;
    case 1:
      device.clock = chance.once(2) ? 0 : chance.below(4 * HOUR) - 2 * HOUR;
      return;
    case 2:
      return await (await account.recordOf(space)).sync();
    case 3:
      if (account.id === alice) await (await here(device)).endShare(chance.of(shares));
      return;
    case 4:
    case 5: {
      const record = await here(device);
      const rows = record.list().filter(({ opens, waits }) => opens && !waits);
      if (rows.length > 0) await record.open(chance.of(rows).revision, "care");
      return;
    }
    case 6:
    case 7:
    case 8:
      return void (await account.send());
    default:
      return await write(chance, await here(device));
  }
}

async function write(chance: Random, record: OfflineRecord): Promise<void> {
  written += 1;
  const title = `document ${written}`;
  const rows = record.list();
  const choice = chance.below(6);
  if (rows.length === 0 || choice < 2) return void (await record.add(file(title)));
  const { item, revision } = chance.of(rows);
  if (choice === 2) return await record.delete(item);
  if (choice === 3 && record.opens(revision))
    return void (await record.settle(item, { keep: revision }));
  await record.correct(item, file(title));
}
