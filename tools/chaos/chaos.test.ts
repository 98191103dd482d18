import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { runChaos } from "./run.ts";

it("loses nothing acknowledged when server, database and both are killed", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-chaos-"));
  try {
    const report = await runChaos(dataDir, 3, () => undefined);
    assert.deepEqual(report.wrong, []);
    assert.ok(report.added > 0, "the clients got something done");
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
