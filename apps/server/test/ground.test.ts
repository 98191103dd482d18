import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { byteaArray, numberArray, openPool, parseDatabaseUrl, textArray } from "../src/database.ts";
import { policyOf } from "../src/headers.ts";
import { openKeys } from "../src/keys.ts";
import { createLimiter, DEFAULT_LIMITS } from "../src/limits.ts";
import { type Migration, migrate, readMigrations } from "../src/migrations.ts";
import { compressPage } from "../src/page-compress.ts";
import { openPages } from "../src/pages.ts";
import { asServerError, problemOf, type ServerError } from "../src/problem.ts";
import { startServer } from "../src/server.ts";
import { hmacSha256 } from "../src/tag.ts";
import { wordsFor } from "../src/words.ts";
import { type Cluster, startCluster, startTestServer, urlOf } from "./harness.ts";
import { Person } from "./person.ts";

const PASSWORD = "A".repeat(32);

let cluster: Cluster;
let folder: string;
before(async () => {
  cluster = await startCluster();
  folder = await mkdtemp(join(tmpdir(), "ecrin-ground-"));
});
after(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

test("arrays come out of the database as they went in, as a connection's first query too", async () => {
  const sql = openPool(await cluster.database(), 1);
  const bytes = [Buffer.alloc(0), Buffer.from([0, 1, 255, 92, 34]), Buffer.alloc(33, 7)];
  const texts = ["", 'a"b\\c', "{x,y}", "NULL", "é\n🙂", undefined];
  const numbers = [0, -1, Number.MAX_SAFE_INTEGER, undefined];
  const rows = await sql<{ b: Buffer; t: string | null; n: number | null }[]>`
    select * from unnest(${byteaArray(bytes)}::bytea[], ${textArray(texts)}::text[],
      ${numberArray(numbers)}::bigint[]) as x (b, t, n)`;
  assert.deepEqual(
    rows.slice(0, 3).map((row) => row.b),
    bytes,
  );
  assert.deepEqual(
    rows.map((row) => row.t ?? undefined),
    texts,
  );
  assert.deepEqual(
    rows.slice(0, 4).map((row) => row.n ?? undefined),
    numbers,
  );
  await assert.rejects(sql`select 9007199254740992::bigint as n`);
  await sql.end();
});

test("a database address is read whole or refused", () => {
  assert.deepEqual(parseDatabaseUrl("postgres://me:p%40ss@host:5433/db?sslmode=verify-full"), {
    host: "host",
    port: 5433,
    database: "db",
    user: "me",
    password: "p@ss",
    tls: "verify-full",
  });
  for (const wrong of [
    "http://me@host/db",
    "postgres://host/db",
    "postgres://me@host/",
    "postgres://me@host/db?sslmode=allow",
    "x",
  ]) {
    assert.throws(() => parseDatabaseUrl(wrong), TypeError);
  }
});

test("migrations run once, together or one after the other, and only as they were", async () => {
  const target = await cluster.database();
  const [one, two] = [openPool(target, 2), openPool(target, 2)];
  await Promise.all([migrate(one, PASSWORD), migrate(two, PASSWORD)]);
  const all = await readMigrations();
  const applied = await one<
    { number: number }[]
  >`select number from ecrin.migrations order by number`;
  assert.deepEqual(
    applied.map((row) => row.number),
    all.map((migration) => migration.number),
  );
  const changed = all.map((each, i) => (i === 0 ? { ...each, checksum: "0".repeat(64) } : each));
  await assert.rejects(migrate(one, PASSWORD, changed), /changed since/);
  await assert.rejects(migrate(one, PASSWORD, all.slice(0, -1)), /later version/);
  const broken: Migration = {
    number: all.length + 1,
    name: "broken",
    text: "create table half (x int); select 1 / 0;",
    checksum: "1".repeat(64),
  };
  await assert.rejects(migrate(one, PASSWORD, [...all, broken]), { code: "22012" });
  const half = await one`select from pg_tables where tablename = 'half'`;
  assert.equal(half.length, 0);
  await migrate(two, PASSWORD, [...all, { ...broken, text: "create table whole (x int)" }]);
  await Promise.all([one.end(), two.end()]);
});

test("keys are made once, whole, for their owner only, and the same afterwards", async () => {
  const place = join(folder, "keys");
  const [one, two] = await Promise.all([openKeys(place), openKeys(place)]);
  assert.equal(one.logKey, two.logKey);
  assert.equal(one.release.key, two.release.key);
  assert.equal(one.opaqueSetup, two.opaqueSetup);
  const files = await readdir(place);
  assert.deepEqual(files.sort(), [
    "address",
    "database",
    "factors",
    "log",
    "mac",
    "nonce",
    "opaque",
    "pepper",
    "release",
    "session",
  ]);
  for (const file of files) assert.equal((await stat(join(place, file))).mode & 0o777, 0o600);
  assert.equal((await stat(place)).mode & 0o777, 0o700);
  assert.equal((await openKeys(place)).address.key, one.address.key);
  await chmod(join(place, "mac"), 0o644);
  await assert.rejects(openKeys(place), /mac can be read by others/);
  await chmod(join(place, "mac"), 0o600);
  await writeFile(join(place, "mac"), (await readFile(join(place, "mac"), "utf8")).slice(0, 20));
  await assert.rejects(openKeys(place), /mac does not hold 32 bytes/);
});

test("where a server has run, a lost key is told and not replaced", async () => {
  const place = join(folder, "lost-keys");
  await openKeys(place);
  // Whoever died while making them is taken up.
  await rm(join(place, "pepper"));
  await openKeys(place);
  await writeFile(join(place, "checkpoint"), "of a server of 0.2.0", { mode: 0o600 });
  await rm(join(place, "factors"));
  await openKeys(place);
  await writeFile(join(place, "chain"), "of a server of 0.4.0", { mode: 0o600 });
  for (const name of ["log", "release", "address", "pepper", "opaque", "mac", "factors"]) {
    const held = await readFile(join(place, name));
    await rm(join(place, name));
    await assert.rejects(openKeys(place), new RegExp(`no key file ${name} in .*put it back`));
    assert.ok(!(await readdir(place)).includes(name));
    await writeFile(join(place, name), held, { mode: 0o600 });
  }
  for (const name of ["session", "nonce", "database"]) await rm(join(place, name));
  await openKeys(place);
});

test("the service's password goes to the database as what the database keeps of it", async () => {
  const target = await cluster.database();
  const admin = openPool(target, 2);
  const [data, hba] = await Promise.all(
    ["data_directory", "hba_file"].map(async (name) => {
      const [row] = await admin<{ value: string }[]>`select current_setting(${name}) as value`;
      return row?.value ?? "";
    }),
  );
  // As who runs a database for a hospital has it: every change of a role is in the log.
  await admin.unsafe(`alter database ${target.database} set log_statement = 'ddl'`);
  await admin.end();
  const again = openPool(target, 2);
  await migrate(again, PASSWORD);
  const log = await readFile(join(data ?? "", "..", "postgres.log"), "utf8");
  assert.match(log, /alter role ecrin_app login password 'SCRAM-SHA-256/);
  assert.ok(!log.includes(PASSWORD));
  const before = await readFile(hba ?? "", "utf8");
  const signIn = async (password: string) => {
    const app = openPool({ ...target, user: "ecrin_app", password }, 1);
    return await app`select 1`
      .then(
        () => "in",
        (error: unknown) => (error instanceof Error && "code" in error ? error.code : undefined),
      )
      .finally(() => app.end());
  };
  try {
    await writeFile(hba ?? "", `local all ecrin_app scram-sha-256\n${before}`);
    await again`select pg_reload_conf()`;
    await again`select pg_sleep(0.5)`;
    assert.equal(await signIn(`${PASSWORD}B`), "28P01");
    assert.equal(await signIn(PASSWORD), "in");
  } finally {
    await writeFile(hba ?? "", before);
    await again`select pg_reload_conf()`;
    await again.end();
  }
});

test("the quick HMAC is HMAC-SHA256 (RFC 4231 with a key of 32 bytes)", async () => {
  const { createHmac, randomBytes } = await import("node:crypto");
  for (const length of [0, 1, 55, 64, 200]) {
    const [key, message] = [randomBytes(32), randomBytes(length)];
    const expected = createHmac("sha256", key).update(message).digest();
    assert.deepEqual(hmacSha256(key)(message), expected);
  }
});

test("a database is not taken over by a server with other keys", async () => {
  const server = await startTestServer(cluster);
  const other = join(folder, "other");
  const [row] = await server.admin<{ name: string }[]>`select current_database() as name`;
  const { host, port, user } = server.admin.options;
  const target = { host: String(host[0]), port: Number(port[0]), user, database: row?.name ?? "" };
  await assert.rejects(
    startTestServer(cluster, { dataDir: other, databaseUrl: urlOf(target) }),
    /other keys/,
  );
  await server.stop();
});

test("a server does not start beside another one's database, and beside its own it does", async () => {
  const server = await startTestServer(cluster);
  const [row] = await server.admin<{ name: string }[]>`select current_database() as name`;
  const beside = startTestServer(cluster, { neighbours: false });
  await assert.rejects(beside, (error: Error) => {
    return error.message.includes(`in the database ${row?.name}, `);
  });
  // Nothing was changed by it: who is at work goes on, also by new connections.
  await new Person(server.line).signUp();
  const second = await startServer({
    dataDir: server.dataDir,
    port: 0,
    databaseUrl: urlOf(server.target),
  });
  await second.stop();
  await server.stop();
  const alone = await startTestServer(cluster, { neighbours: false });
  await alone.stop();
});

test("somebody who asks too often waits; others do not", () => {
  let now = 0;
  const limit = createLimiter(
    { ...DEFAULT_LIMITS, session: { burst: 3, perSecond: 1 } },
    () => now,
  );
  for (let i = 0; i < 3; i++) limit("session", "a");
  assert.throws(() => limit("session", "a"), { code: "rate-limited" });
  limit("session", "b");
  limit("connection", "a");
  now = 999;
  assert.throws(() => limit("session", "a"), { code: "rate-limited" });
  now = 2000;
  limit("session", "a");
  now = -10_000;
  assert.doesNotThrow(() => limit("session", "c"));
  // What was used up while the clock was a day ahead fills again from when it was set right.
  now = 86_400_000;
  for (let i = 0; i < 3; i++) limit("session", "d");
  now = 5000;
  assert.throws(() => limit("session", "d"), { code: "rate-limited" });
  now = 5999;
  assert.throws(() => limit("session", "d"), { code: "rate-limited" });
  now = 6000;
  limit("session", "d");
  assert.throws(() => limit("session", "d"), { code: "rate-limited" });
});

test("a bucket that is empty says when it holds one again, and does then", () => {
  for (const [kind, rate] of Object.entries(DEFAULT_LIMITS)) {
    let now = 1_790_000_000_123;
    const limit = createLimiter(DEFAULT_LIMITS, () => now);
    const take = () => limit(kind as keyof typeof DEFAULT_LIMITS, "a");
    for (let i = 0; i < rate.burst; i++) take();
    let seconds = 0;
    assert.throws(take, ({ code, retryAfter }: ServerError) => {
      seconds = retryAfter ?? 0;
      return code === "rate-limited";
    });
    assert.equal(seconds, Math.max(1, Math.round(1 / rate.perSecond)), kind);
    now += seconds * 1000;
    take();
  }
});

test("too many requests are a problem that says when to come back", async () => {
  const limits = {
    ...DEFAULT_LIMITS,
    signIn: { burst: 50, perSecond: 1 },
    stranger: { burst: 2, perSecond: 1 / 40 },
  };
  const server = await startTestServer(cluster, { limits });
  const alice = await new Person(server.line).signUp();
  const start = { account: alice.account, key: alice.seat.key };
  const ask = () => server.line.ask("POST", "/v1/kit/start", start);
  assert.deepEqual([(await ask()).status, (await ask()).status], [200, 200]);
  const refused = await ask();
  assert.equal(refused.body.code, "rate-limited");
  assert.equal(refused.headers.get("retry-after"), "40");
  server.clock.at += 39_000;
  const early = await ask();
  assert.equal(early.body.code, "rate-limited");
  assert.equal(early.headers.get("retry-after"), "1");
  server.clock.at += 1000;
  assert.equal((await ask()).status, 200);
  await server.stop();
});

test("whoever takes their journal along again and again is told to wait, and nobody else", async () => {
  const limits = { ...DEFAULT_LIMITS, export: { burst: 2, perSecond: 1 / 60 } };
  const server = await startTestServer(cluster, { limits });
  const [alice, bob] = [
    await new Person(server.line).signUp(),
    await new Person(server.line).signUp(),
  ];
  const ask = async ({ account, seat }: Person) =>
    await server.line.ask("GET", `/v1/journal/${account}/export?language=fr`, undefined, seat);
  assert.deepEqual([(await ask(alice)).status, (await ask(alice)).status], [200, 200]);
  assert.equal((await ask(alice)).body.code, "rate-limited");
  assert.equal((await ask(bob)).status, 200);
  server.clock.at += 61_000;
  assert.equal((await ask(alice)).status, 200);
  await server.stop();
});

test("the log holds a name, a status and a time for each request, and nothing that was said", async () => {
  const lines: object[] = [];
  const server = await startTestServer(cluster, { log: (line) => lines.push(line) });
  const alice = await new Person(server.line).signUp();
  await server.line.ask("GET", "/v1/canary?canary=canary", undefined, alice.seat);
  await server.line.ask("POST", "/v1/kit/start", { canary: "canary" });
  const names = lines.map((line) => ("route" in line ? line.route : undefined));
  assert.deepEqual(names, [
    "signUpStart",
    "server",
    "signUpFinish",
    "server",
    "unknown",
    "kitStart",
  ]);
  for (const line of lines)
    assert.deepEqual(Object.keys(line), ["method", "route", "status", "ms"]);
  assert.ok(
    !JSON.stringify(lines).includes("canary") && !JSON.stringify(lines).includes(alice.account),
  );
  await server.stop();
});

test("without its database the server says so, and goes on when it is back", async () => {
  const server = await startTestServer(cluster);
  const alice = await new Person(server.line).signUp();
  const ask = () => server.line.ask("GET", "/v1/account", undefined, alice.seat);
  const [row] = await server.admin<{ name: string }[]>`select current_database() as name`;
  const name = row?.name ?? "";
  await server.admin.unsafe(`alter database ${name} connection limit 0`);
  const end = server.admin`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = ${name} and usename = 'ecrin_app'`;
  await end;
  const answer = await ask();
  assert.equal(answer.body.code, "unavailable");
  assert.equal(answer.status, 503);
  await server.admin.unsafe(`alter database ${name} connection limit -1`);
  assert.equal((await ask()).status, 200);
  await server.stop();
});

test("an error of the machine becomes a problem that says no more than its code", () => {
  const codes = (errors: object[]) => errors.map((each) => asServerError(each).code);
  const full = [{ code: "ENOSPC" }, { code: "53100" }];
  assert.deepEqual(codes(full), ["storage-full", "storage-full"]);
  const lost = [{ code: "ECONNREFUSED" }, { code: "57P01" }, { code: "CONNECTION_CLOSED" }];
  assert.deepEqual(codes(lost), ["unavailable", "unavailable", "unavailable"]);
  const problem = problemOf(asServerError(new Error("canary in /a/path")));
  assert.equal(problem.code, "internal");
  assert.ok(!JSON.stringify(problem).includes("canary"));
});

test("the page is served under its policy, and no path leads out of its folder", async () => {
  const page = join(folder, "page");
  await mkdir(join(page, "assets"), { recursive: true });
  await writeFile(join(page, "index.html"), "<!doctype html>");
  await writeFile(join(page, "assets", "worker-abc.js"), "1");
  await writeFile(join(folder, "secret"), "no");
  const server = await startTestServer(cluster, { pages: page });
  const get = (path: string) => fetch(server.url + path);
  for (const path of ["/", "/record/x"]) {
    const response = await get(path);
    assert.equal(await response.text(), "<!doctype html>");
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.ok(policy.includes("require-trusted-types-for 'script'"));
    assert.ok(policy.includes("default-src 'none'") && !policy.includes("unsafe"));
  }
  const worker = await get("/assets/worker-abc.js");
  assert.match(
    worker.headers.get("content-security-policy") ?? "",
    /script-src 'self' 'wasm-unsafe-eval';/,
  );
  assert.match(worker.headers.get("cache-control") ?? "", /immutable/);
  for (const path of [
    "/secret.txt",
    "/../secret",
    "/%2e%2e/secret",
    "/assets/..%2f..%2fsecret",
    "/missing.js",
    "/v1/missing",
  ]) {
    const text = await (await get(path)).text();
    assert.notEqual(text, "no", path);
  }
  assert.equal((await get("/missing.js")).status, 404);
  assert.equal((await get("/v1/missing")).status, 404);
  assert.equal(policyOf("/assets/index.js").includes("wasm"), false);
  assert.equal(await openPages(join(folder, "nowhere")), undefined);
  await server.stop();
});

test("files of the page come compressed where that is taken, and not again where they are known", async () => {
  const page = join(folder, "compressed");
  await mkdir(join(page, "assets"), { recursive: true });
  const script = "const letter = 'a';\n".repeat(500);
  await writeFile(join(page, "index.html"), "<!doctype html>");
  await writeFile(join(page, "assets", "index-abc.js"), script);
  await compressPage(page);
  await compressPage(page);
  const server = await startTestServer(cluster, { pages: page });
  const path = "/assets/index-abc.js";
  const get = (headers: Record<string, string>, of = path) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) =>
      request(server.url + of, { headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(parts),
          }),
        );
      })
        .on("error", reject)
        .end(),
    );
  const plain = await get({});
  assert.equal(plain.body.toString(), script);
  assert.equal(plain.headers["content-encoding"], undefined);
  const coded = { br: brotliDecompressSync, gzip: gunzipSync };
  const tags = new Set([plain.headers.etag]);
  for (const [encoding, decompress] of Object.entries(coded)) {
    const { headers, body } = await get({ "accept-encoding": `identity, ${encoding};q=0.5` });
    assert.equal(headers["content-encoding"], encoding);
    assert.equal(headers.vary, "accept-encoding");
    assert.match(headers["cache-control"] ?? "", /immutable/);
    assert.equal(headers["content-type"], "text/javascript; charset=utf-8");
    assert.ok(body.length < script.length / 10);
    assert.equal(decompress(body).toString(), script);
    tags.add(headers.etag);
    const known = await get({
      "accept-encoding": encoding,
      "if-none-match": `"x", W/${headers.etag}`,
    });
    assert.deepEqual([known.status, known.body.length], [304, 0]);
    assert.equal(known.headers.etag, headers.etag);
  }
  assert.equal(tags.size, 3);
  const both = await get({ "accept-encoding": "gzip, deflate, br" });
  assert.equal(both.headers["content-encoding"], "br");
  const refused = await get({ "accept-encoding": "br;q=0, gzip;q=0.0" });
  assert.equal(refused.headers["content-encoding"], undefined);
  const index = await get({ "accept-encoding": "br" }, "/");
  assert.equal(index.headers["content-encoding"], undefined);
  assert.equal((await get({ "if-none-match": index.headers.etag ?? "" }, "/")).status, 304);
  // Who looks whether it is there, as what watches over a service does.
  for (const place of ["/", path]) {
    const [whole, head] = await Promise.all(
      ["GET", "HEAD"].map((method) => fetch(server.url + place, { method })),
    );
    assert.equal(head?.status, 200);
    assert.equal(await head?.text(), "");
    for (const name of ["content-type", "content-security-policy", "etag", "cache-control"])
      assert.equal(head?.headers.get(name), whole?.headers.get(name));
    await whole?.body?.cancel();
  }
  assert.equal((await fetch(`${server.url}/`, { method: "POST" })).status, 404);
  await server.stop();
});

test("the server speaks French where it is asked to", () => {
  assert.match(wordsFor({ LANG: "fr_FR.UTF-8" }).stopped, /Arrêté/);
  assert.match(wordsFor({ LANG: "fr_FR.UTF-8", LC_ALL: "C" }).stopped, /Stopped/);
  assert.match(wordsFor({}).stopped, /Stopped/);
});
