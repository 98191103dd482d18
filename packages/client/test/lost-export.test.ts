// An export of a log that follows one whose entries were lost, made by a real server: checked by
// our verifier and by the one in Python.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { utf8 } from "@ecrin/protocol";
import { bytesOf, bytesSource, checkExport, type HealthRecord } from "../src/index.ts";
import { newPerson } from "./ground.ts";
import { enter, type LossyGround, settle, startLossy, toldOf } from "./lossy.ts";

const SCRIPT = fileURLToPath(new URL("../../protocol/verifier/verify.py", import.meta.url));
const hasPython = spawnSync("python3", ["--version"]).status === 0;

let ground: LossyGround;
let folder: string;
before(async () => {
  ground = await startLossy();
  folder = await mkdtemp(join(tmpdir(), "ecrin-lost-export-"));
});
after(async () => {
  await ground?.stop();
  await rm(folder, { recursive: true, force: true });
});

function note(title: string) {
  return { title, mediaType: "text/plain", content: utf8(title) };
}

async function exportOf(record: HealthRecord, since?: number): Promise<Uint8Array<ArrayBuffer>> {
  const asked = { language: "en", ...(since === undefined ? {} : { since }) } as const;
  const parts: Uint8Array[] = [];
  for await (const part of await record.exportJournal(asked)) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

async function python(bytes: Uint8Array, ...args: string[]): Promise<string> {
  const path = join(folder, "export.zip");
  await writeFile(path, bytes);
  return spawnSync("python3", [SCRIPT, path, ...args], { encoding: "utf8" }).stdout;
}

/** The checkpoint of an export, as whoever keeps it would hold another against it. */
async function checkpointOf(bytes: Uint8Array<ArrayBuffer>) {
  const { checkpoint, logKey } = await checkExport(bytesSource(bytes));
  return { size: checkpoint.size, root: checkpoint.root, logKey };
}

test("an export of a real service that lost entries says so, to every verifier", async () => {
  const alice = await newPerson(ground);
  const record = await alice.account.record();
  const kept = await record.add(note("kept"));
  await bytesOf(await record.open(kept));
  await settle(alice.account);
  const early = await checkpointOf(await exportOf(record));
  await ground.backUp();

  const then = await (await enter(ground, alice, alice.store)).record();
  await then.add(note("lost"));
  const late = await checkpointOf(await exportOf(then));
  await ground.lose();

  const { to, signed, left } = await toldOf(enter(ground, alice, alice.store));
  const account = await enter(ground, alice, alice.store, { acceptLog: to });
  const now = await account.record();
  await now.add(note("since"));
  await settle(account);
  const copy = await exportOf(now, early.size);

  const said = await checkExport(bytesSource(copy), { earlier: early });
  const lost = said.ended.map(({ from, size }) => [from, size]);
  assert.deepEqual(lost, [[left, signed]]);
  assert.equal(said.manifest.log, to);
  assert.equal(said.since, early.size);
  // Known by the key of the log that ended, whoever kept that; and by no other.
  const { logKeyKnown } = await checkExport(bytesSource(copy), { logKey: early.logKey });
  assert.ok(logKeyKnown);
  await assert.rejects(checkExport(bytesSource(copy), { earlier: late }), /entries-lost|lost/);

  if (!hasPython) return;
  const english = await python(copy, "--log-key", early.logKey);
  assert.match(english, /VERIFIED\n$/);
  assert.ok(
    english.includes(`ended at ${signed} entries, and those from place ${left} on are lost`),
  );
  // One byte of what the ended log signed.
  const flipped = Buffer.from(copy);
  const at = flipped.indexOf('{"ended":[{"checkpoint":"') + 60;
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  assert.match(await python(flipped), /^REFUSED/);
  await assert.rejects(checkExport(bytesSource(new Uint8Array(flipped))));
});
