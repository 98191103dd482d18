import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { type DatabaseTarget, openPool, parseDatabaseUrl, type Sql } from "./database.ts";
import { type Keys, openKeys } from "./keys.ts";
import { migrate } from "./migrations.ts";
import { joinPostgres } from "./postgres.ts";

/** Where an operator's command works: the keys' folder, and the database with every right. */
export interface OperatorPlace {
  readonly folder: string;
  readonly keys: Keys;
  readonly admin: Sql;
}

/** The folder of the keys, by ECRIN_DATA. @throws Error where no server has been here */
export async function keysFolder(): Promise<string> {
  const folder = join(resolve(process.env.ECRIN_DATA ?? ".ecrin"), "keys");
  const found = await stat(join(folder, "log")).catch(() => undefined);
  if (found === undefined) throw new Error(`There is no log key in ${folder}.`);
  return folder;
}

/**
 * Does something on the database of this data folder, or of DATABASE_URL, beside a server that
 * runs or without one.
 */
export async function atPlace<T>(work: (place: OperatorPlace) => Promise<T>): Promise<T> {
  const folder = await keysFolder();
  const keys = await openKeys(folder);
  const database = await reach(join(folder, "..", "postgres"));
  const admin = openPool(database.target, 2);
  try {
    await migrate(admin, keys.databasePassword);
    return await work({ folder, keys, admin });
  } finally {
    await admin.end({ timeout: 5 });
    await database.stop();
  }
}

async function reach(dataDir: string): Promise<{ target: DatabaseTarget; stop(): Promise<void> }> {
  const url = process.env.DATABASE_URL;
  if (url !== undefined) return { target: parseDatabaseUrl(url), stop: () => Promise.resolve() };
  const { connection, stop } = await joinPostgres({ dataDir });
  return { target: connection, stop };
}
