import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  type LinkSet,
  newId,
  type ProblemCode,
  parseAccountStatement,
  parseRead,
  parseSpaceStatement,
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
  type Rights,
  type SealedTest,
  sealTest,
  signRead,
  type TestSpace,
} from "./record.ts";
import { makeShare, postShare, type ShareFacts, type TestShare } from "./share.ts";
import { alice, anyone, bob, server, twoPeople } from "./two-people.ts";

twoPeople();

const DAY = 24 * 3600_000;

interface Shared {
  record: TestSpace;
  sealed: SealedTest[];
  made: TestShare;
}

/** Three revisions of alice's, the first two of them shared with bob until tomorrow. */
async function shared(others: readonly [Person, Rights][] = [], by = alice): Promise<Shared> {
  const record = await beginRecord(alice, others);
  const sealed = Array.from({ length: 3 }, () => sealTest(record, { by }));
  await donePosting(record, sealed, by);
  const made = await makeShare(record, bob, sealed.slice(0, 2), server.clock.at + DAY, { by });
  const answer = await postShare(record, made, by);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return { record, sealed, made };
}

interface ShareAnswer {
  statements: Statement[];
  links: LinkSet;
  headers: Statement[];
  about: string;
  ended: boolean;
}

function get<Body = ShareAnswer>(made: TestShare, by: Person, more = ""): Promise<Ended<Body>> {
  return by.line.ask("GET", `/v1/shares/${made.share.space}${more}`, undefined, by.seat);
}

function contentOf(made: TestShare, each: SealedTest, by: Person, what = "content") {
  const path = `/v1/spaces/${made.share.space}/revisions/${each.revision}/${what}`;
  return by.line.ask<ArrayBuffer>("GET", path, undefined, by.seat);
}

async function read(
  { record, made }: Pick<Shared, "record" | "made">,
  sealed: readonly SealedTest[],
  by = bob,
  line: Line = by.line,
): Promise<Ended<Released>> {
  const places = sealed.map(({ item, revision }) => ({ space: record.space, item, revision }));
  const statement = await signRead(by, made.share.space, places);
  if (line === by.line) return postRead(by, statement);
  return line.ask("POST", "/v1/reads", { read: statement }, { ...by.seat });
}

function end(
  { made }: Pick<Shared, "made">,
  unshare: Statement,
  close?: Statement,
  by = alice,
): Promise<Ended<{ source: unknown; share?: unknown }>> {
  const body = close === undefined ? { unshare } : { unshare, close };
  return by.line.ask("POST", `/v1/shares/${made.share.space}/end`, body, by.seat);
}

function unshareOf({ record, made }: Shared, by = alice): Statement {
  return record.sign({ op: "unshare", share: made.share.space }, by);
}

/** Everything a recipient may ask for, each refused with this code. */
async function assertShut(of: Shared, code: "closed" | "not-found", line?: Line): Promise<void> {
  const [one] = of.sealed;
  if (one === undefined) return assert.fail();
  assertRefused(await get(of.made, bob), code);
  assertRefused(await get(of.made, bob, "/metadata"), code);
  assertRefused(await contentOf(of.made, one, bob), code);
  assertRefused(await contentOf(of.made, one, bob, "digests"), code);
  assertRefused(await read(of, [one], bob, line), "not-allowed");
}

test("a recipient gets links, names, ciphertexts and releases, and the source tells of it", async () => {
  const of = await shared();
  const { record, sealed, made } = of;
  const { body } = await get(made, bob);
  assert.deepEqual(body.links, made.links);
  assert.deepEqual(
    body.headers,
    sealed.slice(0, 2).map((each) => each.body.statement),
  );
  assert.deepEqual(body.statements, made.share.chain);
  assert.deepEqual([body.about, body.ended], [made.body.about, false]);

  const names = await get<{ metadata: string[] }>(made, bob, "/metadata");
  assert.deepEqual(
    names.body.metadata,
    sealed.slice(0, 2).map((each) => each.body.metadata),
  );
  const [one, two, three] = sealed;
  if (one === undefined || two === undefined || three === undefined) return assert.fail();
  assert.deepEqual(Buffer.from((await contentOf(made, one, bob)).body), one.content);
  assert.equal((await contentOf(made, one, bob, "digests")).status, 200);

  const answer = await read(of, [two, one]);
  assert.deepEqual(
    answer.body.releases,
    [two, one].map(({ item, revision }) => record.releaseOf(1, item, revision)),
  );
  const told = await journalOf(server.admin, record.space);
  assert.deepEqual(
    told.slice(-3).map(({ kind, actor, about }) => [kind, actor.account, about.via ?? about.share]),
    [
      ["share", alice.account, made.share.space],
      ["listing", bob.account, made.share.space],
      ["opening", bob.account, made.share.space],
    ],
  );
  assert.equal(told.at(-3)?.about.account, bob.account);
  assert.equal(answer.body.receipts.length, 1);

  assertRefused(await contentOf(made, three, bob), "not-found");
  assertRefused(await read(of, [three]), "not-allowed");
  assertRefused(await read(of, [one, three]), "not-allowed");
  const refusal = (await journalOf(server.admin, record.space)).at(-1);
  assert.deepEqual(
    [refusal?.kind, refusal?.about.account, refusal?.about.via],
    ["refusal", bob.account, made.share.space],
  );
  // The share opens nothing of the record itself.
  const list = `/v1/spaces/${record.space}/revisions`;
  assertRefused(await bob.line.ask("GET", list, undefined, bob.seat), "not-found");
  const direct = { record, made: { ...made, share: record } };
  assertRefused(await read(direct, [one]), "not-found");
  const listing = `/v1/spaces/${made.share.space}/revisions`;
  assertRefused(await bob.line.ask("GET", listing, undefined, bob.seat), "not-found");
});

