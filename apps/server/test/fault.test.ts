import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { LogLine } from "../src/app.ts";
import { faultOf } from "../src/fault.ts";
import { asServerError, ServerError } from "../src/problem.ts";
import { type Cluster, startCluster, startTestServer } from "./harness.ts";
import { Person } from "./person.ts";

// Whoever runs the server learns where something broke, and never what somebody had said.

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(async () => {
  await cluster.stop();
});

test("a request that fails for a reason nobody foresaw says class, code and place, and not its words", async () => {
  const lines: LogLine[] = [];
  const server = await startTestServer(cluster, { log: (line) => lines.push(line) });
  const alice = await new Person(server.line).signUp();
  await server.admin.unsafe(`
    create function ecrin.trip() returns trigger language plpgsql as $$
    begin
      raise exception 'canary' using errcode = '22012', detail = 'canary', hint = 'canary';
    end $$;
    create trigger trip before insert on ecrin.invitations execute function ecrin.trip();`);
  const address = await server.line.wrapAddress("canary@example.org");
  const answer = await server.line.ask("POST", "/v1/invitations", { address }, alice.seat);
  assert.equal(answer.status, 500);
  assert.deepEqual(Object.keys(answer.body), ["type", "title", "status", "code"]);
  const { fault } = lines.at(-1) ?? assert.fail();
  assert.equal(fault?.error, "PostgresError");
  assert.equal(fault?.code, "22012");
  assert.match(fault?.at ?? "", /^apps\/server\/src\/invitations\.ts:[0-9]+$/);
  assert.ok(!JSON.stringify(lines).includes("canary"));
  await server.stop();
});

test("what a refusal is has no fault to tell", async () => {
  const lines: LogLine[] = [];
  const server = await startTestServer(cluster, { log: (line) => lines.push(line) });
  await server.line.ask("POST", "/v1/kit/start", { canary: "canary" });
  await server.line.ask("GET", "/v1/account");
  assert.deepEqual(
    lines.map(({ status, fault }) => [status, fault]),
    [
      [400, undefined],
      [401, undefined],
    ],
  );
  await server.stop();
});

const FRAME = "    at canary (file:///srv/apps/server/src/canary.ts:1:1)";

test("neither a message nor anything that an error carries is told", () => {
  const errors: Record<string, Error> = {
    plain: new Error("canary"),
    "a frame in the message": new RangeError(`canary\n${FRAME}\n${FRAME}`),
    "another message since": Object.assign(new Error(`canary\n${FRAME}`), { message: "other" }),
    "a code with words in it": Object.assign(new Error("x"), { code: "canary of somebody" }),
    "a number for a code": Object.assign(new Error("x"), { code: 4711 }),
    "another name": Object.assign(new Error("x"), { name: "canary" }),
    "a stack of its own": Object.assign(new Error("x"), { stack: `canary x ${FRAME}` }),
    "a cause": new Error("canary", { cause: new TypeError("canary") }),
  };
  for (const [name, error] of Object.entries(errors)) {
    const told = JSON.stringify(faultOf(asServerError(error)));
    assert.ok(!told.includes("canary"), `${name}: ${told}`);
    assert.ok(!told.includes("4711"), name);
  }
});

test("the class is that of what was thrown, the place the nearest of ours", () => {
  const system = Object.assign(new RangeError("x"), { code: "EISDIR" });
  const told = faultOf(asServerError(new Error("y", { cause: system })));
  assert.deepEqual({ ...told, at: undefined }, { error: "Error", code: "EISDIR", at: undefined });
  assert.deepEqual(faultOf("thrown"), { error: "Error" });
  const refused = faultOf(new ServerError("internal"));
  assert.equal(refused.error, "ServerError");
  assert.equal(refused.at, undefined);
});
