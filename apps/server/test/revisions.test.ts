import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  fromBase64url,
  type Head,
  hashOf,
  type ListedRevision,
  merkleRoot,
  newId,
  openHead,
  openReceipt,
  parseRevision,
  type Statement,
  type TreeHead,
} from "@ecrin/protocol";
import { newSigner, Person } from "./person.ts";
import {
  anyHash,
  assertRefused,
  beginRecord,
  digestsOf,
  donePosting,
  type Ended,
  journalOf,
  memberOf,
  pass,
  postRevisions,
  type SealedTest,
  type Sealing,
  sealTest,
  type TestSpace,
} from "./record.ts";
import { alice, anyone, bob, server, twoPeople } from "./two-people.ts";

twoPeople();

const DAY = 24 * 3600_000;

interface Listing {
  revisions: ListedRevision[];
  tree: TreeHead;
  head: Head;
  journal: Statement;
}

function list(record: TestSpace, by: Person, query = ""): Promise<Ended<Listing>> {
  return by.line.ask("GET", `/v1/spaces/${record.space}/revisions${query}`, undefined, by.seat);
}

function get(
  record: Pick<TestSpace, "space">,
  { revision }: Pick<SealedTest, "revision">,
  by: Person,
  what: "content" | "digests" = "content",
  range?: string,
): Promise<Ended<ArrayBuffer>> {
  const path = `/v1/spaces/${record.space}/revisions/${revision}/${what}`;
  const headers = range === undefined ? {} : { headers: { range } };
  return by.line.ask("GET", path, undefined, by.seat, headers);
}

function bytes(answer: Ended<ArrayBuffer>): Buffer {
  return Buffer.from(answer.body);
}

function rootOver(statements: readonly Statement[]): string {
  return hashOf(merkleRoot(statements.map((each) => fromBase64url(parseRevision(each).hash))));
}

async function logKey(): Promise<never> {
  const { logKey: key } = await server.line.done<{ logKey: never }>("GET", "/v1/server");
  return key;
}

test("revisions are numbered, listed as they came, and each has a receipt and an entry", async () => {
  const record = await beginRecord(alice);
  const sealed = Array.from({ length: 5 }, () => sealTest(record));
  const first = await donePosting(record, sealed.slice(0, 2));
  const rest = await donePosting(record, sealed.slice(2));
  assert.deepEqual([first.first, first.tree.size, rest.first, rest.tree.size], [0, 2, 2, 5]);
  const statements = sealed.map(({ body }) => body.statement);
  assert.equal(rest.tree.root, rootOver(statements));
  assert.equal(first.tree.root, rootOver(statements.slice(0, 2)));

  const listing = (await list(record, alice)).body;
  assert.deepEqual(
    listing.revisions,
    sealed.map(({ body: { statement, wrapEpoch, wrap, metadata } }, index) => ({
      index,
      statement,
      wrapEpoch,
      wrap,
      metadata,
    })),
  );
  assert.deepEqual(listing.tree, rest.tree);
  assert.deepEqual(listing.head, record.head);

  const key = await logKey();
  const told = await journalOf(server.admin, record.space);
  assert.equal((await openHead(listing.journal, key)).n, told.length - 1);
  for (const [i, statement] of [...first.receipts, ...rest.receipts].entries()) {
    const receipt = await openReceipt(statement, key);
    assert.equal(receipt.statement, parseRevision(statements[i]).hash);
    assert.equal(receipt.subject, record.space);
    const entry = told[receipt.n];
    assert.equal(entry?.kind, "upload");
    assert.deepEqual(entry?.about, {
      item: sealed[i]?.item,
      revision: sealed[i]?.revision,
      statement: receipt.statement,
      index: i,
    });
  }
  assert.deepEqual(told.at(-1)?.kind, "listing");
  assert.deepEqual(told.at(-1)?.about, { from: 0, count: 5 });
});

test("somebody else's revision again gives nobody its receipt", async () => {
  const writer = await new Person(server.line).signUp();
  const record = await beginRecord(alice, [[writer, { role: "writer", offline: true }]]);
  const sealed = sealTest(record);
  await donePosting(record, [sealed]);
  const again = await postRevisions(record, [sealed], writer);
  assertRefused(again, "not-allowed", "body.revisions.0.statement.by.account");
});

