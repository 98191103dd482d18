import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import {
  fromBase64url,
  fromUtf8,
  MAX_ANSWER,
  MAX_LIST,
  newId,
  parseSigningKey,
  sha256,
  utf8,
  verifyBytes,
} from "@ecrin/protocol";
import { ClientError } from "../src/errors.ts";
import { Http } from "../src/http.ts";
import { refusal } from "./ground.ts";

const SERVER = "https://ecrin.example";
const facts = {
  suite: "ecrin-1",
  version: "0",
  time: 1,
  logKey: "A".repeat(43),
  releaseKey: `${"A".repeat(1622)}`,
  addressKey: `${"A".repeat(1622)}`,
  signIn: { memoryKiB: 65_536, iterations: 3, parallelism: 4 },
};

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

/** An Http whose network answers from a list, in order. */
function scripted(...answers: readonly (() => Response)[]) {
  const asked: Asked[] = [];
  const http = new Http({
    server: SERVER,
    now: () => 1_790_000_000_000,
    fetch: (url, init = {}) => {
      asked.push({ url: String(url), init });
      const next = answers[asked.length - 1];
      return next === undefined
        ? Promise.reject(new TypeError("fetch failed"))
        : Promise.resolve().then(next);
    },
  });
  return { http, asked };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
};

const problem = (code: string, more: object = {}, headers: Record<string, string> = {}) =>
  json({ type: `/problems/${code}`, title: "no", status: 400, code, ...more }, 400, {
    "content-type": "application/problem+json",
    ...headers,
  });

async function signedIn(...answers: readonly (() => Response)[]) {
  const first = () => json(facts, 200, { "ecrin-nonce": "nonce-1" });
  const line = scripted(first, ...answers);
  const thumbprint = await line.http.begin();
  line.http.enter({ token: "the-token", expires: 1 });
  return { ...line, thumbprint };
}

function header(asked: Asked | undefined, name: string): string {
  return new Headers(asked?.init.headers).get(name) ?? "";
}

function parts(proof: string) {
  const [head = "", body = "", signature = ""] = proof.split(".");
  const read = (part: string) => JSON.parse(fromUtf8(fromBase64url(part)));
  return { head: read(head), claims: read(body), signature, input: utf8(`${head}.${body}`) };
}

test("a request in a session carries a proof for exactly itself", async () => {
  const chain = () => json({ statements: [] });
  const { http, asked, thumbprint } = await signedIn(chain, chain);
  const account = newId<"account">();
  await http.call("chain", { params: { account }, query: { from: 3 } });
  await http.call("chain", { params: { account } });
  assert.equal(asked[1]?.url, `${SERVER}/v1/accounts/${account}?from=3`);
  assert.equal(header(asked[1], "authorization"), "DPoP the-token");
  const { head, claims, signature, input } = parts(header(asked[1], "dpop"));
  assert.equal(head.typ, "dpop+jwt");
  assert.equal(head.alg, "Ed25519");
  const jwk = `{"crv":"Ed25519","kty":"OKP","x":"${head.jwk.x}"}`;
  assert.equal(Buffer.from(sha256(utf8(jwk))).toString("base64url"), thumbprint);
  assert.equal(Object.keys(head.jwk).sort().join(), "crv,kty,x");
  assert.equal(claims.htm, "GET");
  assert.equal(claims.htu, `${SERVER}/v1/accounts/${account}`);
  assert.equal(claims.iat, 1_790_000_000);
  assert.equal(claims.ath, Buffer.from(sha256(utf8("the-token"))).toString("base64url"));
  assert.equal(claims.nonce, "nonce-1");
  const key = parseSigningKey(head.jwk.x, "x");
  assert.ok(await verifyBytes(key, fromBase64url(signature), input));
  const second = parts(header(asked[2], "dpop"));
  assert.notEqual(second.claims.jti, claims.jti);
  assert.equal(asked[1]?.init.redirect, "error");
  assert.equal(asked[1]?.init.credentials, "omit");
});

test("one retry, for a proof refused alone, with the nonce that came with the refusal", async () => {
  const refused = () => problem("proof-refused", {}, { "ecrin-nonce": "nonce-2" });
  const good = await signedIn(refused, () => json({ spaces: [] }));
  await good.http.call("spaces");
  assert.equal(parts(header(good.asked[2], "dpop")).claims.nonce, "nonce-2");
  assert.equal(await good.http.nonce(), "nonce-2");

  const twice = await signedIn(refused, refused, () => json({ spaces: [] }));
  await assert.rejects(twice.http.call("spaces"), refusal("proof-refused"));
  assert.equal(twice.asked.length, 3);

  const other = await signedIn(
    () => problem("not-allowed"),
    () => json({ spaces: [] }),
  );
  await assert.rejects(other.http.call("spaces"), refusal("not-allowed"));
  assert.equal(other.asked.length, 2);
});

