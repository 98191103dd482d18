import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId, utf8 } from "@ecrin/protocol";
import type { Account } from "../src/account.ts";
import {
  bytesOf,
  memoryStore,
  OfflineAccount,
  signIn,
  signInWithKit,
  unlockOffline,
} from "../src/index.ts";
import type { RawStore } from "../src/store.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(() => ground.stop());

const file = (title: string, content = title) => ({
  title,
  mediaType: "text/plain",
  content: utf8(content),
});

/** Somebody whose device keeps her record, with these documents opened on it. */
async function keeper(name: string, ...titles: string[]): Promise<Person> {
  const person = await newPerson(ground, name);
  const record = await person.account.record();
  await person.account.keeping.allow();
  for (const title of titles) await record.open(await record.add(file(title)));
  await record.sync();
  return person;
}

/** The same device without network. */
async function offline({ store, password }: Pick<Person, "store" | "password">) {
  return await OfflineAccount.open(await unlockOffline({ store, password }), ground.now);
}

async function again(person: Pick<Person, "store" | "password">): Promise<Account> {
  const { store, password } = person;
  return await signIn({ server: ground.url, now: ground.now, store, password });
}

const titles = (rows: readonly { metadata: { title: string } }[]) =>
  rows.map(({ metadata }) => metadata.title).toSorted();

async function keysOf(store: RawStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const [key] of store.entries("")) keys.push(key);
  return keys;
}

test("without the yes nothing of names and contents is kept", async () => {
  const person = await newPerson(ground);
  const record = await person.account.record();
  await record.open(await record.add(file("unkept")));
  assert.deepEqual(
    (await keysOf(person.store)).filter((key) => key.includes("kept")),
    [],
  );
  await assert.rejects(offline(person), refusal("not-kept"));
});

test("what was opened or pinned is there without network; what was not is listed", async () => {
  const person = await keeper("Alice", "opened");
  const record = await person.account.record();
  const pinned = await record.add(file("pinned"));
  await record.add(file("listed only"));
  await record.sync();
  assert.equal(await record.pin(pinned), true);
  const told = (await record.journal()).length;

  const account = await offline(person);
  assert.equal(account.name, "Alice");
  const here = await account.record();
  assert.deepEqual(titles(here.list()), ["listed only", "opened", "pinned"]);
  const byTitle = new Map(here.list().map((row) => [row.metadata.title, row]));
  assert.deepEqual([...byTitle].map(([title, { opens }]) => [title, opens]).toSorted(), [
    ["listed only", false],
    ["opened", true],
    ["pinned", true],
  ]);
  for (const title of ["opened", "pinned"]) {
    const opened = await here.open(byTitle.get(title)?.revision ?? assert.fail());
    assert.deepEqual(await bytesOf(opened), utf8(title));
  }
  const missing = byTitle.get("listed only")?.item ?? assert.fail();
  await assert.rejects(here.open(missing), refusal("not-kept"));

  // Pinning by who holds S is no opening; each opening without network is told on return.
  const back = await again(person);
  assert.deepEqual(await back.send(), { sent: 2, waits: 0, apart: 0 });
  const lines = (await (await back.record()).journal()).slice(told);
  const openings = lines.filter(({ kind }) => kind === "opening");
  assert.deepEqual(
    openings.map(({ about, statement }) => [about.declared, statement]),
    [
      [true, "signed-by-reader"],
      [true, "signed-by-reader"],
    ],
  );
  assert.deepEqual(await back.send(), { sent: 0, waits: 0, apart: 0 });
});

