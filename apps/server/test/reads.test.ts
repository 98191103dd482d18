import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  hashOf,
  newId,
  openReceipt,
  parseRead,
  parseStatement,
  type RevisionId,
  type SigningKey,
  type SpaceId,
  type Statement,
} from "@ecrin/protocol";
import { type Line, newSigner, type Person } from "./person.ts";
import {
  anyHash,
  assertRefused,
  beginRecord,
  donePosting,
  type Ended,
  journalOf,
  memberOf,
  pass,
  postRead,
  type Released,
  type SealedTest,
  sealTest,
  signRead,
  type TestSpace,
} from "./record.ts";
import { alice, anyone, bob, readable, server, twoPeople } from "./two-people.ts";

twoPeople();

const DAY = 24 * 3600_000;

function placesOf(record: TestSpace, sealed: readonly SealedTest[]) {
  return sealed.map(({ item, revision }) => ({ space: record.space, item, revision }));
}

async function read(
  record: TestSpace,
  sealed: readonly SealedTest[],
  by = bob,
  facts: object = {},
): Promise<Ended<Released>> {
  return postRead(by, await signRead(by, record.space, placesOf(record, sealed), facts));
}

/** Statements that differ: the very same one again would be no new read. */
function differing(
  count: number,
  record: TestSpace,
  sealed: readonly SealedTest[],
): Promise<Statement[]> {
  const places = placesOf(record, sealed);
  return Promise.all(
    Array.from({ length: count }, (_, i) =>
      signRead(bob, record.space, places, { at: server.clock.at - i }),
    ),
  );
}

async function kindsOf(subject: SpaceId): Promise<string[]> {
  return (await journalOf(server.admin, subject)).map(({ kind }) => kind);
}

/** Posts a statement through another process. */
function through(line: Line, by: Person, statement: Statement): Promise<Ended<Released>> {
  return line.ask("POST", "/v1/reads", { read: statement }, { ...by.seat });
}

test("a read gives each release in order, one entry and one receipt", async () => {
  const { record, sealed } = await readable();
  const asked = [sealed[2], sealed[0]].flatMap((each) => each ?? []);
  const statement = await signRead(bob, record.space, placesOf(record, asked));
  const answer = await postRead(bob, statement);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.deepEqual(
    answer.body.releases,
    asked.map(({ item, revision }) => record.releaseOf(1, item, revision)),
  );
  const told = await journalOf(server.admin, record.space);
  const last = told.at(-1);
  assert.equal(last?.kind, "opening");
  assert.deepEqual(last?.actor, { account: bob.account, device: bob.device });
  assert.deepEqual(last?.about, {
    revisions: asked.map(({ item, revision }) => ({ item, revision })),
    statement: parseRead(statement).hash,
  });
  assert.equal(answer.body.receipts.length, 1);
  const { logKey } = await server.line.done<{ logKey: SigningKey }>("GET", "/v1/server");
  const receipt = await openReceipt(answer.body.receipts[0], logKey);
  assert.equal(receipt.statement, parseRead(statement).hash);
  assert.equal(receipt.n, told.length - 1);
  const [kept] = await server.admin.unsafe<{ statement: string }[]>(
    "select statement from ecrin.journal_openings where subject = $1 order by n desc limit 1",
    [record.space],
  );
  assert.equal(kept?.statement, statement);
});

test("an export is told as one", async () => {
  const { record, sealed } = await readable(1);
  assert.equal((await read(record, sealed, alice, { reason: "export" })).status, 200);
  assert.equal((await kindsOf(record.space)).at(-1), "export");
});

test("the same statement again: the same answer, no second entry, even hours later", async () => {
  const { record, sealed } = await readable(1);
  const statement = await signRead(bob, record.space, placesOf(record, sealed));
  const other = await server.another();
  const answers = await Promise.all([
    postRead(bob, statement),
    through(other.line, bob, statement),
    through(server.line, bob, statement),
  ]);
  for (const answer of answers) assert.deepEqual(answer.body, answers[0]?.body);
  assert.equal(answers[0]?.status, 200);
  await pass(server, 3 * 3600_000, alice, bob);
  assert.deepEqual((await postRead(bob, statement)).body, answers[0]?.body);
  assert.equal((await kindsOf(record.space)).filter((kind) => kind === "opening").length, 1);
  await other.stop();
});

