import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { currentIdentity, newId } from "@ecrin/protocol";
import { signInWithKit } from "../src/kit-sign-in.ts";
import { unlockOffline } from "../src/local.ts";
import { openName, sealName } from "../src/met.ts";
import { OfflineAccount } from "../src/offline.ts";
import { bytesOf } from "../src/open.ts";
import { rotateIdentity } from "../src/renewal.ts";
import { signIn, unlockHere } from "../src/sign-in.ts";
import { memoryStore } from "../src/store.memory.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";
import { HostileNetwork } from "./hostile.ts";

// Everything made anew after a compromise (spec/keys.md): what was somebody else's too opens nothing
// new, what was there before stays the person's, and whatever breaks leaves an account that opens.

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
const file = (title: string) => ({
  title,
  mediaType: "text/plain",
  content: new TextEncoder().encode(title),
});

function renew({ store, password }: Person) {
  return rotateIdentity({ ...at(), store, password, newPassword: NEXT });
}

async function meet(one: Person, other: Person): Promise<void> {
  await one.account.contacts().verify(await other.account.contacts().code(), "Them");
  await other.account.contacts().verify(await one.account.contacts().code(), "They");
}

async function textOf(opened: Parameters<typeof bytesOf>[0]): Promise<string> {
  return new TextDecoder().decode(await bytesOf(opened));
}

test("password, kit and device of before open nothing; those of now open what was there", async () => {
  const person = await newPerson(ground, "Alice", network.fetch);
  const item = await (await person.account.record()).add(file("before"));
  const elsewhere = memoryStore();
  const { kit, password } = person;
  await (await signInWithKit({ ...at(), kit, password, store: elsewhere })).lock();
  const { account, kit: newKit, turned } = await renew(person);
  assert.ok(turned);
  assert.deepEqual(await account.unfinishedRenewal(), { totp: false, passkeys: 0 });
  await account.kitKept();
  assert.equal(await account.unfinishedRenewal(), undefined);
  const record = await account.record();
  assert.equal(await textOf(await record.open(item)), "before");
  assert.deepEqual(
    (await account.devices()).map(({ here }) => here),
    [true],
  );
  assert.notEqual(account.device, person.account.device);
  assert.equal((await account.notices()).at(-1)?.kind, "identity-changed");
  await account.lock();
  await assert.rejects(
    signIn({ ...at(), password, store: person.store }),
    refusal("wrong-password"),
  );
  await assert.rejects(signIn({ ...at(), password, store: elsewhere }), refusal("wrong-password"));
  for (const [given, code] of [
    [password, "wrong-password"],
    [NEXT, "wrong-kit"],
  ] as const) {
    const ask = { ...at(), kit, password: given, store: memoryStore() };
    await assert.rejects(signInWithKit(ask), refusal(code));
  }
  const again = await signInWithKit({ ...at(), kit: newKit, password: NEXT, store: memoryStore() });
  assert.equal(again.id, account.id);
  assert.equal(await textOf(await (await again.record()).open(item)), "before");
});

test("the device signed out has the new password and still opens nothing", async () => {
  const person = await newPerson(ground, "Alice", network.fetch);
  const { kit, password } = person;
  const store = memoryStore();
  await (await signInWithKit({ ...at(), kit, password, store })).lock();
  await renew(person);
  await assert.rejects(
    signIn({ ...at(), password: NEXT, devicePassword: password, store }),
    refusal("not-enrolled"),
  );
});

test("the record's keys change, and what is added then is not wrapped for the identity of before", async () => {
  const person = await newPerson(ground, "Alice", network.fetch);
  const { u } = await unlockHere({ ...at(), store: person.store, password: person.password });
  const old = u.keyring.contents();
  const space = (await person.account.record()).space;
  const { account } = await renew(person);
  const record = await account.record();
  assert.equal(record.view.epoch.epoch.n, 2);
  const [me] = await record.members();
  const chain = await u.accounts.statements(account.id);
  assert.equal(chain.length, 1);
  assert.equal(me?.identity, record.view.accounts.get(account.id)?.identities.at(-1)?.hash);
  // The server hands everything to whoever has the keyring of before: the new keys do not open for it.
  const { u: now } = await unlockHere({ ...at(), store: person.store, password: NEXT });
  const { mine } = await now.http.call("wraps", { params: { space }, query: { epoch: 2 } });
  assert.equal(mine.length, 2);
  const secrets = now.keyring.contents();
  assert.notEqual(secrets.secretKey, old.secretKey);
  assert.notEqual(secrets.identity.seal, old.identity.seal);
  assert.notEqual(secrets.identity.sign, old.identity.sign);
  assert.deepEqual(
    secrets.earlier?.map(({ seal }) => seal),
    [old.identity.seal],
  );
  assert.ok(!JSON.stringify(secrets).includes(old.identity.sign));
});

