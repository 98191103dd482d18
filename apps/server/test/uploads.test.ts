import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readlink } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { openBlobs } from "../src/blobs.ts";
import { collectUploads } from "../src/uploads.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { type Line, Person, proofOf } from "./person.ts";
import {
  assertRefused,
  beginRecord,
  digestsOf,
  donePosting,
  type Ended,
  pass,
  postRevisions,
  sealTest,
} from "./record.ts";

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

const PATH = "/v1/uploads";
const MB = 1 << 20;
const DAY = 24 * 3600_000;

/** One request of tus, as raw as it travels. */
async function tus(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Buffer,
  by = alice,
  line: Line = by.line,
): Promise<Response> {
  if (by.seat.nonce === undefined) await line.refreshNonce(by.seat);
  const response = await fetch(line.url + path, {
    method,
    headers: {
      authorization: `DPoP ${by.seat.token}`,
      dpop: proofOf(by.seat, method, line.url + path, line.now()),
      "tus-resumable": "1.0.0",
      ...headers,
    },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
  by.seat.nonce = response.headers.get("ecrin-nonce") ?? by.seat.nonce ?? "";
  return response;
}

async function asProblem(response: Response): Promise<Ended<unknown>> {
  const { status, headers } = response;
  return { status, headers, body: await response.json() };
}

async function create(length: number, by = alice): Promise<string> {
  const response = await tus("POST", PATH, { "upload-length": String(length) }, undefined, by);
  assert.equal(response.status, 201, await response.text());
  const location = response.headers.get("location") ?? "";
  assert.match(location, /^\/v1\/uploads\/[A-Za-z0-9_-]{32}$/);
  return location;
}

function patch(location: string, offset: number, bytes: Buffer, by = alice, line?: Line) {
  const headers = {
    "upload-offset": String(offset),
    "content-type": "application/offset+octet-stream",
  };
  return tus("PATCH", location, headers, bytes, by, line);
}

async function upload(content: Buffer, by = alice): Promise<string> {
  const location = await create(content.length, by);
  const response = await patch(location, 0, content, by);
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("upload-offset"), String(content.length));
  return idOf(location);
}

function idOf(location: string): string {
  return location.slice(PATH.length + 1);
}

function blobFiles(): Promise<string[]> {
  return readdir(join(server.dataDir, "blobs"));
}

test("an upload in parts, resumed on another process, named by a revision, read in ranges", async () => {
  const other = await server.another();
  const record = await beginRecord(alice);
  const content = randomBytes(3 * MB + 77_777);
  const location = await create(content.length);
  assert.equal((await patch(location, 0, content.subarray(0, MB + 5))).status, 204);
  const standing = await tus("HEAD", location, {}, undefined, alice, other.line);
  assert.equal(standing.headers.get("upload-offset"), String(MB + 5));
  assert.equal(standing.headers.get("upload-length"), String(content.length));

  const early = sealTest(record, { content, upload: idOf(location) });
  assertRefused(await postRevisions(record, [early]), "content-differs");
  // Not before it is whole, even where the header is of what has arrived.
  const arrived = sealTest(record, {
    content: content.subarray(0, MB + 5),
    upload: idOf(location),
  });
  assertRefused(await postRevisions(record, [arrived]), "content-differs");
  const rest = await patch(location, MB + 5, content.subarray(MB + 5), alice, other.line);
  assert.equal(rest.headers.get("upload-offset"), String(content.length));
  const posted = await donePosting(record, [early]);
  assert.deepEqual(await donePosting(record, [early]), posted);

  const path = `/v1/spaces/${record.space}/revisions/${early.revision}`;
  const fetched = await alice.line.ask<ArrayBuffer>(
    "GET",
    `${path}/content`,
    undefined,
    alice.seat,
  );
  assert.ok(Buffer.from(fetched.body).equals(content));
  assert.equal(fetched.headers.get("content-length"), String(content.length));
  const range = { headers: { range: `bytes=${MB - 10}-${2 * MB + 9}` } };
  const part = await alice.line.ask<ArrayBuffer>(
    "GET",
    `${path}/content`,
    undefined,
    alice.seat,
    range,
  );
  assert.equal(part.status, 206);
  assert.ok(Buffer.from(part.body).equals(content.subarray(MB - 10, 2 * MB + 10)));
  const digests = await alice.line.ask<ArrayBuffer>(
    "GET",
    `${path}/digests`,
    undefined,
    alice.seat,
  );
  assert.deepEqual(Buffer.from(digests.body), digestsOf(content));
  await other.stop();
});

test("an upload is named once, by its own account, whole and as it was signed", async () => {
  const record = await beginRecord(alice);
  const bob = await new Person(server.line).signUp();
  const content = randomBytes(100_000);
  const id = await upload(content);
  const others = await beginRecord(bob);
  const stolen = sealTest(others, { content, upload: id });
  assertRefused(await postRevisions(others, [stolen]), "not-found");
  const changed = Buffer.from(content);
  changed[99_999] = (changed[99_999] ?? 0) ^ 1;
  const differs = sealTest(record, { content: changed, upload: id });
  assertRefused(await postRevisions(record, [differs]), "content-differs");
  const twice = [
    sealTest(record, { content, upload: id }),
    sealTest(record, { content, upload: id }),
  ];
  assertRefused(await postRevisions(record, twice), "conflict");
  await donePosting(record, twice.slice(0, 1));
  assertRefused(await postRevisions(record, twice.slice(1)), "not-found");
});

test("what is not an upload of ours is refused with a problem", async () => {
  const location = await create(10);
  const nowhere = `${PATH}/${"A".repeat(32)}`;
  const octets = { "content-type": "application/offset+octet-stream" };
  const wrong: Record<string, [Promise<Response>, Parameters<typeof assertRefused>[1]]> = {
    "no length": [tus("POST", PATH, {}), "malformed"],
    "length 0": [tus("POST", PATH, { "upload-length": "0" }), "malformed"],
    "length to come": [tus("POST", PATH, { "upload-defer-length": "1" }), "malformed"],
    "a file's name": [
      tus("POST", PATH, { "upload-length": "9", "upload-metadata": "filename YQ==" }),
      "malformed",
    ],
    "too long": [tus("POST", PATH, { "upload-length": String(11 * 2 ** 30 + 1) }), "too-large"],
    "not tus": [tus("POST", PATH, { "upload-length": "9", "tus-resumable": "0.2" }), "malformed"],
    "another offset": [patch(location, 3, randomBytes(2)), "conflict"],
    "no offset": [tus("PATCH", location, octets, randomBytes(2)), "malformed"],
    "more than announced": [patch(location, 0, randomBytes(11)), "too-large"],
    "an unknown upload": [patch(nowhere, 0, randomBytes(2)), "not-found"],
    "a way out": [patch(`${PATH}/..%2f..%2fkeys%2flog`, 0, randomBytes(2)), "not-found"],
  };
  for (const [name, [answer, code]] of Object.entries(wrong)) {
    const problem = await asProblem(await answer);
    assert.equal((problem.body as { code?: string }).code, code, name);
    assertRefused(problem, code);
  }
  const bob = await new Person(server.line).signUp();
  assert.equal((await tus("HEAD", location, {}, undefined, bob)).status, 404);
  assertRefused(await asProblem(await patch(location, 0, randomBytes(2), bob)), "not-found");
  const deleted = await tus("DELETE", location, {}, undefined, bob);
  assertRefused(await asProblem(deleted), "not-found");
  const unsigned = await fetch(server.url + location, {
    method: "HEAD",
    headers: { "tus-resumable": "1.0.0" },
  });
  assert.equal(unsigned.status, 401);
  assert.equal((await tus("HEAD", location, {})).headers.get("upload-offset"), "0");
});

test("an account has so much lying here, and no more, until it is named or deleted", async () => {
  const carol = await new Person(server.line).signUp();
  const first = await create(10 * 2 ** 30, carol);
  const more = { "upload-length": String(2 * 2 ** 30) };
  assertRefused(await asProblem(await tus("POST", PATH, more, undefined, carol)), "rate-limited");
  await create(2 ** 30, carol);
  assert.equal((await tus("DELETE", first, {}, undefined, carol)).status, 204);
  assert.equal((await tus("HEAD", first, {}, undefined, carol)).status, 404);
  await create(2 * 2 ** 30, carol);
});

test("a named upload is not deleted", async () => {
  const record = await beginRecord(alice);
  const content = randomBytes(70_000);
  const id = await upload(content);
  await donePosting(record, [sealTest(record, { content, upload: id })]);
  const deleted = await tus("DELETE", `${PATH}/${id}`, {});
  assertRefused(await asProblem(deleted), "not-found");
  assert.ok((await blobFiles()).includes(id));
});

test("what arrived of a request that breaks off stays, and no file stays open", async () => {
  const location = await create(4 * MB);
  const content = randomBytes(4 * MB);
  const { port } = server;
  await new Promise<void>((resolve) => {
    const request = httpRequest({
      port,
      host: "127.0.0.1",
      method: "PATCH",
      path: location,
      headers: {
        host: `localhost:${port}`,
        authorization: `DPoP ${alice.seat.token}`,
        dpop: proofOf(alice.seat, "PATCH", server.url + location, server.clock.at),
        "tus-resumable": "1.0.0",
        "upload-offset": "0",
        "content-type": "application/offset+octet-stream",
        "content-length": String(4 * MB),
      },
    });
    request.on("error", () => resolve());
    request.write(content.subarray(0, 2 * MB), () => setTimeout(() => request.destroy(), 200));
  });
  let offset = 0;
  for (let i = 0; i < 50 && offset === 0; i++) {
    await pause(100);
    offset = Number((await tus("HEAD", location, {})).headers.get("upload-offset"));
  }
  assert.ok(offset > 0 && offset <= 2 * MB, String(offset));
  const id = idOf(location);
  assert.deepEqual(
    (await openFiles()).filter((path) => path.endsWith(id)),
    [],
  );
  const rest = await patch(location, offset, content.subarray(offset));
  assert.equal(rest.status, 204);
  const record = await beginRecord(alice);
  const sealed = sealTest(record, { content, upload: id });
  await donePosting(record, [sealed]);

  // And when the reader goes away.
  const path = `/v1/spaces/${record.space}/revisions/${sealed.revision}/content`;
  await alice.line.refreshNonce(alice.seat);
  const controller = new AbortController();
  const response = await fetch(server.url + path, {
    signal: controller.signal,
    headers: {
      authorization: `DPoP ${alice.seat.token}`,
      dpop: proofOf(alice.seat, "GET", server.url + path, server.clock.at),
    },
  });
  await response.body?.getReader().read();
  controller.abort();
  for (let i = 0; i < 50; i++) {
    await pause(100);
    if (!(await openFiles()).some((file) => file.endsWith(id))) return;
  }
  assert.fail("the blob stays open");
});

async function openFiles(): Promise<string[]> {
  if (process.platform !== "linux") return [];
  const handles = await readdir("/proc/self/fd");
  return Promise.all(handles.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
}

test("abandoned uploads are collected after a day, named ones never", async () => {
  const record = await beginRecord(alice);
  const content = randomBytes(70_000);
  const named = await upload(content);
  await donePosting(record, [sealTest(record, { content, upload: named })]);
  const left = await upload(content);
  const blobs = await openBlobs(join(server.dataDir, "blobs"));
  const collect = () => collectUploads({ sql: server.admin, blobs, now: () => server.clock.at });
  await pass(server, DAY - 1, alice);
  const later = await create(10);
  await collect();
  assert.ok((await blobFiles()).includes(left));
  await pass(server, 2, alice);
  await collect();
  const files = await blobFiles();
  assert.ok(!files.includes(left));
  assert.ok(files.includes(named) && files.includes(idOf(later)));
  const late = sealTest(record, { content, upload: left });
  assertRefused(await postRevisions(record, [late]), "not-found");
});
