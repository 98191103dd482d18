import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { NO_LIMITS } from "@ecrin/server";
import { Http } from "../src/http.ts";
import { signInWithKit } from "../src/kit-sign-in.ts";
import { provePassword } from "../src/password-proof.ts";
import { signIn } from "../src/sign-in.ts";
import { memoryStore } from "../src/store.memory.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

// Somebody guesses at Alice's password until the server hears no more of it (spec/http.md, Limits).

let ground: Ground;
let alice: Person;
before(async () => {
  const never = { burst: 2, perSecond: 0 };
  ground = await startGround({ ...NO_LIMITS, stranger: never, strangers: never });
  alice = await newPerson(ground, "Alice");
  const guess = () => {
    const http = new Http({ server: ground.url, now: ground.now });
    return provePassword(http, { account: alice.account.id }, "a guess", "current");
  };
  await assert.rejects(guess(), refusal("wrong-password"));
  await assert.rejects(guess(), refusal("wrong-password"));
  await assert.rejects(guess(), refusal("rate-limited"));
});
after(() => ground?.stop());

const at = () => ({ server: ground.url, now: ground.now, password: alice.password });

test("the owner gets in on an enrolled device", async () => {
  const account = await signIn({ ...at(), store: alice.store });
  assert.equal(account.id, alice.account.id);
  const wrong = { ...at(), password: "another word", devicePassword: alice.password };
  await assert.rejects(signIn({ ...wrong, store: alice.store }), refusal("wrong-password"));
});

test("the owner gets in on a new device with kit and password", async () => {
  const account = await signInWithKit({ ...at(), kit: alice.kit, store: memoryStore() });
  assert.equal(account.id, alice.account.id);
});

test("somebody else's kit is not taken for it", async () => {
  const bob = await newPerson(ground, "Bob");
  const kit = { ...bob.kit, account: alice.account.id };
  const asked = signInWithKit({ ...at(), kit, store: memoryStore() });
  await assert.rejects(asked, refusal("wrong-kit"));
});
