import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { LogLine } from "../src/app.ts";
import { faultOf } from "../src/fault.ts";
import { asServerError, ServerError } from "../src/problem.ts";
import { type Cluster, startCluster, startTestServer } from "./harness.ts";
import { Person, proofOf } from "./person.ts";
import { beginRecord, donePosting, sealTest } from "./record.ts";

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

test("an answer that breaks off is cut, told once, and printed nowhere else", async (t) => {
  const lines: LogLine[] = [];
  const server = await startTestServer(cluster, { log: (line) => lines.push(line) });
  const printed = ["error", "info", "log", "warn"] as const;
  const prints = printed.map((name) => t.mock.method(console, name, () => undefined));
  const alice = await new Person(server.line).signUp();
  const record = await beginRecord(alice);
  const content = randomBytes(200_000);
  const upload = await uploaded(alice, content);
  const sealed = sealTest(record, { content, upload });
  await donePosting(record, [sealed]);
  const path = `/v1/spaces/${record.space}/revisions/${sealed.revision}/content`;
  const fetched = await alice.line.ask<ArrayBuffer>("GET", path, undefined, alice.seat);
  assert.ok(Buffer.from(fetched.body).equals(content));
  await rm(join(server.dataDir, "blobs", upload));
  lines.length = 0;
  await assert.rejects(alice.line.ask("GET", path, undefined, alice.seat));
  const told = lines.filter(({ fault }) => fault !== undefined);
  assert.deepEqual(
    told.map(({ method, route, fault }) => [method, route, fault?.error, fault?.code]),
    [["GET", "content", "Error", "ENOENT"]],
  );
  assert.deepEqual(
    prints.map((print) => print.mock.callCount()),
    [0, 0, 0, 0],
  );
  // The next one is heard.
  assert.equal((await server.line.ask("GET", "/v1/server")).status, 200);
  await server.stop();
});

async function uploaded({ line, seat }: Person, content: Buffer): Promise<string> {
  const tus = { "tus-resumable": "1.0.0" };
  const headers = { ...tus, "upload-length": String(content.length) };
  const begun = await line.ask("POST", "/v1/uploads", undefined, seat, { headers });
  const location = begun.headers.get("location") ?? assert.fail();
  const patch = { ...tus, "upload-offset": "0", "content-type": "application/offset+octet-stream" };
  const done = await fetch(line.url + location, {
    method: "PATCH",
    headers: {
      ...patch,
      authorization: `DPoP ${seat.token}`,
      dpop: proofOf(seat, "PATCH", line.url + location, line.now()),
    },
    body: new Uint8Array(content),
  });
  assert.equal(done.status, 204);
  seat.nonce = done.headers.get("ecrin-nonce") ?? "";
  return location.slice("/v1/uploads/".length);
}

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