test("the very same revisions again give the same answer and nothing more", async () => {
  const record = await beginRecord(alice);
  const sealed = [sealTest(record), sealTest(record)];
  const first = await donePosting(record, sealed);
  const told = (await journalOf(server.admin, record.space)).length;
  assert.deepEqual(await donePosting(record, sealed), first);
  assert.equal((await journalOf(server.admin, record.space)).length, told);

  const more = sealTest(record);
  const mixed = await donePosting(record, [...sealed, more]);
  assert.equal(mixed.first, 0);
  assert.equal(mixed.tree.size, 3);
  assert.deepEqual(mixed.receipts.slice(0, 2), first.receipts);
  assert.equal(mixed.receipts.length, 3);

  const again = sealTest(record, { revision: more.revision });
  assertRefused(
    await postRevisions(record, [again]),
    "conflict",
    "body.revisions.0.statement.revision",
  );
  const twice = [more, sealTest(record, { revision: more.revision })];
  assertRefused(await postRevisions(record, twice), "conflict");
});

test("the same revisions posted at once on two processes are accepted once", async () => {
  const record = await beginRecord(alice);
  const other = await server.another();
  const sealed = [sealTest(record), sealTest(record)];
  const body = { revisions: sealed.map((each) => each.body) };
  const path = `/v1/spaces/${record.space}/revisions`;
  const answers = await Promise.all(
    [server.line, other.line, server.line, other.line].map((line) =>
      line.ask("POST", path, body, { ...alice.seat }),
    ),
  );
  for (const answer of answers) assert.deepEqual(answer.body, answers[0]?.body);
  assert.equal(answers[0]?.status, 200);
  const kinds = (await journalOf(server.admin, record.space)).map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === "upload").length, 2);
  await other.stop();
});

test("pages, and none of them empty in the journal", async () => {
  const record = await beginRecord(alice, [[bob, {}]]);
  const nothing = (await list(record, bob)).body;
  assert.deepEqual([nothing.revisions, nothing.tree.size], [[], 0]);
  const sealed = Array.from({ length: 5 }, () => sealTest(record));
  await donePosting(record, sealed);
  const page = (await list(record, bob, "?from=2&limit=2")).body;
  assert.deepEqual(
    page.revisions.map(({ index }) => index),
    [2, 3],
  );
  assert.equal(page.tree.size, 5);
  assert.deepEqual((await list(record, bob, "?from=5")).body.revisions, []);
  const listings = (await journalOf(server.admin, record.space)).filter(
    ({ kind }) => kind === "listing",
  );
  assert.deepEqual(
    listings.map(({ actor, about }) => [actor.account, about]),
    [[bob.account, { from: 2, count: 2 }]],
  );
  assertRefused(await list(record, await anyone()), "not-found");
  assertRefused(await list(record, bob, "?limit=1001"), "malformed");
});

test("corrections and deletions name their parents and keep the history", async () => {
  const record = await beginRecord(alice);
  const one = sealTest(record);
  const { item } = one;
  const two = sealTest(record, { op: "correct", item, parents: [one.revision] });
  const side = sealTest(record, { op: "correct", item, parents: [one.revision] });
  const gone = sealTest(record, { op: "delete", item, parents: [two.revision, side.revision] });
  await donePosting(record, [one, two]);
  await donePosting(record, [side, gone]);
  const kinds = (await journalOf(server.admin, record.space)).map(({ kind }) => kind);
  assert.deepEqual(kinds.slice(1), ["upload", "correction", "correction", "deletion"]);
  assert.deepEqual(bytes(await get(record, one, alice)), one.content);
  assertRefused(await get(record, gone, alice), "not-found");
  assert.deepEqual(Object.keys((await list(record, alice)).body.revisions[3] ?? {}), [
    "index",
    "statement",
    "wrapEpoch",
  ]);

  const wrong: Record<string, Sealing> = {
    "a parent of another item": {
      op: "correct",
      item: sealTest(record).item,
      parents: [one.revision],
    },
    "a parent that is not there": { op: "correct", item, parents: [newId()] },
    "an item that exists": { item },
  };
  for (const [name, sealing] of Object.entries(wrong)) {
    const answer = await postRevisions(record, [sealTest(record), sealTest(record, sealing)]);
    assert.equal(answer.body.code, "statement-refused", name);
    assert.match(answer.body.field ?? "", /^body\.revisions\.1\./);
  }
  assert.equal((await list(record, alice)).body.tree.size, 4);
});

