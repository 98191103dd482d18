import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import {
  followAccount,
  followEntry,
  type JournalPosition,
  newId,
  type Problem,
  type ProblemCode,
  type Slot,
} from "@ecrin/protocol";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { type Answer, anySealingKey, keyOf, newSeat, newSigner, Person } from "./person.ts";

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

interface Account {
  readonly chain: string[];
  readonly slots: Slot[];
  readonly keyring: { version: number; box: string };
  readonly notices: { kind: string; at: number }[];
}

function person(): Promise<Person> {
  return new Person(server.line).signUp();
}

function accountOf(who: Person, seat = who.seat): Promise<Account> {
  return server.line.done<Account>("GET", "/v1/account", undefined, seat);
}

function assertCode(answer: Answer<Partial<Problem>>, code: ProblemCode, field?: string): void {
  assert.equal(answer.body.code, code);
  if (field !== undefined) assert.equal(answer.body.field, field);
}

/** The kinds of the entries in an account's journal, its chain checked on the way. */
async function kindsOf(who: Person): Promise<string[]> {
  const rows = await server.admin<{ salt: Buffer; entry: string }[]>`
    select salt, entry from journal_openings where subject = ${who.account} order by n`;
  let position: JournalPosition = { next: 0 };
  return rows.map((row) => {
    const next = followEntry(who.account, position, row.salt.toString("base64url"), row.entry);
    position = next.position;
    return next.entry.kind;
  });
}

async function rowsOf(who: Person): Promise<number> {
  const [row] = await server.admin<{ count: number }[]>`
    select (select count(*) from accounts where account = ${who.account})
      + (select count(*) from account_statements where account = ${who.account})
      + (select count(*) from account_addresses where account = ${who.account})
      + (select count(*) from journal_openings where subject = ${who.account}) as count`;
  return row?.count ?? -1;
}

test("somebody signs up, and finds on the server what they put there", async () => {
  const alice = new Person(server.line);
  const body = await alice.signUpBody();
  const { token } = await server.line.done<{ token: string }>("POST", "/v1/sign-up/finish", body);
  alice.seat.token = token;
  const account = await accountOf(alice);
  assert.deepEqual(account.chain, alice.chain);
  assert.deepEqual(account.slots, alice.slots);
  assert.deepEqual(account.keyring, { version: 1, box: body.keyring });
  assert.deepEqual(account.notices, []);
  assert.deepEqual(await kindsOf(alice), ["sign-up"]);
});

test("the same sign-up again is the same account; another with its id is refused", async () => {
  const alice = new Person(server.line);
  const body = await alice.signUpBody();
  const [first, second] = await Promise.all(
    [1, 2].map(() => server.line.done<{ token: string }>("POST", "/v1/sign-up/finish", body)),
  );
  assert.ok(first?.token !== undefined && second?.token !== undefined);
  assert.deepEqual(await kindsOf(alice), ["sign-up"]);
  // Whoever has seen the begin statement, which is public, gets no session with it.
  const stolen = { ...body, key: newSeat().key };
  assertCode(await server.line.ask("POST", "/v1/sign-up/finish", stolen), "conflict");
  const mallory = new Person(server.line);
  const other = {
    ...(await mallory.signUpBody()),
    statement: body.statement,
    account: alice.account,
  };
  assertCode(await server.line.ask("POST", "/v1/sign-up/finish", other), "conflict");
});

test("a sign-up that does not hold together leaves nothing", async () => {
  const wrong: [
    ProblemCode,
    string | undefined,
    (who: Person, body: Record<string, unknown>) => object,
  ][] = [
    ["not-allowed", "body.statement.account", () => ({ account: newId() })],
    [
      "statement-refused",
      "body.slots",
      (who, body) => ({ slots: [...(body.slots as Slot[]).slice(0, 1), who.slot("kit")] }),
    ],
    [
      "statement-refused",
      "body.slots",
      (_, body) => ({ slots: (body.slots as Slot[]).slice(0, 1) }),
    ],
    [
      "statement-refused",
      "body.slots",
      (_, body) => ({
        slots: (body.slots as Slot[]).map((slot) => ({
          ...slot,
          identity: { sign: newSigner().key, seal: anySealingKey() },
        })),
      }),
    ],
    ["malformed", "body.record", () => ({ record: "A".repeat(100) })],
    ["malformed", "body.address", () => ({ address: randomBytes(1392).toString("base64url") })],
    ["malformed", "body.kitKey", () => ({ kitKey: "AAAA" })],
    ["signature-refused", undefined, (who) => ({ statement: begin(who, newSigner()) })],
    [
      "statement-refused",
      "body.statement.slots",
      (who) => ({ statement: begin(who, who.identitySigner, [who.slot("password")]) }),
    ],
    [
      "clock",
      "body.statement.at",
      (who) => ({
        statement: begin(who, who.identitySigner, who.slots, server.clock.at + 700_000),
      }),
    ],
    [
      "malformed",
      "body.statement",
      (who) => ({ statement: who.signInStatement(newId(), who.seat, "device") }),
    ],
  ];
  for (const [code, field, twist] of wrong) {
    const who = new Person(server.line);
    const body = await who.signUpBody();
    const answer = await server.line.ask("POST", "/v1/sign-up/finish", {
      ...body,
      ...twist(who, body),
    });
    assertCode(answer, code, field);
    assert.equal(await rowsOf(who), 0, code);
  }
});

