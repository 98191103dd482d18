import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  type InvitationId,
  identityHash,
  type Json,
  newId,
  type Statement,
  SUITE,
} from "@ecrin/protocol";
import { newSigner, Person } from "./person.ts";
import { anyHash, assertRefused, type Ended } from "./record.ts";
import { alice, anyone, bob, server, twoPeople } from "./two-people.ts";

twoPeople();

async function invite(address: string, by = alice): Promise<Ended<{ invitation: InvitationId }>> {
  const body = { address: await by.line.wrapAddress(address) };
  return by.line.ask("POST", "/v1/invitations", body, by.seat);
}

interface Lists {
  received: { invitation: InvitationId; from: string; at: number }[];
  sent: { invitation: InvitationId; at: number; acceptance?: Statement }[];
}

function invitations(by: Person): Promise<Lists> {
  return by.line.done("GET", "/v1/invitations", undefined, by.seat);
}

function acceptance(invitation: InvitationId, by: Person, facts: object = {}): Statement {
  const payload = {
    suite: SUITE,
    invitation,
    from: alice.account,
    to: identityHash(alice.account, alice.identity),
    by: by.by,
    at: server.clock.at,
    name: randomBytes(1136 + 256).toString("base64url"),
    ...facts,
  };
  return by.deviceSigner.sign("acceptance", payload as Json);
}

function accept(invitation: InvitationId, statement: Statement, by: Person): Promise<Ended> {
  const path = `/v1/invitations/${invitation}/accept`;
  return by.line.ask("POST", path, { acceptance: statement }, by.seat);
}

test("whoever has the address sees the invitation, accepts it, and the inviter sees that", async () => {
  const made = await invite(bob.address);
  assert.equal(made.status, 200);
  const { invitation } = made.body;
  assert.deepEqual((await invitations(bob)).received, [
    { invitation, from: alice.account, at: server.clock.at },
  ]);
  assert.deepEqual((await invitations(alice)).sent, [{ invitation, at: server.clock.at }]);
  assert.deepEqual((await invitations(alice)).received, []);

  const statement = acceptance(invitation, bob);
  assert.equal((await accept(invitation, statement, bob)).status, 200);
  assert.equal((await accept(invitation, statement, bob)).status, 200);
  assert.deepEqual((await invitations(alice)).sent, [
    { invitation, at: server.clock.at, acceptance: statement },
  ]);
  assert.deepEqual((await invitations(bob)).received, []);
  assertRefused(await accept(invitation, acceptance(invitation, bob), bob), "conflict");
});

test("an address that nobody has is invited all the same, and waits", async () => {
  const carol = new Person(server.line);
  const unknown = await invite(carol.address);
  const known = await invite(bob.address);
  assert.equal(unknown.status, 200);
  assert.deepEqual(Object.keys(unknown.body), Object.keys(known.body));
  assert.deepEqual([...unknown.headers.keys()].sort(), [...known.headers.keys()].sort());
  await carol.signUp();
  assert.deepEqual(
    (await invitations(carol)).received.map(({ invitation }) => invitation),
    [unknown.body.invitation],
  );
});

test("the address lies nowhere in plain text", async () => {
  const address = `somebody.${newId().toLowerCase()}@example.org`;
  await invite(address);
  const rows = await server.admin.unsafe(
    "select row_to_json(i)::text as row from ecrin.invitations i",
  );
  const text = JSON.stringify(rows);
  assert.ok(!text.includes(address.slice(0, 20)));
  assert.ok(!text.includes(Buffer.from(address).toString("hex")));
});

test("an acceptance that is not in order is refused", async () => {
  const { invitation } = (await invite(bob.address)).body;
  const wrong: Record<string, [object, string]> = {
    "another invitation": [{ invitation: newId() }, "statement-refused"],
    "another inviter": [{ from: bob.account }, "statement-refused"],
    "another identity": [{ to: anyHash() }, "statement-refused"],
    "another device": [{ by: { ...bob.by, device: newId() } }, "statement-refused"],
    "another account": [{ by: alice.by }, "not-allowed"],
    "no name": [{ name: "" }, "malformed"],
    "one member more": [{ more: 1 }, "malformed"],
  };
  for (const [name, [facts, code]] of Object.entries(wrong)) {
    const answer = await accept(invitation, acceptance(invitation, bob, facts), bob);
    assert.equal(answer.body.code, code, name);
  }
  const signer = bob.deviceSigner;
  Object.assign(bob, { deviceSigner: newSigner() });
  const forged = acceptance(invitation, bob);
  Object.assign(bob, { deviceSigner: signer });
  assertRefused(await accept(invitation, forged, bob), "signature-refused");

  const carol = await anyone();
  assertRefused(await accept(invitation, acceptance(invitation, carol), carol), "not-found");
  assertRefused(await accept(newId(), acceptance(invitation, bob), bob), "not-found");
  assert.equal((await accept(invitation, acceptance(invitation, bob), bob)).status, 200);
});