test("without a session nothing is sent that needs one", async () => {
  const { http, asked } = scripted(() => json({ spaces: [] }));
  await assert.rejects(http.call("spaces"), refusal("not-signed-in"));
  assert.equal(asked.length, 0);
  const left = await signedIn();
  left.http.leave();
  await assert.rejects(left.http.call("spaces"), refusal("not-signed-in"));
});

test("a problem names code and field, and shows nothing else the server wrote", async () => {
  const { http } = await signedIn(
    () => problem("stale-head", { field: "body.statement.seq", title: "your token is X" }),
    () => problem("not-found", { field: "<script> alert" }),
    () => problem("of-no-kind"),
    () => json({ code: 7 }, 400, { "content-type": "application/problem+json" }),
  );
  await assert.rejects(http.call("spaces"), (error) => {
    assert.ok(error instanceof ClientError);
    assert.equal(error.code, "stale-head");
    assert.deepEqual(error.problem, { status: 400, field: "body.statement.seq" });
    assert.ok(!error.message.includes("token"));
    return true;
  });
  await assert.rejects(http.call("spaces"), (error) => {
    assert.ok(error instanceof ClientError && error.code === "not-found");
    assert.deepEqual(error.problem, { status: 400 });
    return true;
  });
  await assert.rejects(http.call("spaces"), refusal("bad-answer"));
  await assert.rejects(http.call("spaces"), refusal("bad-answer"));
});

test("what is not in the table's form, or does not arrive, is refused", async () => {
  const { http } = await signedIn(
    () => json({ spaces: [{ space: "x" }] }),
    () => json({ spaces: [], more: 1 }),
    () => new Response("<html>", { status: 200 }),
  );
  for (let i = 0; i < 3; i++) await assert.rejects(http.call("spaces"), refusal("bad-answer"));
  await assert.rejects(http.call("spaces"), refusal("offline"));
});

test("bytes are exactly as many as asked for", async () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const params = { space: newId<"space">(), revision: newId<"revision">() };
  const { http, asked } = await signedIn(
    () => new Response(bytes),
    () => new Response(bytes.subarray(1, 3), { status: 206 }),
    () => new Response(bytes),
    () => new Response(bytes),
    () => new Response(bytes, { status: 206 }),
    () => new Response(bytes),
  );
  assert.deepEqual(await http.whole("content", params, 4), bytes);
  assert.deepEqual(await http.whole("content", params, 2, 1), bytes.slice(1, 3));
  assert.equal(header(asked[2], "range"), "bytes=1-2");
  await assert.rejects(http.whole("content", params, 3), refusal("cannot-open"));
  await assert.rejects(http.whole("content", params, 5), refusal("cannot-open"));
  await assert.rejects(http.whole("content", params, 4), refusal("bad-answer"));
  const pieces: number[] = [];
  for await (const piece of await http.stream("content", params)) pieces.push(...piece);
  assert.deepEqual(pieces, [1, 2, 3, 4]);
});

test("a stream that breaks off is a network that broke off", async () => {
  const params = { space: newId<"space">(), revision: newId<"revision">() };
  const breaking = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.error(new TypeError("terminated"));
        },
      }),
    );
  const { http } = await signedIn(breaking);
  await assert.rejects(http.whole("content", params, 4), refusal("offline"));
});

test("a refusal that says for how long is told with it, and one that says it otherwise without", async () => {
  for (const [header, told] of [
    ["86400", 86_400],
    ["0", 0],
    ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
    ["-1", undefined],
    ["99999999", undefined],
  ] as const) {
    const { http } = await signedIn(() => problem("rate-limited", {}, { "retry-after": header }));
    await assert.rejects(
      http.call("spaces"),
      (error) => error instanceof ClientError && error.problem?.retryAfter === told,
      header,
    );
  }
});