test("what is written without network is sealed at once, opens while it waits, and goes out", async () => {
  const person = await keeper("Berthe", "first");
  const account = await offline(person);
  const here = await account.record();
  const [first] = here.list();
  const added = await here.add(file("added"));
  const large = { ...file("large"), content: crypto.getRandomValues(new Uint8Array(60_000)) };
  const big = new Uint8Array(3 << 20).fill(7);
  await here.add(large);
  await here.add({ title: "big", mediaType: "application/pdf", content: big });
  await here.correct(added, file("added, corrected"));
  await here.delete(first?.item ?? assert.fail());
  assert.deepEqual(titles(here.list()), ["added, corrected", "big", "large"]);
  assert.ok(here.list().every(({ waits }) => waits));
  assert.deepEqual(await bytesOf(await here.open(added)), utf8("added, corrected"));

  const fresh = await (await offline(person)).record();
  assert.deepEqual(titles(fresh.list()), ["added, corrected", "big", "large"]);

  const back = await again(person);
  assert.deepEqual(await back.send(), { sent: 5, waits: 0, apart: 0 });
  const record = await back.record();
  const rows = await record.list();
  assert.deepEqual(titles(rows), ["added, corrected", "big", "large"]);
  const bigRow = rows.find(({ metadata }) => metadata.title === "big") ?? assert.fail();
  assert.deepEqual(await bytesOf(await record.open(bigRow.item)), big);
  assert.deepEqual(
    await keysOf(person.store).then((keys) =>
      keys.filter((key) => key.startsWith("sealed/outbox-bytes")),
    ),
    [],
  );
});

test("whom a person meets after the yes is known by name without network", async () => {
  const person = await keeper("Béatrice", "one");
  const bob = await newPerson(ground, "Bob");
  await person.account.contacts().verify(await bob.account.contacts().code(), "Bob");
  await (await person.account.record()).sync();
  const { people } = await offline(person);
  assert.deepEqual(people, [{ account: bob.account.id, name: "Bob", verified: "face-to-face" }]);
});

test("a write sealed before the epoch turned is wrapped again, not sealed again", async () => {
  const person = await keeper("Claire", "one");
  const bob = await newPerson(ground, "Bob");
  await person.account.contacts().verify(await bob.account.contacts().code(), "Bob");
  const record = await person.account.record();
  await record.addMember(bob.account.id, { role: "reader" });
  await record.sync();

  const here = await (await offline(person)).record();
  await here.add(file("sealed in epoch 1"));
  await record.endMember(bob.account.id);
  assert.equal(record.view.epoch.epoch.n, 2);
  const back = await again(person);
  assert.deepEqual(await back.send(), { sent: 1, waits: 0, apart: 0 });
  const other = await back.record();
  assert.deepEqual(titles(await other.list()), ["one", "sealed in epoch 1"]);
  const row = (await other.list()).find(({ metadata }) => metadata.title !== "one");
  assert.equal(other.listing.revisions.get(row?.revision ?? assert.fail())?.fact.epoch, 1);
});

test("two corrections side by side: both are kept, both are shown, and a third settles it", async () => {
  const person = await keeper("Diane", "same");
  const record = await person.account.record();
  const [row] = await record.list();
  const item = row?.item ?? assert.fail();
  const here = await (await offline(person)).record();
  await here.correct(item, file("from the phone"));
  await record.correct(item, file("from the desk"));
  const back = await again(person);
  await back.send();
  const rows = await (await back.record()).list();
  assert.deepEqual(titles(rows), ["from the desk", "from the phone"]);
  assert.ok(rows.every(({ conflict }) => conflict));
  await (await back.record()).correct(item, file("settled"));
  assert.deepEqual(titles(await (await back.record()).list()), ["settled"]);
});

/** One document with two versions side by side: one from a phone without network, one from a desk. */
async function apart(name: string) {
  const person = await keeper(name, "same");
  const record = await person.account.record();
  const item = (await record.list())[0]?.item ?? assert.fail();
  const here = await (await offline(person)).record();
  await here.correct(item, file("from the phone"));
  await record.correct(item, file("from the desk"));
  const back = await again(person);
  await back.send();
  const home = await back.record();
  const rows = await home.list();
  const of = (title: string) =>
    rows.find(({ metadata }) => metadata.title === title)?.revision ?? assert.fail();
  return { person, back, home, item, phone: of("from the phone"), desk: of("from the desk") };
}

