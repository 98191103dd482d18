import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId, passkeyChallenge, type SignInId, SUITE } from "@ecrin/protocol";
import { client as opaque, ready } from "@serenity-kit/opaque";
import { Secret, TOTP } from "otpauth";
import { NO_LIMITS } from "../src/limits.ts";
import { Authenticator } from "./authenticator.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { newSeat, Person, type Seat } from "./person.ts";

// What somebody has who was near for a moment: one assertion, one look at a secret. Neither is good later.

let cluster: Cluster;
let server: TestServer;
before(async () => {
  await ready;
  cluster = await startCluster();
  server = await startTestServer(cluster);
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

/** A passkey whose counter stays at 0, as of those that are copied between devices. */
const COPIED = { counter: 0 };

async function withPasskey(): Promise<{ alice: Person; passkey: Authenticator }> {
  const alice = await new Person(server.line).signUp();
  const passkey = new Authenticator(server.line.url);
  const begun = await server.line.done<{ signIn: string; challenge: string }>(
    "POST",
    "/v1/factors/passkeys",
    {},
    alice.seat,
  );
  const credential = passkey.create(begun.challenge, COPIED);
  const body = { signIn: begun.signIn, credential, asked: true };
  await server.line.done("POST", "/v1/factors/passkeys/confirm", body, alice.seat);
  return { alice, passkey };
}

/** A sign-in by password and kit, under an id that whoever has both makes up. */
async function asked(alice: Person, seat: Seat, signIn: SignInId, more: object = {}) {
  const kit = alice.signInStatement(signIn, seat, "kit");
  const state = opaque.startLogin({ password: alice.password });
  const begun = { account: alice.account, kit, request: state.startLoginRequest };
  const answer = await server.line.done<{ response: string }>("POST", "/v1/sign-in/start", begun);
  const end = opaque.finishLogin({
    password: alice.password,
    loginResponse: answer.response,
    clientLoginState: state.clientLoginState,
    identifiers: { client: alice.account, server: SUITE },
    keyStretching: { "argon2id-custom": { iterations: 1, memory: 64, parallelism: 1 } },
  });
  const finish = end?.finishLoginRequest ?? assert.fail("the password does not fit");
  const body = { signIn, finish, key: seat.key, kit, ...more };
  return await server.line.ask<{ signIn: SignInId }>("POST", "/v1/sign-in/finish", body);
}

async function show(signIn: SignInId, passkey: unknown) {
  const body = { signIn, passkey };
  return await server.line.ask<{ token?: string }>("POST", "/v1/sign-in/factor", body);
}

test("what a passkey has signed is good once, whatever id the sign-in is begun under", async () => {
  const { alice, passkey } = await withPasskey();
  const [seat, signIn] = [newSeat(), newId<"sign-in">()];
  const first = (await asked(alice, seat, signIn)).body;
  const challenge = passkeyChallenge(alice.account, first.signIn, seat.key);
  const assertion = passkey.get(challenge, COPIED);
  assert.notEqual((await show(first.signIn, assertion)).body.token, undefined);
  const again = (await asked(alice, seat, signIn)).body;
  assert.equal((await show(again.signIn, assertion)).body.code, "factor-refused");
});

test("a passkey signs nothing for a sign-in to come", async () => {
  const { alice, passkey } = await withPasskey();
  const [seat, signIn] = [newSeat(), newId<"sign-in">()];
  const assertion = passkey.get(passkeyChallenge(alice.account, signIn, seat.key), COPIED);
  const { body } = await asked(alice, seat, signIn);
  assert.equal((await show(body.signIn, assertion)).body.code, "factor-refused");
  const other = newId<"sign-in">();
  const early = passkey.get(passkeyChallenge(alice.account, other, seat.key), COPIED);
  const direct = await asked(alice, seat, other, { kit: undefined, passkey: early });
  assert.equal(direct.body.code, "sign-in-refused");
});

test("a secret for codes is shown to the session that asked for it, and to no other", async () => {
  const alice = await new Person(server.line).signUp();
  const thief = (await alice.signIn(["device"])).seat;
  const ask = async (seat: Seat) =>
    (await server.line.done<{ secret: string }>("POST", "/v1/factors/totp", {}, seat)).secret;
  const seen = await ask(thief);
  const secret = await ask(alice.seat);
  assert.notEqual(secret, seen);
  assert.equal(await ask(alice.seat), secret);
  const codeOf = (text: string) =>
    new TOTP({ secret: Secret.fromBase32(text) }).generate({ timestamp: server.clock.at });
  const confirm = async (seat: Seat, code: string) =>
    (await server.line.ask("POST", "/v1/factors/totp/confirm", { code }, seat)).status;
  assert.equal(await confirm(thief, codeOf(seen)), 401);
  assert.equal(await confirm(thief, codeOf(secret)), 401);
  assert.equal(await confirm(alice.seat, codeOf(secret)), 200);
});

test("whoever is told to wait shows the factor of the same sign-in afterwards", async () => {
  const limits = { ...NO_LIMITS, factor: { burst: 1, perSecond: 1 / 60 } };
  const own = await startTestServer(cluster, { limits });
  const before = server;
  server = own;
  try {
    const { alice, passkey } = await withPasskey();
    const seat = newSeat();
    const { signIn } = (await asked(alice, seat, newId<"sign-in">())).body;
    const assertion = passkey.get(passkeyChallenge(alice.account, signIn, seat.key), COPIED);
    const strangers = newSeat();
    const used = (await asked(alice, strangers, newId<"sign-in">())).body.signIn;
    assert.equal((await show(used, assertion)).body.code, "factor-refused");
    for (const _ of [1, 2, 3]) {
      const refused = await show(signIn, assertion);
      assert.equal(refused.body.code, "rate-limited");
      assert.equal(refused.headers.get("retry-after"), "60");
    }
    own.clock.at += 60_000;
    assert.notEqual((await show(signIn, assertion)).body.token, undefined);
    // One that was never begun costs nobody a try.
    assert.equal((await show(newId<"sign-in">(), assertion)).body.code, "sign-in-refused");
  } finally {
    server = before;
    await own.stop();
  }
});
