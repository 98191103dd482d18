import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { LogLine } from "../src/app.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";

// What no client of ours sends, as raw as it travels: each is answered once, leads nowhere, and
// the next one is heard.

const lines: LogLine[] = [];
let cluster: Cluster;
let server: TestServer;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-pages-"));
  const pages = join(folder, "pages");
  await mkdir(join(pages, "assets"), { recursive: true });
  await writeFile(join(pages, "index.html"), "the page");
  await writeFile(join(pages, "assets", "a.js"), "the script");
  await writeFile(join(folder, "outside.txt"), "outside");
  cluster = await startCluster();
  server = await startTestServer(cluster, { pages, log: (line) => lines.push(line) });
});
after(async () => {
  await server?.stop();
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What comes back until the server hangs up. */
function say(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, "127.0.0.1");
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Buffer.concat(parts).toString("latin1")));
    socket.write(Buffer.from(text, "latin1"));
  });
}

const HOST = "Host: localhost";
const CLOSE = "Connection: close";
const JSON_TYPE = "Content-Type: application/json";
const LONG = "a".repeat(20_000);

function request(line: string, headers: readonly string[] = [], body = "", host = HOST): string {
  const version = / HTTP\/\d\.\d$/.test(line) ? line : `${line} HTTP/1.1`;
  return `${[version, ...(host === "" ? [] : [host]), CLOSE, ...headers].join("\r\n")}\r\n\r\n${body}`;
}

const post = (headers: readonly string[], body: string) =>
  request("POST /v1/kit/start", headers, body);