test("who may not write, or signs for another, is refused", async () => {
  const carol = await anyone();
  const record = await beginRecord(alice, [
    [bob, { role: "writer" }],
    [carol, { offline: true }],
  ]);
  await donePosting(record, [sealTest(record, { by: bob })], bob);
  assertRefused(
    await postRevisions(record, [sealTest(record, { by: carol })], carol),
    "not-allowed",
  );
  assertRefused(await postRevisions(record, [sealTest(record, { by: bob })], alice), "not-allowed");
  const stranger = await anyone();
  const posted = await postRevisions(record, [sealTest(record, { by: stranger })], stranger);
  assertRefused(posted, "not-found");
  assert.equal((await list(record, alice)).body.tree.size, 1);
});

test("a header that is not in order is refused", async () => {
  const record = await beginRecord(alice);
  const other = await beginRecord(alice);
  const wrong: Record<string, [Sealing, string]> = {
    "another space": [{ facts: { space: other.space } }, "statement-refused"],
    "a head of another chain": [{ facts: { spaceHead: other.head } }, "statement-refused"],
    "another epoch": [{ facts: { epoch: 2 } }, "statement-refused"],
    "from the future": [{ facts: { at: server.clock.at + 11 * 60_000 } }, "clock"],
    "an unknown member": [{ facts: { more: 1 } }, "malformed"],
    "another suite": [{ facts: { suite: "ecrin-2" } }, "malformed"],
    "parents of a new item": [{ parents: [newId()] }, "malformed"],
    "a device that is not there": [
      { facts: { by: { ...alice.by, device: newId() } } },
      "statement-refused",
    ],
    "an account head that is not there": [
      { facts: { by: { ...alice.by, head: { seq: 0, hash: anyHash() } } } },
      "statement-refused",
    ],
  };
  for (const [name, [sealing, code]] of Object.entries(wrong)) {
    const answer = await postRevisions(record, [sealTest(record, sealing)]);
    assert.equal(answer.body.code, code, name);
  }
  const signer = alice.deviceSigner;
  Object.assign(alice, { deviceSigner: newSigner() });
  const forged = sealTest(record);
  Object.assign(alice, { deviceSigner: signer });
  assertRefused(await postRevisions(record, [forged]), "signature-refused");
  assert.equal((await list(record, alice)).body.tree.size, 0);
});

