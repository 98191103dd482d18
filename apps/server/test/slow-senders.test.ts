import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { newId } from "@ecrin/protocol";
import { PATIENCE as USUAL } from "../src/patience.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { newSeat, Person, proofOf } from "./person.ts";

// Whoever sends a byte now and then is not waited for; whoever has a slow line is.

const PATIENCE = { ...USUAL, idleMs: 1500, bodyMs: 600, bytesPerSecond: 1000 };

let cluster: Cluster;
let server: TestServer;
let alice: Person;
before(async () => {
  cluster = await startCluster();
  server = await startTestServer(cluster, { patience: PATIENCE });
  alice = await new Person(server.line).signUp();
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

/** A connection, and all that came on it once the server has closed it. */
function dial(socket: Socket = connect(server.port, "127.0.0.1")): {
  socket: Socket;
  closed: Promise<string>;
} {
  const parts: Buffer[] = [];
  socket.on("data", (part) => parts.push(part));
  // Writing on behind the end is what a slow sender does.
  socket.on("error", () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.on("close", () => resolve(Buffer.concat(parts).toString()));
  });
  return { socket, closed };
}

function head(method: string, path: string, headers: Record<string, string>): string {
  const lines = Object.entries({ host: `localhost:${server.port}`, ...headers });
  return `${method} ${path} HTTP/1.1\r\n${lines.map(([n, v]) => `${n}: ${v}\r\n`).join("")}\r\n`;
}

/** Sends one piece after another, until all are sent or the connection has gone. */
async function drip(socket: Socket, pieces: Iterable<string | Buffer>, ms: number): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed || !socket.writable) return;
    socket.write(piece);
    await pause(ms);
  }
}

const JSON_TYPE = { "content-type": "application/json" };
const kitStart = () => JSON.stringify({ account: newId<"account">(), key: newSeat().key });

async function attempts(): Promise<number> {
  const [row] = await server.admin<{ count: number }[]>`select count(*) from ecrin.sign_ins`;
  return Number(row?.count);
}

for (const [name, headers, piece] of [
  ["of a known length", { "content-length": "4000" }, " "],
  ["in chunks", { "transfer-encoding": "chunked" }, "1\r\n \r\n"],
] as const) {
  test(`a body ${name} that comes a byte at a time is not waited for`, async () => {
    const before = await attempts();
    const { socket, closed } = dial();
    socket.write(head("POST", "/v1/kit/start", { ...headers, ...JSON_TYPE }));
    const start = performance.now();
    await drip(socket, Array<string>(200).fill(piece), 40);
    const said = await closed;
    assert.ok(performance.now() - start < 5000);
    assert.match(said, /^HTTP\/1\.1 503 /);
    assert.match(said, /retry-after: /i);
    assert.match(said, /"code":"unavailable","field":"body"/);
    assert.equal(await attempts(), before);
  });
}

test("a body on a slow line is waited for, however long it takes", async () => {
  await sendSlowly(dial());
});

test("so is one by TLS", async () => {
  const own = await startTestServer(cluster, { patience: PATIENCE, tls: "local" });
  const options = { port: own.port, host: "localhost", rejectUnauthorized: false };
  await sendSlowly(dial(connectTls(options))).finally(() => own.stop());
});

async function sendSlowly({ socket, closed }: ReturnType<typeof dial>): Promise<void> {
  const body = kitStart().padEnd(6000);
  const length = { "content-length": String(body.length), connection: "close" };
  socket.write(head("POST", "/v1/kit/start", { ...length, ...JSON_TYPE }));
  const pieces = Array.from({ length: 20 }, (_, i) => body.slice(i * 300, (i + 1) * 300));
  const start = performance.now();
  await drip(socket, pieces, 100);
  assert.match(await closed, /^HTTP\/1\.1 200 /);
  assert.ok(performance.now() - start > 2 * PATIENCE.bodyMs);
}

test("what comes with a question that has no body is not waited for either", async () => {
  const { socket, closed } = dial();
  socket.write(head("GET", "/v1/server", { "content-length": "4000" }));
  await drip(socket, Array<string>(20).fill(" "), 50);
  assert.match(await closed, /^HTTP\/1\.1 200 [\s\S]*connection: close/i);
});

/** The start of a PATCH, as it travels. */
async function patch(location: string, offset: number, length: number): Promise<string> {
  await server.line.refreshNonce(alice.seat);
  return head("PATCH", location, {
    authorization: `DPoP ${alice.seat.token}`,
    dpop: proofOf(alice.seat, "PATCH", server.url + location, server.clock.at),
    "tus-resumable": "1.0.0",
    "upload-offset": String(offset),
    "content-type": "application/offset+octet-stream",
    "content-length": String(length),
    connection: "close",
  });
}

async function create(length: number): Promise<string> {
  const headers = { "tus-resumable": "1.0.0", "upload-length": String(length) };
  const answer = await server.line.ask("POST", "/v1/uploads", undefined, alice.seat, { headers });
  return answer.headers.get("location") ?? assert.fail("no upload");
}

async function standing(location: string): Promise<number> {
  const headers = { "tus-resumable": "1.0.0" };
  const answer = await server.line.ask("HEAD", location, undefined, alice.seat, { headers });
  return Number(answer.headers.get("upload-offset"));
}

test("a slow upload goes on; one that stops is closed, keeps what came, and goes on from there", async () => {
  const bytes = randomBytes(64);
  const location = await create(bytes.length);
  const slow = dial();
  slow.socket.write(await patch(location, 0, bytes.length));
  // Slower than any body in JSON may come, and longer than one is waited for.
  const pieces = [...bytes.subarray(0, 40)].map((byte) => Buffer.of(byte));
  const start = performance.now();
  await drip(slow.socket, pieces, 60);
  assert.ok(performance.now() - start > 2 * PATIENCE.bodyMs);
  assert.ok(!slow.socket.destroyed);
  await slow.closed;
  assert.ok(performance.now() - start < 20 * PATIENCE.idleMs);
  assert.equal(await standing(location), 40);

  const rest = dial();
  rest.socket.write(await patch(location, 40, 24));
  rest.socket.write(bytes.subarray(40));
  assert.match(await rest.closed, /^HTTP\/1\.1 204 /);
  assert.equal(await standing(location), 64);
});
