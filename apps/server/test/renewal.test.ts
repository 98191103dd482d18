import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { newId, type Problem, type ProblemCode, type Slot, type Statement } from "@ecrin/protocol";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { type Answer, anySealingKey, keyOf, newSigner, Person } from "./person.ts";
import { type Renewed, renew, renewalOf } from "./renewed.ts";

// Everything of an account made anew (spec/keys.md, After a compromise): all of it, or nothing.

let cluster: Cluster;
let server: TestServer;
before(async () => {
  cluster = await startCluster();
  server = await startTestServer(cluster);
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

function person(): Promise<Person> {
  return new Person(server.line).signUp();
}

function post(who: Person, body: unknown): Promise<Answer<Partial<Problem>>> {
  return server.line.ask("POST", "/v1/account/renewal", body, who.seat);
}

/** Every row of the account that a renewal touches. */
async function rowsOf(who: Person): Promise<string> {
  const { account } = who;
  const rows = await server.admin`
    select (select json_agg(a) from accounts a where account = ${account}) as account,
      (select json_agg(s order by seq) from account_statements s where account = ${account}) as chain,
      (select json_agg(s order by position) from account_slots s where account = ${account}) as slots,
      (select json_agg(p) from account_passwords p where account = ${account}) as passwords,
      (select json_agg(d order by since) from account_devices d where account = ${account}) as devices,
      (select json_agg(i order by hash) from account_identities i where account = ${account}) as ids,
      (select count(*) from journal_openings where subject = ${account}) as entries`;
  return JSON.stringify(rows);
}

test("identity, keyring, slots, password, kit and device change in one step", async () => {
  const alice = await person();
  const other = { device: newId<"device">(), key: newSigner().key };
  assert.equal((await alice.post({ op: "device", device: other })).status, 200);
  const { seat: before } = alice;
  const oldKit = alice.kitSigner;
  const renewed = await renewalOf(alice);
  await renew(alice, renewed);
  const account = await server.line.done<{
    chain: string[];
    slots: Slot[];
    keyring: object;
    notices: { kind: string }[];
  }>("GET", "/v1/account", undefined, alice.seat);
  assert.deepEqual(account.chain, alice.chain);
  assert.equal(account.chain.length, 6);
  assert.deepEqual(account.slots, renewed.body.slots);
  const { version, box } = renewed.body.keyring;
  assert.deepEqual(account.keyring, { version, box });
  assert.equal(account.notices.at(-1)?.kind, "identity-changed");
  const old = await server.line.ask("GET", "/v1/account", undefined, before);
  assert.equal(old.body.code, "not-signed-in");
  // What the kit before signs is a stranger's word.
  const { signIn } = await alice.signInStart();
  const kit = oldKit.sign("sign-in", {
    suite: "ecrin-1",
    account: alice.account,
    signIn,
    key: alice.seat.key,
    at: server.line.now(),
  });
  const body = { signIn, finish: "A".repeat(86), key: alice.seat.key, kit };
  const answer = await server.line.ask("POST", "/v1/sign-in/finish", body);
  assert.equal(answer.body.code, "sign-in-refused");
});

test("a renewal ends a recovery that was begun with the kit of before", async () => {
  const alice = await person();
  await server.admin`insert into recoveries (account, asked_at) values (${alice.account}, 1)`;
  await renew(alice, await renewalOf(alice));
  assert.equal((await server.admin`select from recoveries`).length, 0);
});

test("a session that the kit of before was given ends, though it has no device", async () => {
  const alice = await person();
  const { seat: thief } = await alice.signIn(["kit"]);
  const reach = () => server.line.ask("GET", "/v1/account", undefined, thief);
  assert.equal((await reach()).status, 200);
  server.clock.at += 1;
  await renew(alice, await renewalOf(alice));
  assert.equal((await reach()).body.code, "not-signed-in");
  const spoil = { replaces: 2, version: 3, box: randomBytes(200).toString("base64url") };
  const spoilt = await server.line.ask("PUT", "/v1/account/keyring", spoil, thief);
  assert.equal(spoilt.body.code, "not-signed-in");
});

test("a kit that is replaced leaves no session and no half of a sign-in behind", async () => {
  const alice = await person();
  const { seat: thief } = await alice.signIn(["kit"]);
  server.clock.at += 1;
  const slot = alice.slot("kit");
  const slots = [...alice.slots.filter(({ kind }) => kind !== "kit"), slot].map(keyOf);
  const kitKey = newSigner().key;
  await server.admin`
    insert into sign_ins (sign_in, account, way, state, expires)
    values (${newId()}, ${alice.account}, 'factor', '{}', ${server.clock.at + 1000})`;
  const statement = alice.statement({ op: "slots", slots });
  await server.line.done("POST", "/v1/kit", { statement, slot, kitKey }, alice.seat);
  const after = await server.line.ask("GET", "/v1/account", undefined, thief);
  assert.equal(after.body.code, "not-signed-in");
  const own = await server.line.ask("GET", "/v1/account", undefined, alice.seat);
  assert.equal(own.status, 200);
  const left = await server.admin`select from sign_ins where account = ${alice.account}`;
  assert.equal(left.length, 0);
});

const NOT_WHOLE: readonly [
  title: string,
  change: (right: Renewed["body"], alice: Person) => Partial<Renewed["body"]>,
  code: ProblemCode,
  field?: string,
][] = [
  [
    "no sign-out",
    ({ statements: [a, , c] }) => ({ statements: [a, c] as Statement[] }),
    "malformed",
    "body.statements",
  ],
  [
    "a device first",
    ({ statements }) => ({ statements: statements.toReversed() }),
    "statement-refused",
    "body.statements.0.op",
  ],
  [
    "a keyring of another version",
    ({ keyring }) => ({ keyring: { ...keyring, replaces: 2, version: 3 } }),
    "stale-head",
    "body.keyring.replaces",
  ],
  [
    "a keyring that goes back",
    ({ keyring }) => ({ keyring: { ...keyring, version: 1 } }),
    "malformed",
    "body.keyring.version",
  ],
  [
    "the slots of before",
    (_, alice) => ({ slots: alice.slots }),
    "statement-refused",
    "body.slots",
  ],
  [
    "slots at the identity of before",
    ({ slots }, { identity }) => ({ slots: slots.map((slot) => ({ ...slot, identity })) }),
    "statement-refused",
    "body.slots",
  ],
  [
    "slots at other keys",
    ({ slots }) => ({ slots: slots.map((slot) => ({ ...slot, key: anySealingKey() })) }),
    "statement-refused",
    "body.slots",
  ],
  [
    "no record",
    () => ({ record: randomBytes(64).toString("base64url") }),
    "malformed",
    "body.record",
  ],
];

for (const [title, change, code, field] of NOT_WHOLE) {
  test(`nothing is changed by a renewal with ${title}`, async () => {
    const alice = await person();
    const { body: right } = await renewalOf(alice);
    const rows = await rowsOf(alice);
    const answer = await post(alice, { ...right, ...change(right, alice) });
    assert.equal(answer.body.code, code);
    if (field !== undefined) assert.equal(answer.body.field, field);
    assert.equal(await rowsOf(alice), rows);
    assert.equal((await post(alice, right)).status, 200);
  });
}

test("a device that stays signed in is not left behind in silence", async () => {
  const alice = await person();
  const { body } = await renewalOf(alice);
  const rows = await rowsOf(alice);
  const device = { device: newId<"device">(), key: newSigner().key };
  assert.equal((await alice.post({ op: "device", device })).status, 200);
  // Made before that device was enrolled: its place is taken.
  assert.equal((await post(alice, body)).body.code, "stale-head");
  assert.notEqual(await rowsOf(alice), rows);
  const missing = await renewalOf(alice, 1, [device.device]);
  assert.equal((await post(alice, missing.body)).body.code, "statement-refused");
  assert.equal((await post(alice, (await renewalOf(alice)).body)).status, 200);
});

test("a new identity comes with everything else, or not at all", async () => {
  const alice = await person();
  const [rotate] = (await renewalOf(alice)).body.statements;
  const rows = await rowsOf(alice);
  const answer = await server.line.ask(
    "POST",
    "/v1/account/statements",
    { statement: rotate },
    alice.seat,
  );
  assert.equal(answer.body.code, "statement-refused");
  assert.equal(await rowsOf(alice), rows);
});
