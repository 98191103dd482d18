import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf, type Head, newId, utf8 } from "@ecrin/protocol";
import { isRefusedFor } from "../src/errors.ts";
import { mergeHeads } from "../src/heads.ts";
import { checkContact, openKeyring, pin, sealKeyring } from "../src/keyring.ts";
import { beginChain, withDevice } from "./chains.ts";
import { refusal } from "./ground.ts";
import { openBook, SmallServer } from "./unlocked-parts.ts";

const head = (seq: number, text = ""): Head => ({ seq, hash: digestOf(utf8(seq + text)) });

test("a change is applied again where another device was faster", async () => {
  const server = new SmallServer();
  const alice = await openBook(server);
  const other = await alice.open(await alice.elsewhere());
  const bob = pin((await beginChain()).state, "Bob", "invitation");
  const carol = pin((await beginChain()).state, "Carol", "face-to-face");
  const add = (contact: typeof bob) => async (book: typeof other) => {
    await book.update((keyring) => ({ ...keyring, contacts: [...keyring.contacts, contact] }));
  };
  await add(bob)(other);
  await add(carol)(alice.book);
  assert.deepEqual(
    alice.book.contents().contacts.map(({ name }) => name),
    ["Bob", "Carol"],
  );
  assert.equal(server.keyring.version, 3);
  await other.refresh();
  assert.equal(other.contact(carol.account)?.verified, "face-to-face");
  assert.equal(other.contact(newId<"account">()), undefined);
});

test("an older keyring, or another of the same version, is an alarm and changes nothing", async () => {
  const server = new SmallServer();
  const alice = await openBook(server);
  const first = server.keyring;
  const named = (name: string) => async (book: typeof alice.book) => {
    await book.update((keyring) => ({ ...keyring, profile: { name } }));
  };
  await named("Second")(alice.book);
  const second = server.keyring;
  server.keyring = first;
  await assert.rejects(alice.open(), refusal("rollback"));
  await assert.rejects(alice.book.refresh(), refusal("rollback"));
  await assert.rejects(named("Third")(alice.book), refusal("rollback"));
  assert.equal(alice.book.name(), "Second");
  // Another device writes on top of the old one: the same version, and not the same keyring.
  await named("Beside")(await alice.open(await alice.elsewhere()));
  assert.equal(server.keyring.version, second.version);
  await assert.rejects(alice.open(), refusal("fork"));
  server.keyring = second;
  assert.equal((await alice.open()).name(), "Second");
});

test("heads go forward only, to the store at once and to other devices with the keyring", async () => {
  const server = new SmallServer();
  const alice = await openBook(server);
  const space = newId<"space">();
  const tree = `${space}.tree`;
  alice.book.see(space, head(3));
  alice.book.see(space, head(2));
  alice.book.see(tree, head(7));
  assert.deepEqual(alice.book.seen(space), head(3));
  assert.throws(() => alice.book.see(space, head(3, "other")), refusal("fork"));
  const before = server.keyring.version;
  await alice.book.save();
  await alice.book.save();
  assert.equal(server.keyring.version, before + 1);
  const other = await alice.open(await alice.elsewhere());
  assert.deepEqual(other.seen(space), head(3));
  assert.deepEqual(other.seen(tree), head(7));
  // What this device has seen since stays, although the keyring does not have it.
  alice.book.see(space, head(5));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual((await alice.open()).seen(space), head(5));
  assert.equal(other.seen(newId()), undefined);
});

test("what two devices have seen is merged forward, and a contradiction is an alarm", () => {
  const a = [
    ["x", head(1)],
    ["y", head(5)],
  ] as const;
  const b = [
    ["x", head(2)],
    ["y", head(4)],
    ["z", head(0)],
  ] as const;
  const merged = new Map(mergeHeads(a, b));
  assert.deepEqual(
    merged,
    new Map([
      ["x", head(2)],
      ["y", head(5)],
      ["z", head(0)],
    ]),
  );
  assert.throws(() => mergeHeads([["x", head(1)]], [["x", head(1, "other")]]), refusal("fork"));
});

test("a keyring opens under its own key, account and version only, in its own form only", async () => {
  const { account, accountKey, keyring } = await openBook(new SmallServer());
  const sealed = await sealKeyring(accountKey, account, 4, keyring);
  assert.deepEqual(await openKeyring(accountKey, account, sealed), keyring);
  const closed = refusal("cannot-open");
  const other = newId<"account">();
  await assert.rejects(openKeyring(accountKey, other, sealed), closed);
  await assert.rejects(openKeyring(accountKey, account, { ...sealed, version: 5 }), closed);
  const key = accountKey.map((byte) => byte ^ 1);
  await assert.rejects(openKeyring(key, account, sealed), closed);
  const more = { ...keyring, more: 1 };
  await assert.rejects(
    openKeyring(accountKey, account, await sealKeyring(accountKey, account, 4, more)),
    closed,
  );
});