test("one does not invite oneself, nor without an address", async () => {
  const { invitation } = (await invite(alice.address)).body;
  assert.ok(!(await invitations(alice)).received.some((each) => each.invitation === invitation));
  assertRefused(await accept(invitation, acceptance(invitation, alice), alice), "not-found");
  const noise = { address: randomBytes(1392).toString("base64url") };
  assertRefused(await alice.line.ask("POST", "/v1/invitations", noise, alice.seat), "malformed");
  assertRefused(await alice.line.ask("POST", "/v1/invitations", {}, alice.seat), "malformed");
  assertRefused(await alice.line.ask("POST", "/v1/invitations", noise), "not-signed-in");
});

test("so many invitations a day", async () => {
  const dave = await anyone();
  await server.admin.unsafe(
    `insert into ecrin.invitations (invitation, sender, address, at)
     select i::text, $1, sha256(i::text::bytea), $2 from generate_series(1, 199) as i`,
    [dave.account, server.clock.at],
  );
  assert.equal((await invite("one@example.org", dave)).status, 200);
  const refused = await invite("two@example.org", dave);
  assertRefused(refused, "rate-limited");
  assert.equal(refused.headers.get("retry-after"), String(DAY / 1000));
});

const DAY = 86_400_000;

/** Makes invitations as if they had come over the days, one an hour, the last one now. */
async function laidDown(from: Person, to: Person, count: number): Promise<string[]> {
  const [row] = await server.admin<{ address: Buffer }[]>`
    select address from ecrin.account_addresses where account = ${to.account}`;
  const rows = Array.from({ length: count }, (_, i) => ({
    invitation: newId<"invitation">(),
    sender: from.account,
    address: row?.address ?? assert.fail(),
    at: server.clock.at - (count - 1 - i) * 3_600_000,
  }));
  await server.admin`insert into ecrin.invitations ${server.admin(rows)}`;
  return rows.map(({ invitation }) => invitation);
}

test("the newest are listed, and of one sender no more than ten", async () => {
  const [dave, erin, frank] = [await anyone(), await anyone(), await anyone()];
  const first = await laidDown(frank, dave, 1);
  const many = await laidDown(erin, dave, 1003);
  const { received } = await invitations(dave);
  assert.deepEqual(
    new Set(received.map(({ invitation }) => invitation)),
    new Set([...many.slice(-10), ...first]),
  );
  assert.deepEqual(
    received.map(({ at }) => at),
    received.map(({ at }) => at).toSorted((a, b) => a - b),
  );
  const sent = (await invitations(erin)).sent.map(({ invitation }) => invitation);
  assert.deepEqual(sent, many.slice(3));
  // Whatever is open, whoever has accepted is told.
  await server.admin`
    update ecrin.invitations set acceptance = 'x' where invitation = ${many[0] ?? ""}`;
  const told = (await invitations(erin)).sent;
  assert.deepEqual(
    told.map(({ invitation }) => invitation),
    [many[0], ...many.slice(3)],
  );
});

test("an invitation stays open for a year", async () => {
  const dave = await anyone();
  const made = (await invite(dave.address)).body.invitation;
  await server.admin`
    update ecrin.invitations set at = at - ${365 * DAY - 1}::bigint where invitation = ${made}`;
  assert.equal((await invitations(dave)).received.length, 1);
  assert.ok((await invitations(alice)).sent.some(({ invitation }) => invitation === made));
  await server.admin`
    update ecrin.invitations set at = at - 1 where invitation = ${made}`;
  assert.deepEqual((await invitations(dave)).received, []);
  assert.ok(!(await invitations(alice)).sent.some(({ invitation }) => invitation === made));
  assertRefused(await accept(made, acceptance(made, dave), dave), "not-found");
});
