import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readKit } from "../src/kit.ts";
import { recoverWithKit, signInWithKit } from "../src/kit-sign-in.ts";
import { unlockOffline } from "../src/local.ts";
import { signIn } from "../src/sign-in.ts";
import { signUp } from "../src/sign-up.ts";
import { memoryStore } from "../src/store.memory.ts";
import { eraseStore } from "../src/store.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

let ground: Ground;
let alice: Person;
before(async () => {
  ground = await startGround();
  alice = await newPerson(ground);
});
after(async () => {
  await ground?.stop();
});

const at = () => ({ server: ground.url, now: ground.now });

test("an account is made, locked, and opened again on its device", async () => {
  const { account, store, password } = alice;
  assert.equal(account.name, "Alice Martin");
  await account.lock();
  assert.throws(() => account.name, refusal("locked"));
  await assert.rejects(account.notices(), refusal("not-signed-in"));
  const again = await signIn({ ...at(), password, store });
  assert.equal(again.id, account.id);
  assert.equal(again.device, account.device);
  assert.equal(again.name, "Alice Martin");
  await again.lock();
});

test("a wrong password, an empty store, a store in use", async () => {
  const { store, password } = alice;
  await assert.rejects(signIn({ ...at(), password: "wrong", store }), refusal("wrong-password"));
  await assert.rejects(
    signIn({ ...at(), password, store: memoryStore() }),
    refusal("not-enrolled"),
  );
  const other = { address: "other@example.org", password, name: "Other" };
  await assert.rejects(signUp({ ...at(), ...other, store }), refusal("refused"));
});

test("kit and password enrol a second device at once; words find the account by its address", async () => {
  const { kit, password, address, store } = alice;
  const words = kit.words("fr").join(" ").normalize("NFD").replace(/\p{M}/gu, "").toUpperCase();
  const second = memoryStore();
  const account = await signInWithKit({ ...at(), kit: words, address, password, store: second });
  assert.equal(account.id, alice.account.id);
  assert.notEqual(account.device, alice.account.device);
  const devices = await account.devices();
  assert.deepEqual(
    devices.map(({ device, here }) => [device, here]),
    [
      [alice.account.device, false],
      [account.device, true],
    ],
  );
  assert.ok((await account.notices()).some(({ kind }) => kind === "device-enrolled"));
  await account.lock();
  const again = await signIn({ ...at(), password, store: second });

  // Signed out by the first device, the second one is out at once.
  const first = await signIn({ ...at(), password, store });
  await first.signOutDevice(again.device);
  assert.equal((await first.devices()).length, 1);
  await assert.rejects(again.notices(), refusal("not-signed-in"));
  await assert.rejects(signIn({ ...at(), password, store: second }), refusal("not-enrolled"));
  await assert.rejects(first.signOutDevice(again.device), refusal("not-found"));
  await first.lock();
});

test("a kit that is another's, or mistyped, or without an account", async () => {
  const { account, kit, password, address } = alice;
  const bob = await newPerson(ground, "Bob");
  const store = memoryStore();
  const wrong = { account: account.id, code: bob.kit.code };
  await assert.rejects(
    signInWithKit({ ...at(), kit: wrong, password, store }),
    refusal("wrong-kit"),
  );
  await assert.rejects(
    signInWithKit({ ...at(), kit: kit.text(), password: "wrong", store }),
    refusal("wrong-password"),
  );
  const mistyped = kit.text().replace(/.$/, (last) => (last === "7" ? "8" : "7"));
  await assert.rejects(
    signInWithKit({ ...at(), kit: mistyped, password, store }),
    refusal("wrong-kit"),
  );
  const words = kit.words("en").join(" ");
  await assert.rejects(signInWithKit({ ...at(), kit: words, password, store }), refusal("refused"));
  assert.deepEqual(await readKit(kit.text()), { account: account.id, code: kit.code });
  const nobody = { kit: words, address: `x${address}`, password, store };
  await assert.rejects(signInWithKit({ ...at(), ...nobody }), refusal("wrong-password"));
});

test("a new password: the old one is refused, another device says what it needs", async () => {
  const bob = await newPerson(ground, "Bob");
  const { kit, store } = bob;
  const second = memoryStore();
  const there = await signInWithKit({ ...at(), kit, password: bob.password, store: second });
  await there.lock();
  await assert.rejects(bob.account.changePassword("wrong", "new one"), refusal("wrong-password"));
  await bob.account.changePassword(bob.password, "new one");
  await bob.account.lock();
  await assert.rejects(
    signIn({ ...at(), password: bob.password, store }),
    refusal("wrong-password"),
  );
  await (await signIn({ ...at(), password: "new one", store })).lock();

  const change = { ...at(), store: second, password: "new one" };
  await assert.rejects(signIn(change), refusal("device-password-needed"));
  await assert.rejects(signIn({ ...change, password: "wrong" }), refusal("wrong-password"));
  const again = await signIn({ ...change, devicePassword: bob.password });
  await again.lock();
  await (await signIn(change)).lock();
});

