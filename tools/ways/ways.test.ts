// A device whose storage was erased comes back without loss, by each of the ways there are; and
// what second factors keep out.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type Account,
  bytesOf,
  Joining,
  memoryStore,
  recoverWithKit,
  signIn,
  signInWithKit,
  signInWithPasskey,
} from "@ecrin/client";
import { DEFAULT_LIMITS } from "@ecrin/server";
import { Secret, TOTP } from "otpauth";
import { Authenticator } from "../../apps/server/test/authenticator.ts";
import {
  type Ground,
  newPerson,
  type Person,
  refusal,
  startGround,
} from "../../packages/client/test/ground.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => await ground.stop());

const TITLE = "Bilan du 3 novembre";

async function withRecord(): Promise<Person> {
  const person = await newPerson(ground);
  const record = await person.account.record();
  const content = new TextEncoder().encode("résultats");
  await record.add({ title: TITLE, mediaType: "text/plain", content });
  return person;
}

async function assertWhole(account: Account, person: Person): Promise<void> {
  assert.equal(account.id, person.account.id);
  const items = await (await account.record()).list();
  assert.deepEqual(
    items.map(({ metadata }) => metadata.title),
    [TITLE],
  );
}

function place() {
  const { url: server, now } = ground;
  return { server, now, store: memoryStore() };
}

/** Adds a passkey as the page does. */
async function addPasskey(person: Person, asked: boolean): Promise<Authenticator> {
  const authenticator = new Authenticator(ground.url);
  const opens = await person.account.addPasskey(
    ({ challenge, prfInput }) =>
      Promise.resolve({
        credential: authenticator.create(challenge),
        prf: authenticator.prf(prfInput),
      }),
    asked,
  );
  assert.ok(opens);
  return authenticator;
}

function using(authenticator: Authenticator) {
  return ({ challenge, prfInput }: { challenge: string; prfInput: Uint8Array }) =>
    Promise.resolve({
      assertion: authenticator.get(challenge),
      prf: authenticator.prf(prfInput),
    });
}

/** The codes of an authenticator app, all counted from now: no step begins between two of them. */
function app(secret: string) {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), period: 30, digits: 6 });
  const at = ground.now();
  return (steps = 0) => totp.generate({ timestamp: at + steps * 30_000 });
}

async function withTotp(person: Person) {
  const { secret, uri } = await person.account.beginTotp();
  assert.ok(uri.includes(secret));
  const code = app(secret);
  await assert.rejects(person.account.confirmTotp("12345"), refusal("factor-refused"));
  await person.account.confirmTotp(code(-1));
  return code;
}

test("storage erased: back with the kit and the password", async () => {
  const person = await withRecord();
  const account = await signInWithKit({ ...place(), kit: person.kit, password: person.password });
  await assertWhole(account, person);
});

test("storage erased: back with a passkey and the password, by address", async () => {
  const person = await withRecord();
  const authenticator = await addPasskey(person, false);
  const { address, password } = person;
  const where = place();
  const account = await signInWithPasskey({
    ...where,
    address,
    password,
    passkey: using(authenticator),
  });
  await assertWhole(account, person);
  await account.lock();
  // And it is a device like any other from then on.
  await assertWhole(await signIn({ ...where, password }), person);
});

test("storage erased: back with another device and the password", async () => {
  const person = await withRecord();
  const joining = await Joining.begin(place());
  const approving = person.account.approveDevice(joining.number);
  const code = await joining.meet();
  const reply = await (await approving).confirm(code);
  await joining.letIn();
  joining.check(reply);
  await assertWhole(await joining.enter(person.password), person);
});

test("a passkey opens its own account only, with the password only, and nothing once removed", async () => {
  const [person, other] = [await withRecord(), await withRecord()];
  const [hers, his] = [await addPasskey(person, false), await addPasskey(other, false)];
  const { address, password } = person;
  const back = (authenticator: Authenticator, over: object = {}) =>
    signInWithPasskey({ ...place(), address, password, passkey: using(authenticator), ...over });
  await assert.rejects(back(his), refusal("factor-refused"));
  await assert.rejects(back(hers, { password: "another word" }), refusal("wrong-password"));
  const withoutPrf = ({ challenge }: { challenge: string }) =>
    Promise.resolve({ assertion: hers.get(challenge) });
  await assert.rejects(back(hers, { passkey: withoutPrf }), refusal("cannot-open"));
  const foreign = (twist: object) => ({
    passkey: ({ challenge, prfInput }: { challenge: string; prfInput: Uint8Array }) =>
      Promise.resolve({ assertion: hers.get(challenge, twist), prf: hers.prf(prfInput) }),
  });
  await assertWhole(await back(hers), person);
  for (const twist of [
    { origin: "https://evil.example" },
    { type: "webauthn.create" },
    { flags: 0x01 },
    { counter: 0 },
  ])
    await assert.rejects(
      back(hers, foreign(twist)),
      refusal("factor-refused"),
      JSON.stringify(twist),
    );

  const [passkey] = (await person.account.factors()).passkeys;
  assert.equal(passkey?.passkey, hers.id);
  await person.account.removePasskey(hers.id);
  assert.deepEqual((await person.account.factors()).passkeys, []);
  await assert.rejects(back(hers), refusal("factor-refused"));
});

