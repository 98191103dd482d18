// A database for tests to copy, with the schema and nothing in it: making one takes seconds, and they
// need more than a hundred.

import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { openPool } from "../apps/server/src/database.ts";
import { migrate } from "../apps/server/src/migrations.ts";
import { startPostgres } from "../apps/server/src/postgres.ts";

/** Makes one as the server makes its own, ends it in order, and returns its data folder; it goes with this process. */
export async function makeCluster(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-cluster-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const running = await startPostgres({ dataDir: folder });
  const admin = openPool(running.connection, 2);
  await migrate(admin, randomBytes(24).toString("base64url"));
  await admin.end({ timeout: 5 });
  await running.stop();
  return join(folder, "data");
}