test("contacts go on with whoever renewed, and see that it was renewed", async () => {
  const [alice, roche] = [
    await newPerson(ground, "Alice", network.fetch),
    await newPerson(ground, "Roche"),
  ];
  await meet(alice, roche);
  const record = await alice.account.record();
  const item = await record.add(file("shared before"));
  const until = ground.now() + 3_600_000;
  await record.share({ with: roche.account.id, items: [item], until });
  await (await roche.account.record()).addMember(alice.account.id, { role: "writer" });
  const theirs = (await roche.account.record()).space;
  assert.equal(await roche.account.contacts().renewedSince(alice.account.id), false);

  const { account } = await renew(alice);
  // As a recipient, a member and a maker of shares.
  const inRoche = await account.recordOf(theirs);
  await inRoche.add(file("written by Alice"));
  assert.equal((await (await roche.account.record()).list()).length, 1);
  const [share] = await roche.account.sharedWithMe();
  assert.equal(
    await textOf(
      await (share ?? assert.fail()).open(share?.items[0]?.fact.revision ?? assert.fail()),
    ),
    "shared before",
  );
  const back = await (await roche.account.record()).add(file("for Alice"));
  await (await roche.account.record()).share({ with: alice.account.id, items: [back], until });
  const [received] = await account.sharedWithMe();
  assert.equal(received?.items.length, 1);
  assert.equal(await roche.account.contacts().renewedSince(alice.account.id), true);
  await roche.account.contacts().verify(await account.contacts().code(), "Alice");
  assert.equal(await roche.account.contacts().renewedSince(alice.account.id), false);
});

test("what was shared with the identity of before stays readable", async () => {
  const [alice, roche] = [
    await newPerson(ground, "Alice", network.fetch),
    await newPerson(ground, "Roche"),
  ];
  await meet(alice, roche);
  const record = await roche.account.record();
  const item = await record.add(file("for Alice"));
  await record.share({ with: alice.account.id, items: [item], until: ground.now() + 3_600_000 });
  const { account } = await renew(alice);
  const [share] = await account.sharedWithMe();
  const revision = share?.items[0]?.fact.revision ?? assert.fail("the share is gone");
  assert.equal(await textOf(await (share ?? assert.fail()).open(revision)), "for Alice");
});

test("what somebody gave before waits as it did, and opens", async () => {
  const [alice, roche] = [
    await newPerson(ground, "Alice", network.fetch),
    await newPerson(ground, "Roche"),
  ];
  await meet(alice, roche);
  const record = await alice.account.record();
  const until = ground.now() + 3_600_000;
  const items = [await record.add(file("letter"))];
  await record.share({ with: roche.account.id, items, until });
  const [view] = await roche.account.sharedWithMe();
  // To the owner, who has no inbox yet, and then to the inbox that looking begins.
  await roche.account.deposit(view ?? assert.fail(), file("to the owner"));
  await alice.account.inbox(record).list();
  await roche.account.deposit(view ?? assert.fail(), file("to the inbox"));
  const { account } = await renew(alice);
  const renewed = await account.record();
  const inbox = account.inbox(renewed);
  const waiting = await inbox.list();
  assert.deepEqual(
    waiting.map(({ metadata }) => metadata.title),
    ["to the owner", "to the inbox"],
  );
  for (const { deposit, metadata } of waiting) {
    const item = await inbox.accept(deposit, "Roche");
    assert.equal(await textOf(await renewed.open(item)), metadata.title);
  }
  await roche.account.deposit(view ?? assert.fail(), file("afterwards"));
  assert.equal((await inbox.list()).length, 1);
});

test("a name sealed for the identity of before still opens", async () => {
  const alice = await newPerson(ground, "Alice", network.fetch);
  const roche = await newPerson(ground, "Roche");
  await meet(alice, roche);
  const { store, password } = roche;
  const { u: his } = await unlockHere({ ...at(), store, password });
  const chain = await his.accounts.get(alice.account.id);
  const rendezvous = newId<"rendezvous">();
  const sealed = await sealName(his, rendezvous, chain);
  await renew(alice);
  const { u } = await unlockHere({ ...at(), store: alice.store, password: NEXT });
  const from = await u.accounts.get(roche.account.id);
  const to = currentIdentity(chain).hash;
  assert.equal(await openName(u, rendezvous, { from, to }, sealed), "Roche");
});

