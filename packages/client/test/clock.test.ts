// A device whose clock is a day wrong, from one end to the other, against the real server: what is
// refused names the clock, and whatever was there before is there when the clock is right again.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Bytes, bytesSource, concat, utf8 } from "@ecrin/protocol";
import { checkExport } from "../src/check-export.ts";
import { signInWithKit } from "../src/kit-sign-in.ts";
import { unlockOffline } from "../src/local.ts";
import { OfflineAccount } from "../src/offline.ts";
import { bytesOf } from "../src/open.ts";
import type { HealthRecord } from "../src/record.ts";
import { signIn } from "../src/sign-in.ts";
import { signUp } from "../src/sign-up.ts";
import { memoryStore } from "../src/store.memory.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

const DAY = 86_400_000;
const PACE = { leaves: 1, ms: 0, epoch: { leaves: 1000, ms: 3_600_000 }, tick: 25 };

let ground: Ground;
before(async () => {
  ground = await startGround(undefined, { pace: PACE, live: { look: 20, beat: 200 } });
});
after(async () => {
  await ground?.stop();
});

/** A clock that can be set. */
function clock() {
  const set = { ahead: 0, now: () => ground.now() + set.ahead };
  return set;
}

/** Two people who know each other, each with a clock of their own; the patient's has one document. */
async function two() {
  const his = clock();
  const hers = clock();
  const person = async (time: ReturnType<typeof clock>, name: string): Promise<Person> =>
    await newPerson({ ...ground, now: time.now }, name);
  const alice = await person(hers, "Alice Martin");
  const bob = await person(his, "Dr Roche");
  await alice.account.contacts().verify(await bob.account.contacts().code(), "Dr Roche");
  await bob.account.contacts().verify(await alice.account.contacts().code(), "Alice");
  const record = await alice.account.record();
  const item = await record.add(file("one"));
  const shared = await record.share({ with: bob.account.id, items: [item], until: tomorrow() });
  const [view] = await bob.account.sharedWithMe();
  const [entry] = view?.items ?? [];
  assert.ok(view && entry);
  return { alice, bob, hers, his, record, item, shared, view, revision: entry.fact.revision };
}

const tomorrow = () => ground.now() + DAY;
const file = (text: string) => ({ title: text, mediaType: "text/plain", content: utf8(text) });

async function firstOf<T>(growth: AsyncGenerator<T>): Promise<T | undefined> {
  const { value } = await growth.next();
  await growth.return(undefined);
  return value ?? undefined;
}

for (const [direction, ahead] of [
  ["ahead", DAY],
  ["behind", -DAY],
] as const) {
  test(`a device a day ${direction}: everything asked of the service is refused for its clock`, async () => {
    const { alice, bob, hers, his, record, item, shared, view, revision } = await two();
    const before = await record.journal();
    hers.ahead = ahead;
    his.ahead = ahead;
    const ends = () => record.endShare(shared);
    const asked: Record<string, () => Promise<unknown>> = {
      add: () => record.add(file("two")),
      list: () => record.sync(),
      share: () => record.share({ with: bob.account.id, items: [item], until: hers.now() + DAY }),
      "add a member": () =>
        record.addMember(bob.account.id, { role: "reader", until: hers.now() + DAY }),
      open: () => view.open(revision),
      journal: () => record.journal(),
      "live journal": () => firstOf(record.watchJournal()),
      "journal of the account": () => alice.account.journal(),
      "own acts": () => bob.account.acts(),
      revoke: ends,
      export: () => bytesOfExport(record),
      devices: () => alice.account.signOutDevice(alice.account.device),
      password: () => alice.account.changePassword(alice.password, "another password of hers"),
      kit: () => alice.account.newKit(),
      "sign in": () => again(alice, hers.now),
      "sign in with the kit": () => byKit(alice, hers.now),
      "sign up": () =>
        signUp({
          ...{ server: ground.url, now: hers.now, store: memoryStore() },
          ...{ address: `late${ahead}@example.org`, password: "some password", name: "Late" },
        }),
    };
    for (const [what, ask] of Object.entries(asked))
      await assert.rejects(ask(), refusal("clock"), what);

    // Right again: nothing of it was done, and everything goes on, on the same device.
    hers.ahead = 0;
    his.ahead = 0;
    assert.deepEqual(await bytesOf(await view.open(revision)), utf8("one"));
    const lines = await record.journal();
    assert.deepEqual(
      lines.slice(before.length).map(({ kind }) => kind),
      ["opening"],
    );
    await record.sync();
    assert.deepEqual(
      (await record.list()).map(({ metadata }) => metadata.title),
      ["one"],
    );
    await ends();
    await assert.rejects(view.open(revision), refusal("closed"));
    await (await again(alice, hers.now)).record();
  });

  test(`a device a day ${direction}: without network it works on, and sends once it is right`, async () => {
    const { alice, record, hers } = await two();
    await alice.account.keeping.allow();
    await record.sync();
    hers.ahead = ahead;
    const local = await unlockOffline(alice);
    const here = await (await OfflineAccount.open(local, hers.now)).record();
    await here.add(file("written meanwhile"));
    assert.equal((await here.list()).length, 2);
    hers.ahead = 0;
    const back = await again(alice, hers.now);
    assert.deepEqual(await back.send(), { sent: 1, waits: 0, apart: 0 });
    const own = await back.record();
    await own.sync();
    const titles = (await own.list()).map(({ metadata }) => metadata.title);
    assert.deepEqual(titles.toSorted(), ["one", "written meanwhile"]);
  });

  test(`a clock that was set a day ${direction} while a session lasts: what waits keeps waiting`, async () => {
    const { alice, record, hers } = await two();
    await alice.account.keeping.allow();
    await record.sync();
    const here = await (await alice.account.offline()).record();
    await here.add(file("waits"));
    hers.ahead = ahead;
    assert.deepEqual(await alice.account.send(), { sent: 0, waits: 1, apart: 0, reason: "clock" });
    hers.ahead = 0;
    assert.deepEqual(await alice.account.send(), { sent: 1, waits: 0, apart: 0 });
  });

  test(`a copy of the journal verifies on a computer a day ${direction}`, async (context) => {
    const { record } = await two();
    const copy = await bytesOfExport(record);
    const moved = Date.now() + ahead;
    context.mock.timers.enable({ apis: ["Date"], now: moved });
    assert.ok(Math.abs(Date.now() - moved) < 1000);
    const said = await checkExport(bytesSource(copy));
    assert.ok(said.entries > 0);
    assert.equal(said.manifest.subject, record.space);
  });
}

async function again({ store, password }: Person, now: () => number) {
  return await signIn({ server: ground.url, now, store, password });
}

async function bytesOfExport(record: HealthRecord) {
  const parts: Bytes[] = [];
  for await (const part of await record.exportJournal({ language: "en" })) parts.push(part);
  return concat(...parts);
}

async function byKit({ kit, address, password }: Person, now: () => number) {
  const ask = { server: ground.url, now, store: memoryStore(), address, password };
  return await signInWithKit({ ...ask, kit: kit.text() });
}
