import assert from "node:assert/strict";
import { test } from "node:test";
import { goneOn, type Job } from "../src/jobs.ts";
import { VaultError } from "../src/vault-error.ts";

// What becomes of files on their way into a record whose session ended by itself.

const LOCKED = new VaultError({ code: "not-signed-in" });

function job(name: string, state: Job["state"], error?: VaultError): Job {
  const file = new File(["x"], name);
  const begun = { key: 1, file, title: name, progress: 0.5, state };
  return error === undefined ? begun : { ...begun, error };
}

/** What one job is once the record is open again. */
function after(before: Job): Job {
  const [only, ...others] = goneOn([before]);
  assert.deepEqual(others, []);
  return only ?? assert.fail();
}

test("a file that waited, was being sealed, or was cut off is sealed from its beginning", () => {
  for (const before of [
    job("bilan.pdf", "waiting"),
    job("bilan.pdf", "sealing"),
    job("bilan.pdf", "failed", LOCKED),
  ]) {
    const { state, progress, error, file } = after(before);
    assert.deepEqual([state, progress, error], ["waiting", undefined, undefined]);
    assert.equal(file, before.file);
  }
});

test("a bundle is not added again by itself: a part of it may be in the record", () => {
  for (const name of ["dossier.json", "DOSSIER.JSON"]) {
    for (const before of [
      job(name, "waiting"),
      job(name, "sealing"),
      job(name, "failed", LOCKED),
    ]) {
      const { state, error } = after(before);
      assert.deepEqual([state, error?.code], ["failed", "broken-off"]);
    }
  }
});

test("what is done, or failed for a reason of its own, stays as it is", () => {
  const wrong = new VaultError({ code: "fhir" });
  for (const name of ["bilan.pdf", "dossier.json"])
    for (const before of [job(name, "done"), job(name, "failed", wrong)])
      assert.equal(after(before), before);
});
