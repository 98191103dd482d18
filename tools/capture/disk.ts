import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { openPool } from "../../apps/server/src/database.ts";
import type { Said } from "./traffic.ts";

/** Everything under a folder: the name of each file, and what is in it. */
export async function* filesUnder(folder: string): AsyncGenerator<Said> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const where = relative(folder, path);
    yield { where: `name of ${where}`, bytes: Buffer.from(where) };
    if (!entry.isFile()) continue;
    const bytes = await readFile(path).catch(unlessGone);
    if (bytes !== undefined) yield { where, bytes };
  }
}

/** A running database takes files of its own away again. */
function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/**
 * Every row of every table of the embedded database, as text, after a
 * checkpoint. Files alone would not do: PostgreSQL compresses long values.
 */
export async function rowsOf(dataDir: string): Promise<Said[]> {
  const sql = openPool(
    { host: join(dataDir, "postgres", "run"), port: 5432, user: "postgres", database: "ecrin" },
    1,
  );
  try {
    await sql`checkpoint`;
    const tables = await sql<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`;
    const said: Said[] = [];
    for (const { name } of tables) {
      const rows = await sql.unsafe<{ row: string }[]>(`select t::text as row from ${name} t`);
      for (const { row } of rows) said.push({ where: `row of ${name}`, bytes: Buffer.from(row) });
    }
    return said;
  } finally {
    await sql.end();
  }
}
