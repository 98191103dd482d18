import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "@ecrin/protocol";
import { AccountBook } from "../src/accounts.ts";
import { beginChain, type Chain, withDevice } from "./chains.ts";
import { refusal } from "./ground.ts";
import { openBook, SmallServer } from "./unlocked-parts.ts";

async function ground() {
  const server = new SmallServer();
  const { http, store, book: keyring } = await openBook(server);
  const clock = { now: 1_000_000 };
  const open = () => new AccountBook({ http, store, keyring, now: () => clock.now });
  const serve = (chain: Chain) => server.chains.set(chain.account, chain.statements);
  return { server, clock, keyring, open, serve, book: open() };
}

test("a chain is followed from where it was left, and kept on the device", async () => {
  const { server, clock, keyring, open, serve, book } = await ground();
  const bob = await beginChain();
  serve(bob);
  assert.deepEqual((await book.get(bob.account)).head, bob.state.head);
  const [later, asked] = [await withDevice(bob), server.asked];
  serve(later);
  assert.deepEqual((await book.get(bob.account)).head, bob.state.head, "young enough");
  assert.equal(server.asked, asked);
  assert.deepEqual((await book.get(bob.account, 0)).head, later.state.head);
  assert.deepEqual(keyring.seen(bob.account), later.state.head);
  clock.now += 3_600_000;
  const again = open();
  const known = await again.get(bob.account, Number.POSITIVE_INFINITY);
  assert.deepEqual(known.head, later.state.head);
  assert.equal(server.asked, asked + 1);
  assert.deepEqual(await again.facts(bob.account).then((facts) => facts.map(({ op }) => op)), [
    "begin",
    "device",
  ]);
  assert.equal(server.asked, asked + 2, "an hour old: asked for anew");
});

test("a clock that was set back makes no chain young", async () => {
  const { server, clock, serve, book } = await ground();
  const bob = await beginChain();
  serve(bob);
  await book.get(bob.account);
  const [later, asked] = [await withDevice(bob), server.asked];
  serve(later);
  clock.now -= 1;
  assert.deepEqual((await book.get(bob.account, Number.POSITIVE_INFINITY)).head, bob.state.head);
  assert.equal(server.asked, asked, "whatever its age");
  assert.deepEqual((await book.get(bob.account)).head, later.state.head);
  assert.equal(server.asked, asked + 1);
});

test("several at once, each asked for once", async () => {
  const { server, serve, book } = await ground();
  const [bob, carol] = [await beginChain(), await beginChain()];
  serve(bob);
  serve(carol);
  await book.get(bob.account);
  const before = server.asked;
  const chains = await book.getAll([bob.account, carol.account, bob.account, carol.account]);
  assert.equal(chains.get(carol.account)?.account, carol.account);
  assert.equal(chains.size, 2);
  assert.equal(server.asked, before + 1);
  await Promise.all([book.get(carol.account, 0), book.get(carol.account, 0)]);
  assert.equal(server.asked, before + 2);
});

test("a signer's newer head is asked for, whatever the age", async () => {
  const { serve, book } = await ground();
  const bob = await beginChain();
  serve(bob);
  await book.get(bob.account);
  const later = await withDevice(bob);
  serve(later);
  const chains = await book.reaching([{ account: bob.account, head: later.state.head }]);
  assert.deepEqual(chains.get(bob.account)?.head, later.state.head);
});

test("a chain that is shorter, or beside the one seen, is an alarm and is not taken in", async () => {
  const { serve, book, open } = await ground();
  const bob = await beginChain();
  const [seen, beside] = [await withDevice(bob), await withDevice(bob)];
  serve(seen);
  await book.get(bob.account);
  serve(bob);
  await assert.rejects(book.get(bob.account, 0), refusal("rollback"));
  await assert.rejects(book.take(bob.account, bob.statements), refusal("rollback"));
  serve(beside);
  await assert.rejects(book.get(bob.account, 0), refusal("fork"));
  serve(await withDevice(beside));
  await assert.rejects(book.get(bob.account, 0), refusal("fork"));
  await assert.rejects(open().take(bob.account, beside.statements), refusal("fork"));
  assert.deepEqual((await book.get(bob.account)).head, seen.state.head);
});

test("a device that knows a chain by its head alone notices too", async () => {
  const { keyring, serve, book } = await ground();
  const bob = await beginChain();
  const [seen, beside] = [await withDevice(bob), await withDevice(bob)];
  keyring.see(bob.account, seen.state.head);
  serve(bob);
  await assert.rejects(book.get(bob.account), refusal("rollback"));
  serve(beside);
  await assert.rejects(book.get(bob.account), refusal("fork"));
  serve(await withDevice(beside));
  await assert.rejects(book.get(bob.account), refusal("fork"));
  serve(seen);
  assert.deepEqual((await book.get(bob.account)).head, seen.state.head);
});

test("a chain that does not hold, is another's, or is not there", async () => {
  const { server, book } = await ground();
  const [bob, carol] = [await withDevice(await beginChain()), await beginChain()];
  const [begin = "", device = ""] = bob.statements;
  const signature = device.slice(-86, -85) === "A" ? "B" : "A";
  const changed = `${device.slice(0, -86)}${signature}${device.slice(-85)}`;
  server.chains.set(bob.account, [begin, changed]);
  await assert.rejects(book.get(bob.account), refusal("fork"));
  server.chains.set(bob.account, carol.statements);
  await assert.rejects(book.get(bob.account), refusal("bad-answer"));
  await assert.rejects(book.get(newId<"account">()), refusal("bad-answer"));
});

test("a statement made here meanwhile is not taken for a rollback", async () => {
  const { server, serve, book } = await ground();
  const bob = await beginChain();
  serve(bob);
  await book.get(bob.account);
  const later = await withDevice(bob);
  const statement = later.statements[1];
  assert.ok(statement);
  const asked = server.asked;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.held = promise;
  const asking = book.get(bob.account, 0);
  await book.append(bob.account, statement);
  resolve();
  const answer = await asking;
  assert.equal(server.asked, asked + 1);
  assert.deepEqual(answer.head, later.state.head);
});
