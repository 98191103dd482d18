import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId, type Problem, type ProblemCode, type Slot } from "@ecrin/protocol";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { type Answer, keyOf, newSeat, newSigner, Person, type Seat } from "./person.ts";

const HOUR = 3_600_000;

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

interface KitAnswer {
  readonly ready?: number;
  readonly session?: { token: string };
}

/** The kit alone: what the server answers, and the seat. */
async function kitAlone(
  who: Person,
  line = server.line,
): Promise<{ seat: Seat; answer: Answer<KitAnswer & Partial<Problem>> }> {
  const seat = newSeat();
  const start = { account: who.account, key: seat.key };
  const { signIn } = await line.done<{ signIn: string }>("POST", "/v1/kit/start", start);
  const kit = who.signInStatement(signIn, seat, "kit");
  const answer = await line.ask<KitAnswer>("POST", "/v1/kit/finish", { signIn, kit });
  if (answer.body.session !== undefined) seat.token = answer.body.session.token;
  return { seat, answer };
}

async function noticesOf(seat: Seat): Promise<string[]> {
  const { notices } = await server.line.done<{ notices: { kind: string }[] }>(
    "GET",
    "/v1/account",
    undefined,
    seat,
  );
  return notices.map((notice) => notice.kind);
}

async function slotsOf(seat: Seat): Promise<Slot[]> {
  return (await server.line.done<{ slots: Slot[] }>("GET", "/v1/account", undefined, seat)).slots;
}

function assertCode(answer: Answer<Partial<Problem>>, code: ProblemCode): void {
  assert.equal(answer.body.code, code);
}

/** A new password, up to and with its finish. */
async function changePassword(who: Person, seat: Seat): Promise<Answer<Partial<Problem>>> {
  who.password = `pass ${newId()}`;
  const { record } = await who.register("/v1/password/start", {}, seat);
  const slot = who.slot("password");
  const slots = [slot, ...who.slots.filter((each) => each.kind === "kit")];
  const statement = who.statement({ op: "slots", slots: slots.map(keyOf) });
  const body = { record, statement, slot };
  const answer = await server.line.ask("POST", "/v1/password/finish", body, seat);
  if (answer.status === 200) {
    who.chain.push(statement);
    who.slots = slots;
    assert.deepEqual(
      await server.line.ask("POST", "/v1/password/finish", body, seat).then((each) => each.body),
      answer.body,
    );
  }
  return answer;
}

test("the kit alone waits 72 hours, on every process, and everybody signed in is told", async () => {
  const alice = await new Person(server.line).signUp();
  const start = server.clock.at;
  const first = await kitAlone(alice);
  assert.deepEqual(first.answer.body, { ready: start + 72 * HOUR });
  assert.deepEqual(await noticesOf(alice.seat), ["recovery-asked"]);
  server.clock.at = start + 72 * HOUR - 1;
  const other = await server.another();
  for (const line of [server.line, other.line]) {
    const { answer } = await kitAlone(alice, line);
    assert.deepEqual(answer.body, { ready: start + 72 * HOUR });
  }
  server.clock.at = start + 72 * HOUR;
  const { seat, answer } = await kitAlone(alice, other.line);
  assert.equal(answer.body.ready, start + 72 * HOUR);
  assert.deepEqual(await noticesOf(seat), ["recovery-asked", "recovery-done"]);
  await other.stop();
  // The answer may have been lost: for a week it can be had again.
  assert.ok((await kitAlone(alice)).seat.token);
  // Whoever recovers enrols a device, with which the session lives on, and sets a password.
  const device = { device: newId<"device">(), key: newSigner().key };
  assert.equal((await alice.post({ op: "device", device }, undefined, seat)).status, 200);
  assert.equal((await changePassword(alice, seat)).status, 200);
  server.clock.at += 2 * HOUR;
  assert.ok((await noticesOf(seat)).includes("password-changed"));
  // And that is over: the next time waits again.
  assert.deepEqual((await kitAlone(alice)).answer.body, { ready: server.clock.at + 72 * HOUR });
  const cut = await alice.post({ op: "sign-out", device: device.device }, undefined, seat);
  assert.equal(cut.status, 200);
  assertCode(await server.line.ask("GET", "/v1/account", undefined, seat), "not-signed-in");
});