test("raw answers say what they say by status and headers, problems are refusals", async () => {
  const { http, asked } = await signedIn(
    () => new Response(null, { status: 201, headers: { location: "/v1/uploads/x" } }),
    () => problem("rate-limited"),
    () => new Response(null, { status: 401, headers: { "ecrin-nonce": "nonce-2" } }),
    () => new Response(null, { status: 204, headers: { "upload-offset": "7" } }),
  );
  const headers = { "Upload-Length": "7" };
  assert.equal((await http.raw("POST", "/v1/uploads", headers)).status, 201);
  assert.equal(header(asked[1], "upload-length"), "7");
  await assert.rejects(http.raw("PATCH", "/v1/uploads/x", {}), refusal("rate-limited"));
  // HEAD has no body to say that the proof was refused.
  assert.equal((await http.raw("HEAD", "/v1/uploads/x", {})).headers.get("upload-offset"), "7");
  assert.equal(parts(header(asked[4], "dpop")).claims.nonce, "nonce-2");
});

/** An answer without an end, and how much of it was taken. */
function endless(type: string, piece: number, headers: Record<string, string> = {}) {
  const taken = { bytes: 0, ended: false };
  const answer = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          taken.bytes += piece;
          controller.enqueue(new Uint8Array(piece).fill(0x20));
        },
        cancel() {
          taken.ended = true;
        },
      }),
      { headers: { "content-type": type, ...headers } },
    );
  return { answer, taken };
}

test("an answer that never ends is not heard out", async () => {
  const asks: [string, number, number, (http: Http) => Promise<unknown>][] = [
    ["application/json", MAX_ANSWER, 65_536, (http) => http.call("factors")],
    ["application/json", MAX_ANSWER, 16, (http) => http.call("factors")],
    ["application/json", MAX_LIST, 1 << 20, (http) => http.call("spaces")],
    ["application/problem+json", 65_536, 10_000, (http) => http.call("factors")],
    ["text/plain", 65_536, 10_000, (http) => http.raw("POST", "/v1/uploads", {})],
    ["text/plain", 4096, 1000, (http) => http.file("/log/checkpoint", 4096)],
  ];
  for (const [type, most, piece, ask] of asks) {
    const { answer, taken } = endless(type, piece);
    const { http } = await signedIn(answer);
    await http.nonce();
    await assert.rejects(ask(http), refusal("bad-answer"));
    assert.ok(taken.bytes > most - piece && taken.bytes <= most + 3 * piece, `${taken.bytes}`);
    assert.ok(taken.ended, type);
  }
});

test("a server that goes on sending is hung up on", async () => {
  let hungUp: (() => void) | undefined;
  const closed = new Promise<void>((resolve) => {
    hungUp = resolve;
  });
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "ecrin-nonce": "n" });
    response.on("close", () => hungUp?.());
    const send = () => {
      while (!response.destroyed && response.write(" ".repeat(65_536)));
    };
    response.on("drain", send);
    send();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const http = new Http({ server: `http://127.0.0.1:${port}` });
  await assert.rejects(http.call("server"), refusal("bad-answer"));
  await closed;
  server.close();
});

test("an answer is as long as its route allows, in pieces of whatever size", async () => {
  const text = JSON.stringify({ spaces: [] }).padEnd(3 * 65_536 + 5);
  const cut = [0, 1, 2, 70_000, 70_001, text.length];
  const inPieces = () =>
    new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (const [i, from] of cut.slice(0, -1).entries())
            controller.enqueue(utf8(text.slice(from, cut[i + 1])));
          controller.close();
        },
      }),
      { headers: { "content-type": "application/json" } },
    );
  const { http } = await signedIn(inPieces);
  assert.deepEqual((await http.call("spaces")).spaces, []);
  const long = () => json({ totp: undefined, passkeys: [] }).text();
  const fits = (await long()).padEnd(MAX_ANSWER);
  const type = { headers: { "content-type": "application/json" } };
  const line = await signedIn(
    () => new Response(fits, type),
    () => new Response(`${fits} `, type),
  );
  assert.deepEqual(await line.http.call("factors"), { passkeys: [] });
  await assert.rejects(line.http.call("factors"), refusal("bad-answer"));
});

test("a nonce grows old and is asked for anew", async () => {
  let now = 0;
  let asked = 0;
  const http = new Http({
    server: SERVER,
    now: () => now,
    fetch: () => {
      asked += 1;
      return Promise.resolve(json(facts, 200, { "ecrin-nonce": `nonce-${asked}` }));
    },
  });
  assert.equal(await http.nonce(), "nonce-1");
  now += 7 * 60_000;
  assert.equal(await http.nonce(), "nonce-1");
  now += 2 * 60_000;
  assert.equal(await http.nonce(), "nonce-2");
});