test("releases of older epochs, and of what was sealed after", async () => {
  const record = await beginRecord(alice, [[bob, {}]]);
  const old = sealTest(record);
  const { tree } = await donePosting(record, [old]);
  await record.done(await record.turn(tree));
  const young = sealTest(record);
  await donePosting(record, [young]);
  const { releases } = (await read(record, [young, old])).body;
  assert.deepEqual(releases, [
    record.releaseOf(2, young.item, young.revision),
    record.releaseOf(1, old.item, old.revision),
  ]);
});

test("what was ended on one process is refused by the other at once, and the refusal is told", async () => {
  const { record, sealed } = await readable(2);
  const other = await server.another();
  const asked = (i: number) =>
    signRead(bob, record.space, placesOf(record, sealed.slice(i, i + 1)));
  const early = await asked(0);
  assert.equal((await through(other.line, bob, early)).status, 200);
  const { body } = await server.line.ask<{ tree: never }>(
    "GET",
    `/v1/spaces/${record.space}/revisions?from=2`,
    undefined,
    alice.seat,
  );
  await record.done(await record.turn(body.tree, { ended: [bob.account] }));
  const late = await asked(1);
  assertRefused(await through(other.line, bob, late), "not-allowed");
  assertRefused(await through(other.line, bob, late), "not-allowed");
  // What had been released is not released again.
  assertRefused(await through(other.line, bob, early), "not-allowed");
  const told = await journalOf(server.admin, record.space);
  const refusals = told.filter(({ kind }) => kind === "refusal");
  assert.deepEqual(
    refusals.map(({ actor, about }) => [actor.account, about]),
    [[bob.account, { code: "not-allowed", account: bob.account }]],
  );
  assert.equal(told.filter(({ kind }) => kind === "opening").length, 1);
  // And given back, on one process, it is there on the other.
  await record.done(record.add(memberOf(bob)));
  assert.equal((await through(other.line, bob, await asked(1))).status, 200);
  await other.stop();
});

test("reads race a revocation: no entry of an opening stands after the one that ends it", async () => {
  const { record, sealed } = await readable(1);
  const other = await server.another();
  const { body } = await server.line.ask<{ tree: never }>(
    "GET",
    `/v1/spaces/${record.space}/revisions?from=1`,
    undefined,
    alice.seat,
  );
  const ending = await record.turn(body.tree, { ended: [bob.account] });
  const statements = await differing(40, record, sealed);
  let ended = false;
  const answers = await Promise.all([
    ...statements.map(async (statement, i) => {
      const startedAfter = ended;
      const line = i % 2 === 0 ? server.line : other.line;
      return { startedAfter, answer: await through(line, bob, statement) };
    }),
    record.post(ending).then((answer) => {
      ended = true;
      return { startedAfter: false, answer };
    }),
  ]);
  const kinds = await kindsOf(record.space);
  const at = kinds.indexOf("rotation");
  assert.ok(at > 0);
  assert.ok(!kinds.slice(at).includes("opening"), kinds.join(" "));
  const openings = kinds.filter((kind) => kind === "opening").length;
  const given = answers.filter(({ answer }) => answer.status === 200 && "releases" in answer.body);
  assert.equal(given.length, openings);
  assert.ok(given.every(({ startedAfter }) => !startedAfter));
  await other.stop();
});

test("a stranger learns nothing, and nothing is written", async () => {
  const { record, sealed } = await readable(1);
  const stranger = await anyone();
  const before = await kindsOf(record.space);
  assertRefused(await read(record, sealed, stranger), "not-found");
  const nowhere = Object.assign(Object.create(record), { space: newId<"space">() });
  assertRefused(await read(nowhere, sealed, stranger), "not-found");
  assert.deepEqual(await kindsOf(record.space), before);
});

