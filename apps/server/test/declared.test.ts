import assert from "node:assert/strict";
import { test } from "node:test";
import { openReceipt, parseRead, type SigningKey, type Statement } from "@ecrin/protocol";
import type { Person } from "./person.ts";
import {
  assertRefused,
  donePosting,
  type Ended,
  journalOf,
  postRead,
  type SealedTest,
  sealTest,
  signRead,
  type TestSpace,
} from "./record.ts";
import { makeShare, postShare } from "./share.ts";
import { alice, anyone, bob, readable, server, twoPeople } from "./two-people.ts";

twoPeople();

const DAY = 24 * 3600_000;
const DECLARED = { nonce: undefined, declared: true };

/** A record that bob reads, and one revision. */
async function one() {
  const { record, sealed, tree } = await readable(1);
  return { record, sealed: sealed[0] ?? assert.fail(), tree };
}

function declared(
  by: Person,
  record: TestSpace,
  { item, revision }: SealedTest,
  facts: object = {},
): Promise<Statement> {
  const place = { space: record.space, item, revision };
  return signRead(by, record.space, [place], { ...DECLARED, ...facts });
}

function declare(
  by: Person,
  reads: readonly Statement[],
): Promise<Ended<{ receipts: Statement[] }>> {
  return by.line.ask("POST", "/v1/reads/declared", { reads }, by.seat);
}

test("a read told days later is one entry that says so, with a receipt and no release", async () => {
  const { record, sealed } = await one();
  const at = server.clock.at - 3 * DAY;
  const statement = await declared(bob, record, sealed, { at });
  const answer = await declare(bob, [statement]);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.deepEqual(Object.keys(answer.body), ["receipts"]);
  const { logKey } = await server.line.done<{ logKey: SigningKey }>("GET", "/v1/server");
  const receipt = await openReceipt(answer.body.receipts[0], logKey);
  assert.equal(receipt.statement, parseRead(statement).hash);
  const told = await journalOf(server.admin, record.space);
  assert.equal(told.at(-1)?.kind, "opening");
  assert.equal(told.at(-1)?.about.declared, true);
  assert.equal(parseRead(statement).fact.at, at);

  const again = await declare(bob, [statement]);
  assert.deepEqual(again.body, answer.body);
  assert.equal((await journalOf(server.admin, record.space)).length, told.length);
});

test("an end does not keep back what was read before it, and gives nothing", async () => {
  const { record, sealed, tree } = await one();
  const statement = await declared(bob, record, sealed, { at: server.clock.at - DAY });
  await record.done(await record.turn(tree, { ended: [bob.account] }));
  assert.equal((await declare(bob, [statement])).status, 200);
  assert.equal((await journalOf(server.admin, record.space)).at(-1)?.about.declared, true);
});

test("what was sealed after an end was not read before it", async () => {
  const { record, tree } = await one();
  await record.done(await record.turn(tree, { ended: [bob.account] }));
  const late = sealTest(record);
  await donePosting(record, [late]);
  const statement = await declared(bob, record, late, { at: server.clock.at - DAY });
  assertRefused(await declare(bob, [statement]), "not-allowed", "body.reads.0.revisions.0");
  const own = await declared(alice, record, late);
  assert.equal((await declare(alice, [own])).status, 200);
});

test("whoever has ended fills no journal", async () => {
  const { record, sealed, tree } = await one();
  const tell = async (ago: number) =>
    await declare(bob, [await declared(bob, record, sealed, { at: server.clock.at - ago })]);
  const before = Array.from({ length: 12 }, (_, i) => i);
  for (const ago of before) assert.equal((await tell(ago)).status, 200);
  await record.done(await record.turn(tree, { ended: [bob.account] }));
  const codes: unknown[] = [];
  for (const ago of before) codes.push((await tell(DAY + ago)).body.code);
  assert.deepEqual(codes, [...Array(10).fill(undefined), "rate-limited", "rate-limited"]);
});

test("whoever received a share tells what they read, also once it has ended, and then within bounds", async () => {
  const { record, sealed } = await one();
  const carol = await anyone();
  const facts = { source: { offline: true }, rights: { offline: true } };
  const made = await makeShare(record, carol, [sealed], server.clock.at + DAY, facts);
  assert.equal((await postShare(record, made, alice)).status, 200);
  const { item, revision } = sealed;
  const tell = async (ago: number) => {
    const places = [{ space: record.space, item, revision }];
    const at = server.clock.at - ago;
    const read = await signRead(carol, made.share.space, places, { ...DECLARED, at });
    return await declare(carol, [read]);
  };
  const before = Array.from({ length: 12 }, (_, i) => i);
  for (const ago of before) assert.equal((await tell(ago)).status, 200);
  assert.equal((await journalOf(server.admin, record.space)).at(-1)?.about.via, made.share.space);
  const unshare = record.sign({ op: "unshare", share: made.share.space }, alice);
  const path = `/v1/shares/${made.share.space}/end`;
  assert.equal((await alice.line.ask("POST", path, { unshare }, alice.seat)).status, 200);
  const codes: unknown[] = [];
  for (const ago of before) codes.push((await tell(100 + ago)).body.code);
  assert.deepEqual(codes, [...Array(10).fill(undefined), "rate-limited", "rate-limited"]);
});

test("a declared read is answered with no release, before or after it was told", async () => {
  const { record, sealed } = await one();
  const statement = await declared(bob, record, sealed);
  assertRefused(await postRead(bob, statement), "malformed", "body.read.declared");
  assert.equal((await declare(bob, [statement])).status, 200);
  assertRefused(await postRead(bob, statement), "malformed", "body.read.declared");
});

test("who was never let in, who signs for others, and what was not there is refused, and all of a batch with it", async () => {
  const { record, sealed } = await one();
  const carol = await anyone();
  const good = await declared(bob, record, sealed);
  const before = (await journalOf(server.admin, record.space)).length;
  assertRefused(
    await declare(carol, [await declared(carol, record, sealed)]),
    "not-found",
    "body.reads.0.space",
  );
  assertRefused(await declare(alice, [good]), "not-allowed", "body.reads.0.by.account");
  const other = sealTest(record);
  assertRefused(
    await declare(bob, [good, await declared(bob, record, other)]),
    "not-allowed",
    "body.reads.1.revisions.0",
  );
  const forged = good.slice(0, -6) + (good.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA");
  assert.notEqual((await declare(bob, [forged as Statement])).status, 200);
  const { item, revision } = sealed;
  const asked = await signRead(bob, record.space, [{ space: record.space, item, revision }]);
  assertRefused(await declare(bob, [asked]), "malformed", "body.reads.0.nonce");
  const early = await declared(bob, record, sealed, { at: server.clock.at + DAY });
  assertRefused(await declare(bob, [early]), "clock", "body.reads.0.at");
  assert.equal((await journalOf(server.admin, record.space)).length, before);
});
