import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId, PROBLEMS, type Problem, type ProblemCode } from "@ecrin/protocol";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { type Answer, newSeat, Person, proofOf, type Twist } from "./person.ts";

let cluster: Cluster;
let server: TestServer;
let alice: Person;
before(async () => {
  cluster = await startCluster();
  server = await startTestServer(cluster);
  alice = await new Person(server.line).signUp();
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

/** A problem in the form of RFC 9457, with nothing of what was sent. */
function assertProblem(answer: Answer<Partial<Problem>>, code: ProblemCode, field?: string): void {
  assert.equal(answer.body.code, code);
  assert.equal(answer.status, PROBLEMS[code]);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  assert.equal(answer.body.type, `/problems/${code}`);
  assert.equal(answer.body.status, PROBLEMS[code]);
  assert.equal(typeof answer.body.title, "string");
  if (field !== undefined) assert.equal(answer.body.field, field);
}

function get(twist: Twist = {}, seat = alice.seat): Promise<Answer> {
  return server.line.ask("GET", "/v1/account", undefined, seat, twist);
}

test("a request needs a token of this server", async () => {
  assertProblem(await server.line.ask("GET", "/v1/account"), "not-signed-in");
  const { token = "", nonce = "" } = alice.seat;
  const flipped = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
  const longer = `${token}AAAA`;
  for (const wrong of ["", "x", flipped, longer, token.slice(0, 90)]) {
    assertProblem(await get({}, { ...alice.seat, token: wrong, nonce }), "not-signed-in");
  }
  assertProblem(await get({ headers: { authorization: `Bearer ${token}` } }), "not-signed-in");
  assert.equal((await get()).status, 200);
});

test("every answer carries a fresh nonce, and a proof needs one of this server", async () => {
  const first = (await get()).headers.get("ecrin-nonce");
  server.clock.at += 100;
  const second = (await get()).headers.get("ecrin-nonce");
  assert.notEqual(first, second);
  assertProblem(await get({ nonce: "AAAA" }), "proof-refused");
  assertProblem(
    await get({ nonce: `${first?.slice(0, -1)}${first?.endsWith("A") ? "B" : "A"}` }),
    "proof-refused",
  );
  const refused = await get({ claims: { nonce: undefined } });
  assertProblem(refused, "proof-refused");
  assert.ok(refused.headers.has("ecrin-nonce"));
  const old = alice.seat.nonce ?? "";
  server.clock.at += 10 * 60_000 + 1;
  assertProblem(await get({ nonce: old }), "proof-refused");
  assert.equal((await get()).status, 200);
});

test("a proof is for one request, by the session's key, now", async () => {
  const now = Math.floor(server.clock.at / 1000);
  const url = `${server.url}/v1/account`;
  const other = newSeat();
  const twists: Record<string, Twist> = {
    "no proof": { proof: "" },
    "not a JWT": { proof: "a.b" },
    "another method": { claims: { htm: "POST" } },
    "another path": { claims: { htu: `${server.url}/v1/accounts` } },
    "another host": { claims: { htu: "http://elsewhere/v1/account" } },
    "with query": { claims: { htu: `${url}?a=b` } },
    "no time": { claims: { iat: undefined } },
    "a time with a fraction": { claims: { iat: now + 0.0001 } },
    "no jti": { claims: { jti: undefined } },
    "for another token": { claims: { ath: "AAAA" } },
    "of another type": { header: { typ: "jwt" } },
    "of another algorithm": { header: { alg: "EdDSA" } },
    "with alg none": { header: { alg: "none" } },
    "with crit": { header: { crit: ["x"] } },
    "with another key": {
      header: { jwk: { kty: "OKP", crv: "Ed25519", x: other.signer.key } },
    },
    "by another key": {
      proof: proofOf({ ...other, token: alice.seat.token ?? "" }, "GET", url, server.clock.at, {
        nonce: alice.seat.nonce ?? "",
      }),
    },
    "too long": { claims: { jti: "x".repeat(129) } },
  };
  for (const [name, twist] of Object.entries(twists)) {
    const answer = await get(twist);
    assert.equal(answer.body.code, "proof-refused", name);
  }
  assert.equal((await get({ claims: { iat: now - 299 } })).status, 200);
  // Whoever made it holds the key and made it just now: it is the clock that is wrong, and no more is said.
  for (const iat of [now - 301, now + 301, now - 86_400, now + 86_400]) {
    assertProblem(await get({ claims: { iat } }), "clock", "header.dpop");
    assertProblem(await get({ claims: { iat, nonce: "AAAA" } }), "proof-refused");
    assertProblem(await get({ claims: { iat, ath: "AAAA" } }), "proof-refused");
  }
});

test("a proof is good once, in all processes together", async () => {
  const other = await server.another();
  const proof = proofOf(alice.seat, "GET", `${server.url}/v1/account`, server.clock.at);
  const twist = { proof, headers: { host: new URL(server.url).host } };
  const answers = await Promise.all([get(twist), get(twist), get(twist)]);
  assert.deepEqual(answers.map((each) => each.status).sort(), [200, 401, 401]);
  assertProblem(await get(twist), "proof-refused");
  const jti = newId();
  assert.equal((await get({ claims: { jti } })).status, 200);
  const elsewhere = await other.line.ask("GET", "/v1/account", undefined, alice.seat, {
    claims: { jti },
  });
  assertProblem(elsewhere, "proof-refused");
  assert.equal((await other.line.ask("GET", "/v1/account", undefined, alice.seat)).status, 200);
  await other.stop();
});

test("signing out ends the session and no other", async () => {
  const { seat } = await alice.signIn();
  const { seat: kept } = await alice.signIn();
  await server.line.done("POST", "/v1/sign-out", {}, seat);
  assertProblem(await get({}, seat), "not-signed-in");
  assert.equal((await get({}, kept)).status, 200);
});

test("a session ends after twelve hours and with its device", async () => {
  const bob = await new Person(server.line).signUp();
  const { seat } = await bob.signIn();
  server.clock.at += 12 * 3_600_000 - 1;
  assert.equal((await get({}, seat)).status, 200);
  server.clock.at += 1;
  assertProblem(await get({}, seat), "not-signed-in");

  const { seat: before } = await bob.signIn();
  const { seat: cutter } = await bob.signIn();
  const cut = await bob.post({ op: "sign-out", device: bob.device }, undefined, cutter);
  assert.equal(cut.status, 200);
  assertProblem(await get({}, before), "not-signed-in");
  assertProblem((await bob.signIn()).answer, "sign-in-refused");
});

test("what is not in the form of the table is refused by its path, never by its value", async () => {
  const canary = "canary-7f3a";
  const { seat } = await alice.signIn();
  const post = (text: string, headers: Record<string, string> = {}) =>
    server.line.ask("PUT", "/v1/account/keyring", {}, seat, { text, headers });
  const good = { replaces: 1, version: 2, box: "A".repeat(100) };
  const cases: [string, ProblemCode, string][] = [
    ["{", "malformed", "body"],
    ["null", "malformed", "body"],
    ["[]", "malformed", "body"],
    // Refused before it is parsed: what is parsed names the field.
    [`{"box":[${"1,".repeat(100_001)}1]}`, "malformed", "body"],
    [`{"box":${"[".repeat(100_001)}${"]".repeat(100_001)}}`, "malformed", "body"],
    [`{"box":[${"1,".repeat(99_000)}1],"replaces":1,"version":2}`, "malformed", "body.box"],
    [JSON.stringify({ ...good, [canary]: canary }), "malformed", "body"],
    [JSON.stringify({ ...good, box: `${canary}!` }), "malformed", "body.box"],
    [JSON.stringify({ ...good, box: 7 }), "malformed", "body.box"],
    [JSON.stringify({ ...good, replaces: "1" }), "malformed", "body.replaces"],
    [JSON.stringify({ ...good, replaces: -1 }), "malformed", "body.replaces"],
    [JSON.stringify({ ...good, version: 1 }), "malformed", "body.version"],
    [JSON.stringify({ replaces: 1, version: 2 }), "malformed", "body.box"],
    ["[".repeat(100_000), "malformed", "body"],
    [" ".repeat(2 << 20) + JSON.stringify(good), "too-large", "body"],
  ];
  for (const [text, code, field] of cases) {
    const answer = await post(text);
    assertProblem(answer, code, field);
    assert.ok(!JSON.stringify(answer.body).includes(canary));
  }
  assertProblem(
    await post(JSON.stringify(good), { "content-type": "text/plain" }),
    "unsupported-type",
  );
  assertProblem(
    await server.line.ask("GET", "/v1/accounts/not-an-id", undefined, seat),
    "malformed",
    "path.account",
  );
  const path = `/v1/accounts/${alice.account}`;
  for (const query of ["?from=-1", "?from=x", "?from=0&from=1", "?other=1"]) {
    assertProblem(await server.line.ask("GET", path + query, undefined, seat), "malformed");
  }
  assertProblem(await server.line.ask("GET", "/v1/nowhere"), "not-found");
  assertProblem(await server.line.ask("DELETE", "/v1/account", undefined, seat), "not-found");
  const { body } = await server.line.ask<{ keyring: { version: number } }>(
    "GET",
    "/v1/account",
    undefined,
    seat,
  );
  assert.equal(body.keyring.version, 1);
});

test("a body without a length is read no further than allowed", async () => {
  let sent = 0;
  const stream = new ReadableStream({
    pull(controller) {
      sent += 65_536;
      if (sent > 64 << 20) controller.close();
      else controller.enqueue(new Uint8Array(65_536).fill(32));
    },
  });
  const init = { method: "POST", body: stream, duplex: "half" };
  const answer = await fetch(`${server.url}/v1/kit/start`, init).then(
    (response) => response.status,
    () => "cut",
  );
  assert.ok(answer === 413 || answer === "cut");
  assert.ok(sent < 32 << 20);
});

test("answers forbid everything a page does not need", async () => {
  const response = await fetch(`${server.url}/v1/server`);
  await response.text();
  const policy = response.headers.get("content-security-policy");
  assert.equal(policy, "default-src 'none'; frame-ancestors 'none'");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(response.headers.get("referrer-policy"), "no-referrer");
  assert.equal(response.headers.get("access-control-allow-origin"), null);
});

test("the table is published as OpenAPI with every route in it", async () => {
  const document = await server.line.done<{
    openapi: string;
    paths: Record<string, Record<string, { operationId: string }>>;
  }>("GET", "/openapi.json");
  assert.equal(document.openapi, "3.1.0");
  const names = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map((operation) => operation.operationId),
  );
  assert.ok(names.includes("signUpFinish") && names.includes("reads"));
  assert.ok(!JSON.stringify(document).includes("#/$defs"));
});