test("a stranger finds no share", async () => {
  const of = await shared();
  const stranger = await anyone();
  for (const more of ["", "/metadata"]) {
    assertRefused(await get(of.made, stranger, more), "not-found");
    assertRefused(await get({ ...of.made, share: of.record }, alice, more), "not-found");
  }
  assertRefused(await read(of, of.sealed.slice(0, 1), stranger), "not-found");
  assertRefused(await end(of, unshareOf(of, stranger), undefined, stranger), "not-found");
  assertRefused(await end(of, unshareOf(of, bob), undefined, bob), "not-found");
});

test("the same share again gives the same heads; another with its id is a conflict", async () => {
  const { record, sealed, made } = await shared();
  const again = await postShare(record, made);
  assert.deepEqual(again.body, { source: record.head, share: made.share.head });
  const kinds = (await journalOf(server.admin, record.space)).map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === "share").length, 1);

  const other = await makeShare(record, bob, sealed.slice(0, 1), server.clock.at + DAY);
  const { space } = made.share;
  const begin = parseSpaceStatement(other.body.share as Statement).fact;
  const renamed = alice.deviceSigner.sign("space", { ...begin, space } as never);
  const source = record.sign({
    ...parseSpaceStatement(other.source).fact,
    share: space,
    begin: parseSpaceStatement(renamed).hash,
    seq: record.head.seq + 1,
    prev: record.head.hash,
  });
  const body = { ...other.body, source, share: renamed };
  assertRefused(await alice.line.ask("POST", "/v1/shares", body, alice.seat), "conflict");
});

test("two statements that do not say the same are refused, both", async () => {
  const record = await beginRecord(alice);
  const sealed = [sealTest(record)];
  await donePosting(record, sealed);
  const until = server.clock.at + DAY;
  const carol = await anyone();
  const linked = { count: 1, root: anyHash() };
  const wrong: Record<string, Parameters<typeof makeShare>[4]> = {
    "another recipient": { source: { recipient: carol.account } },
    "another date": { source: { until: until + 1 } },
    "another share": { source: { share: newId() } },
    "another beginning": { source: { begin: anyHash() } },
    "other links": { source: { links: linked } },
    "the offline right, in the source only": { source: { offline: true } },
    "another source": { begin: { source: { space: newId() } } },
  };
  for (const [name, facts] of Object.entries(wrong)) {
    const made = await makeShare(record, bob, sealed, until, facts);
    const answer = await postShare(record, made);
    assert.equal(answer.body.code, "statement-refused", name);
    assertRefused(await get(made, alice), "not-found");
  }
  const past = await makeShare(record, bob, sealed, server.clock.at);
  assertRefused(await postShare(record, past), "statement-refused");
  const told = (await journalOf(server.admin, record.space)).map(({ kind }) => kind);
  assert.ok(!told.includes("share"));
});