function begin(
  who: Person,
  signer: ReturnType<typeof newSigner>,
  slots = who.slots,
  at = server.clock.at,
) {
  who.chain = [];
  const facts = {
    op: "begin",
    at,
    identity: who.identity,
    device: { device: who.device, key: who.deviceSigner.key },
    slots: slots.map(keyOf),
  };
  return who.statement(facts, signer);
}

test("an address that is not padded, not NFKC, not lower case or no address is refused", async () => {
  const who = new Person(server.line);
  const body = await who.signUpBody();
  for (const address of ["Anna@example.org", "ﬁ@example.org", "anna", ""]) {
    const answer = await server.line.ask("POST", "/v1/sign-up/finish", {
      ...body,
      address: await server.line.wrapAddress(address),
    });
    assertCode(answer, "malformed", "body.address");
  }
  assert.equal(await rowsOf(who), 0);
});

test("the password and an enrolled device, or the kit, give a session; the password alone does not", async () => {
  const alice = await person();
  for (const by of ["account", "address"] as const) {
    const { seat } = await alice.signIn(["device"], { by });
    assert.deepEqual((await accountOf(alice, seat)).chain, alice.chain);
  }
  const { seat } = await alice.signIn(["kit"]);
  assert.deepEqual((await accountOf(alice, seat)).chain, alice.chain);
  assert.equal((await alice.signIn(["kit", "device"])).answer.status, 200);
  assertCode((await alice.signIn([])).answer, "device-or-kit-needed");
  assertCode((await alice.signIn(["device"], { password: "wrong" })).answer, "sign-in-refused");
  // Who came is in the security log, and not in the journal of the account.
  assert.deepEqual(await kindsOf(alice), ["sign-up"]);
  const lines = await server.admin<{ kind: string; device: string | null }[]>`
    select kind, device from security_log where account = ${alice.account} order by line`;
  assert.deepEqual(
    lines.map((line) => [line.kind, line.device]),
    [alice.device, alice.device, null, alice.device].map((device) => ["sign-in", device]),
  );
});

test("the first to claim an address has it; a later one is told nothing", async () => {
  const alice = await person();
  const bob = new Person(server.line);
  bob.address = alice.address;
  await bob.signUp();
  assert.equal((await alice.signInStart({ by: "address" })).account, alice.account);
  assert.equal(
    (await bob.signInStart({ by: "address", password: alice.password })).account,
    alice.account,
  );
});

test("an unknown account and an unknown address get an answer that no password fits, always the same account", async () => {
  const nobody = new Person(server.line);
  const first = await nobody.signInStart({ by: "address" });
  const second = await nobody.signInStart({ by: "address" });
  assert.equal(first.account, second.account);
  assert.notEqual(first.account, nobody.account);
  assert.equal(first.finish, undefined);
  assertCode((await nobody.signIn()).answer, "sign-in-refused");
  assertCode((await nobody.signIn(["kit"])).answer, "sign-in-refused");
});

test("the two halves of a sign-in belong together, once and within minutes", async () => {
  const alice = await person();
  const seat = newSeat();
  const attempt = async (twist: (signIn: string) => object) => {
    const { signIn, finish } = await alice.signInStart();
    const body = {
      signIn,
      finish,
      key: seat.key,
      device: alice.signInStatement(signIn, seat, "device"),
    };
    return server.line.ask("POST", "/v1/sign-in/finish", { ...body, ...twist(signIn) });
  };
  const by = (signIn: string, facts: object) => ({
    device: alice.signInStatement(signIn, seat, "device", facts),
  });
  assert.equal((await attempt(() => ({}))).status, 200);
  assertCode(await attempt(() => ({ signIn: newId() })), "sign-in-refused");
  assertCode(await attempt(() => ({ key: newSeat().key })), "sign-in-refused");
  assertCode(await attempt((id) => by(id, { signIn: newId() })), "sign-in-refused");
  assertCode(await attempt((id) => by(id, { account: newId() })), "sign-in-refused");
  assertCode(await attempt((id) => by(id, { device: newId() })), "sign-in-refused");
  assertCode(await attempt((id) => by(id, { at: server.clock.at - 600_001 })), "clock");
  assertCode(
    await attempt((id) => ({ kit: alice.signInStatement(id, seat, "device"), device: undefined })),
    "sign-in-refused",
  );
  assertCode(
    await attempt((id) => ({ device: alice.signInStatement(id, seat, "kit") })),
    "sign-in-refused",
  );
  const { signIn, finish } = await alice.signInStart();
  const body = {
    signIn,
    finish,
    key: seat.key,
    device: alice.signInStatement(signIn, seat, "device"),
  };
  assert.equal((await server.line.ask("POST", "/v1/sign-in/finish", body)).status, 200);
  assertCode(await server.line.ask("POST", "/v1/sign-in/finish", body), "sign-in-refused");
  const late = await alice.signInStart();
  server.clock.at += 5 * 60_000;
  const device = alice.signInStatement(late.signIn, seat, "device");
  assertCode(
    await server.line.ask("POST", "/v1/sign-in/finish", {
      ...body,
      ...late,
      account: undefined,
      device,
    }),
    "sign-in-refused",
  );
  const request = { account: alice.account, request: "A".repeat(128) };
  assertCode(
    await server.line.ask("POST", "/v1/sign-in/start", request),
    "malformed",
    "body.request",
  );
  const neither = { request: request.request };
  assertCode(
    await server.line.ask("POST", "/v1/sign-in/start", neither),
    "malformed",
    "body.account",
  );
});

