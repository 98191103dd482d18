import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { utf8 } from "@ecrin/protocol";
import type { Account } from "../src/account.ts";
import { bytesOf, OfflineAccount, signIn, unlockOffline } from "../src/index.ts";
import type { RawStore } from "../src/store.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

const HOUR = 3600 * 1000;

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(() => ground.stop());

const file = (title: string) => ({ title, mediaType: "text/plain", content: utf8(title) });

/** Alice shares two documents with Dr Roche until an hour; his device keeps what it may. */
async function sharing(offline: boolean, keeps = true) {
  const alice = await newPerson(ground, "Alice");
  const roche = await newPerson(ground, "Dr Roche");
  await alice.account.contacts().verify(await roche.account.contacts().code(), "Dr Roche");
  await roche.account.contacts().verify(await alice.account.contacts().code(), "Alice");
  if (keeps) await roche.account.keeping.allow();
  const record = await alice.account.record();
  const items = [await record.add(file("letter")), await record.add(file("result"))];
  const until = ground.now() + HOUR;
  const share = await record.share({ with: roche.account.id, items, until, offline });
  return { alice, roche, record, share, until };
}

/** The same device without network. */
async function away({ store, password }: Pick<Person, "store" | "password">) {
  return await OfflineAccount.open(await unlockOffline({ store, password }), ground.now);
}

async function again({ store, password }: Person): Promise<Account> {
  return await signIn({ server: ground.url, now: ground.now, store, password });
}

async function keptKeys(store: RawStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const [name] of store.entries("sealed/")) keys.push(name.slice("sealed/".length));
  return keys.filter((key) => /^(kept\/(share|content|bytes)|release)\//.test(key));
}

const texts = async (opened: Parameters<typeof bytesOf>[0]) =>
  new TextDecoder().decode(await bytesOf(opened));

test("what is received with the offline right opens without network, and is told on return", async () => {
  const { alice, roche, record, share, until } = await sharing(true);
  const [view] = await roche.account.sharedWithMe();
  assert.equal(view?.offline, true);
  const [letter, result] = view.items;
  assert.ok(letter && result);
  // Keeping is no opening: who holds S computes h alone.
  assert.equal(await view.pin(letter.fact.revision), true);
  await record.sync();
  const told = (await record.journal()).length;

  const here = await away(roche);
  const [kept] = await here.sharedWithMe();
  assert.ok(kept);
  assert.deepEqual(
    [kept.share, kept.maker.account, kept.about.from, kept.until],
    [share, alice.account.id, "Alice", until],
  );
  assert.deepEqual(
    kept.items.map(({ metadata, fact }) => [metadata.title, kept.opens(fact.revision)]),
    [
      ["letter", true],
      ["result", false],
    ],
  );
  assert.equal(await texts(await kept.open(letter.fact.revision)), "letter");
  await assert.rejects(kept.open(result.fact.revision), refusal("not-kept"));
  assert.equal((await record.journal()).length, told);

  assert.deepEqual(await (await again(roche)).send(), { sent: 1, waits: 0, apart: 0 });
  const [line, ...more] = (await record.journal())
    .slice(told)
    .filter(({ kind }) => kind === "opening");
  assert.deepEqual(more, []);
  assert.deepEqual(
    [line?.actor.account, line?.about.declared, line?.about.via, line?.statement],
    [roche.account.id, true, share, "signed-by-reader"],
  );
});

test("what is opened with network asks as ever, and is there without it afterwards", async () => {
  const { roche, record } = await sharing(true);
  const [view] = await roche.account.sharedWithMe();
  const [, result] = view?.items ?? [];
  assert.ok(view && result);
  assert.equal(await texts(await view.open(result.fact.revision)), "result");
  const openings = (await record.journal()).filter(({ kind }) => kind === "opening");
  assert.deepEqual(
    openings.map(({ about }) => about.declared),
    [undefined],
  );
  const [kept] = await (await away(roche)).sharedWithMe();
  assert.equal(await texts((await kept?.open(result.fact.revision)) ?? assert.fail()), "result");
  await kept?.unpin(result.fact.revision);
  await assert.rejects(kept?.open(result.fact.revision) ?? assert.fail(), refusal("not-kept"));
});

test("without the right, or without the yes on the device, nothing received is kept", async () => {
  for (const { offline, keeps } of [
    { offline: false, keeps: true },
    { offline: true, keeps: false },
  ]) {
    const { roche } = await sharing(offline, keeps);
    const [view] = await roche.account.sharedWithMe();
    const [letter] = view?.items ?? [];
    assert.ok(view && letter);
    assert.equal(view.offline, offline);
    assert.equal(await view.pin(letter.fact.revision), false);
    await view.open(letter.fact.revision);
    const keys = await keptKeys(roche.store);
    assert.deepEqual(
      keys.filter((key) => key.startsWith("kept/")),
      [],
    );
    if (keeps) assert.deepEqual(await (await away(roche)).sharedWithMe(), []);
  }
});

