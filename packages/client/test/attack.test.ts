import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  kitLoginSeed,
  kitSlot,
  newSecret,
  passwordSlot,
  sealSlot,
  signerFrom,
  signStatement,
  wrapTo,
} from "@ecrin/crypto";
import {
  type AccountId,
  context,
  fromBase64url,
  identityHash,
  newId,
  parseHash,
  parseSealingKey,
  type RouteAnswer,
  type Slot,
  SUITE,
  toBase64url,
} from "@ecrin/protocol";
import { Http } from "../src/http.ts";
import { identityOf, type Keyring, sealKeyring } from "../src/keyring.ts";
import { signInWithKit } from "../src/kit-sign-in.ts";
import { type OpenedAccount, openAccount, unlock } from "../src/open-account.ts";
import { newDevice } from "../src/own-device.ts";
import { provePassword, signInStatement } from "../src/password-proof.ts";
import { signIn } from "../src/sign-in.ts";
import { signUp } from "../src/sign-up.ts";
import { memoryStore } from "../src/store.memory.ts";
import { Store } from "../src/store.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";
import { HostileNetwork } from "./hostile.ts";

type AccountAnswer = RouteAnswer<"account">;

let ground: Ground;
let alice: Person;
let bob: Person;
/** What the server answered about Bob, whose secrets it may as well know. */
let bobs: AccountAnswer;
const network = new HostileNetwork();

before(async () => {
  ground = await startGround();
  alice = await newPerson(ground);
  bob = await newPerson(ground, "Bob");
  bobs = await answerFor(bob);
  open = await openerFor(alice);
});
beforeEach(() => network.calm());
after(async () => {
  await ground?.stop();
});

const at = () => ({ server: ground.url, now: ground.now, fetch: network.fetch });
const signInAs = ({ password, store }: Person) => signIn({ ...at(), password, store });
const enrolAs = ({ kit, password }: Person) =>
  signInWithKit({ ...at(), kit, password, store: memoryStore() });

async function answerFor(person: Person): Promise<AccountAnswer> {
  let answer: AccountAnswer | undefined;
  network.answering("GET /v1/account", (honest) => {
    answer = honest as AccountAnswer;
    return honest;
  });
  await (await signInAs(person)).lock();
  network.calm();
  assert.ok(answer);
  return answer;
}

/** Opens Alice's account in a session of hers, by password or kit, as every sign-in does. */
let open: (kind: "password" | "kit") => Promise<OpenedAccount>;

async function openerFor({ account, kit, password }: Person): Promise<typeof open> {
  const http = new Http(at());
  const key = await http.begin();
  const { id } = account;
  const proof = await provePassword(http, { account: id }, password, "current");
  const { signIn: attempt, finish } = proof;
  const signer = await signerFrom(kitLoginSeed(kit.code));
  const facts = { account: id, signIn: attempt, key, at: ground.now() };
  const statement = await signInStatement(signer, facts);
  const body = { signIn: attempt, finish, key, kit: statement };
  const answer = await http.call("signInFinish", { body });
  assert.ok("token" in answer, "no second factor is set");
  http.enter(answer);
  const { keyring } = await openAccount(http, id, kitSlot(kit.code));
  const slots = {
    kit: kitSlot(kit.code),
    password: passwordSlot(proof.exportKey, fromBase64url(keyring.secretKey)),
  };
  return async (kind) => await openAccount(http, id, slots[kind]);
}

async function refusesAccount(
  change: (honest: AccountAnswer) => AccountAnswer | Promise<AccountAnswer>,
): Promise<void> {
  network.calm();
  await open("password");
  await open("kit");
  network.answering("GET /v1/account", async (honest) => await change(honest as AccountAnswer));
  await assert.rejects(open("password"), refusal("cannot-open"));
  await assert.rejects(open("kit"), refusal("cannot-open"));
}

function flipped(text: string, at: number): string {
  const bytes = fromBase64url(text);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return toBase64url(bytes);
}

const withSlots =
  (change: (slot: Slot) => Slot) =>
  (honest: AccountAnswer): AccountAnswer => ({ ...honest, slots: honest.slots.map(change) });