test("who keeps one of two versions has its very bytes in force, and may take the other afterwards", async () => {
  const { home, item, phone, desk } = await apart("Settling One");
  assert.deepEqual(await home.settle(item, { keep: phone }), { copies: [] });
  const [row, none] = await home.list();
  assert.equal(none, undefined);
  assert.deepEqual([row?.metadata.title, row?.conflict], ["from the phone", false]);
  assert.deepEqual(await bytesOf(await home.open(item)), utf8("from the phone"));
  const newest = (await home.history(item)).at(-1) ?? assert.fail();
  assert.deepEqual(newest.fact.parents.toSorted(), [phone, desk].toSorted());
  await home.settle(item, { keep: desk });
  assert.deepEqual(await bytesOf(await home.open(item)), utf8("from the desk"));
});

test("who keeps both has two documents; without network the copy waits before what settles", async () => {
  const { person, back, home, item, phone, desk } = await apart("Settling Both");
  for (const each of [phone, desk]) await home.open(each);
  await home.sync();
  const here = await (await offline(person)).record();
  const { copies } = await here.settle(item, { both: true });
  assert.equal(copies.length, 1);
  assert.deepEqual(titles(here.list()), ["from the desk", "from the phone"]);
  assert.ok(here.list().every(({ conflict }) => !conflict));
  assert.deepEqual(
    (await back.keeping.outbox.waiting()).flatMap(({ what }) =>
      what.kind === "write" ? [what.item] : [],
    ),
    [...copies, item],
  );
  await back.send();
  const rows = await home.list();
  assert.deepEqual(titles(rows), ["from the desk", "from the phone"]);
  for (const { item: each, metadata, conflict } of rows) {
    assert.equal(conflict, false);
    assert.deepEqual(await bytesOf(await home.open(each)), utf8(metadata.title));
  }
});

test("a version that the person was not shown stays at the front; nobody decides about what is gone", async () => {
  const { home, item, phone, desk } = await apart("Settling Late");
  await home.settle(item, { keep: phone }, { shown: [phone] });
  assert.deepEqual(titles(await home.list()), ["from the desk", "from the phone"]);
  const late = home.settle(item, { keep: desk }, { shown: [phone] });
  await assert.rejects(late, refusal("not-found"));
  const unknown = home.settle(item, { keep: newId<"revision">() });
  await assert.rejects(unknown, refusal("not-found"));
});

test("a deletion beside a correction is settled either way", async () => {
  for (const keeps of ["version", "deletion"] as const) {
    const person = await keeper(`Settling ${keeps}`, "same");
    const record = await person.account.record();
    const item = (await record.list())[0]?.item ?? assert.fail();
    const here = await (await offline(person)).record();
    await here.correct(item, file("corrected"));
    await record.delete(item);
    const back = await again(person);
    await back.send();
    const home = await back.record();
    const [row] = await home.list();
    assert.equal(row?.conflict, true);
    const deletion = (await home.history(item)).find(({ fact }) => fact.op === "delete");
    const keep = keeps === "version" ? row?.revision : deletion?.fact.revision;
    await home.settle(item, { keep: keep ?? assert.fail() });
    assert.deepEqual(titles(await home.list()), keeps === "version" ? ["corrected"] : []);
  }
});

test("ending a share waits, goes out first, and happens once", async () => {
  const person = await keeper("Emma", "shared");
  const bob = await newPerson(ground, "Bob");
  await person.account.contacts().verify(await bob.account.contacts().code(), "Bob");
  await bob.account.contacts().verify(await person.account.contacts().code(), "Emma");
  const record = await person.account.record();
  const [row] = await record.list();
  const until = ground.now() + 86_400_000;
  const share = await record.share({
    with: bob.account.id,
    items: [row?.item ?? assert.fail()],
    until,
  });
  await record.sync();
  const here = await (await offline(person)).record();
  await here.add(file("and a note"));
  await here.endShare(share);
  await here.endShare(share);
  assert.deepEqual(
    (await here.shares()).map(({ ends }) => ends),
    [true],
  );
  const back = await again(person);
  assert.deepEqual(await back.send(), { sent: 2, waits: 0, apart: 0 });
  const journal = await (await back.record()).journal();
  assert.deepEqual(
    journal
      .map(({ kind }) => kind)
      .filter((kind) => kind !== "listing")
      .slice(-2),
    ["revocation", "upload"],
  );
  assert.deepEqual(await bob.account.sharedWithMe(), []);
});