test("a new kit: the old one opens nothing", async () => {
  const carol = await newPerson(ground, "Carol");
  const kit = await carol.account.newKit();
  assert.notDeepEqual(kit.code, carol.kit.code);
  await carol.account.checkKit(kit);
  await carol.account.checkKit(kit.words("fr").join(" "));
  await assert.rejects(carol.account.checkKit(carol.kit), refusal("wrong-kit"));
  await assert.rejects(carol.account.checkKit("no kit"), refusal("wrong-kit"));
  const { password } = carol;
  const ask = { ...at(), password, store: memoryStore() };
  await assert.rejects(signInWithKit({ ...ask, kit: carol.kit }), refusal("wrong-kit"));
  const account = await signInWithKit({ ...ask, kit });
  assert.equal(account.id, carol.account.id);
});

test("the kit alone waits 72 hours, gives notice, and can be stopped", async () => {
  const dora = await newPerson(ground, "Dora");
  const store = memoryStore();
  let asked = 0;
  const newPassword = () => {
    asked += 1;
    return "after the loss";
  };
  const ask = { ...at(), kit: dora.kit, store, newPassword };
  const waiting = await recoverWithKit(ask);
  assert.equal(waiting.account, undefined);
  assert.ok(Math.abs(waiting.ready - (ground.now() + 72 * 3_600_000)) < 60_000);
  assert.ok((await dora.account.notices()).some(({ kind }) => kind === "recovery-asked"));
  await dora.account.cancelRecovery();

  ground.ahead += 73 * 3_600_000;
  const anew = await recoverWithKit(ask);
  assert.equal(anew.account, undefined, "what was cancelled starts from the beginning");
  ground.ahead += 71 * 3_600_000;
  assert.equal((await recoverWithKit(ask)).account, undefined);
  assert.equal(asked, 0, "a password is asked for once the wait is over");
  ground.ahead += 2 * 3_600_000;
  const done = await recoverWithKit(ask);
  assert.equal(done.account?.id, dora.account.id);
  await done.account?.lock();
  await (await signIn({ ...at(), password: "after the loss", store })).lock();
  const old = { ...at(), password: dora.password, store: dora.store };
  await assert.rejects(signIn(old), refusal("wrong-password"));
});

test("without network the device opens its store and nothing of the account", async () => {
  const eve = await newPerson(ground, "Eve");
  const local = await unlockOffline({ store: eve.store, password: eve.password });
  assert.equal(local.account, eve.account.id);
  assert.equal(local.device, eve.account.device);
  assert.equal(local.server, ground.url);
  local.lock();
  await assert.rejects(local.store.get("device"), refusal("locked"));
  await assert.rejects(
    unlockOffline({ store: eve.store, password: "wrong" }),
    refusal("wrong-password"),
  );
  await eve.account.signOutDevice(eve.account.device);
  await assert.rejects(
    unlockOffline({ store: eve.store, password: eve.password }),
    refusal("not-enrolled"),
  );
});

test("what a sign-in asks after its proof goes out at once: one round trip on a slow line", async () => {
  const dora = await newPerson(ground);
  await dora.account.lock();
  const asked: string[] = [];
  const both = Promise.withResolvers<void>();
  const together: typeof fetch = async (input, init) => {
    const path = new URL(String(input)).pathname;
    asked.push(path);
    if (asked.includes("/v1/server") && asked.includes("/v1/account")) both.resolve();
    // Neither is answered before both are asked.
    if (path === "/v1/server" || path === "/v1/account") await both.promise;
    return await fetch(input, init);
  };
  await (await signIn({ ...at(), ...dora, fetch: together })).lock();
  assert.deepEqual(asked.slice(0, 2), ["/v1/sign-in/start", "/v1/sign-in/finish"]);
  assert.deepEqual(asked.slice(2, 4).toSorted(), ["/v1/account", "/v1/server"]);
});

test("a store that was opened before is not opened again, nor another's taken for it", async () => {
  const flora = await newPerson(ground);
  await flora.account.lock();
  const local = await unlockOffline(flora);
  // With this it would not open: no key is derived for it again.
  const again = await signIn({ ...at(), ...flora, local, devicePassword: "another one" });
  assert.equal(again.id, flora.account.id);
  await again.lock();
  const other = await newPerson(ground);
  const others = await unlockOffline(other);
  await assert.rejects(signIn({ ...at(), ...flora, local: others }), refusal("not-enrolled"));
});

test("a device that is forgotten can be enrolled again", async () => {
  const frank = await newPerson(ground, "Frank");
  const { kit, password, store } = frank;
  await assert.rejects(signInWithKit({ ...at(), kit, password, store }), refusal("refused"));
  await eraseStore(store);
  const account = await signInWithKit({ ...at(), kit, password, store, deviceName: "new" });
  assert.equal(account.deviceName, "new");
  assert.notEqual(account.device, frank.account.device);
});