test("a slot of another account, or changed in any part, opens nothing", async () => {
  await refusesAccount((honest) => ({ ...honest, slots: bobs.slots }));
  const ofBob = (kind: Slot["kind"]) => bobs.slots.find((slot) => slot.kind === kind);
  const changes: ((slot: Slot) => Slot)[] = [
    (slot) => ({ ...slot, wrap: ofBob(slot.kind)?.wrap ?? "" }),
    (slot) => ({ ...slot, mac: ofBob(slot.kind)?.mac ?? slot.mac }),
    (slot) => ({ ...slot, key: ofBob(slot.kind)?.key ?? slot.key }),
    (slot) => ({ ...slot, identity: ofBob(slot.kind)?.identity ?? slot.identity }),
    (slot) => ({ ...slot, slot: newId<"slot">() }),
    (slot) => ({ ...slot, kind: slot.kind === "kit" ? "password" : "kit" }),
    (slot) => ({ ...slot, wrap: flipped(slot.wrap, 0) }),
    (slot) => ({ ...slot, wrap: flipped(slot.wrap, 1167) }),
    (slot) => ({ ...slot, mac: parseHash(flipped(slot.mac, 31), "mac") }),
  ];
  for (const change of changes) await refusesAccount(withSlots(change));
});

test("a keyring with any byte changed, under another version, or another's, opens nothing", async () => {
  const { length } = fromBase64url((await answerFor(alice)).keyring.box);
  for (const place of [0, 31, 32, 100, length - 17, length - 1]) {
    await refusesAccount(({ keyring, ...rest }) => ({
      ...rest,
      keyring: { ...keyring, box: flipped(keyring.box, place) },
    }));
  }
  await refusesAccount(({ keyring, ...rest }) => ({
    ...rest,
    keyring: { ...keyring, version: keyring.version + 1 },
  }));
  await refusesAccount((honest) => ({ ...honest, keyring: bobs.keyring }));
});

/** A whole account of the server's own making, under the victim's id. */
async function forge(account: AccountId, honest: AccountAnswer) {
  const accountKey = newSecret();
  const seeds = { seal: toBase64url(newSecret()), sign: toBase64url(newSecret()) };
  const contents: Keyring = {
    identity: seeds,
    secretKey: toBase64url(newSecret()),
    profile: { name: "Alice Martin" },
    contacts: [],
    heads: [],
    log: { key: await logKey() },
  };
  const identity = await identityOf(contents);
  const signer = await signerFrom(fromBase64url(seeds.sign));
  const slots = await Promise.all(
    honest.slots.map(async (slot) => {
      const own = await sealSlot(
        kitSlot(newSecret()),
        { account, slot: slot.slot, identity: identityHash(account, identity) },
        accountKey,
      );
      // Anybody can wrap to a slot's public key. Only the factor can make its MAC.
      const ctx = context("slot", account, slot.slot, slot.kind);
      const wrap = toBase64url(await wrapTo(fromBase64url(slot.key), ctx, accountKey));
      return { ...slot, identity, wrap, mac: parseHash(toBase64url(own.mac), "mac") };
    }),
  );
  const chainOf = async (its: readonly Slot[]) => {
    const begin = {
      suite: SUITE,
      account,
      seq: 0,
      at: ground.now(),
      op: "begin",
      identity,
      device: { device: newId<"device">(), key: signer.publicKey },
      slots: its.map(({ slot, kind, key }) => ({ slot, kind, key })),
    };
    return [await signStatement("account", begin, signer)];
  };
  const keyring = await sealKeyring(accountKey, account, honest.keyring.version + 1, contents);
  const answer = { ...honest, chain: await chainOf(slots), slots, keyring };
  return { answer, identity, accountKey, chainOf, contents };
}

async function logKey() {
  const answer = await fetch(`${ground.url}/v1/server`);
  return ((await answer.json()) as RouteAnswer<"server">).logKey;
}

test("a whole account forged for a new device is refused", async () => {
  const { id } = alice.account;
  await refusesAccount(async (honest) => (await forge(id, honest)).answer);
  // The true slots, whose MACs hold, before the forged chain; and the true chain before the forged keyring.
  await refusesAccount(async (honest) => ({
    ...(await forge(id, honest)).answer,
    slots: honest.slots,
  }));
  await refusesAccount(async (honest) => ({
    ...honest,
    chain: (await forge(id, honest)).answer.chain,
  }));
  await refusesAccount(async (honest) => ({
    ...honest,
    keyring: (await forge(id, honest)).answer.keyring,
  }));
  await refusesAccount((honest) => ({ ...honest, chain: bobs.chain }));
  await refusesAccount((honest) => ({ ...honest, chain: [] }));
  network.answering(
    "GET /v1/account",
    async (honest) => (await forge(id, honest as AccountAnswer)).answer,
  );
  await assert.rejects(signInAs(alice), refusal("cannot-open"));
  await assert.rejects(enrolAs(alice), refusal("cannot-open"));
});