test("a clock that is a day ahead holds a write back, and sends it once it is set right", async () => {
  const person = await keeper("Flore", "one");
  const local = await unlockOffline(person);
  const here = await (await OfflineAccount.open(local, () => ground.now() + 86_400_000)).record();
  await here.add(file("from tomorrow"));
  const back = await again(person);
  assert.deepEqual(await back.send(), { sent: 1, waits: 0, apart: 0 });
  const rows = await (await back.record()).list();
  const row = rows.find(({ metadata }) => metadata.title === "from tomorrow") ?? assert.fail();
  assert.ok(row.at <= ground.now());
});

test("a device that was signed out cannot send; what waits stays on it and opens", async () => {
  const person = await keeper("Gisèle", "one");
  const here = await (await offline(person)).record();
  const item = await here.add(file("kept all the same"));
  const { account, kit, address, password } = person;
  const ask = { server: ground.url, now: ground.now, store: memoryStore(), address, password };
  const second = await signInWithKit({ ...ask, kit: kit.text() });
  await second.signOutDevice(account.device);
  await assert.rejects(again(person), refusal("not-enrolled"));
  const after = await (await offline(person)).record();
  assert.deepEqual(await bytesOf(await after.open(item)), utf8("kept all the same"));
});

test("what is kept goes on where it stood, and what does not fit together is fetched anew", async () => {
  const person = await keeper("Hélène", "a", "b", "c");
  let asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push(String(input).slice(ground.url.length));
    return await globalThis.fetch(input, init);
  };
  const { store, password } = person;
  const open = async () =>
    await signIn({ server: ground.url, now: ground.now, fetch, store, password });
  await (await (await open()).record()).list();
  assert.ok(
    asked.some((path) => path.includes("revisions?from=3")),
    asked.join("\n"),
  );

  // A row that is gone, as after a crash of something that was no crash of ours.
  const page = (await keysOf(store)).find((key) => key.includes("kept/rows")) ?? assert.fail();
  await store.write([{ name: page }]);
  asked = [];
  const rows = await (await (await open()).record()).list();
  assert.deepEqual(titles(rows), ["a", "b", "c"]);
  assert.ok(
    asked.some((path) => path.includes("revisions?from=0")),
    asked.join("\n"),
  );
});

test("the signed headers are not kept; rows that 0.3.0 kept with them still open", async () => {
  const person = await keeper("Irma", "a", "b");
  const { store, account } = await unlockOffline(person);
  const pages: (readonly [string, Uint8Array])[] = [];
  for await (const each of store.entries("kept/rows/")) pages.push(each);
  const [[key, value] = assert.fail()] = pages;
  const page: { readonly rows: readonly object[] } = JSON.parse(Buffer.from(value).toString());
  assert.equal(page.rows.length, 2);
  assert.ok(page.rows.every((row) => !("statement" in row)));
  const rows = page.rows.map((row) => ({ ...row, statement: "eyJhIjoxfQ.e30.AA" }));
  await store.put(key, Buffer.from(JSON.stringify({ ...page, rows })));
  const kept = await offline(person);
  assert.equal(kept.id, account);
  assert.deepEqual(titles((await kept.record()).list()), ["a", "b"]);
});

test("taking the yes back erases what was kept, and not what waits", async () => {
  const person = await keeper("Inès", "one");
  await (await (await offline(person)).record()).add(file("waits"));
  const back = await again(person);
  await back.keeping.forget();
  assert.deepEqual(
    (await keysOf(person.store)).filter((key) => key.startsWith("sealed/kept")),
    [],
  );
  await assert.rejects(offline(person), refusal("not-kept"));
  assert.deepEqual(await back.send(), { sent: 1, waits: 0, apart: 0 });
});
