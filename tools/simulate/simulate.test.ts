import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { promisify } from "node:util";
import { FAULTS } from "./faults.ts";
import { simulateAll } from "./many.ts";

const SEEDS = 200;
/** Enough for each fault to show; most show within ten. */
const FAULTY_SEEDS = 600;

test("nothing acknowledged is lost or doubled, everybody sees the same, and conflicts are kept", async () => {
  const { failed, sum, told } = await simulateAll(1, SEEDS);
  assert.deepEqual(failed, [], told);
  // A simulation in which nothing happens would hold too.
  for (const [what, count] of Object.entries(sum)) assert.ok(count > 0, `no ${what}: ${told}`);
});

for (const [i, { name }] of FAULTS.entries()) {
  test(`notices that ${name}`, async () => {
    const args = [
      "--disable-warning=ExperimentalWarning",
      join(import.meta.dirname, "faulty.ts"),
      String(i),
      String(FAULTY_SEEDS),
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const said: unknown = JSON.parse(stdout);
    assert.ok(typeof said === "object" && said !== null && "noticed" in said);
    assert.equal(said.noticed, true, stdout);
  });
}