test("links must be those signed, of revisions of the source, by their authors", async () => {
  const record = await beginRecord(alice);
  const [one, two] = [sealTest(record), sealTest(record)];
  const gone = sealTest(record, { op: "delete", item: two.item, parents: [two.revision] });
  await donePosting(record, [one, two, gone]);
  const other = await beginRecord(alice);
  const elsewhere = sealTest(other);
  await donePosting(other, [elsewhere]);
  const until = server.clock.at + DAY;
  const refused = async (sealed: SealedTest[], code: ProblemCode, facts: ShareFacts = {}) => {
    const made = await makeShare(record, bob, sealed, until, facts);
    assertRefused(await postShare(record, made), code);
  };
  const box = (count: number) => randomBytes(48 + 32 * count).toString("base64url");
  for (const other of [
    (set) => ({ ...set, links: set.links.slice(1), secrets: box(1), releases: box(1) }),
    (set) => ({ ...set, links: set.links.toReversed() }),
    (set) => ({ ...set, secrets: box(2) }),
    (set) => ({ ...set, releases: box(2) }),
  ] satisfies ((set: LinkSet) => LinkSet)[]) {
    await refused([one, two], "content-differs", { links: other });
  }
  await refused([elsewhere], "statement-refused");
  await refused([gone], "statement-refused");
  await refused([one, one], "statement-refused");
  await refused([sealTest(record)], "statement-refused");
  const another = sealTest(record, { item: one.item, revision: one.revision });
  await refused([another], "statement-refused");

  // Signed by its maker, and still not in its form, or not what the author's chain says.
  const signer = newSigner();
  const { fact: begun } = parseAccountStatement(alice.chain[0]);
  const changed = alice.identitySigner.sign("account", { ...begun, at: begun.at + 1 } as never);
  const device = { device: alice.device, key: signer.key };
  const forged = alice.identitySigner.sign("account", { ...begun, device } as never);
  for (const twist of [
    { statement: changed },
    { statement: forged },
    { identity: bob.identity },
    { statement: bob.chain[0] ?? assert.fail() },
  ]) {
    await refused([one], "statement-refused", {
      signed: (set) => ({ ...set, authors: set.authors.map((each) => ({ ...each, ...twist })) }),
    });
  }
  const bobs = { identity: bob.identity, statement: bob.chain[0] ?? assert.fail() };
  for (const authors of [
    (set: LinkSet) => [...set.authors, bobs],
    (set: LinkSet) => [bobs, ...set.authors],
    (set: LinkSet) => [...set.authors, ...set.authors],
  ]) {
    await refused([one], "statement-refused", {
      signed: (set) => ({ ...set, authors: authors(set) }),
    });
  }
  const nobody = (set: LinkSet) => set.links.map((link) => ({ ...link, author: 1 }));
  await refused([one], "statement-refused", {
    signed: (set) => ({ ...set, links: nobody(set) }),
  });
  await refused([one], "malformed", { signed: (set) => ({ ...set, secrets: box(2) }) });
  await refused([one, two], "malformed", { signed: (set) => ({ ...set, releases: box(1) }) });
});

test("who may not link shares nothing", async () => {
  const carol = await anyone();
  const dave = await anyone();
  const record = await beginRecord(alice, [
    [carol, { role: "writer" }],
    [dave, { role: "manager" }],
  ]);
  const sealed = [sealTest(record)];
  await donePosting(record, sealed);
  const until = server.clock.at + DAY;
  const byWriter = await makeShare(record, bob, sealed, until, { by: carol });
  assertRefused(await postShare(record, byWriter, carol), "not-allowed");
  const stranger = await anyone();
  const byStranger = await makeShare(record, bob, sealed, until, { by: stranger });
  assertRefused(await postShare(record, byStranger, stranger), "not-found");
  const forAnother = await makeShare(record, bob, sealed, until, { by: dave });
  assertRefused(await postShare(record, forAnother, alice), "not-allowed");
});

test("ended by its maker: shut at once, on every process, and told in both journals", async () => {
  const of = await shared();
  const other = await server.another();
  const [one, two] = of.sealed;
  if (one === undefined || two === undefined) return assert.fail();
  assert.equal((await read(of, [one], bob, other.line)).status, 200);
  const { record, made } = of;
  const unshare = unshareOf(of);
  const close = made.share.sign({ op: "close" });
  const answer = await end(of, unshare, close);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  record.keep({ statement: unshare });
  made.share.keep({ statement: close });
  assert.deepEqual(answer.body, { source: record.head, share: made.share.head });
  await assertShut(of, "closed", other.line);
  assert.deepEqual((await end(of, unshare, close)).body, answer.body);
  const kinds = await journalOf(server.admin, record.space);
  const revocations = kinds.filter(({ kind }) => kind === "revocation");
  assert.deepEqual(
    revocations.map(({ about }) => [about.share, about.account]),
    [[made.share.space, bob.account]],
  );
  const closing = await journalOf(server.admin, made.share.space);
  assert.deepEqual(
    closing.map(({ kind }) => kind),
    ["revocation"],
  );
  assert.equal((await get(made, alice)).body.ended, true);
  assertRefused(await get(made, alice, "/metadata"), "closed");
  assertRefused(await contentOf(made, one, alice), "closed");
  const { spaces } = await bob.line.done<{ spaces: { space: string }[] }>(
    "GET",
    "/v1/spaces",
    undefined,
    bob.seat,
  );
  assert.ok(!spaces.some(({ space }) => space === made.share.space));
  await other.stop();
});

