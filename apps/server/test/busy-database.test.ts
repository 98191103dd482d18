// A database that is there and so busy that nobody is let in.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { openPool } from "../src/database.ts";
import { asServerError } from "../src/problem.ts";

const PORT = 5432;

// Listens, with room for few, and then lets nobody in: what waits is let in by its event loop, which stands.
const DEAF = `
  require("node:net").createServer().listen({ path: process.argv[1], backlog: 1 }, () => {
    require("node:fs").writeSync(1, "up");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

test("a database whose socket has no room for one more is unavailable, and no failure of the server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-"));
  const path = join(folder, `.s.PGSQL.${PORT}`);
  const deaf = spawn(process.execPath, ["-e", DEAF, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(deaf.stdout, "data");
  const crowd = Array.from({ length: 8 }, () => connect(path).on("error", () => undefined));
  const sql = openPool({ host: folder, port: PORT, database: "x", user: "x" }, 1);
  try {
    const error = await sql`select 1`.then(
      () => assert.fail("somebody answered"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof Error && "code" in error);
    assert.equal(error.code, "EAGAIN");
    assert.equal(asServerError(error).code, "unavailable");
  } finally {
    for (const each of crowd) each.destroy();
    await sql.end({ timeout: 1 });
    deaf.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
});
