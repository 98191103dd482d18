// A service whose database is taken back to an earlier state, as a backup does, while its keys stay.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DatabaseTarget, openPool } from "../src/database.ts";
import { openKeys } from "../src/keys.ts";
import { NO_LIMITS } from "../src/limits.ts";
import type { OperatorPlace } from "../src/operator-place.ts";
import { type RunningServer, type ServerOptions, startServer } from "../src/server.ts";
import { type Cluster, urlOf } from "./harness.ts";

export const PACE = { leaves: 1, ms: 0, epoch: { leaves: 20, ms: 3_600_000 }, tick: 20 };

/** Data folder and database of a service that starts and ends. Nothing is connected in between. */
export interface Lost {
  readonly dataDir: string;
  target(): DatabaseTarget;
  start(options?: Partial<ServerOptions>): Promise<RunningServer>;
  /** A copy of the database as it is now. */
  backup(): Promise<DatabaseTarget>;
  /** Puts such a copy in the place of the database; the copy stays. */
  restore(backup: DatabaseTarget): Promise<void>;
  /** Works as an operator's command does. */
  at<T>(work: (place: OperatorPlace) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

export async function losable(cluster: Cluster): Promise<Lost> {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-lost-"));
  let target = await cluster.migrated();
  const copy = async (from: DatabaseTarget): Promise<DatabaseTarget> => {
    const admin = openPool({ ...from, database: "postgres" }, 1);
    const database = `copy_${randomBytes(6).toString("hex")}`;
    try {
      await admin.unsafe(`create database ${database} template ${from.database}`);
    } finally {
      await admin.end();
    }
    return { ...from, database };
  };
  return {
    dataDir,
    target: () => target,
    start: (options = {}) =>
      startServer({
        dataDir,
        port: 0,
        databaseUrl: urlOf(target),
        neighbours: true,
        limits: NO_LIMITS,
        pace: PACE,
        ...options,
      }),
    backup: () => copy(target),
    async restore(backup) {
      target = await copy(backup);
    },
    async at(work) {
      const folder = join(dataDir, "keys");
      const admin = openPool(target, 2);
      try {
        return await work({ folder, keys: await openKeys(folder), admin });
      } finally {
        await admin.end({ timeout: 5 });
      }
    },
    end: () => rm(dataDir, { recursive: true, force: true }),
  };
}
