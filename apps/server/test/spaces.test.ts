import assert from "node:assert/strict";
import { hash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import {
  type AccountId,
  type Head,
  newId,
  parseHash,
  parseSpaceStatement,
  type SpaceId,
  type Statement,
  type Wrap,
} from "@ecrin/protocol";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { newSigner, Person } from "./person.ts";
import {
  assertRefused,
  beginRecord,
  donePosting,
  type Ended,
  journalOf,
  memberOf,
  pass,
  releaseKeyOf,
  sealTest,
  TestSpace,
} from "./record.ts";

let cluster: Cluster;
let server: TestServer;
let alice: Person;
let bob: Person;
let carol: Person;
before(async () => {
  cluster = await startCluster();
  server = await startTestServer(cluster);
  [alice, bob, carol] = await Promise.all([anyone(), anyone(), anyone()]);
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

const DAY = 24 * 3600_000;
const NOTHING = parseHash(hash("sha256", "", "base64url"), "root");
const EMPTY = { size: 0, root: NOTHING };

function anyone(): Promise<Person> {
  return new Person(server.line).signUp();
}

function chainOf(
  space: SpaceId,
  by: Person,
  query = "",
): Promise<Ended<{ statements: Statement[]; head: Head }>> {
  return by.line.ask("GET", `/v1/spaces/${space}${query}`, undefined, by.seat);
}

interface Wraps {
  list: { secret: string; recipient: string; hash: string }[];
  additions: { seq: number; list: { secret: string; recipient: string }[] }[];
  mine: Wrap[];
}

function wrapsOf(space: SpaceId, epoch: number, by: Person): Promise<Ended<Wraps>> {
  return by.line.ask("GET", `/v1/spaces/${space}/wraps?epoch=${epoch}`, undefined, by.seat);
}

async function spacesOf(
  by: Person,
): Promise<{ space: SpaceId; closed: boolean; until?: number }[]> {
  const { spaces } = await by.line.done<{ spaces: { space: SpaceId; closed: boolean }[] }>(
    "GET",
    "/v1/spaces",
    undefined,
    by.seat,
  );
  return spaces;
}

test("a record is begun once, and the same statement again gives the same head", async () => {
  const record = new TestSpace(alice, await releaseKeyOf(alice), [[bob, { role: "writer" }]]);
  const draft = await record.begin();
  const first = await record.post(draft);
  assert.equal(first.status, 200, JSON.stringify(first.body));
  assert.deepEqual(first.body.head, record.head);
  const again = await alice.line.ask("POST", "/v1/spaces", draft, alice.seat);
  assert.deepEqual(again.body, { head: record.head });
  const told = await journalOf(server.admin, record.space);
  assert.deepEqual(
    told.map(({ kind, about }) => [kind, about.account, about.role]),
    [
      ["membership", alice.account, "owner"],
      ["membership", bob.account, "writer"],
    ],
  );
  assert.equal(told[0]?.about.statement, record.head.hash);

  for (const person of [alice, bob]) {
    const { body } = await chainOf(record.space, person);
    assert.deepEqual(body, { statements: record.chain, head: record.head });
    assert.ok((await spacesOf(person)).some(({ space }) => space === record.space));
  }
  assertRefused(await chainOf(record.space, carol), "not-found");
  assert.ok(!(await spacesOf(carol)).some(({ space }) => space === record.space));
});

test("an id in use is a conflict, be it a space's or an account's", async () => {
  const record = await beginRecord(alice);
  const key = await releaseKeyOf(bob);
  for (const space of [record.space, alice.account as string as SpaceId]) {
    const other = Object.assign(new TestSpace(bob, key), { space });
    assertRefused(await other.post(await other.begin()), "conflict");
  }
  assert.deepEqual((await chainOf(record.space, alice)).body.statements, record.chain);
});

test("what does not begin a record is refused", async () => {
  const key = await releaseKeyOf(alice);
  const share = new TestSpace(alice, key, [[bob, { until: server.clock.at + DAY }]]);
  const linked = { count: 1, root: randomBytes(32).toString("base64url") };
  const asShare = { kind: "share", source: { space: newId() }, until: server.clock.at + DAY };
  assertRefused(
    await share.post(await share.begin({ ...asShare, links: linked })),
    "statement-refused",
  );

  const team = new TestSpace(alice, key);
  assertRefused(await team.post(await team.begin({ kind: "team" })), "malformed");

  const others = new TestSpace(alice, key);
  const draft = await others.begin();
  const posted = await bob.line.ask("POST", "/v1/spaces", draft, bob.seat);
  assertRefused(posted, "not-allowed");

  const late = new TestSpace(alice, key);
  const tomorrow = { at: server.clock.at + 11 * 60_000 };
  assertRefused(await late.post(await late.begin(tomorrow)), "clock", "body.statement.at");

  const unknown = new TestSpace(alice, key);
  const stranger = { ...memberOf(bob), account: newId<"account">() };
  unknown.members = [...unknown.members, stranger];
  assertRefused(await unknown.post(await unknown.begin()), "statement-refused");
});

test("a signature by another key, or by another device, is refused", async () => {
  const record = await beginRecord(alice);
  const real = alice.deviceSigner;
  const draft = record.add(memberOf(bob));
  Object.assign(alice, { deviceSigner: newSigner() });
  const forged = record.add(memberOf(bob));
  Object.assign(alice, { deviceSigner: real });
  assertRefused(await record.post(forged), "signature-refused");
  const by = { ...alice.by, device: newId() };
  const other = record.sign({ op: "add", member: memberOf(bob), wraps: NOTHING, by });
  assertRefused(await record.post({ statement: other, wraps: [] }), "statement-refused");
  assert.equal((await record.post(draft)).status, 200);
});

test("wraps must be for exactly the members, under the root, and open for the server", async () => {
  const key = await releaseKeyOf(alice);
  const begun = async () => {
    const record = new TestSpace(alice, key, [[bob, { role: "writer" }]]);
    return { record, draft: await record.begin() };
  };
  const wrong: Record<string, (wraps: readonly Wrap[]) => Wrap[]> = {
    "one left out": (wraps) => wraps.slice(1),
    "one doubled": (wraps) => [...wraps, ...wraps.slice(0, 1)],
    "one too many": (wraps) =>
      wraps.concat(wraps.slice(0, 1).map((each) => ({ ...each, recipient: carol.account }))),
    "another recipient": (wraps) =>
      wraps.map((each) =>
        each.recipient === bob.account ? { ...each, recipient: carol.account } : each,
      ),
    "another wrap": (wraps) =>
      wraps.map((each) =>
        each.recipient === bob.account
          ? { ...each, wrap: randomBytes(1168).toString("base64url") }
          : each,
      ),
    none: () => [],
  };
  for (const [name, twist] of Object.entries(wrong)) {
    const { record, draft } = await begun();
    const answer = await record.post({ ...draft, wraps: twist(draft.wraps) });
    assert.equal(answer.body.code, "wraps-differ", name);
    assertRefused(await chainOf(record.space, alice), "not-found");
  }
  // Signed so by their maker, and still not for exactly the members.
  for (const members of [1, 3]) {
    const record = new TestSpace(alice, key, [[bob, { role: "writer" }]]);
    const all = [...record.members, memberOf(carol)].slice(0, members);
    const { epoch, wraps } = await record.epoch(all, 1);
    const statement = record.sign({
      op: "begin",
      kind: "record",
      members: record.members,
      epoch,
    });
    assertRefused(await record.post({ statement, wraps }), "wraps-differ");
  }
  // Under the right root, yet the server's wrap opens to another key than the one committed to.
  const record = new TestSpace(alice, key);
  const { epoch, wraps } = await record.epoch(record.members, 1);
  const release = randomBytes(32).toString("base64url");
  const { members } = record;
  const statement = record.sign({
    op: "begin",
    kind: "record",
    members,
    epoch: { ...epoch, release },
  });
  assertRefused(await record.post({ statement, wraps }), "wraps-differ");
});

test("members are added by who may, and see the wraps that are theirs", async () => {
  const record = await beginRecord(alice, [
    [bob, { role: "manager" }],
    [carol, { role: "writer" }],
  ]);
  const dave = await anyone();
  assertRefused(await record.post(record.add(memberOf(dave), carol), carol), "not-allowed");
  assertRefused(await record.post(record.add(memberOf(dave), dave), dave), "not-found");
  const asManager = memberOf(dave, { role: "manager" });
  assertRefused(await record.post(record.add(asManager, bob), bob), "statement-refused");

  await record.done(record.add(memberOf(dave), bob), bob);
  const first = (await wrapsOf(record.space, 1, dave)).body;
  assert.deepEqual(
    first.mine.map(({ secret }) => secret),
    ["space"],
  );
  assert.deepEqual(
    first.additions.map(({ seq, list }) => [seq, list.length]),
    [[1, 1]],
  );
  assert.equal(first.list.length, 7);

  const offline = record.add(memberOf(dave, { offline: true }), bob);
  await record.done(offline, bob);
  const again = await record.post(offline, bob);
  assert.deepEqual(again.body, { head: record.head });
  const { mine } = (await wrapsOf(record.space, 1, dave)).body;
  assert.deepEqual(
    mine.map(({ wrap }) => wrap).sort(),
    offline.wraps.map(({ wrap }) => wrap).sort(),
  );
  assertRefused(await wrapsOf(record.space, 2, dave), "not-found");
  assertRefused(await wrapsOf(record.space, 1, await anyone()), "not-found");
});

test("a statement that does not follow the head is stale", async () => {
  const record = await beginRecord(alice);
  const one = record.add(memberOf(bob));
  const two = record.add(memberOf(carol));
  await record.done(one);
  assertRefused(await record.post(two), "stale-head");
  const ahead = record.sign({ op: "unshare", share: newId(), seq: 7 });
  assertRefused(await record.post({ statement: ahead, wraps: [] }), "stale-head");
});

test("of statements posted at once one is accepted, the others are stale, on two processes", async () => {
  const record = await beginRecord(alice);
  const other = await server.another();
  const lines = [server.line, other.line];
  const people = await Promise.all(Array.from({ length: 8 }, anyone));
  const drafts = people.map((person) => record.add(memberOf(person)));
  const path = `/v1/spaces/${record.space}/statements`;
  const answers = await Promise.all(
    drafts.map((draft, i) => {
      const line = lines[i % 2] ?? server.line;
      return line.ask("POST", path, draft, { ...alice.seat });
    }),
  );
  const accepted = answers.filter(({ status }) => status === 200);
  assert.equal(accepted.length, 1);
  for (const answer of answers) {
    if (answer.status !== 200) assertRefused(answer, "stale-head");
  }
  const told = await journalOf(server.admin, record.space);
  assert.equal(told.filter(({ kind }) => kind === "membership").length, 2);
  const there = await other.line.ask<{ head: Head }>(
    "GET",
    `/v1/spaces/${record.space}`,
    undefined,
    { ...alice.seat },
  );
  assert.equal(there.body.head.seq, 1);
});

test("an epoch ends a membership at once, names the tree, and tells of it", async () => {
  const record = await beginRecord(alice, [[bob, {}]]);
  const { tree } = await donePosting(record, [sealTest(record), sealTest(record)]);
  assertRefused(
    await record.post(await record.turn(EMPTY, { ended: [bob.account] })),
    "stale-tree",
  );
  assert.equal((await chainOf(record.space, bob)).status, 200);

  await record.done(await record.turn(tree, { ended: [bob.account] }));
  assertRefused(await chainOf(record.space, bob), "not-found");
  assert.ok(!(await spacesOf(bob)).some(({ space }) => space === record.space));
  assert.equal((await wrapsOf(record.space, 2, alice)).body.list.length, 3);
  assert.equal((await wrapsOf(record.space, 1, alice)).body.list.length, 4);
  const told = await journalOf(server.admin, record.space);
  assert.deepEqual(
    told.slice(-2).map(({ kind, about }) => [kind, about.epoch, about.account]),
    [
      ["rotation", 2, undefined],
      ["revocation", undefined, bob.account],
    ],
  );
});

test("a writer turns the epoch for what is due, and for nothing else", async () => {
  const until = server.clock.at + DAY;
  const record = await beginRecord(alice, [
    [bob, { role: "writer" }],
    [carol, { until }],
  ]);
  const early = await record.turn(EMPTY, { ended: [carol.account] }, bob);
  assertRefused(await record.post(early, bob), "not-allowed");
  assertRefused(await record.post(await record.turn(EMPTY, {}, carol), carol), "not-allowed");
  await pass(server, DAY, alice, bob, carol);
  const dave = await anyone();
  assertRefused(await record.post(record.add(memberOf(dave))), "rotation-due");
  assertRefused(await chainOf(record.space, carol), "not-found");
  await record.done(await record.turn(EMPTY, { ended: [carol.account] }, bob), bob);
  await record.done(record.add(memberOf(dave)));
});

test("a device that was signed out says nothing more, and its pin is due", async () => {
  const erin = await anyone();
  const record = await beginRecord(alice, [[erin, { role: "manager" }]]);
  const before = erin.by;
  const second = newId<"device">();
  const signer = newSigner();
  await erin.post({ op: "device", device: { device: second, key: signer.key } });
  await erin.post({ op: "sign-out", device: second });
  const by = { ...before, device: second, head: { seq: 1, hash: hashAt(erin, 1) } };
  const member = memberOf(bob);
  const draft = record.add(member);
  const { fact } = parseSpaceStatement(draft.statement);
  const stolen = signer.sign("space", { ...fact, by } as never);
  assertRefused(await record.post({ ...draft, statement: stolen }, erin), "not-allowed");
  assertRefused(await record.post(record.add(member)), "rotation-due");
  const wrong = { account: erin.account, head: { seq: 2, hash: hashAt(erin, 1) } };
  assertRefused(
    await record.post(await record.turn(EMPTY, { pins: [wrong] })),
    "statement-refused",
  );
  const pin = { account: erin.account, head: erin.head };
  await record.done(await record.turn(EMPTY, { pins: [pin] }));
  await record.done(record.add(member));
});

function hashAt(person: Person, seq: number): string {
  const statement = person.chain[seq];
  if (statement === undefined) throw new Error("no such statement");
  const [header, payload] = statement.split(".");
  return hash("sha256", `${header}.${payload}`, "base64url");
}

test("a chain is handed out in pages", async () => {
  const record = await beginRecord(alice);
  for (let i = 0; i < 4; i++) await record.done(record.add(memberOf(await anyone())));
  const { body } = await chainOf(record.space, alice, "?from=1&limit=2");
  assert.deepEqual(body.statements, record.chain.slice(1, 3));
  assert.deepEqual(body.head, record.head);
  assert.deepEqual((await chainOf(record.space, alice, "?from=9")).body.statements, []);
  for (const query of ["?limit=0", "?limit=1001", "?from=-1", "?from=x", "?more=1"]) {
    assertRefused(await chainOf(record.space, alice, query), "malformed");
  }
});

test("statements that belong elsewhere are refused", async () => {
  const record = await beginRecord(alice);
  const other = await beginRecord(alice);
  const draft = record.add(memberOf(bob));
  const path = `/v1/spaces/${other.space}/statements`;
  assertRefused(await alice.line.ask("POST", path, draft, alice.seat), "statement-refused");
  const begin = { statement: record.chain[0], wraps: [] };
  const own = `/v1/spaces/${record.space}/statements`;
  assertRefused(await alice.line.ask("POST", own, begin, alice.seat), "statement-refused");
  const close = { statement: record.sign({ op: "close" }), wraps: [] };
  assertRefused(await record.post(close), "statement-refused");
  const nowhere = new TestSpace(alice, await releaseKeyOf(alice));
  const lost = nowhere.sign({ op: "close", seq: 1, prev: NOTHING });
  const lostPath = `/v1/spaces/${nowhere.space}/statements`;
  const body = { statement: lost, wraps: [] };
  assertRefused(await alice.line.ask("POST", lostPath, body, alice.seat), "not-found");
});

test("only the account that signs posts", async () => {
  const record = await beginRecord(alice, [[bob, { role: "manager" }]]);
  const draft = record.add(memberOf(carol));
  assertRefused(await record.post(draft, bob), "not-allowed");
  const accounts: AccountId[] = record.members.map(({ account }) => account);
  assert.ok(!accounts.includes(carol.account));
});