test("only revisions accepted in this space, under their own item, and with something to open", async () => {
  const { record, sealed } = await readable(2);
  const [one, two] = sealed;
  if (one === undefined || two === undefined) return assert.fail();
  const other = await beginRecord(alice);
  const elsewhere = sealTest(other);
  await donePosting(other, [elsewhere]);
  const gone = sealTest(record, { op: "delete", item: one.item, parents: [one.revision] });
  await donePosting(record, [gone]);
  const wrong: Record<string, object[]> = {
    "another item": [{ space: record.space, item: two.item, revision: one.revision }],
    "another origin": [{ space: other.space, item: one.item, revision: one.revision }],
    "a revision of another space": [
      { space: record.space, item: elsewhere.item, revision: elsewhere.revision },
    ],
    "through another space": [
      { space: other.space, item: elsewhere.item, revision: elsewhere.revision },
    ],
    "an unknown revision": [
      ...placesOf(record, [one]),
      { space: record.space, item: one.item, revision: newId<"revision">() },
    ],
    "a deletion": placesOf(record, [gone]),
  };
  for (const [name, revisions] of Object.entries(wrong)) {
    const statement = await signRead(alice, record.space, [], { revisions });
    const answer = await postRead(alice, statement);
    assert.equal(answer.body.code, "not-allowed", name);
    assert.equal(answer.status, 403);
    assert.equal((await kindsOf(record.space)).at(-1), "refusal", name);
  }
  assert.ok(!(await kindsOf(record.space)).includes("opening"));
  // What was deleted keeps its history.
  assert.equal((await read(record, [one])).status, 200);
});

test("clock and nonce: refused, and nothing is written", async () => {
  const { record, sealed } = await readable(1);
  const before = await kindsOf(record.space);
  const { at } = server.clock;
  for (const wrong of [at - 10 * 60_000 - 1, at + 10 * 60_000 + 1]) {
    assertRefused(await read(record, sealed, bob, { at: wrong }), "clock", "body.read.at");
  }
  for (const nonce of ["A".repeat(43), "A".repeat(16), `${"A".repeat(42)}B`]) {
    assertRefused(await read(record, sealed, bob, { nonce }), "clock", "body.read.nonce");
  }
  const old = await signRead(bob, record.space, placesOf(record, sealed));
  const { nonce } = parseRead(old).fact;
  await pass(server, 10 * 60_000 + 1, alice, bob);
  assertRefused(await postRead(bob, old), "clock");
  assertRefused(await read(record, sealed, bob, { nonce }), "clock", "body.read.nonce");
  assert.deepEqual(await kindsOf(record.space), before);
  assert.equal((await read(record, sealed)).status, 200);
});

test("a read is signed by a device of the account that posts it", async () => {
  const { record, sealed } = await readable(1);
  const places = placesOf(record, sealed);
  const good = await signRead(bob, record.space, places);
  assertRefused(await postRead(alice, good), "not-allowed");
  const signer = bob.deviceSigner;
  Object.assign(bob, { deviceSigner: newSigner() });
  const forged = await signRead(bob, record.space, places);
  Object.assign(bob, { deviceSigner: signer });
  assertRefused(await postRead(bob, forged), "signature-refused");
  const device = newId<"device">();
  const unknown = { by: { ...bob.by, device } };
  assertRefused(await read(record, sealed, bob, unknown), "statement-refused");
  const fork = { by: { ...bob.by, head: { seq: 0, hash: anyHash() } } };
  assertRefused(await read(record, sealed, bob, fork), "statement-refused");
  const end = good.slice(-86);
  const other = `${good.slice(0, -86)}${end.startsWith("A") ? "B" : "A"}${end.slice(1)}`;
  assertRefused(await postRead(bob, other as Statement), "signature-refused");
  assert.ok(!(await kindsOf(record.space)).includes("opening"));
  assert.equal((await postRead(bob, good)).status, 200);
  // Answered before, and still only to who signed.
  assertRefused(await postRead(bob, other as Statement), "signature-refused");
  assertRefused(await postRead(alice, good), "not-allowed");
});