test("S is wrapped for the recipient with the right only, and both chains and the journal say so", async () => {
  for (const offline of [true, false]) {
    const { roche, record, share } = await sharing(offline);
    const [view] = await roche.account.sharedWithMe();
    assert.equal(view?.view.holdsRelease(), offline);
    assert.equal(record.view.state.shares.get(share)?.offline, offline);
    const made = (await record.journal()).find(({ kind }) => kind === "share");
    assert.equal(made?.about.offline, offline ? true : undefined);
  }
});

test("at its date the right ends: nothing opens, and the next start leaves nothing", async () => {
  const { roche } = await sharing(true);
  const [view] = await roche.account.sharedWithMe();
  const [letter, result] = view?.items ?? [];
  assert.ok(view && letter && result);
  await view.open(letter.fact.revision);
  await view.pin(result.fact.revision);
  assert.ok((await keptKeys(roche.store)).length >= 6);
  const [open] = await (await away(roche)).sharedWithMe();
  assert.ok(open);
  await open.open(letter.fact.revision);
  try {
    ground.ahead += HOUR + 1;
    await assert.rejects(open.open(letter.fact.revision), refusal("closed"));
    // Without network, the start itself erases; what waits to be told stays.
    const here = await away(roche);
    assert.deepEqual(await here.sharedWithMe(), []);
    assert.deepEqual(await keptKeys(roche.store), []);
    assert.deepEqual(
      (await here.outbox.waiting()).map(({ what }) => what.kind),
      ["read"],
    );
    // A read is told after the end too.
    assert.deepEqual(await (await again(roche)).send(), { sent: 1, waits: 0, apart: 0 });
  } finally {
    ground.ahead -= HOUR + 1;
  }
});

test("a clock set back behind what was seen prolongs nothing", async () => {
  const { roche, until } = await sharing(true);
  const [view] = await roche.account.sharedWithMe();
  await view?.pin(view.items[0]?.fact.revision ?? assert.fail());
  const { shares } = roche.account.keeping;
  const [kept] = await shares.all();
  await shares.save({ ...(kept ?? assert.fail()), seenAt: until });
  assert.deepEqual(await (await away(roche)).sharedWithMe(), []);
  assert.deepEqual(await keptKeys(roche.store), []);
});

test("ended early, it is erased at the next start that reaches the service, and not before", async () => {
  const { roche, record, share } = await sharing(true);
  const [view] = await roche.account.sharedWithMe();
  const revision = view?.items[0]?.fact.revision ?? assert.fail();
  await view?.pin(revision);
  await record.endShare(share);
  const [kept] = await (await away(roche)).sharedWithMe();
  assert.equal(await texts((await kept?.open(revision)) ?? assert.fail()), "letter");
  const back = await again(roche);
  assert.deepEqual(await keptKeys(roche.store), []);
  // It is said what was read meanwhile.
  assert.deepEqual(await back.send(), { sent: 1, waits: 0, apart: 0 });
  assert.deepEqual(await (await away(roche)).sharedWithMe(), []);
});

test("an end that is learnt while the program runs erases at once", async () => {
  const { roche, record, share } = await sharing(true);
  const [view] = await roche.account.sharedWithMe();
  await view?.pin(view.items[0]?.fact.revision ?? assert.fail());
  await record.endShare(share);
  assert.deepEqual(await roche.account.sharedWithMe(), []);
  assert.deepEqual(await keptKeys(roche.store), []);
});

test("an erasure that broke off goes on at the next start", async () => {
  const { roche } = await sharing(true);
  const [view] = await roche.account.sharedWithMe();
  for (const { fact } of view?.items ?? []) await view?.pin(fact.revision);
  const before = await keptKeys(roche.store);
  let left = 1;
  const { store } = roche;
  const breaking: RawStore = {
    get: async (name) => await store.get(name),
    entries: (prefix) => store.entries(prefix),
    close: async () => await store.close(),
    write: async (changes) => {
      if (changes.some(({ name, value }) => name.includes("/kept/content/") && !value)) left -= 1;
      if (left < 0) throw new Error("broken off");
      await store.write(changes);
    },
  };
  try {
    ground.ahead += HOUR + 1;
    await assert.rejects(away({ store: breaking, password: roche.password }), /broken off/);
    const between = await keptKeys(store);
    assert.ok(between.length < before.length);
    assert.ok(between.some((key) => key.startsWith("kept/share/")));
    await away(roche);
    assert.deepEqual(await keptKeys(store), []);
  } finally {
    ground.ahead -= HOUR + 1;
  }
});

test("taking the yes back erases received shares as well", async () => {
  const { roche } = await sharing(true);
  const [view] = await roche.account.sharedWithMe();
  await view?.pin(view.items[0]?.fact.revision ?? assert.fail());
  await roche.account.keeping.forget();
  const keys = await keptKeys(roche.store);
  assert.deepEqual(
    keys.filter((key) => key.startsWith("kept/")),
    [],
  );
});
