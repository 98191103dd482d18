import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type DatabaseTarget, openPool, type Sql } from "../src/database.ts";
import { createJournal, type Journal } from "../src/journal.ts";
import { NO_LIMITS } from "../src/limits.ts";
import { migrate } from "../src/migrations.ts";
import { startPostgres } from "../src/postgres.ts";
import { type RunningServer, type ServerOptions, startServer } from "../src/server.ts";
import { signerOf } from "../src/signer.ts";
import { type TagKeys, tagKeysFrom } from "../src/tag-keys.ts";
import { Line } from "./person.ts";

/** A PostgreSQL for one test file, with a fresh database for each test that asks. */
export interface Cluster {
  /** An empty database; the target reaches it as superuser. */
  database(): Promise<DatabaseTarget>;
  /** One with this version's schema, and nothing in it. */
  migrated(): Promise<DatabaseTarget>;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-"));
  const running = await startPostgres({ dataDir: join(folder, "postgres") });
  const { connection } = running;
  const admin = openPool({ ...connection, database: "postgres" }, 1);
  const create = async (more = ""): Promise<DatabaseTarget> => {
    const name = `test_${randomBytes(6).toString("hex")}`;
    await admin.unsafe(`create database ${name} ${more}`);
    return { ...connection, database: name };
  };
  let template: Promise<void> | undefined;
  return {
    database: () => create(),
    async migrated() {
      template ??= migrateOnce(connection);
      await template;
      return await create(`template ${connection.database}`);
    },
    async stop() {
      await admin.end();
      const stopped = running.stop();
      // Nobody wants its pages written: they are removed at once.
      process.kill(running.pid, "SIGQUIT");
      await stopped;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Done already where the cluster is a copy (scripts/cluster.ts): then only looked at. */
async function migrateOnce(target: DatabaseTarget): Promise<void> {
  const admin = openPool(target, 2);
  await migrate(admin, randomBytes(24).toString("base64url"));
  // A database that somebody is connected to is not copied.
  await admin.end({ timeout: 5 });
}

/** A migrated database, open as superuser and as the service. */
export interface Ground {
  readonly target: DatabaseTarget;
  readonly admin: Sql;
  readonly app: Sql;
  readonly journal: Journal;
  readonly logKey: Uint8Array;
  readonly macState: Uint8Array;
  readonly tags: TagKeys;
  /** Another process: its own pool and journal on the same database. */
  another(): { app: Sql; line: Sql; journal: Journal };
  end(): Promise<void>;
}

export async function layGround(cluster: Cluster, now?: () => number): Promise<Ground> {
  const target = await cluster.migrated();
  const admin = openPool(target, 2);
  const password = randomBytes(24).toString("base64url");
  await migrate(admin, password);
  const logKey = randomBytes(32);
  const macState = randomBytes(32);
  const tags = await tagKeysFrom(macState);
  const signer = signerOf(logKey);
  const pools: Sql[] = [];
  const another = () => {
    const service = { ...target, user: "ecrin_app", password };
    const [app, line] = [openPool(service, 4), openPool(service, 1)];
    pools.push(app, line);
    const options = { sql: app, line, signer, tags, ...(now ? { now } : {}) };
    return { app, line, journal: createJournal(options) };
  };
  return {
    target,
    admin,
    logKey,
    macState,
    tags,
    ...another(),
    another,
    async end() {
      await Promise.all([...pools, admin].map((pool) => pool.end({ timeout: 5 })));
    },
  };
}

/** A server of its own, on a fresh database, with a clock that only the test moves. */
export interface TestServer extends RunningServer {
  readonly line: Line;
  readonly clock: { at: number };
  readonly dataDir: string;
  /** The database as superuser. */
  readonly admin: Sql;
  readonly target: DatabaseTarget;
  /** Another process on the same database and keys. */
  another(): Promise<{ line: Line; stop(): Promise<void> }>;
}

export async function startTestServer(
  cluster: Cluster,
  options: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const target = await cluster.migrated();
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-"));
  const clock = { at: 1_790_000_000_000 };
  const start = () =>
    startServer({
      dataDir,
      port: 0,
      databaseUrl: urlOf(target),
      neighbours: true,
      now: () => clock.at,
      limits: NO_LIMITS,
      ...options,
    });
  const running = await start();
  const admin = openPool(target, 2);
  const others: RunningServer[] = [];
  return {
    ...running,
    line: new Line(running.url, () => clock.at),
    clock,
    dataDir,
    admin,
    target,
    async another() {
      const other = await start();
      others.push(other);
      return { line: new Line(other.url, () => clock.at), stop: () => other.stop() };
    },
    async stop() {
      for (const each of [...others, running]) await each.stop();
      await admin.end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The address of a database behind a UNIX socket. */
export function urlOf({ host, port, user, database }: DatabaseTarget): string {
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}
