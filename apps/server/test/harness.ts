import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DatabaseTarget, openPool, type Sql } from "../src/database.ts";
import { createJournal, type Journal } from "../src/journal.ts";
import { migrate } from "../src/migrations.ts";
import { startPostgres } from "../src/postgres.ts";

/** A PostgreSQL for one test file, with a fresh database for each test that asks. */
export interface Cluster {
  /** An empty database; `target` reaches it as superuser. */
  database(): Promise<DatabaseTarget>;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-"));
  const running = await startPostgres({ dataDir: join(folder, "postgres") });
  const admin = openPool(running.connection, 1);
  return {
    async database() {
      const name = `test_${randomBytes(6).toString("hex")}`;
      await admin.unsafe(`create database ${name}`);
      return { ...running.connection, database: name };
    },
    async stop() {
      await admin.end();
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A migrated database, open as superuser and as the service. */
export interface Ground {
  readonly target: DatabaseTarget;
  readonly admin: Sql;
  readonly app: Sql;
  readonly journal: Journal;
  /** Another process: its own pool and journal on the same database. */
  another(): { app: Sql; journal: Journal };
  end(): Promise<void>;
}

export async function layGround(cluster: Cluster, now?: () => number): Promise<Ground> {
  const target = await cluster.database();
  const admin = openPool(target, 2);
  const password = randomBytes(24).toString("base64url");
  await migrate(admin, password);
  const logKey = randomBytes(32);
  const macKey = randomBytes(32);
  const pools: Sql[] = [];
  const another = () => {
    const app = openPool({ ...target, user: "ecrin_app", password }, 4);
    pools.push(app);
    return { app, journal: createJournal({ sql: app, logKey, macKey, ...(now ? { now } : {}) }) };
  };
  return {
    target,
    admin,
    ...another(),
    another,
    async end() {
      await Promise.all([...pools, admin].map((pool) => pool.end()));
    },
  };
}
