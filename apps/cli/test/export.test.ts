// A journal taken away and checked, on the command line.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SAMPLES_FOLDER } from "../src/samples/files.ts";
import { type Call, ecrin, json, refused } from "./command.ts";
import { type Ground, signUp, startGround } from "./ground.ts";

interface Verified {
  readonly entries: number;
  readonly signedReads: number;
  readonly anchoredSize: number;
  readonly logKey: string;
  readonly checkpoint: { readonly size: number };
}

let ground: Ground;
let camille: Call & { readonly account: string };

before(async () => {
  ground = await startGround();
  camille = await signUp(ground, "Camille Moreau", "chaise-fleuve-orange", "camille.pdf");
});

after(async () => await ground.end());

test("a journal is exported once, verified, refused when changed, and goes on from before", async () => {
  await json(camille, "add", join(SAMPLES_FOLDER, "echographie-2026-09-22.txt"));
  const file = join(ground.folder, "journal.zip");
  await json(camille, "journal", "export", file);
  const first = await readFile(file);
  assert.equal(await refused(camille, 1, "journal", "export", file), "file-exists");
  const nowhere = join(ground.folder, "nowhere", "journal.zip");
  assert.equal(await refused(camille, 1, "journal", "export", nowhere), "file-unwritable");
  assert.deepEqual(await readFile(file), first);

  // Whoever checks needs no account and no server.
  const stranger = { home: join(ground.folder, "nobody") };
  const said = await json<Verified>(stranger, "verify", file);
  assert.ok(said.entries >= 2);
  assert.equal(said.anchoredSize, 0);
  const { code, out } = await ecrin(stranger, "verify", file, "--log-key", said.logKey);
  assert.equal(code, 0);
  const text = out.toString("utf8");
  assert.match(text, /^Not anchored/m);
  assert.match(text, /quorum none/);
  assert.match(text, /journal\.zip holds\.\n$/);
  const other = await ecrin(stranger, "verify", file, "--log-key", "A".repeat(43));
  assert.equal(other.code, 6);

  const flipped = await readFile(file);
  const at = Math.floor(flipped.length / 2);
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  const wrong = join(ground.folder, "wrong.zip");
  await writeFile(wrong, flipped);
  const alarm = await ecrin(stranger, "verify", wrong);
  assert.equal(alarm.code, 6);
  assert.match(alarm.err, /The export does not hold\. wrong\.zip: /);
  const french = await ecrin({ ...stranger, lang: "fr" }, "verify", wrong);
  assert.equal(french.code, 6);
  assert.doesNotMatch(french.err, /\b(?:is|are|the|not)\b/, "no English is left in it");

  await json(camille, "add", join(SAMPLES_FOLDER, "analyses-2026-11-03.pdf"));
  const next = join(ground.folder, "next.zip");
  await json(camille, "journal", "export", next, "--extends", String(said.checkpoint.size));
  const later = await json<Verified>(stranger, "verify", next, "--earlier", file);
  assert.ok(later.entries > said.entries);
  assert.equal(await refused(stranger, 6, "verify", file, "--earlier", next), "export-refused");
});

test("the account's own journal is an export too", async () => {
  const file = join(ground.folder, "account.zip");
  await json(camille, "journal", "export", file, "--account");
  const said = await json<Verified>(camille, "verify", file);
  assert.ok(said.entries >= 1);
});