test("whoever removes a passkey takes no other way out of the chain, whatever slot the server names", async () => {
  const person = await withRecord();
  const hers = await addPasskey(person, false);
  let slot: string | undefined;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await globalThis.fetch(input, init);
    const path = new URL(String(input)).pathname;
    if (!["/v1/account", "/v1/factors"].includes(path)) return answer;
    const told = await answer.json();
    const kit = told.slots?.find((each: { kind: string }) => each.kind === "kit");
    slot ??= kit?.slot;
    const passkeys = told.passkeys?.map((each: object) => ({ ...each, slot }));
    return Response.json({ ...told, ...(passkeys === undefined ? {} : { passkeys }) });
  };
  const { url: server, now } = ground;
  const { kit, password, store } = person;
  const account = await signIn({ server, now, fetch, password, store });
  assert.ok(slot);
  await assert.rejects(account.removePasskey(hers.id), refusal("bad-answer"));
  await assertWhole(await signInWithKit({ ...place(), kit, password }), person);
});

test("a password change keeps the passkey's slot, and a new kit too", async () => {
  const person = await withRecord();
  const authenticator = await addPasskey(person, false);
  await person.account.changePassword(person.password, "un autre mot");
  await person.account.newKit();
  const { address } = person;
  const passkey = using(authenticator);
  const account = await signInWithPasskey({
    ...place(),
    address,
    password: "un autre mot",
    passkey,
  });
  await assertWhole(account, person);
});

test("a code is asked for on a device, and with the kit; once taken it is taken", async () => {
  const person = await withRecord();
  const code = await withTotp(person);
  await person.account.lock();
  const { kit, password, store } = person;
  const { url: server, now } = ground;
  const again = { server, now, store, password };
  await assert.rejects(signIn(again), refusal("second-factor-needed"));
  await assert.rejects(
    signInWithKit({ ...place(), kit, password }),
    refusal("second-factor-needed"),
  );
  const asked: boolean[] = [];
  const right = code();
  const account = await signIn({
    ...again,
    secondFactor: (question) => {
      asked.push(question.again);
      assert.ok(question.totp);
      return Promise.resolve({ code: question.again ? right : code(-1) });
    },
  });
  // The code of the step that enrolled the app was refused, the next one was not.
  assert.deepEqual(asked, [false, true]);
  await account.lock();
  const replay = signInWithKit({
    ...place(),
    kit,
    password,
    secondFactor: () => Promise.resolve({ code: right }),
  });
  await assert.rejects(replay, refusal("factor-refused"));
  ground.ahead += 60_000;
  const fresh = await signIn({ ...again, secondFactor: () => Promise.resolve({ code: code(2) }) });
  await fresh.removeTotp();
  assert.deepEqual(await fresh.factors(), { passkeys: [] });
  await fresh.lock();
  await assertWhole(await signIn(again), person);
});

test("a passkey that is asked for stands in for the code, and an unasked one does not ask", async () => {
  const person = await withRecord();
  const unasked = await withRecord();
  await addPasskey(unasked, false);
  await unasked.account.lock();
  const { url: server, now } = ground;
  await signIn({ server, now, store: unasked.store, password: unasked.password });

  const authenticator = await addPasskey(person, true);
  await person.account.lock();
  const { store, password } = person;
  const account = await signIn({
    ...{ server, now, store, password },
    secondFactor: ({ passkeys, totp, challenge }) => {
      assert.deepEqual([passkeys, totp], [[authenticator.id], false]);
      return Promise.resolve({ passkey: authenticator.get(challenge) });
    },
  });
  await assertWhole(account, person);
});

test("the kit alone, after 72 hours, is not asked for a code: the way back when the app is lost", async () => {
  const person = await withRecord();
  await withTotp(person);
  const ask = () => ({ ...place(), kit: person.kit, newPassword: () => "un mot tout neuf" });
  const { account } = await recoverWithKit(ask());
  assert.equal(account, undefined);
  ground.ahead += 72 * 3_600_000 + 1000;
  const recovered = (await recoverWithKit(ask())).account;
  assert.ok(recovered);
  await assertWhole(recovered, person);
  await recovered.removeTotp();
});

test("codes are counted by account, whichever sign-in they come in", async () => {
  const strict = await startGround({ ...DEFAULT_LIMITS, factor: { burst: 3, perSecond: 0 } });
  try {
    const person = await newPerson(strict);
    const { secret } = await person.account.beginTotp();
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await person.account.confirmTotp(totp.generate({ timestamp: strict.now() }));
    await person.account.lock();
    const { store, password } = person;
    const secondFactor = () => Promise.resolve({ code: "000000" });
    const guess = signIn({ server: strict.url, now: strict.now, store, password, secondFactor });
    await assert.rejects(guess, refusal("rate-limited"));
  } finally {
    await strict.stop();
  }
});

test("a lost phone is signed out, the keys change, and what it opened is told", async () => {
  const person = await withRecord();
  const where = place();
  const { kit, password } = person;
  const phone = await signInWithKit({ ...where, kit, password });
  const [item] = await (await phone.record()).list();
  assert.ok(item);
  await bytesOf(await (await phone.record()).open(item.item));
  const before = (await person.account.record()).view.epoch.epoch.n;
  await assert.rejects(person.account.loseDevice(person.account.device), refusal("refused"));

  const report = await person.account.loseDevice(phone.device);
  const record = await person.account.record();
  assert.deepEqual(report.turned, [record.space]);
  assert.deepEqual([report.waiting, report.opened], [[], 1]);
  assert.ok(report.lastSeen !== undefined);
  assert.equal(record.view.epoch.epoch.n, before + 1);
  await assert.rejects(signIn({ ...where, password }), refusal("not-enrolled"));
  await assert.rejects(phone.devices(), refusal("not-signed-in"));
  // Asked once more it changes nothing and says the same.
  assert.deepEqual((await person.account.loseDevice(phone.device)).opened, 1);
  assert.equal((await person.account.devices()).length, 1);
});