test("a device that was signed out opens nothing, on no process", async () => {
  const carol = await anyone();
  const record = await beginRecord(alice, [[carol, {}]]);
  const sealed = [sealTest(record), sealTest(record)];
  await donePosting(record, sealed);
  const second = { device: newId<"device">(), signer: newSigner() };
  await carol.post({ op: "device", device: { device: second.device, key: second.signer.key } });
  const by = { ...carol.by, device: second.device };
  const signed = async (i: number): Promise<Statement> => {
    const statement = await signRead(
      carol,
      record.space,
      placesOf(record, sealed.slice(i, i + 1)),
      { by },
    );
    return second.signer.sign("read", parseStatement("read", statement).payload);
  };
  const other = await server.another();
  assert.equal((await through(other.line, carol, await signed(0))).status, 200);
  await carol.post({ op: "sign-out", device: second.device });
  assertRefused(await through(other.line, carol, await signed(1)), "not-allowed");
  assert.equal((await kindsOf(record.space)).at(-1), "refusal");
  assert.equal((await read(record, sealed, carol)).status, 200);
  await other.stop();
});

test("a membership opens until its date and not a moment longer", async () => {
  const until = server.clock.at + DAY;
  const record = await beginRecord(alice, [[bob, { until }]]);
  const sealed = [sealTest(record)];
  await donePosting(record, sealed);
  assert.equal((await read(record, sealed)).status, 200);
  await pass(server, DAY - 1, alice, bob);
  assert.equal((await read(record, sealed)).status, 200);
  server.clock.at += 1;
  assertRefused(await read(record, sealed), "not-allowed");
  assert.equal((await kindsOf(record.space)).at(-1), "refusal");
});

test("who is refused again and again fills nobody's journal: one entry an hour", async () => {
  const until = server.clock.at + DAY;
  const record = await beginRecord(alice, [[bob, { until }]]);
  const sealed = [sealTest(record)];
  await donePosting(record, sealed);
  await pass(server, DAY, alice, bob);
  const refusals = async () =>
    (await kindsOf(record.space)).filter((kind) => kind === "refusal").length;
  for (const expected of [1, 2]) {
    for (let i = 0; i < 3; i++) {
      assertRefused(await read(record, sealed), "not-allowed");
      server.clock.at += 1000;
    }
    assert.equal(await refusals(), expected);
    await pass(server, 3600_000, alice, bob);
  }
});

test("a statement in another form is malformed", async () => {
  const { record, sealed } = await readable(1);
  const places = placesOf(record, sealed);
  const many = Array.from({ length: 501 }, () => ({ ...places[0], revision: newId<"revision">() }));
  const wrong: object[] = [
    { revisions: [] },
    { revisions: many },
    { reason: "curiosity" },
    { nonce: "short" },
    { more: true },
    { suite: "ecrin-2" },
    { space: "x" as SpaceId },
    { revisions: [{ ...places[0], revision: "x" as RevisionId }] },
  ];
  for (const facts of wrong) {
    assertRefused(
      await postRead(bob, await signRead(bob, record.space, places, facts)),
      "malformed",
    );
  }
  const twice = { revisions: [...places, ...places] };
  assertRefused(await read(record, sealed, bob, twice), "statement-refused");
  for (const body of [{}, { read: "a.b.c" }, { read: 1 }, { read: "x".repeat(262_145) }]) {
    assertRefused(await bob.line.ask("POST", "/v1/reads", body, bob.seat), "malformed");
  }
  const asAccount = bob.deviceSigner.sign("account", { a: hashOf(randomBytes(32)) });
  assertRefused(await postRead(bob, asAccount), "malformed");
});

test("hundreds at once", async () => {
  const { record, sealed } = await readable(1);
  const statements = await differing(200, record, sealed);
  const answers = await Promise.all(statements.map((each) => through(server.line, bob, each)));
  assert.ok(answers.every(({ status }) => status === 200));
  const kinds = await kindsOf(record.space);
  assert.equal(kinds.filter((kind) => kind === "opening").length, 200);
  const heads = new Set(answers.flatMap(({ body }) => body.receipts));
  assert.equal(heads.size, 200);
});
