import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { processesIn } from "../src/postgres/remains.ts";
import { type RunningPostgres, startPostgres } from "../src/postgres.ts";

const HOLDER = join(dirname(fileURLToPath(import.meta.url)), "postgres-holder.ts");

// What is tried here is how a folder comes to be.
delete process.env.ECRIN_CLUSTER;

let folder = "";
let dataDir = "";
const holders: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-postgres-"));
  dataDir = join(folder, "pg");
});

afterEach(async () => {
  for (const child of holders.splice(0)) child.kill("SIGKILL");
  // Asked rather than killed: a killed server leaves its shared memory to the next one in the
  // folder, and there will be none.
  for (const pid of await processesIn(join(dataDir, "data"))) askToEnd(pid);
  await until(async () => (await processesIn(join(dataDir, "data"))).length === 0);
  await rm(folder, { recursive: true, force: true });
});

/** Asks a process to end that may have ended by itself since it was seen. */
function askToEnd(pid: number): void {
  try {
    process.kill(pid, "SIGQUIT");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Runs one query on a connection of its own. */
async function query(running: RunningPostgres, text: string): Promise<Record<string, unknown>[]> {
  const sql = postgres({ ...running.connection, max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe<Record<string, unknown>[]>(text))];
  } finally {
    await sql.end();
  }
}

async function rows(running: RunningPostgres): Promise<number> {
  const [row] = await query(running, "select count(*)::int as count from kept");
  return Number(row?.count);
}

/** A Node process of its own that holds the database; killed by the caller. */
async function holder(env: NodeJS.ProcessEnv = process.env, ids: { uid?: number } = {}) {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", HOLDER, dataDir],
    { ...ids, env, stdio: ["ignore", "pipe", "pipe"] },
  );
  holders.push(child);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const ended = once(child, "exit").then(() => undefined);
  const line = once(child.stdout, "data").then(([chunk]) => String(chunk));
  const said = await Promise.race([line, ended]);
  const parsed: unknown = said === undefined ? undefined : JSON.parse(said);
  const database =
    typeof parsed === "object" && parsed !== null && "pid" in parsed ? Number(parsed.pid) : 0;
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return { database, kill, errors: () => errors };
}