test("what comes with a header is what it says, no more and no less", async () => {
  const record = await beginRecord(alice);
  const twisted = (twist: object, sealing?: Sealing): SealedTest => {
    const sealed = sealTest(record, sealing);
    const body: Record<string, unknown> = { ...sealed.body, ...twist };
    for (const [name, value] of Object.entries(twist)) if (value === undefined) delete body[name];
    return { ...sealed, body: body as never };
  };
  const text = (length: number) => randomBytes(length).toString("base64url");
  const wrong: Record<string, [SealedTest, string]> = {
    "other content": [twisted({ content: text(4152) }), "content-differs"],
    "shorter content": [twisted({ content: text(4151) }), "content-differs"],
    "other metadata": [twisted({ metadata: text(528) }), "content-differs"],
    "no content": [twisted({ content: undefined }), "malformed"],
    "no metadata": [twisted({ metadata: undefined }), "malformed"],
    "no wrap": [twisted({ wrap: undefined }), "malformed"],
    "a shorter wrap": [twisted({ wrap: text(79) }), "malformed"],
    "content and upload": [twisted({ upload: "A".repeat(32) }), "malformed"],
    "an upload that is not there": [
      twisted({ content: undefined, upload: "A".repeat(32) }),
      "not-found",
    ],
    "content that an application holds": [
      twisted({ content: text(4152) }, { held: "application" }),
      "malformed",
    ],
    "a wrap for a deletion": [
      twisted({ wrap: text(80) }, { op: "delete", parents: [newId()] }),
      "malformed",
    ],
    "unused bits that are not zero": [
      twisted({ metadata: `${text(528 - 1).slice(0, -1)}${"B"}` }),
      "malformed",
    ],
    "too much for a row": [twisted({ content: text(65_536 + 57) }), "malformed"],
    "an epoch to come": [twisted({ wrapEpoch: 2 }), "statement-refused"],
  };
  for (const [name, [sealed, code]] of Object.entries(wrong)) {
    const answer = await postRevisions(record, [sealed]);
    assert.equal(answer.body.code, code, `${name}: ${answer.body.code} ${answer.body.field}`);
  }
  assertRefused(await postRevisions(record, []), "malformed");
  const many = { revisions: Array.from({ length: 501 }, () => sealTest(record).body) };
  const path = `/v1/spaces/${record.space}/revisions`;
  assertRefused(await alice.line.ask("POST", path, many, alice.seat), "malformed");
  assert.equal((await list(record, alice)).body.tree.size, 0);
});

test("an application keeps its own ciphertext", async () => {
  const record = await beginRecord(alice);
  const sealed = sealTest(record, { held: "application" });
  await donePosting(record, [sealed]);
  assertRefused(await get(record, sealed, alice), "not-found");
  assertRefused(await get(record, sealed, alice, "digests"), "not-found");
});

test("content in ranges", async () => {
  const record = await beginRecord(alice, [[bob, {}]]);
  const sealed = sealTest(record, { content: randomBytes(65_592) });
  const { content } = sealed;
  await donePosting(record, [sealed]);
  const whole = await get(record, sealed, bob);
  assert.deepEqual(bytes(whole), content);
  assert.equal(whole.headers.get("accept-ranges"), "bytes");
  assert.equal(whole.headers.get("content-type"), "application/octet-stream");
  const ranges: [string, number, number][] = [
    ["bytes=0-0", 0, 1],
    ["bytes=100-199", 100, 200],
    ["bytes=65000-", 65_000, 65_592],
    ["bytes=65000-99999999", 65_000, 65_592],
    ["bytes=-10", 65_582, 65_592],
    ["bytes=-99999999", 0, 65_592],
  ];
  for (const [range, start, end] of ranges) {
    const answer = await get(record, sealed, bob, "content", range);
    assert.equal(answer.status, 206, range);
    assert.deepEqual(bytes(answer), content.subarray(start, end));
    assert.equal(answer.headers.get("content-range"), `bytes ${start}-${end - 1}/65592`);
  }
  for (const ignored of ["bytes=0-1,5-6", "lines=0-1", "bytes=", "bytes=-"]) {
    assert.equal((await get(record, sealed, bob, "content", ignored)).status, 200, ignored);
  }
  for (const beyond of ["bytes=65592-", "bytes=70000-70001", "bytes=5-4", "bytes=-0"]) {
    assertRefused(await get(record, sealed, bob, "content", beyond), "malformed", "header.range");
  }
  assert.deepEqual(bytes(await get(record, sealed, bob, "digests")), digestsOf(content));
  const stranger = await anyone();
  assertRefused(await get(record, sealed, stranger), "not-found");
  assertRefused(await get(record, { revision: newId() }, bob), "not-found");
  assertRefused(await get({ space: newId() }, sealed, bob), "not-found");
});

