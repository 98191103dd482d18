import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { newSecret } from "@ecrin/crypto";
import { fromUtf8, newId, toBase64url, utf8 } from "@ecrin/protocol";
import { levelStore } from "../src/store.level.ts";
import { memoryStore } from "../src/store.memory.ts";
import { eraseStore, ownerOf, type RawStore, Store } from "../src/store.ts";
import { refusal } from "./ground.ts";

const folders: string[] = [];
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-store-"));
  folders.push(folder);
  return folder;
}

const KINDS: readonly (readonly [string, () => Promise<RawStore>])[] = [
  ["memory", () => Promise.resolve(memoryStore())],
  ["level", async () => await levelStore(await newFolder())],
];

for (const [kind, open] of KINDS) {
  test(`${kind}: values come back under their keys, in order, and nothing lies there in plain`, async () => {
    const raw = await open();
    const account = newId<"account">();
    const first = { key: "device", value: utf8("canary") };
    const store = await Store.create(raw, account, "password", [first]);
    await store.batch([
      { key: "head/b", value: utf8("2") },
      { key: "head/a", value: utf8("1") },
      { key: "heading", value: utf8("3") },
      { key: "device" },
    ]);
    const found: string[] = [];
    for await (const [key, value] of store.entries("head/")) found.push(key + fromUtf8(value));
    assert.deepEqual(found, ["head/a1", "head/b2"]);
    assert.equal(await store.get("device"), undefined);
    await store.put("canary", utf8("canary value"));
    for await (const [, value] of raw.entries("")) {
      assert.ok(!Buffer.from(value).includes("canary value"));
    }
    await store.delete("canary");
    assert.equal(await store.get("canary"), undefined);
    await raw.close();
  });
}

test("what another page has removed, or put in its place, is neither written to nor removed again", async () => {
  const raw = memoryStore();
  const [one, other] = [newId<"account">(), newId<"account">()];
  const device = () => [{ key: "device", value: newSecret() }];
  const all = async () => {
    const found: string[] = [];
    for await (const [name, value] of raw.entries("")) found.push(name + toBase64url(value));
    return found;
  };
  const first = await Store.create(raw, one, "password", device());
  await first.keep();
  await first.put("keyring", utf8("1"));
  await eraseStore(raw);
  await assert.rejects(first.put("keyring", utf8("2")), refusal("locked"));
  assert.deepEqual(await all(), []);

  // Another account, and the same one come back.
  for (const account of [other, one]) {
    await eraseStore(raw);
    const next = await Store.create(raw, account, "another password", device());
    await next.keep();
    await next.put("keyring", utf8("3"));
    const before = await all();
    await assert.rejects(first.put("keyring", utf8("2")), refusal("locked"));
    await assert.rejects(first.delete("keyring"), refusal("locked"));
    await assert.rejects(first.addPassword("third password"), refusal("locked"));
    await assert.rejects(first.keep(), refusal("locked"));
    assert.deepEqual(await all(), before);
    assert.deepEqual(await next.get("keyring"), utf8("3"));
    await next.put("keyring", utf8("4"));
  }
  const before = await all();
  await first.erase();
  assert.deepEqual(await all(), before);
});

test("two pages of one account go on when one of them changes the password", async () => {
  const raw = memoryStore();
  const account = newId<"account">();
  const one = await Store.create(raw, account, "password", [{ key: "device", value: newSecret() }]);
  await one.keep();
  const two = await Store.open(raw, "password");
  await one.keep(await one.addPassword("another password"));
  await two.put("head/a", utf8("1"));
  assert.deepEqual(await one.get("head/a"), utf8("1"));
});

test("a store on disk is there again after closing", async () => {
  const folder = await newFolder();
  const account = newId<"account">();
  const raw = await levelStore(folder);
  await Store.create(raw, account, "password", [{ key: "device", value: utf8("kept") }]);
  await raw.close();
  const again = await levelStore(folder);
  assert.deepEqual(await ownerOf(again), { account, pending: true });
  const store = await Store.open(again, "password");
  assert.equal(fromUtf8((await store.get("device")) ?? utf8("")), "kept");
  await again.close();
});

test("a value moved to another key, or to another account's store, does not open", async () => {
  const raw = memoryStore();
  const store = await Store.create(raw, newId<"account">(), "password", [
    { key: "a", value: utf8("1") },
    { key: "b", value: utf8("2") },
  ]);
  const value = await raw.get("sealed/a");
  assert.ok(value);
  await raw.write([{ name: "sealed/b", value }]);
  await assert.rejects(store.get("b"), refusal("cannot-open"));
  value[40] = (value[40] ?? 0) ^ 1;
  await raw.write([{ name: "sealed/a", value }]);
  await assert.rejects(store.get("a"), refusal("cannot-open"));
});

test("a header with weaker parameters is refused before anything is derived", async () => {
  const raw = memoryStore();
  await Store.create(raw, newId<"account">(), "password", []);
  const header = fromUtf8((await raw.get("header")) ?? utf8(""));
  const weaker = header.replace('"memoryKiB":65536', '"memoryKiB":1024');
  assert.notEqual(weaker, header);
  await raw.write([{ name: "header", value: utf8(weaker) }]);
  await assert.rejects(Store.open(raw, "password"), refusal("parameters-below-floor"));
  const other = header.replace(/"account":"[^"]{5}/, '"account":"AAAAA');
  await raw.write([{ name: "header", value: utf8(other) }]);
  await assert.rejects(Store.open(raw, "password"), refusal("wrong-password"));
  await raw.write([{ name: "header", value: utf8("{}") }]);
  await assert.rejects(Store.open(raw, "password"), refusal("cannot-open"));
});

test("while a password is changed two open the store, then one", async () => {
  const raw = memoryStore();
  const store = await Store.create(raw, newId<"account">(), "one", []);
  await store.keep();
  const two = await store.addPassword("two");
  for (const password of ["one", "two"]) await Store.open(raw, password);
  // A change that came to nothing is followed by another.
  await store.addPassword("three");
  await assert.rejects(Store.open(raw, "two"), refusal("wrong-password"));
  await Store.open(raw, "one");
  await store.keep(two);
  await Store.open(raw, "two");
  for (const password of ["one", "three"]) {
    await assert.rejects(Store.open(raw, password), refusal("wrong-password"));
  }
  assert.equal(await store.opensWith("two"), true);
  assert.equal(await store.opensWith("one"), false);
});

test("a pending store may be overwritten, with nothing left of it; a kept one may not", async () => {
  const raw = memoryStore();
  const account = newId<"account">();
  await Store.create(raw, account, "one", [{ key: "old", value: utf8("1") }]);
  const store = await Store.create(raw, account, "two", [{ key: "new", value: utf8("2") }]);
  assert.equal(await raw.get("sealed/old"), undefined);
  await store.keep();
  await assert.rejects(Store.create(raw, account, "three", []), refusal("refused"));
  store.lock();
  await assert.rejects(store.get("new"), refusal("locked"));
  await eraseStore(raw);
  assert.equal(await ownerOf(raw), undefined);
  await assert.rejects(Store.open(raw, "two"), refusal("not-enrolled"));
  for await (const [name] of raw.entries("")) assert.fail(name);
});