test("nothing is sealed under a key that has been wiped", async () => {
  const { account, keyring } = await openBook(new SmallServer());
  await assert.rejects(sealKeyring(new Uint8Array(32), account, 4, keyring), refusal("locked"));
});

test("nobody but a contact is wrapped for, and only while their chain holds what was verified", async () => {
  const server = new SmallServer();
  const alice = await openBook(server);
  const bob = await beginChain();
  const later = await withDevice(bob);
  assert.throws(() => alice.book.checkPinned(bob.state), refusal("contact-not-verified"));
  const contact = pin(later.state, "Bob", "face-to-face");
  await alice.book.update((keyring) => ({ ...keyring, contacts: [contact] }));
  alice.book.checkPinned(later.state);
  alice.book.checkPinned((await withDevice(later)).state);
  assert.throws(() => alice.book.checkPinned(bob.state), refusal("rollback"));
  const beside = (await withDevice(bob)).state;
  assert.throws(() => alice.book.checkPinned(beside), refusal("contact-changed"));
  const forged = await withDevice(await beginChain(bob.account));
  assert.throws(() => alice.book.checkPinned(forged.state), refusal("contact-changed"));
  assert.throws(() => checkContact(contact, forged.state), refusal("contact-changed"));
});

test("another log lets go of what was seen, and of a contact leaves the beginning that is known", async () => {
  const alice = await openBook(new SmallServer());
  const bob = pin((await withDevice(await beginChain())).state, "Bob", "face-to-face");
  const carol = pin((await withDevice(await beginChain())).state, "Carol", "face-to-face");
  await alice.book.update((keyring) => ({ ...keyring, contacts: [bob, carol] }));
  const space = newId<"space">();
  alice.book.see(space, head(3));
  const { key } = (await openBook(new SmallServer())).keyring.log;
  const first = head(0, "Bob");
  await alice.book.follow({ key, ends: [] }, new Map([[bob.account, first.hash]]));
  assert.equal(alice.book.seen(space), undefined);
  assert.deepEqual(alice.book.contact(bob.account)?.head, first);
  assert.deepEqual(alice.book.contact(carol.account)?.head, carol.head);
});

test("a keyring of another log, or of another identity, is not taken in", async () => {
  const server = new SmallServer();
  const alice = await openBook(server);
  const other = (await openBook(new SmallServer())).keyring;
  const { keyring, accountKey, account } = alice;
  server.keyring = await sealKeyring(accountKey, account, 2, { ...keyring, log: other.log });
  await assert.rejects(alice.book.refresh(), refusal("log-succeeded"));
  const identity = other.identity;
  server.keyring = await sealKeyring(accountKey, account, 2, { ...keyring, identity });
  await assert.rejects(alice.book.refresh(), refusal("cannot-open"));
  assert.deepEqual(alice.book.contents().identity, keyring.identity);
});

test("a head that this device cannot keep, and a change that does not arrive, are told", async () => {
  const server = new SmallServer();
  const alice = await openBook(server);
  const looking = alice.book.forLooking();
  await assert.rejects(
    looking.update((keyring) => keyring),
    refusal("refused"),
  );
  const broken = Promise.reject(new TypeError("fetch failed"));
  broken.catch(() => undefined);
  server.held = broken;
  await assert.rejects(
    alice.book.update((keyring) => keyring),
    refusal("offline"),
  );
  server.held = Promise.resolve();
  const keep = alice.store.putJson.bind(alice.store);
  alice.store.putJson = async (name, value) => {
    if (name.startsWith("head/")) throw new Error("no room");
    await keep(name, value);
  };
  alice.book.see(newId<"space">(), head(1));
  await assert.rejects(alice.book.save(), /no room/);
});

test("a change that others are faster than again and again is given up", async () => {
  const server = new SmallServer();
  const { book, accountKey, account, keyring } = await openBook(server);
  const theirs = [2, 3, 4, 5, 6, 7].map((version) =>
    sealKeyring(accountKey, account, version, keyring),
  );
  const waiting = await Promise.all(theirs);
  let tried = 0;
  const change = (mine: typeof keyring) => {
    server.keyring = waiting[tried++] ?? server.keyring;
    return mine;
  };
  await assert.rejects(book.update(change), (error) => isRefusedFor(error, "stale-head"));
  assert.equal(tried, 5);
});

test("a locked keyring tells nothing", async () => {
  const { book } = await openBook(new SmallServer());
  book.lock();
  assert.throws(() => book.contents(), refusal("locked"));
  await assert.rejects(book.identitySigner(), refusal("locked"));
  await assert.rejects(book.refresh(), refusal("locked"));
  await assert.rejects(
    book.update((keyring) => keyring),
    refusal("locked"),
  );
});
