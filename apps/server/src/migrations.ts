import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { Sql, Tx } from "./database.ts";
import { scramVerifier } from "./scram.ts";

/** One numbered change of the schema. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

const FOLDER = new URL("../migrations/", import.meta.url);
const NAME = /^(\d{3})_([a-z-]+)\.sql$/;
// Any constant does, as long as every process of every version takes the same.
const LOCK = 4_180_001;

/** The migrations of this version, in order. @throws Error for a gap or a file of another name */
export async function readMigrations(folder: URL = FOLDER): Promise<Migration[]> {
  const files = (await readdir(folder)).sort();
  return Promise.all(
    files.map(async (file, i) => {
      const [, digits, name] = NAME.exec(file) ?? [];
      if (digits === undefined || name === undefined || Number(digits) !== i + 1) {
        throw new Error(`migrations: ${file} is not the next number`);
      }
      const text = await readFile(new URL(file, folder), "utf8");
      return {
        number: i + 1,
        name,
        text,
        checksum: createHash("sha256").update(text).digest("hex"),
      };
    }),
  );
}

/**
 * Brings a database to this version: roles and schema, then each migration in
 * a transaction of its own, in the owner's name. Several processes may call it
 * at once; one works and the others wait.
 * @param admin a pool whose user may create roles and a schema
 * @param appPassword what the service signs in with
 * @throws Error when a migration that was applied has been changed since, or the database is of a later version
 */
export async function migrate(
  admin: Sql,
  appPassword: string,
  migrations?: readonly Migration[],
): Promise<void> {
  const all = migrations ?? (await readMigrations());
  // Held by one transaction for the whole run, and let go if the process dies.
  await admin.begin(async (guard) => {
    await guard`set local idle_in_transaction_session_timeout = 0`;
    await guard`select pg_advisory_xact_lock(${LOCK})`;
    await admin.begin((tx) => prepare(tx, appPassword));
    const applied = await admin.begin(appliedMigrations);
    check(applied, all);
    for (const migration of all.slice(applied.length)) {
      await admin.begin((tx) => apply(tx, migration));
    }
  });
}

/**
 * Looks whether a database is of this version, and changes nothing.
 * @throws Error when it is of an earlier or a later one, holds nothing of the service, or a migration has been changed
 */
export async function checkMigrated(admin: Sql): Promise<void> {
  const all = await readMigrations();
  const applied = await admin.begin("read only", async (tx) => {
    const [found] = await tx<{ there: boolean }[]>`
      select to_regclass('ecrin.migrations') is not null as there`;
    return found?.there === true ? await appliedMigrations(tx) : [];
  });
  check(applied, all);
  if (applied.length === 0) throw new Error("This database holds nothing of the service.");
  if (applied.length < all.length)
    throw new Error(
      "This database was written by an earlier version of the server: look with that version, or start the server of this one first.",
    );
}

async function prepare(tx: Tx, appPassword: string): Promise<void> {
  // Roles belong to the cluster: several databases of one cluster share them.
  for (const role of ["ecrin_owner", "ecrin_app", "ecrin_eraser"]) {
    await tx.unsafe(`do $$ begin create role ${role} nologin;
      exception when duplicate_object or unique_violation then null; end $$`);
  }
  // ALTER ROLE takes no parameters; the password is base64url, made by keys.ts.
  if (!/^[A-Za-z0-9_-]{20,}$/.test(appPassword))
    throw new TypeError("the service's password is not base64url");
  await tx.unsafe(`alter role ecrin_app login password '${scramVerifier(appPassword)}'`);
  const [me] = await tx<
    { may: boolean }[]
  >`select pg_has_role(current_user, 'ecrin_owner', 'set') as may`;
  if (me?.may !== true) await tx.unsafe("grant ecrin_owner to current_user");
  const schema = await tx`select from pg_namespace where nspname = 'ecrin'`;
  if (schema.length > 0) return;
  await tx.unsafe(`
    create schema ecrin authorization ecrin_owner;
    set local role ecrin_owner;
    create table ecrin.migrations (
      number int primary key, name text not null, checksum text not null, at timestamptz not null default now()
    );
    grant usage on schema ecrin to ecrin_app, ecrin_eraser;
    grant select on ecrin.migrations to ecrin_app;
  `);
}

interface Applied {
  readonly number: number;
  readonly checksum: string;
}

async function appliedMigrations(tx: Tx): Promise<Applied[]> {
  return [...(await tx<Applied[]>`select number, checksum from ecrin.migrations order by number`)];
}

function check(applied: readonly Applied[], all: readonly Migration[]): void {
  if (applied.length > all.length) {
    throw new Error("the database was written by a later version of the server");
  }
  for (const [i, row] of applied.entries()) {
    if (row.number !== i + 1 || row.checksum !== all[i]?.checksum) {
      throw new Error(`migration ${row.number} has been changed since it was applied`);
    }
  }
}

async function apply(tx: Tx, migration: Migration): Promise<void> {
  await tx.unsafe(
    "set local statement_timeout = 0; set local role ecrin_owner; set local search_path to ecrin",
  );
  await tx.unsafe(migration.text);
  await tx`insert into ecrin.migrations (number, name, checksum)
    values (${migration.number}, ${migration.name}, ${migration.checksum})`;
}
