import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { signInWithKit } from "../src/kit-sign-in.ts";
import { signIn } from "../src/sign-in.ts";
import { signUp } from "../src/sign-up.ts";
import { memoryStore } from "../src/store.memory.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";
import { HostileNetwork } from "./hostile.ts";

// A change of password broken at each step (spec/keys.md, Sign-in): whatever was lost, somebody who
// knows both passwords gets in, and after that exactly one of the two opens.

let ground: Ground;
const network = new HostileNetwork();
before(async () => {
  ground = await startGround();
});
beforeEach(() => network.calm());
after(async () => {
  await ground?.stop();
});

const NEXT = "the next password";
const at = () => ({ server: ground.url, now: ground.now, fetch: network.fetch });

/** Somebody whose change of password has broken at this step. */
async function broken(route: string, what: "request" | "answer"): Promise<Person> {
  const person = await newPerson(ground, "Alice", network.fetch);
  network.losing(route, what);
  const change = person.account.changePassword(person.password, NEXT);
  await assert.rejects(change, refusal("offline"));
  // The device loses power: nothing is locked or saved.
  return person;
}

async function opensOnlyWith(person: Person, right: string, wrong: string): Promise<void> {
  const { store, kit } = person;
  const account = await signIn({ ...at(), password: right, store });
  assert.equal(account.id, person.account.id);
  await account.lock();
  await assert.rejects(signIn({ ...at(), password: wrong, store }), refusal("wrong-password"));
  const elsewhere = { ...at(), kit, password: wrong, store: memoryStore() };
  await assert.rejects(signInWithKit(elsewhere), refusal("wrong-password"));
}

test("lost before the server had it: the old password stays", async () => {
  const person = await broken("POST /v1/password/finish", "request");
  await opensOnlyWith(person, person.password, NEXT);
});

test("lost after the server had it: the new password opens, and settles", async () => {
  const person = await broken("POST /v1/password/finish", "answer");
  await opensOnlyWith(person, NEXT, person.password);
});

test("lost after the server had it: the old password opens too, and is put in force again", async () => {
  const person = await broken("POST /v1/password/finish", "answer");
  await opensOnlyWith(person, person.password, NEXT);
});

test("lost before it was settled: both open until one has", async () => {
  const person = await broken("POST /v1/password/settle", "request");
  await opensOnlyWith(person, NEXT, person.password);
});

test("lost as it was settled: the new password opens", async () => {
  const person = await broken("POST /v1/password/settle", "answer");
  await opensOnlyWith(person, NEXT, person.password);
});

test("kit and the password before, on a new device, while the change is not settled", async () => {
  const person = await broken("POST /v1/password/finish", "answer");
  const { kit, password } = person;
  const store = memoryStore();
  await (await signInWithKit({ ...at(), kit, password, store })).lock();
  await (await signIn({ ...at(), password, store })).lock();
  await assert.rejects(
    signInWithKit({ ...at(), kit, password: NEXT, store: memoryStore() }),
    refusal("wrong-password"),
  );
});

test("a sign-up whose answer is lost is the same sign-up", async () => {
  const store = memoryStore();
  const ask = { ...at(), address: "lost@example.org", password: "a password", name: "L", store };
  network.losing("POST /v1/sign-up/finish", "answer");
  const asked = network.count("POST /v1/sign-up/finish");
  const { account, kit } = await signUp(ask);
  assert.equal(network.count("POST /v1/sign-up/finish"), asked + 2);
  await account.lock();
  const words = kit.words("en").join(" ");
  const elsewhere = { ...at(), kit: words, address: ask.address, password: ask.password };
  const again = await signInWithKit({ ...elsewhere, store: memoryStore() });
  assert.equal(again.id, account.id);
});

test("an enrolment that is lost can be begun again on the same store", async () => {
  const { kit, password } = await newPerson(ground);
  const store = memoryStore();
  network.losing("POST /v1/account/statements", "request");
  const ask = { ...at(), kit, password, store };
  await assert.rejects(signInWithKit(ask), refusal("offline"));
  await assert.rejects(signIn({ ...at(), password, store }), refusal("not-enrolled"));
  const account = await signInWithKit(ask);
  assert.equal((await account.devices()).length, 2);
});