/** An account that somebody who knows Alice's kit has made: all of it holds, but for what a test spoils. */
async function insider(honest: AccountAnswer, spoilt: "nothing" | "slot" | "keyring") {
  const { id } = alice.account;
  const { answer, accountKey, identity, chainOf, contents } = await forge(id, honest);
  const its = spoilt === "slot" ? (bobs.slots[0]?.identity ?? identity) : identity;
  const slot = newId<"slot">();
  const place = { account: id, slot, identity: identityHash(id, its) };
  const sealed = await sealSlot(kitSlot(alice.kit.code), place, accountKey);
  const whole: Slot = {
    slot,
    kind: "kit",
    key: parseSealingKey(toBase64url(sealed.key), "key"),
    wrap: toBase64url(sealed.wrap),
    mac: parseHash(toBase64url(sealed.mac), "mac"),
    identity: its,
  };
  const other = { ...contents.identity, sign: toBase64url(newSecret()) };
  const keyring =
    spoilt === "keyring"
      ? await sealKeyring(accountKey, id, 9, { ...contents, identity: other })
      : answer.keyring;
  return { ...answer, slots: [whole], chain: await chainOf([whole]), keyring };
}

test("the slot's identity stood in the chain, and the keyring's is the one in force", async () => {
  const serving = (spoilt: "nothing" | "slot" | "keyring") => {
    network.answering("GET /v1/account", (honest) => insider(honest as AccountAnswer, spoilt));
  };
  serving("nothing");
  await open("kit");
  serving("slot");
  await assert.rejects(open("kit"), refusal("cannot-open"));
  serving("keyring");
  await assert.rejects(open("kit"), refusal("cannot-open"));
});

test("a device that the chain does not hold is not unlocked, whatever the server lets in", async () => {
  const opened = await open("kit");
  const { id: account } = alice.account;
  const store = await Store.create(memoryStore(), account, "password", []);
  const own = newDevice(ground.url, newSecret());
  const http = new Http(at());
  const parts = { http, store, own, now: ground.now };
  await assert.rejects(unlock(opened, parts), refusal("not-enrolled"));
  // Its id, and another key.
  const known = { ...own, device: alice.account.device };
  await assert.rejects(unlock(opened, { ...parts, own: known }), refusal("not-enrolled"));
});

test("kit and password must open one account", async () => {
  network.answering("GET /v1/account", (honest) => {
    const { slots, ...rest } = honest as AccountAnswer;
    return { ...rest, slots: slots.filter(({ kind }) => kind === "kit") };
  });
  await open("kit");
  const enrolled = network.count("POST /v1/account/statements");
  await assert.rejects(enrolAs(alice), refusal("cannot-open"));
  assert.equal(network.count("POST /v1/account/statements"), enrolled);
});

test("parameters below the floor are refused before anything is derived", async () => {
  const floor = { memoryKiB: 65_536, iterations: 3, parallelism: 4 };
  for (const part of [{ memoryKiB: 65_535 }, { iterations: 2 }, { parallelism: 0 }]) {
    const parameters = { ...floor, ...part };
    network.answering("POST /v1/sign-in/start", (honest) => ({ ...honest, parameters }));
    network.answering("GET /v1/server", (honest) => ({ ...honest, signIn: parameters }));
    const finished = network.count("POST /v1/sign-in/finish");
    await assert.rejects(signInAs(alice), refusal("parameters-below-floor"));
    await assert.rejects(enrolAs(alice), refusal("parameters-below-floor"));
    const person = { address: "x@example.org", password: "secret", name: "X" };
    await assert.rejects(
      signUp({ ...at(), ...person, store: memoryStore() }),
      refusal("parameters-below-floor"),
    );
    assert.equal(network.count("POST /v1/sign-in/finish"), finished);
  }
});