test("a session by the kit that enrols no device ends within the hour", async () => {
  const alice = await new Person(server.line).signUp();
  const { seat } = await alice.signIn(["kit"]);
  server.clock.at += HOUR - 1;
  assert.deepEqual(await noticesOf(seat), []);
  server.clock.at += 1;
  assertCode(await server.line.ask("GET", "/v1/account", undefined, seat), "not-signed-in");
});

test("an enrolled device calls a recovery off, and the wait begins anew", async () => {
  const alice = await new Person(server.line).signUp();
  await kitAlone(alice);
  server.clock.at += 71 * HOUR;
  const { seat } = await alice.signIn();
  await server.line.done("POST", "/v1/kit/cancel", {}, seat);
  await server.line.done("POST", "/v1/kit/cancel", {}, seat);
  assert.deepEqual(await noticesOf(seat), ["recovery-asked", "recovery-cancelled"]);
  server.clock.at += HOUR;
  assert.deepEqual((await kitAlone(alice)).answer.body, { ready: server.clock.at + 72 * HOUR });
});

test("a recovery called off after the wait leaves the kit no session", async () => {
  const alice = await new Person(server.line).signUp();
  await kitAlone(alice);
  server.clock.at += 72 * HOUR;
  const { seat: thief } = await kitAlone(alice);
  const reach = () => server.line.ask("GET", "/v1/account", undefined, thief);
  assert.equal((await reach()).status, 200);
  server.clock.at += 1;
  const { seat } = await alice.signIn();
  await server.line.done("POST", "/v1/kit/cancel", {}, seat);
  assertCode(await reach(), "not-signed-in");
  assert.deepEqual((await noticesOf(seat)).at(-1), "recovery-cancelled");
});

test("a recovery not used within a week after its wait is asked for anew", async () => {
  const alice = await new Person(server.line).signUp();
  await kitAlone(alice);
  server.clock.at += (72 + 7 * 24) * HOUR;
  assert.deepEqual((await kitAlone(alice)).answer.body, { ready: server.clock.at + 72 * HOUR });
});

test("a kit of somebody else, an unknown account, a used attempt: one refusal, and nobody is told", async () => {
  const alice = await new Person(server.line).signUp();
  const stranger = new Person(server.line);
  const asAlice = Object.assign(new Person(server.line), { account: alice.account });
  assertCode((await kitAlone(stranger)).answer, "sign-in-refused");
  assertCode((await kitAlone(asAlice)).answer, "sign-in-refused");
  const seat = newSeat();
  const start = { account: alice.account, key: seat.key };
  const { signIn } = await server.line.done<{ signIn: string }>("POST", "/v1/kit/start", start);
  const wrongKey = { signIn, kit: alice.signInStatement(signIn, newSeat(), "kit") };
  assertCode(await server.line.ask("POST", "/v1/kit/finish", wrongKey), "sign-in-refused");
  const right = { signIn, kit: alice.signInStatement(signIn, seat, "kit") };
  assertCode(await server.line.ask("POST", "/v1/kit/finish", right), "sign-in-refused");
  assert.deepEqual(await noticesOf(alice.seat), []);
  // The attempt of one way does not finish the other.
  const byPassword = await alice.signInStart();
  const crossed = {
    signIn: byPassword.signIn,
    kit: alice.signInStatement(byPassword.signIn, seat, "kit"),
  };
  assertCode(await server.line.ask("POST", "/v1/kit/finish", crossed), "sign-in-refused");
});