test("nothing is accepted while a rotation is due, and old work comes under the new epoch", async () => {
  const carol = await anyone();
  const record = await beginRecord(alice, [
    [bob, { until: server.clock.at + DAY }],
    [carol, { role: "writer" }],
  ]);
  const { tree } = await donePosting(record, [sealTest(record)]);
  await pass(server, DAY, alice, bob, carol);
  const before = sealTest(record, { by: carol });
  assertRefused(await postRevisions(record, [before], carol), "rotation-due");
  await record.done(await record.turn(tree, { ended: [bob.account] }, carol), carol);
  assertRefused(await postRevisions(record, [before], carol), "stale-head");

  const rewrap = (facts: object = {}, by: Person = carol) => {
    const wrap = randomBytes(80);
    const payload = {
      suite: "ecrin-1",
      space: record.space,
      revision: parseRevision(before.body.statement).hash,
      epoch: 2,
      wrap: hashOf(fromBase64url(digestsOf(wrap).toString("base64url"))),
      by: by.by,
      at: server.clock.at,
      spaceHead: record.head,
      ...facts,
    };
    const statement = by.deviceSigner.sign("rewrap", payload);
    const body = {
      ...before.body,
      wrapEpoch: 2,
      wrap: wrap.toString("base64url"),
      rewrap: statement,
    };
    return { ...before, body };
  };
  const without = { ...before, body: { ...before.body, wrapEpoch: 2 } };
  assertRefused(await postRevisions(record, [without], carol), "statement-refused");
  for (const facts of [{ wrap: anyHash() }, { revision: anyHash() }, { epoch: 1 }]) {
    assertRefused(await postRevisions(record, [rewrap(facts)], carol), "statement-refused");
  }
  assertRefused(await postRevisions(record, [rewrap({}, alice)], carol), "not-allowed");
  const good = rewrap();
  const posted = await donePosting(record, [good], carol);
  assert.deepEqual([posted.first, posted.tree.size], [1, 2]);
  assert.equal((await list(record, alice)).body.revisions[1]?.rewrap, good.body.rewrap);
});

test("a device that was signed out adds nothing", async () => {
  const erin = await anyone();
  const record = await beginRecord(alice, [[erin, { role: "writer" }]]);
  const second = { device: newId<"device">(), signer: newSigner() };
  await erin.post({ op: "device", device: { device: second.device, key: second.signer.key } });
  const by = { ...erin.by, device: second.device };
  const signer = erin.deviceSigner;
  Object.assign(erin, { deviceSigner: second.signer });
  const stolen = sealTest(record, { by: erin, facts: { by } });
  Object.assign(erin, { deviceSigner: signer });
  await erin.post({ op: "sign-out", device: second.device });
  const pins = [{ account: erin.account, head: erin.head }];
  const nothing = (await list(record, alice)).body.tree;
  assertRefused(await postRevisions(record, [stolen], erin), "rotation-due");
  await record.done(await record.turn(nothing, { pins }));
  const later = { ...stolen, body: { ...stolen.body, wrapEpoch: 2 } };
  assertRefused(await postRevisions(record, [later], erin), "not-allowed");
  assert.equal((await list(record, alice)).body.tree.size, 0);
});

test("an ended member posts and fetches nothing", async () => {
  const record = await beginRecord(alice, [[bob, { role: "writer" }]]);
  const sealed = sealTest(record, { by: bob });
  const { tree } = await donePosting(record, [sealed], bob);
  const late = sealTest(record, { by: bob });
  await record.done(await record.turn(tree, { ended: [bob.account] }));
  assertRefused(await postRevisions(record, [late], bob), "not-found");
  assertRefused(await get(record, sealed, bob), "not-found");
  assertRefused(await list(record, bob), "not-found");
  await record.done(record.add(memberOf(bob)));
  assert.deepEqual(bytes(await get(record, sealed, bob)), sealed.content);
});

test("many at once: the tree is that of the listing", async () => {
  const record = await beginRecord(alice, [[bob, { role: "writer" }]]);
  await Promise.all(
    Array.from({ length: 12 }, (_, i) => {
      const by = i % 2 === 0 ? alice : bob;
      return donePosting(record, [sealTest(record, { by }), sealTest(record, { by })], by);
    }),
  );
  const { revisions, tree } = (await list(record, alice)).body;
  assert.equal(tree.size, 24);
  assert.deepEqual(
    revisions.map(({ index }) => index),
    Array.from({ length: 24 }, (_, i) => i),
  );
  assert.equal(tree.root, rootOver(revisions.map(({ statement }) => statement)));
});