test("a sign-in record moved to another account opens nothing", async () => {
  // Bob's record, his password known to the server, in the place of Alice's.
  const account = bob.account.id;
  network.rewriting("POST /v1/sign-in/start", (sent) => ({ ...sent, account }));
  network.answering("POST /v1/sign-in/start", (honest) => ({
    ...honest,
    account: alice.account.id,
  }));
  const { kit } = alice;
  const asAlice = { ...at(), kit, password: bob.password, store: memoryStore() };
  await assert.rejects(signInWithKit(asAlice), refusal("wrong-password"));
  network.answering("POST /v1/sign-in/start", (honest) => honest);
  await assert.rejects(signInWithKit(asAlice), refusal("bad-answer"));
});

test("an older keyring is an alarm on a device that has seen more", async () => {
  const person = await newPerson(ground, "Carol");
  const before = await answerFor(person);
  const account = await signInAs(person);
  await account.changePassword(person.password, "next");
  await account.lock();
  const carol = { ...person, password: "next" };
  const honest = await answerFor(carol);
  assert.ok(honest.keyring.version > before.keyring.version);
  network.answering("GET /v1/account", (now) => ({ ...now, keyring: before.keyring }));
  await assert.rejects(signInAs(carol), refusal("rollback"));
});

test("the own chain cut short is an alarm on the device, and on a new one by the keyring's heads", async () => {
  const person = await newPerson(ground, "Dora");
  const before = await answerFor(person);
  const account = await signInAs(person);
  const kit = await account.newKit();
  await account.lock();
  const dora = { ...person, kit };
  // What is left out is the statement that put the new kit in force.
  network.answering("GET /v1/account", (now) => ({ ...now, chain: before.chain }));
  await assert.rejects(signInAs(dora), refusal("rollback"));
  await assert.rejects(enrolAs(dora), refusal("cannot-open"));
  network.answering("GET /v1/account", (now) => ({
    ...now,
    chain: before.chain,
    slots: before.slots,
  }));
  await assert.rejects(signInAs(dora), refusal("rollback"));
});

test("another log key than the keyring remembers is an alarm", async () => {
  const { publicKey: logKey } = await signerFrom(newSecret());
  network.answering("GET /v1/server", (honest) => ({ ...honest, logKey }));
  await assert.rejects(signInAs(alice), refusal("log-key-changed"));
  await assert.rejects(enrolAs(alice), refusal("log-key-changed"));
});

test("answers that no server of this suite gives are refused", async () => {
  await open("kit");
  network.answering("GET /v1/server", (honest) => ({ ...honest, suite: "ecrin-2" }));
  await assert.rejects(open("kit"), refusal("bad-answer"));
  network.answering("GET /v1/server", ({ logKey: _, ...rest }) => rest);
  await assert.rejects(open("kit"), refusal("bad-answer"));
  network.calm();
  network.answering("GET /v1/account", (honest) => ({ ...honest, extra: 1 }));
  await assert.rejects(open("kit"), refusal("bad-answer"));
});

test("nothing that was said in secret goes over the line", async () => {
  const store = memoryStore();
  const from = network.exchanges.length;
  const secrets = {
    address: "canary-address@example.org",
    password: "canary password 7",
    name: "Canary Name",
  };
  const { account, kit } = await signUp({ ...at(), ...secrets, store, deviceName: "Canary phone" });
  await account.changePassword(secrets.password, "canary password 8");
  await account.lock();
  const ask = { ...at(), kit, password: "canary password 8", store: memoryStore() };
  await (await signInWithKit(ask)).lock();
  const lines = network.exchanges.slice(from);
  assert.ok(lines.length > 15);
  const canaries = [...Object.values(secrets), "canary password 8", "Canary phone"];
  const forms = [
    ...canaries.flatMap((canary) => [canary, ...encodings(Buffer.from(canary))]),
    ...encodings(kit.code),
    kit.text().slice(-24),
  ];
  for (const { sent, headers, path } of lines) {
    for (const form of forms) assert.ok(![sent, headers, path].some((each) => each.includes(form)));
  }
  for await (const [name, value] of store.entries("")) {
    const kept = Buffer.from(value).toString("latin1");
    for (const canary of canaries) assert.ok(!name.includes(canary) && !kept.includes(canary));
  }
});

/** Bytes as they might lie in a text: inside base64 they have three alignments. */
function encodings(bytes: Uint8Array): string[] {
  const shifted = [0, 1, 2].map((by) =>
    Buffer.concat([Buffer.alloc(by), bytes])
      .toString("base64url")
      .slice(by === 0 ? 0 : by + 1, -2),
  );
  return [Buffer.from(bytes).toString("hex"), ...shifted];
}