/** Status, and what the answer says; no status: hung up on. */
type Expected = readonly [status: number | undefined, says?: string];
const CASES: Record<string, [text: string, expected: Expected]> = {
  "absolute form": [request("GET http://localhost/v1/server"), [200, '"suite"']],
  "authority form": [request("GET localhost:80"), [400]],
  "asterisk form": [request("OPTIONS *"), [400]],
  "OPTIONS of a route": [request("OPTIONS /v1/server", ["Origin: http://evil.example"]), [404]],
  "OPTIONS of an upload": [request("OPTIONS /v1/uploads", ["Origin: http://evil.example"]), [401]],
  TRACE: [request("TRACE /v1/server", ["X: canary"]), [404, '"not-found"']],
  CONNECT: [request("CONNECT evil.example:443"), [undefined]],
  "a method of WebDAV": [request("PROPFIND /"), [404]],
  "a method of nobody's": [request("FOO /"), [400]],
  "another method of a route": [request("DELETE /v1/server"), [404]],
  "a method that a header names": [
    request("POST /v1/server", ["X-HTTP-Method-Override: GET", "Content-Length: 0"]),
    [404],
  ],
  HEAD: [request("HEAD /v1/server"), [200]],
  "no host": [request("GET /v1/server", [], "", ""), [400]],
  "two hosts": [request("GET /v1/server", ["host: evil.example"]), [400]],
  "a host with a blank": [request("GET /v1/server", [], "", "Host: a b"), [400]],
  "a host with a name before it": [request("GET /v1/server", [], "", "Host: a@localhost"), [400]],
  "a host with a path": [request("GET /v1/server", [], "", "Host: localhost/x?y"), [400]],
  "a way out": [request("GET /../outside.txt"), [404]],
  "an encoded way out": [request("GET /..%2foutside.txt"), [404]],
  "encoded dots": [request("GET /assets/%2e%2e/%2e%2e/outside.txt"), [404]],
  "a way out of the tiles": [request("GET /log/tile/..%2f..%2fkeys/pepper"), [404]],
  "a backslash": [request("GET /\\outside.txt"), [400]],
  "a NUL": [request("GET /assets/a.js%00.html"), [404]],
  "no percentage": [request("GET /assets/%zz.js"), [404]],
  "an id that is no UTF-8": [request("GET /v1/accounts/%ff"), [401]],
  "bytes beyond ASCII": [request("GET /\xff"), [400]],
  "an address without end": [request(`GET /${LONG}`), [431]],
  "a header without end": [request("GET /v1/server", [`X: ${LONG}`]), [431]],
  "a folded header": [request("GET /v1/server", ["X: a\r\n b"]), [400]],
  "a NUL in a header": [request("GET /v1/server", ["X: a\0b"]), [400]],
  "lines that end in LF": [`GET /v1/server HTTP/1.1\n${HOST}\n${CLOSE}\n\n`, [400]],
  "two ways to say how long": [
    post(["Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
    [400],
  ],
  "two lengths": [post(["Content-Length: 5", "Content-Length: 6"], "abcdef"), [400]],
  "a length with a sign": [post(["Content-Length: +2"], "{}"), [400]],
  "a length below nothing": [post(["Content-Length: -1"], ""), [400]],
  "a length beyond counting": [post(["Content-Length: 99999999999999999999"], ""), [400]],
  "chunked twice": [post(["Transfer-Encoding: chunked, chunked"], "0\r\n\r\n"), [400]],
  "a blank before the colon": [post(["Transfer-Encoding : chunked"], "0\r\n\r\n"), [400]],
  "a chunk of no length": [post(["Transfer-Encoding: chunked"], "zz\r\n"), [400]],
  "a chunk with a novel in it": [
    post([JSON_TYPE, "Transfer-Encoding: chunked"], `2;${LONG}\r\n{}\r\n0\r\n\r\n`),
    [413],
  ],
  "another transfer coding": [
    post([JSON_TYPE, "Transfer-Encoding: gzip, chunked"], "2\r\n{}\r\n0\r\n\r\n"),
    [415, '"unsupported-type"'],
  ],
  "another content coding": [
    post([JSON_TYPE, "Content-Encoding: gzip", "Content-Length: 2"], "{}"),
    [415, '"unsupported-type"'],
  ],
  "two content types": [
    post([JSON_TYPE, "Content-Type: text/plain", "Content-Length: 2"], "{}"),
    [415],
  ],
  "a prototype": [
    post([JSON_TYPE, "Content-Length: 24"], '{"__proto__":{"key":1}} '),
    [400, '"malformed"'],
  ],
  "an expectation of nobody's": [post(["Expect: tea", "Content-Length: 2"], "{}"), [417]],
  "a body for a page": [request("POST /", ["Content-Length: 2"], "{}"), [404]],
  "HTTP/2": ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]],
  "TLS where none is": ["\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", [400]],
  "ranges of a file of the page": [
    request("GET /assets/a.js", ["Range: bytes=0-99999999999999999999,-1"]),
    [200, "the script"],
  ],
  "tags without end": [
    request("GET /assets/a.js", [`If-None-Match: ${'"x",'.repeat(3000)}`]),
    [200, "the script"],
  ],
  "codings without end": [
    request("GET /assets/a.js", [`Accept-Encoding: ${"br;q=".repeat(3000)}`]),
    [200, "the script"],
  ],
  "proofs without end": [
    request("GET /v1/account", [`Authorization: DPoP ${"a".repeat(9000)}`, "DPoP: a", "DPoP: b"]),
    [401],
  ],
};

for (const [name, [text, [status, says]]] of Object.entries(CASES)) {
  test(`a raw request: ${name}`, async () => {
    lines.length = 0;
    const said = await say(text);
    const told = /^HTTP\/1\.1 (\d{3}) /.exec(said)?.[1];
    assert.equal(told === undefined ? undefined : Number(told), status, said.slice(0, 300));
    if (says !== undefined) assert.ok(said.includes(says), said);
    assert.ok(!said.includes("outside") && !said.includes("canary"), said);
    assert.equal(said.split("HTTP/1.1 ").length - 1, status === undefined ? 0 : 1);
    assert.ok(lines.every(({ fault, status: logged }) => fault === undefined && logged !== 500));
    assert.match(await say(request("GET /v1/server")), /^HTTP\/1\.1 200 /);
  });
}

test("what stands behind a request that was refused is no request", async () => {
  const smuggled = request("GET /v1/server");
  const said = await say(
    `POST /v1/kit/start HTTP/1.1\r\n${HOST}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  );
  assert.equal(said.split("HTTP/1.1 ").length - 1, 1);
  assert.match(said, /^HTTP\/1\.1 400 /);
});