test("ended in the source alone, and closed later by its maker", async () => {
  const carol = await anyone();
  const of = await shared([[carol, { role: "manager" }]]);
  const unshare = unshareOf(of, carol);
  assert.equal((await end(of, unshare, undefined, carol)).status, 200);
  await assertShut(of, "closed");
  of.record.keep({ statement: unshare });
  const close = of.made.share.sign({ op: "close" });
  const path = `/v1/spaces/${of.made.share.space}/statements`;
  const body = { statement: close, wraps: [] };
  assertRefused(await carol.line.ask("POST", path, body, carol.seat), "not-allowed");
  assert.equal((await alice.line.ask("POST", path, body, alice.seat)).status, 200);
  assert.equal((await alice.line.ask("POST", path, body, alice.seat)).status, 200);
  const again = of.record.sign({ op: "unshare", share: of.made.share.space });
  assertRefused(await end(of, again), "statement-refused");
});

test("closed alone, a share is shut too", async () => {
  const of = await shared();
  const body = { statement: of.made.share.sign({ op: "close" }), wraps: [] };
  const path = `/v1/spaces/${of.made.share.space}/statements`;
  assert.equal((await alice.line.ask("POST", path, body, alice.seat)).status, 200);
  of.made.share.keep(body);
  await assertShut(of, "closed");
  const more = { statement: of.made.share.sign({ op: "close" }), wraps: [] };
  assertRefused(await alice.line.ask("POST", path, more, alice.seat), "closed");
});

test("a share ends with its date", async () => {
  const of = await shared();
  await pass(server, DAY - 1, alice, bob);
  assert.equal((await get(of.made, bob)).status, 200);
  assert.equal((await read(of, of.sealed.slice(0, 1))).status, 200);
  server.clock.at += 1;
  await assertShut(of, "closed");
  assert.equal((await get(of.made, alice)).body.ended, true);
});

test("a share ends with its maker's membership, by statement and by date", async () => {
  const carol = await anyone();
  const of = await shared([[carol, { role: "manager" }]], carol);
  assert.equal((await read(of, of.sealed.slice(0, 1))).status, 200);
  const { body } = await alice.line.ask<{ tree: never }>(
    "GET",
    `/v1/spaces/${of.record.space}/revisions?from=3`,
    undefined,
    alice.seat,
  );
  await of.record.done(await of.record.turn(body.tree, { ended: [carol.account] }));
  await assertShut(of, "closed");
  assertRefused(await get(of.made, carol), "closed");
  const told = await journalOf(server.admin, of.record.space);
  assert.ok(
    told.some(({ kind, about }) => kind === "revocation" && about.share === of.made.share.space),
  );
  // Coming back does not bring it back.
  await of.record.done(of.record.add(memberOf(carol, { role: "manager" })));
  await assertShut(of, "closed");

  const dave = await anyone();
  const until = server.clock.at + DAY / 2;
  const dated = await shared([[dave, { role: "manager", until }]], dave);
  await pass(server, DAY / 2, alice, bob, dave);
  await assertShut(dated, "closed");
  assertRefused(await get(dated.made, dave), "closed");
});

test("an ending must name this share", async () => {
  const of = await shared();
  const other = await shared();
  assertRefused(await end(of, unshareOf(other)), "statement-refused");
  const foreign = other.made.share.sign({ op: "close" });
  assertRefused(await end(of, unshareOf(of), foreign), "statement-refused");
  const add = of.record.add(memberOf(bob)).statement;
  assertRefused(await end(of, add), "statement-refused");
  const nowhere = { made: { ...of.made, share: of.record } };
  assertRefused(await end(nowhere, unshareOf(of)), "not-found");
  assert.equal((await get(of.made, bob)).body.ended, false);
});

test("a read through a share stands in the journal of the record it comes from", async () => {
  const of = await shared();
  const [one] = of.sealed;
  if (one === undefined) return assert.fail();
  const place = { space: of.record.space, item: one.item, revision: one.revision };
  const statement = await signRead(bob, of.made.share.space, [place]);
  assert.equal((await postRead(bob, statement)).status, 200);
  const told = (await journalOf(server.admin, of.record.space)).at(-1);
  assert.deepEqual(told?.about, {
    revisions: [{ item: one.item, revision: one.revision }],
    statement: parseRead(statement).hash,
    via: of.made.share.space,
  });
  // Its maker reads through it as well.
  assert.equal((await read(of, [one], alice)).status, 200);
});