test("the chain grows by statements of the identity, in order, once each", async () => {
  const alice = await person();
  const device = { device: newId(), key: newSigner().key };
  const statement = alice.statement({ op: "device", device });
  const post = (body: object) =>
    server.line.ask<{ head?: object }>("POST", "/v1/account/statements", body, alice.seat);
  assertCode(
    await post({ statement: alice.statement({ op: "device", device }, newSigner()) }),
    "signature-refused",
  );
  assertCode(
    await post({ statement: alice.statement({ op: "device", device, seq: 2 }) }),
    "stale-head",
  );
  assertCode(
    await post({ statement: alice.statement({ op: "device", device, account: newId() }) }),
    "not-allowed",
  );
  assertCode(await post({ statement, slots: alice.slots }), "malformed", "body.slots");
  assertCode(
    await post({ statement: alice.statement({ op: "sign-out", device: newId() }) }),
    "statement-refused",
  );
  assertCode(await post({ statement: alice.chain[0] }), "statement-refused");
  const before = await kindsOf(alice);
  const [one, two] = await Promise.all([post({ statement }), post({ statement })]);
  assert.equal(one?.status, 200);
  assert.deepEqual(one?.body, two?.body);
  alice.chain.push(statement);
  assert.deepEqual(one?.body.head, alice.head);
  assert.deepEqual(await kindsOf(alice), [...before, "sign-in"]);
  assertCode(
    await post({ statement: alice.statement({ op: "device", device }) }),
    "statement-refused",
  );
  const account = await accountOf(alice);
  assert.deepEqual(account.chain, alice.chain);
  assert.deepEqual(
    account.notices.map((notice) => notice.kind),
    ["device-enrolled"],
  );
  const state = await followAccount(undefined, account.chain);
  assert.equal(state?.devices.size, 2);
});

test("two devices that post at once: one is told that the chain has moved on", async () => {
  const alice = await person();
  const answers = await Promise.all(
    [1, 2, 3].map(() =>
      server.line.ask(
        "POST",
        "/v1/account/statements",
        {
          statement: alice.statement({
            op: "device",
            device: { device: newId(), key: newSigner().key },
          }),
        },
        alice.seat,
      ),
    ),
  );
  assert.deepEqual(answers.map((each) => each.status).sort(), [200, 409, 409]);
  assert.equal((await accountOf(alice)).chain.length, 2);
});

test("a statement of an account is of now, or of the last day", async () => {
  const alice = await person();
  const device = () => ({ device: newId<"device">(), key: newSigner().key });
  const dated = (at: number) => alice.post({ op: "device", device: device(), at });
  const now = server.clock.at;
  const DAY = 24 * 3600_000;
  assertCode(await dated(now + 10 * 60_000 + 1), "clock", "body.statement.at");
  assertCode(await dated(now - DAY - 1), "clock", "body.statement.at");
  assert.equal((await dated(now - DAY)).status, 200);
  assert.equal((await dated(now + 10 * 60_000)).status, 200);
});

test("a keyring is replaced by whoever knows the version there", async () => {
  const alice = await person();
  const box = () => randomBytes(300).toString("base64url");
  const put = (body: object) => server.line.ask("PUT", "/v1/account/keyring", body, alice.seat);
  const second = { replaces: 1, version: 2, box: box() };
  assert.equal((await put(second)).status, 200);
  assert.equal((await put(second)).status, 200);
  assertCode(await put({ ...second, box: box() }), "stale-head", "body.replaces");
  assertCode(await put({ replaces: 7, version: 8, box: box() }), "stale-head");
  const answers = await Promise.all(
    [1, 2, 3].map(() => put({ replaces: 2, version: 3, box: box() })),
  );
  assert.deepEqual(answers.map((each) => each.status).sort(), [200, 409, 409]);
  assert.equal((await accountOf(alice)).keyring.version, 3);
});

test("nothing of an address lies in the database in the clear", async () => {
  const alice = await person();
  const rows = await server.admin`select * from account_addresses where account = ${alice.account}`;
  const [name] = alice.address.split("@");
  assert.equal(rows.length, 1);
  const held = Buffer.concat([rows[0]?.address, rows[0]?.wrap]).toString("latin1");
  assert.ok(name !== undefined && !held.includes(name));
});