test("what waited on the device goes out first", async () => {
  const person = await newPerson(ground, "Alice", network.fetch);
  const { store, password } = person;
  await person.account.record();
  await person.account.keeping.allow();
  await (await person.account.record()).sync();
  const here = await OfflineAccount.open(await unlockOffline({ store, password }), ground.now);
  await (await here.record()).add(file("waited"));
  const { account, unsent } = await renew(person);
  assert.equal(unsent, 0);
  const [row] = await (await account.record()).list();
  assert.equal(row?.metadata.title, "waited");
});

for (const [route, what, opensWith] of [
  ["POST /v1/password/start", "request", "before"],
  ["POST /v1/account/renewal", "request", "before"],
  ["POST /v1/account/renewal", "answer", "next"],
] as const) {
  test(`broken off at ${route}, its ${what} lost: the account opens with the password ${opensWith}`, async () => {
    const person = await newPerson(ground, "Alice", network.fetch);
    const item = await (await person.account.record()).add(file("before"));
    network.losing(route, what);
    await assert.rejects(renew(person), refusal("offline"));
    const [right, wrong] = opensWith === "next" ? [NEXT, person.password] : [person.password, NEXT];
    await assert.rejects(
      signIn({ ...at(), password: wrong, store: person.store }),
      refusal("wrong-password"),
    );
    const account = await signIn({ ...at(), password: right, store: person.store });
    assert.equal(await textOf(await (await account.record()).open(item)), "before");
    assert.equal((await account.devices()).length, 1);
    const isBegun = route.endsWith("renewal");
    const left = isBegun ? { totp: false, passkeys: 0 } : undefined;
    assert.deepEqual(await account.unfinishedRenewal(), left);
    const kit = await account.newKit();
    assert.equal(await account.unfinishedRenewal(), undefined);
    await account.lock();
    // And again, to its end.
    const { store } = person;
    const again = await rotateIdentity({ ...at(), store, password: right, newPassword: "third" });
    assert.equal((await again.account.devices()).length, 1);
    await assert.rejects(
      signInWithKit({ ...at(), kit, password: "third", store: memoryStore() }),
      refusal("wrong-kit"),
    );
  });
}

test("a request that arrives late, after another was begun, leaves an account that opens", async () => {
  const person = await newPerson(ground, "Alice");
  let late: (() => Promise<Response>) | undefined;
  const slow: typeof fetch = async (input, init) => {
    if (!String(input).endsWith("/v1/account/renewal") || late !== undefined)
      return await fetch(input, init);
    late = async () => await fetch(input, init);
    throw new TypeError("fetch failed");
  };
  const { store, password } = person;
  const { url: server, now } = ground;
  const ask = { server, now, store, password };
  await assert.rejects(
    rotateIdentity({ ...ask, newPassword: NEXT, fetch: slow }),
    refusal("offline"),
  );
  const overtaken: typeof fetch = async (input, init) => {
    if (String(input).endsWith("/v1/account/renewal")) {
      const answer = await late?.();
      assert.equal(answer?.status, 200);
    }
    return await fetch(input, init);
  };
  // What was begun first has been taken meanwhile, and signed this device out.
  await assert.rejects(rotateIdentity({ ...ask, newPassword: "third", fetch: overtaken }));
  const again = await signIn({ ...ask, password: NEXT, devicePassword: password });
  assert.equal((await again.devices()).length, 1);
  assert.deepEqual(await again.unfinishedRenewal(), { totp: false, passkeys: 0 });
});

test("a wrong password changes nothing", async () => {
  const person = await newPerson(ground, "Alice", network.fetch);
  const asked = network.count("POST /v1/account/renewal");
  await assert.rejects(renew({ ...person, password: "not hers" }), refusal("wrong-password"));
  assert.equal(network.count("POST /v1/account/renewal"), asked);
  await (await signIn({ ...at(), password: person.password, store: person.store })).lock();
});

test("the epoch that a broken renewal left as it was turns at the next sign-in", async () => {
  const person = await newPerson(ground, "Alice", network.fetch);
  const record = await person.account.record();
  network.losing("POST /v1/account/renewal", "answer");
  await assert.rejects(renew(person), refusal("offline"));
  const account = await signIn({ ...at(), password: NEXT, store: person.store });
  const { view } = await account.recordOf(record.space);
  assert.equal(view.epoch.epoch.n, 2);
  const chain = view.accounts.get(account.id) ?? assert.fail();
  assert.equal(view.me.identity, currentIdentity(chain).hash);
});
