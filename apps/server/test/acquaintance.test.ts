import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import {
  type AccountId,
  type Hash,
  hashOf,
  type InvitationId,
  type Json,
  newId,
  type Statement,
  SUITE,
  sha256,
} from "@ecrin/protocol";
import { readMigrations } from "../src/migrations.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { newSigner, Person, proofOf } from "./person.ts";
import { assertRefused, beginRecord, type Ended, postRevisions, sealTest } from "./record.ts";
import { renew, renewalOf } from "./renewed.ts";
import { makeShare, postShare } from "./share.ts";
import { assertTellsNothing, TIMES } from "./telling.ts";

// Who is handed whose chain (spec/http.md, Whose chain).

const DAY = 24 * 3600_000;
const EMPTY = { size: 0, root: hashOf(sha256(new Uint8Array())) };

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

function anyone(): Promise<Person> {
  return new Person(server.line).signUp();
}

type Told = Ended<{ statements?: Statement[] }>;

function ask(by: Person, account: AccountId, query = ""): Promise<Told> {
  return server.line.ask("GET", `/v1/accounts/${account}${query}`, undefined, by.seat);
}

async function assertFollows(by: Person, of: Person, query = ""): Promise<void> {
  const { status, body } = await ask(by, of.account, query);
  assert.equal(status, 200, body.code);
  assert.deepEqual(body.statements, of.chain);
}

test("to a stranger an account that exists is answered as one that does not", async () => {
  const [alice, bob] = [await anyone(), await anyone()];
  const other = hashOf(randomBytes(32));
  for (const query of ["", "?from=1", `?identity=${other}`, `?seen=${other}`]) {
    const [there, nowhere] = [await ask(bob, alice.account, query), await ask(bob, newId(), query)];
    assertRefused(there, "not-found");
    assert.deepEqual(there.body, nowhere.body);
    assert.deepEqual([...there.headers.keys()], [...nowhere.headers.keys()]);
  }
  // What belongs to another account shows nothing of this one.
  for (const query of [`?identity=${bob.identityHash}`, `?seen=${bob.head.hash}`]) {
    assertRefused(await ask(bob, alice.account, query), "not-found");
  }
  await assertFollows(bob, bob);
  assertRefused(await server.line.ask("GET", `/v1/accounts/${alice.account}`), "not-signed-in");
});

test("whoever names an identity of the account, of now or of before, follows it", async () => {
  const [alice, bob] = [await anyone(), await anyone()];
  const { identityHash: first } = alice;
  await assertFollows(bob, alice, `?identity=${first}`);
  await renew(alice, await renewalOf(alice));
  assert.notEqual(alice.identityHash, first);
  await assertFollows(bob, alice, `?identity=${first}`);
  await assertFollows(bob, alice, `?identity=${alice.identityHash}`);
});

test("whoever has seen the chain goes on following it, page by page", async () => {
  const [alice, bob] = [await anyone(), await anyone()];
  const seen = alice.head.hash;
  for (let i = 0; i < 3; i++) {
    const device = { device: newId(), key: newSigner().key };
    assert.equal((await alice.post({ op: "device", device })).status, 200);
  }
  await assertFollows(bob, alice, `?seen=${seen}`);
  const page = await ask(bob, alice.account, `?seen=${seen}&from=1&limit=2`);
  assert.deepEqual(page.body.statements, alice.chain.slice(1, 3));
  const end = await ask(bob, alice.account, `?seen=${seen}&from=4`);
  assert.deepEqual(end.body.statements, []);
  assertRefused(await ask(bob, alice.account, `?seen=${seen}&limit=201`), "malformed");
});

test("members of a space follow everybody its chain has named, and nobody them afterwards", async () => {
  const [alice, bob, carol, dave] = await Promise.all([anyone(), anyone(), anyone(), anyone()]);
  const record = await beginRecord(alice, [
    [bob, {}],
    [carol, { role: "writer", offline: true }],
  ]);
  await assertFollows(bob, carol);
  await assertFollows(carol, alice);
  await record.done(await record.turn(EMPTY, { ended: [carol.account] }));
  await assertFollows(bob, carol);
  assertRefused(await ask(carol, bob.account), "not-found");
  const sealed = sealTest(record);
  assert.equal((await postRevisions(record, [sealed])).status, 200);
  const shared = await postShare(
    record,
    await makeShare(record, dave, [sealed], server.clock.at + DAY),
  );
  assert.equal(shared.status, 200, JSON.stringify(shared.body));
  await assertFollows(dave, alice);
  await assertFollows(alice, dave);
  // The journal shows Bob who opened what.
  await assertFollows(bob, dave);
  assertRefused(await ask(dave, bob.account), "not-found");
});

test("who invited, and who was invited, follow each other", async () => {
  const [alice, bob, carol] = await Promise.all([anyone(), anyone(), anyone()]);
  const body = { address: await server.line.wrapAddress(bob.address) };
  const { invitation } = await server.line.done<{ invitation: InvitationId }>(
    "POST",
    "/v1/invitations",
    body,
    alice.seat,
  );
  await assertFollows(bob, alice);
  assertRefused(await ask(alice, bob.account), "not-found");
  const acceptance = bob.deviceSigner.sign("acceptance", {
    suite: SUITE,
    invitation,
    from: alice.account,
    to: alice.identityHash,
    by: bob.by,
    at: server.clock.at,
    name: randomBytes(1136 + 256).toString("base64url"),
  } as Json);
  await server.line.done("POST", `/v1/invitations/${invitation}/accept`, { acceptance }, bob.seat);
  await assertFollows(alice, bob);
  await assertFollows(bob, alice);
  assertRefused(await ask(carol, bob.account), "not-found");
});

test("a database of before knows the same identities and names", async () => {
  const migration = (await readMigrations()).find(({ name }) => name === "acquaintance");
  const filling = migration?.text.slice(migration.text.indexOf("create function")) ?? "";
  const { admin } = server;
  const undone = new Error("undone");
  const reading = admin.begin(async (tx) => {
    await tx.unsafe("set local search_path to ecrin");
    const told = () =>
      Promise.all([
        tx<{ account: string; hash: Hash }[]>`select * from account_identities order by 1, 2`,
        tx<{ space: string; account: string }[]>`select * from space_accounts order by 1, 2`,
      ]);
    const before = await told();
    assert.ok(before[0].length > 8 && before[1].length > 4);
    await tx.unsafe("delete from account_identities; delete from space_accounts");
    await tx.unsafe(filling);
    assert.deepEqual(await told(), before);
    throw undone;
  });
  await assert.rejects(reading, undone);
});

test(`no delay tells whether an account exists: ${TIMES} times each way`, async () => {
  const bob = await anyone();
  const people = await Promise.all(Array.from({ length: 16 }, anyone));
  const ids = people.map(({ account }) => account);
  const nobody = ids.map(() => newId<"account">());
  await server.line.refreshNonce(bob.seat);
  let i = 0;
  const asking = (list: readonly AccountId[]) => () => {
    const url = `${server.url}/v1/accounts/${list[i++ % list.length]}`;
    const dpop = proofOf(bob.seat, "GET", url, server.clock.at);
    const headers = { authorization: `DPoP ${bob.seat.token}`, dpop };
    return { url, method: "GET" as const, headers };
  };
  await assertTellsNothing(asking(ids), asking(nobody), { status: 404 });
});