/** Waits for something to become true; fails after ten seconds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 10_000; !(await condition()); await sleep(20)) {
    assert.ok(performance.now() < end, "did not happen within ten seconds");
  }
}

test("starts, keeps its rows over a restart, and leaves nothing running", async () => {
  const first = await startPostgres({ dataDir });
  await query(first, "create table kept (n int); insert into kept values (1), (2)");
  const settings = await query(
    first,
    "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, " +
      "current_setting('listen_addresses') as addresses, current_user as account, " +
      "current_database() as database, current_setting('server_version_num')::int / 10000 as major",
  );
  assert.deepEqual(
    { ...settings[0] },
    {
      fsync: "on",
      commit: "on",
      addresses: "",
      account: "postgres",
      database: "ecrin",
      major: 18,
    },
  );
  await first.stop();
  await first.stop();
  assert.deepEqual(await processesIn(join(dataDir, "data")), []);

  const second = await startPostgres({ dataDir });
  assert.equal(await rows(second), 2);
  await second.stop();
});

test("the folder is private and the socket's path short, however long the folder's", async () => {
  const long = join(folder, "x".repeat(120), "pg");
  const running = await startPostgres({ dataDir: long });
  try {
    assert.equal(await rows(await withTable(running)), 0);
    assert.equal((await stat(long)).mode & 0o777, 0o700);
    assert.equal((await stat(running.connection.host)).mode & 0o777, 0o700);
    assert.ok(Buffer.byteLength(`${running.connection.host}/.s.PGSQL.5432`) <= 107);
  } finally {
    await running.stop();
    await rm(running.connection.host, { recursive: true, force: true });
  }
});

async function withTable(running: RunningPostgres): Promise<RunningPostgres> {
  await query(running, "create table kept (n int)");
  return running;
}

test("a second server is refused while the first one holds the folder", async () => {
  const first = await startPostgres({ dataDir });
  await assert.rejects(startPostgres({ dataDir }), /in use by another Écrin server/);
  await first.stop();
  const second = await startPostgres({ dataDir });
  await second.stop();
});

test("a database that is killed comes back by itself, with every row", async () => {
  const said: string[] = [];
  const running = await startPostgres({ dataDir, log: (line) => said.push(line) });
  await query(running, "create table kept (n int)");
  for (let killed = 1; killed <= 3; killed += 1) {
    await query(running, `insert into kept values (${killed})`);
    const before = running.pid;
    process.kill(before, "SIGKILL");
    await until(() => Promise.resolve(running.pid !== before));
    assert.equal(await rows(running), killed);
  }
  assert.equal(said.filter((line) => line === "PostgreSQL runs again").length, 3);
  await running.stop();
  assert.deepEqual(await processesIn(join(dataDir, "data")), []);
});

test("stopping while a killed database comes back leaves nothing running", async () => {
  const running = await startPostgres({ dataDir });
  process.kill(running.pid, "SIGKILL");
  await sleep(30);
  await running.stop();
  assert.deepEqual(await processesIn(join(dataDir, "data")), []);
  await (await startPostgres({ dataDir })).stop();
});

test("the database of a killed server is taken over as it is", async () => {
  const held = await holder();
  assert.notEqual(held.database, 0, held.errors());
  await held.kill();
  const running = await startPostgres({ dataDir });
  assert.equal(running.pid, held.database);
  assert.equal(await rows(running), 1);

  // Taken over, it is watched like any other.
  process.kill(running.pid, "SIGKILL");
  await until(() => Promise.resolve(running.pid !== held.database));
  assert.equal(await rows(running), 1);
  await running.stop();
});

test("a server and its database killed together start again", async () => {
  for (let round = 1; round <= 3; round += 1) {
    const held = await holder();
    assert.notEqual(held.database, 0, held.errors());
    process.kill(held.database, "SIGKILL");
    await held.kill();
    assert.match(await readFile(join(dataDir, "data", "postmaster.pid"), "utf8"), /^\d+\n/);
    const running = await startPostgres({ dataDir });
    assert.notEqual(running.pid, held.database);
    assert.equal(await rows(running), round);
    await running.stop();
  }
});

test("a folder that was half made when everything was killed is made again", async () => {
  await mkdir(join(dataDir, "data.new"), { recursive: true, mode: 0o700 });
  const running = await startPostgres({ dataDir });
  assert.equal(await rows(await withTable(running)), 0);
  await running.stop();
});

test("as root, in a folder that nobody else can enter", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("only root can test what root does");
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  const running = await startPostgres({ dataDir });
  assert.equal((await stat(join(dataDir, "data"))).uid, 0);
  await running.stop();
});

test("as root without user namespaces, as nobody; refused clearly where nobody gets in", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("only root can test what root does");
  // Without `unshare` on the path it is as if the kernel forbade it.
  const env = { ...process.env, PATH: folder };
  const refused = await holder(env);
  assert.equal(refused.database, 0);
  assert.match(refused.errors(), /PostgreSQL does not run as root.*DATABASE_URL/);

  await chmod(folder, 0o755);
  const held = await holder(env);
  assert.notEqual(held.database, 0, held.errors());
  assert.equal((await stat(`/proc/${held.database}`)).uid, 65534);
  await held.kill();
  process.kill(held.database, "SIGKILL");

  // The same folder where namespaces are allowed: its files change hands, its rows stay.
  const running = await startPostgres({ dataDir });
  assert.equal(await rows(running), 1);
  await running.stop();
});

test("as a user whom the machine has no name for", async (t) => {
  if (process.getuid?.() !== 0) return t.skip("only root can become another user");
  const nameless = { uid: 54_321, gid: 54_321 };
  const reads = spawnSync(process.execPath, ["--check", HOLDER], { ...nameless, cwd: "/" });
  if (reads.status !== 0) return t.skip("the project is in a folder that others cannot enter");
  await chown(folder, nameless.uid, nameless.gid);
  const held = await holder(process.env, nameless);
  assert.notEqual(held.database, 0, held.errors());
  assert.equal((await stat(join(dataDir, "data"))).uid, nameless.uid);
  await held.kill();
});
