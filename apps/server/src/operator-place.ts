import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type DatabaseTarget, openPool, parseDatabaseUrl, type Sql } from "./database.ts";
import { type Environment, given } from "./environment.ts";
import { type Keys, type LogKeyFiles, openKeys, readLogKeys } from "./keys.ts";
import { checkMigrated, migrate } from "./migrations.ts";
import { joinPostgres } from "./postgres.ts";

/** Where an operator's command works: the keys' folder, and the database with every right. */
export interface OperatorPlace {
  readonly folder: string;
  readonly keys: Keys;
  readonly admin: Sql;
}

/** The same for a command that only looks: of the keys those of the log. */
export interface LookedAtPlace {
  readonly folder: string;
  readonly keys: LogKeyFiles;
  readonly admin: Sql;
}

/** The folder of the keys, by ECRIN_DATA. @throws Error where no server has been here */
export async function keysFolder(env: Environment): Promise<string> {
  const folder = join(resolve(given("ECRIN_DATA", env) ?? ".ecrin"), "keys");
  const found = await stat(join(folder, "log")).catch(() => undefined);
  if (found === undefined) throw new Error(`There is no log key in ${folder}.`);
  return folder;
}

/**
 * Does something on the database of this data folder, or of DATABASE_URL, beside a server that
 * runs or without one.
 */
export async function atPlace<T>(
  env: Environment,
  work: (place: OperatorPlace) => Promise<T>,
): Promise<T> {
  const folder = await keysFolder(env);
  const keys = await openKeys(folder);
  return await onDatabase(env, join(folder, "..", "postgres"), async (admin) => {
    await migrate(admin, keys.databasePassword);
    return await work({ folder, keys, admin });
  });
}

/**
 * Looks at the database of this data folder, or of DATABASE_URL: no key is made, no password set,
 * no migration applied. A folder that belongs to another database, or the database of a server of
 * another version, is left as it is.
 * @throws Error where a key or the database is missing, or that is of another version
 */
export async function lookAtPlace<T>(
  env: Environment,
  work: (place: LookedAtPlace) => Promise<T>,
): Promise<T> {
  const folder = await keysFolder(env);
  const keys = await readLogKeys(folder);
  const dataDir = join(folder, "..", "postgres");
  if (given("DATABASE_URL", env) === undefined) {
    const found = await stat(join(dataDir, "data")).catch(() => undefined);
    if (found === undefined) throw new Error(`There is no database in ${dataDir}.`);
  }
  return await onDatabase(env, dataDir, async (admin) => {
    await checkMigrated(admin);
    return await work({ folder, keys, admin });
  });
}

async function onDatabase<T>(
  env: Environment,
  dataDir: string,
  work: (admin: Sql) => Promise<T>,
): Promise<T> {
  const database = await reach(env, dataDir);
  const admin = openPool(database.target, 2);
  try {
    return await work(admin);
  } finally {
    await admin.end({ timeout: 5 });
    await database.stop();
  }
}

async function reach(
  env: Environment,
  dataDir: string,
): Promise<{ target: DatabaseTarget; stop(): Promise<void> }> {
  const url = given("DATABASE_URL", env);
  if (url !== undefined) return { target: parseDatabaseUrl(url), stop: () => Promise.resolve() };
  const { connection, stop } = await joinPostgres({ dataDir });
  return { target: connection, stop };
}
