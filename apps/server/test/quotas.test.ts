import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { hashOf, newId, sha256 } from "@ecrin/protocol";
import { DEFAULT_QUOTAS } from "../src/quotas.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { newSigner, Person } from "./person.ts";
import {
  assertRefused,
  beginRecord,
  memberOf,
  postRevisions,
  sealTest,
  TestSpace,
} from "./record.ts";

// Each bound of spec/http.md, Quotas, a small one in its place.

const quotas = {
  ...DEFAULT_QUOTAS,
  accountStatements: 3,
  spaceStatements: 6,
  additions: 2,
  spaces: 2,
  revisions: 3,
  uploaded: 100_000,
  invitations: 2,
};

let cluster: Cluster;
let server: TestServer;
let alice: Person;
before(async () => {
  cluster = await startCluster();
  server = await startTestServer(cluster, { quotas });
});
beforeEach(async () => {
  alice = await new Person(server.line).signUp();
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

function newDevice() {
  return { op: "device", device: { device: newId<"device">(), key: newSigner().key } };
}

test("an account's chain that is full takes no device any more, and still signs one out", async () => {
  const added = newDevice();
  assert.equal((await alice.post(added)).status, 200);
  assert.equal((await alice.post(newDevice())).status, 200);
  assertRefused(await alice.post(newDevice()), "quota-reached", "body.statement.seq");
  const out = { op: "sign-out", device: added.device.device };
  assert.equal((await alice.post(out)).status, 200);
});

test("a space takes so many additions in an epoch, and more in the next", async () => {
  const people = await Promise.all(
    Array.from({ length: 3 }, () => new Person(server.line).signUp()),
  );
  const record = await beginRecord(alice);
  const [first, second, third] = people.map((person) => memberOf(person));
  assert.ok(first && second && third);
  await record.done(record.add(first));
  await record.done(record.add(second));
  assertRefused(await record.post(record.add(third)), "quota-reached", "body.statement.member");
  const tree = { size: 0, root: hashOf(sha256(new Uint8Array())) };
  await record.done(await record.turn(tree));
  await record.done(record.add(third));
  assert.equal(record.chain.length, 5);
});

test("a space's chain that is full takes nobody in any more, and still lets go", async () => {
  const bob = await new Person(server.line).signUp();
  const record = await beginRecord(alice);
  const tree = { size: 0, root: hashOf(sha256(new Uint8Array())) };
  for (let i = 0; i < 4; i++) await record.done(await record.turn(tree));
  await record.done(record.add(memberOf(bob)));
  const again = record.add(memberOf(bob, { role: "writer", offline: true }));
  assertRefused(await record.post(again), "quota-reached", "body.statement.seq");
  await record.done(await record.turn(tree, { ended: [bob.account] }));
});

test("an account owns so many spaces", async () => {
  await beginRecord(alice);
  const { releaseKey } = await alice.line.done<{ releaseKey: never }>("GET", "/v1/server");
  await beginRecord(alice);
  const third = new TestSpace(alice, releaseKey);
  assertRefused(await third.post(await third.begin()), "quota-reached", "body.statement");
});

test("a space holds so many revisions", async () => {
  const record = await beginRecord(alice);
  assert.equal((await postRevisions(record, [sealTest(record), sealTest(record)])).status, 200);
  const two = await postRevisions(record, [sealTest(record), sealTest(record)]);
  assertRefused(two, "quota-reached", "body.revisions");
  assert.equal((await postRevisions(record, [sealTest(record)])).status, 200);
});

test("an account uploads so much", async () => {
  await server.line.refreshNonce(alice.seat);
  const upload = (length: number) =>
    server.line.ask("POST", "/v1/uploads", undefined, alice.seat, {
      headers: { "tus-resumable": "1.0.0", "upload-length": String(length) },
    });
  assert.equal((await upload(60_000)).status, 201);
  assertRefused(await upload(50_000), "quota-reached", "header.upload-length");
  assert.equal((await upload(40_000)).status, 201);
});

test("an account has so many invitations open, and more once one is accepted or a year old", async () => {
  const address = await server.line.wrapAddress("somebody@example.org");
  const invite = () => server.line.ask("POST", "/v1/invitations", { address }, alice.seat);
  assert.equal((await invite()).status, 200);
  const { body } = await server.line.ask<{ invitation: string }>(
    "POST",
    "/v1/invitations",
    { address },
    alice.seat,
  );
  assertRefused(await invite(), "quota-reached", "body.address");
  await server.admin`
    update ecrin.invitations set acceptance = 'x' where invitation = ${body.invitation}`;
  assert.equal((await invite()).status, 200);
  assertRefused(await invite(), "quota-reached", "body.address");
  await server.admin`
    update ecrin.invitations set at = at - 365 * 86400000::bigint where sender = ${alice.account}`;
  assert.equal((await invite()).status, 200);
});