test("after a password change the old pair stays until the new one is settled", async () => {
  const alice = await new Person(server.line).signUp();
  const old = alice.password;
  const [oldSlot] = alice.slots;
  assert.equal((await changePassword(alice, alice.seat)).status, 200);
  const { seat } = await alice.signIn();
  assert.deepEqual(await slotsOf(seat), [...alice.slots, oldSlot]);
  assertCode((await alice.signIn(["device"], { password: old })).answer, "sign-in-refused");
  const previous = { password: old, generation: "previous" };
  assert.equal((await alice.signIn(["device"], previous)).answer.status, 200);
  await server.line.done("POST", "/v1/password/settle", {}, seat);
  await server.line.done("POST", "/v1/password/settle", {}, seat);
  assertCode((await alice.signIn(["device"], previous)).answer, "sign-in-refused");
  assert.deepEqual(await slotsOf(seat), alice.slots);
  assert.equal((await alice.signIn()).answer.status, 200);
});

test("a second change before the first has opened keeps the pair that is known to open", async () => {
  const alice = await new Person(server.line).signUp();
  const old = alice.password;
  const [oldSlot] = alice.slots;
  await changePassword(alice, alice.seat);
  const between = alice.password;
  await changePassword(alice, alice.seat);
  const generation = "previous";
  assert.equal((await alice.signIn(["device"], { password: old, generation })).answer.status, 200);
  const lost = await alice.signIn(["device"], { password: between, generation });
  assertCode(lost.answer, "sign-in-refused");
  assert.equal((await alice.signIn()).answer.status, 200);
  assert.deepEqual(await slotsOf(alice.seat), [...alice.slots, oldSlot]);
});

test("a new password comes with its slot and its statement, or not at all", async () => {
  const alice = await new Person(server.line).signUp();
  const { record } = await alice.register("/v1/password/start", {}, alice.seat);
  const slot = alice.slot("password");
  const kit = alice.slots.filter((each) => each.kind === "kit");
  const finish = (body: object) => server.line.ask("POST", "/v1/password/finish", body, alice.seat);
  const statement = alice.statement({ op: "slots", slots: [slot, ...kit].map(keyOf) });
  const other = alice.statement({
    op: "slots",
    slots: [alice.slot("password"), ...kit].map(keyOf),
  });
  const two = alice.statement({ op: "slots", slots: [slot, ...alice.slots].map(keyOf) });
  const device = alice.statement({
    op: "device",
    device: { device: newId(), key: newSigner().key },
  });
  assertCode(await finish({ record, statement: other, slot }), "statement-refused");
  assertCode(await finish({ record, statement: two, slot }), "statement-refused");
  assertCode(await finish({ record, statement: device, slot }), "statement-refused");
  assertCode(await finish({ record: "A".repeat(99), statement, slot }), "malformed");
  assertCode(
    await finish({ record, statement, slot: { ...slot, kind: "kit" } }),
    "statement-refused",
  );
  assertCode(
    await server.line.ask("POST", "/v1/password/finish", { record, statement, slot }),
    "not-signed-in",
  );
  assert.deepEqual(await slotsOf(alice.seat), alice.slots);
  assert.equal((await alice.signIn()).answer.status, 200);
});

test("a new kit ends the old one at once", async () => {
  const alice = await new Person(server.line).signUp();
  await kitAlone(alice);
  const slot = alice.slot("kit");
  const slots = [...alice.slots.filter((each) => each.kind === "password"), slot];
  const statement = alice.statement({ op: "slots", slots: slots.map(keyOf) });
  const kit = newSigner();
  const body = { statement, slot, kitKey: kit.key };
  await server.line.done("POST", "/v1/kit", body, alice.seat);
  assert.deepEqual(await slotsOf(alice.seat), slots);
  assertCode((await kitAlone(alice)).answer, "sign-in-refused");
  const renewed = Object.assign(alice, { kitSigner: kit });
  server.clock.at += 72 * HOUR;
  // What the old kit had asked for is forgotten with it.
  assert.deepEqual((await kitAlone(renewed)).answer.body, { ready: server.clock.at + 72 * HOUR });
});
