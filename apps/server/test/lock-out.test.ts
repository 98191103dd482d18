import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type AccountId, newId, type Problem, SUITE } from "@ecrin/protocol";
import { client as opaque, ready } from "@serenity-kit/opaque";
import { NO_LIMITS } from "../src/limits.ts";
import { networkOf } from "../src/network.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { type Answer, newSeat, newSigner, Person } from "./person.ts";

// Who is counted by what at the start of a sign-in (spec/http.md, Limits).

const SLOW = { perSecond: 0.001 };
const limits = {
  ...NO_LIMITS,
  stranger: { burst: 2, ...SLOW },
  strangers: { burst: 5, ...SLOW },
  device: { burst: 3, ...SLOW },
  kit: { burst: 3, ...SLOW },
};

let cluster: Cluster;
let server: TestServer;
let alice: Person;
let request: string;
before(async () => {
  await ready;
  request = opaque.startLogin({ password: "a guess" }).startLoginRequest;
  cluster = await startCluster();
  server = await startTestServer(cluster, { limits, forwarded: true });
});
beforeEach(async () => {
  alice = await new Person(server.line).signUp();
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

type Started = Answer<{ signIn?: string; account?: string } & Partial<Problem>>;

/** The first half of a sign-in from some network. */
function start(network: string, body: object = { account: alice.account }): Promise<Started> {
  const headers = { "x-forwarded-for": network };
  const path = "/v1/sign-in/start";
  return server.line.ask("POST", path, { request, ...body }, undefined, { headers });
}

function shown(by: "device" | "kit", facts: object = {}) {
  const signIn = newId<"sign-in">();
  const statement = alice.signInStatement(signIn, newSeat(), by, facts);
  return { account: alice.account, [by]: statement };
}

async function codes(asked: readonly Promise<Started>[]): Promise<(string | number)[]> {
  return (await Promise.all(asked)).map(({ status, body }) => body.code ?? status);
}

/** Guesses from many networks until the account hears no stranger any more. */
async function exhaust(body: object = { account: alice.account }): Promise<void> {
  const asked = ["1", "2", "3"].flatMap((end) => [1, 2].map(() => start(`10.0.0.${end}`, body)));
  const ended = (await codes(asked)).sort();
  assert.deepEqual(ended, [200, 200, 200, 200, 200, "rate-limited"]);
}

test("a stranger is refused from one network, and then from all", async () => {
  const one = [await start("10.0.0.9"), await start("10.0.0.9"), await start("10.0.0.9")];
  assert.deepEqual(
    one.map(({ status }) => status),
    [200, 200, 429],
  );
  assert.equal(one[2]?.body.code, "rate-limited");
  assert.equal(one[2]?.headers.get("content-type"), "application/problem+json");
  assert.equal((await start("10.0.0.8")).status, 200);
  assert.equal((await start("10.0.0.7")).status, 200);
  assert.equal((await start("10.0.0.7")).status, 200);
  assert.equal((await start("10.0.0.6")).body.code, "rate-limited");
  const bob = await new Person(server.line).signUp();
  assert.equal((await start("10.0.0.6", { account: bob.account })).status, 200);
});

test("an enrolled device and the kit are heard all the same, each so often", async () => {
  await exhaust();
  for (const by of ["device", "kit"] as const) {
    const body = shown(by);
    const first = await start("10.0.0.1", body);
    assert.equal(first.status, 200, JSON.stringify(first.body));
    assert.equal((await start("10.0.0.1", body)).body.code, "sign-in-refused", "the same id again");
    assert.equal((await start("10.0.0.1", shown(by))).status, 200);
    assert.equal((await start("10.0.0.1", shown(by))).body.code, "rate-limited");
  }
});

test("a sign-in that was begun by its device ends as any other", async () => {
  await exhaust();
  const seat = newSeat();
  const signIn = newId<"sign-in">();
  const device = alice.signInStatement(signIn, seat, "device");
  const state = opaque.startLogin({ password: alice.password });
  const begun = { account: alice.account, device, request: state.startLoginRequest };
  const answer = await server.line.done<{ signIn: string; response: string }>(
    "POST",
    "/v1/sign-in/start",
    begun,
  );
  assert.equal(answer.signIn, signIn);
  const end = opaque.finishLogin({
    password: alice.password,
    loginResponse: answer.response,
    clientLoginState: state.clientLoginState,
    identifiers: { client: alice.account, server: SUITE },
    keyStretching: { "argon2id-custom": { iterations: 1, memory: 64, parallelism: 1 } },
  });
  const finish = end?.finishLoginRequest ?? assert.fail();
  const body = { signIn, finish, key: seat.key, device };
  await server.line.done("POST", "/v1/sign-in/finish", body);
  const again = await server.line.ask("POST", "/v1/sign-in/finish", body);
  assert.equal(again.body.code, "sign-in-refused");
});

test("what does not hold shows nothing, for an account that exists and for one that does not", async () => {
  const stranger = newSigner();
  const forged = (account: AccountId, device: string) => {
    const facts = { suite: SUITE, account, signIn: newId(), key: newSeat().key };
    const at = server.clock.at;
    return { account, device: stranger.sign("sign-in", { ...facts, device, at }) };
  };
  const nobody = newId<"account">();
  const bob = await new Person(server.line).signUp();
  const wrong = [
    forged(alice.account, alice.device),
    forged(alice.account, newId()),
    forged(nobody, newId()),
    { ...shown("device"), account: nobody },
    { ...shown("kit"), account: nobody },
    { account: alice.account, kit: bob.signInStatement(newId(), newSeat(), "kit") },
    { account: alice.account, device: shown("kit").kit },
    { account: alice.account, kit: shown("device").device },
  ];
  for (const [i, body] of wrong.entries()) {
    const answer = await start(`10.0.1.${i}`, body);
    assert.equal(answer.body.code, "sign-in-refused", String(i));
  }
  const late = shown("device", { at: server.clock.at - 601_000 });
  assert.equal((await start("10.0.1.9", late)).body.code, "clock");
  const both = { ...shown("device"), ...shown("kit") };
  assert.equal((await start("10.0.2.1", both)).body.code, "malformed");
  // Not at the expense of what all strangers have together.
  await exhaust();
});

test("a device that was signed out shows nothing any more", async () => {
  await alice.post({ op: "sign-out", device: alice.device });
  assert.equal((await start("10.0.0.1", shown("device"))).body.code, "sign-in-refused");
});

test("an address that nobody has is refused as often as one that somebody has", async () => {
  const unknown = await server.line.wrapAddress(`${newId().toLowerCase()}@example.org`);
  const known = await server.line.wrapAddress(alice.address);
  for (const address of [known, unknown]) {
    await exhaust({ address });
    assert.equal((await start("10.0.0.4", { address })).body.code, "rate-limited");
  }
});

test("whoever asks for recovery is counted by network alone", async () => {
  await exhaust();
  const ask = (network: string) =>
    server.line.ask(
      "POST",
      "/v1/kit/start",
      { account: alice.account, key: alice.seat.key },
      undefined,
      { headers: { "x-forwarded-for": network } },
    );
  assert.equal((await ask("10.0.0.1")).body.code, "rate-limited");
  assert.equal((await ask("10.0.0.5")).status, 200);
});

test("a network is an IPv4 address or half an IPv6 address", () => {
  const cases: Record<string, string> = {
    "192.0.2.7": "192.0.2.7",
    "::ffff:192.0.2.7": "192.0.2.7",
    "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
    "2001:0DB8:0001:0002::9": "2001:db8:1:2::/64",
    "2001:db8::1": "2001:db8:0:0::/64",
    "2001:db8:1:2:3::": "2001:db8:1:2::/64",
    "::1": "0:0:0:0::/64",
    "fe80::1%eth0": "fe80:0:0:0::/64",
    "": "",
  };
  for (const [address, network] of Object.entries(cases)) {
    assert.equal(networkOf(address), network, address);
  }
});
