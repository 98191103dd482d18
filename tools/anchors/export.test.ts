// The whole way: people act, checkpoints are anchored, the journal is exported, and what others
// wrote checks it.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkExport } from "@ecrin/client";
import { bytesSource, openZip, ProtocolError } from "@ecrin/protocol";
import { EASY_WORK } from "./calendar.ts";
import { type Scene, startScene } from "./scene.ts";

const script = fileURLToPath(
  new URL("../../packages/protocol/verifier/verify.py", import.meta.url),
);
const has = (command: string, ...args: string[]) => spawnSync(command, args).error === undefined;

let scene: Scene;
let whole: Uint8Array<ArrayBuffer>;

before(async () => {
  scene = await startScene();
  whole = await scene.exported();
});

after(async () => await scene?.stop());

async function fileIn(name: RegExp): Promise<Buffer> {
  const found = (await openZip(bytesSource(whole))).find((file) => name.test(file.name));
  assert.ok(found, `${name}`);
  return Buffer.from(whole.subarray(found.at, found.at + found.length));
}

test("the export of a journal holds, and says what it proves", async () => {
  const said = await checkExport(bytesSource(whole), { leastWork: EASY_WORK });
  const lines = await scene.record.journal();
  assert.equal(said.entries, lines.length);
  assert.ok(said.signedReads > 0);
  assert.ok(said.anchoredSize > 0);
  assert.equal(said.manifest.demonstration, true);
  const kinds = new Set(said.anchors.map(({ kind }) => kind));
  assert.ok(kinds.has("time-stamp") && kinds.has("block"));
  assert.equal(said.quorum.quorum, "none");
  assert.deepEqual(
    said.readers.map(({ account }) => account),
    [scene.alice.id],
  );
});

test("without the easy blocks of a demonstration its blocks count for nothing", async () => {
  await assert.rejects(checkExport(bytesSource(whole)), /too little work/);
});

test("the next export goes on from the one before, and not from another", async () => {
  const first = await checkExport(bytesSource(whole), { leastWork: EASY_WORK });
  await scene.open();
  await scene.record.add({
    title: "quatre",
    mediaType: "text/plain",
    content: new TextEncoder().encode("4"),
  });
  const { checkpoint } = first;
  const next = await scene.exported(checkpoint.size);
  const options = { leastWork: EASY_WORK, logKey: first.logKey, earlier: checkpoint };
  const said = await checkExport(bytesSource(next), options);
  assert.equal(said.since, checkpoint.size);
  assert.ok(said.entries > first.entries);
  await assert.rejects(scene.exported(checkpoint.size + 100_000), { code: "not-found" });
});

test("keys of the tags are in it once they are disclosed", async () => {
  const said = await checkExport(bytesSource(await scene.exported()), { leastWork: EASY_WORK });
  assert.equal(said.tagsChecked + said.tagsUndisclosed, said.entries);
});

test("a stranger gets nothing", async () => {
  const mallory = await scene.someone("Mallory");
  const own = await mallory.exportJournal({ language: "en" });
  const parts: Uint8Array[] = [];
  for await (const part of own) parts.push(part);
  const said = await checkExport(bytesSource(Buffer.concat(parts)), { leastWork: EASY_WORK });
  assert.equal(said.manifest.subject, mallory.id);
  const other = fetch(`${scene.url}/v1/journal/${scene.record.space}/export`);
  assert.equal((await other).status, 401);
});

test("sampled bytes of a real export: each changed one is refused, and its place named", async () => {
  const files = await openZip(bytesSource(whole));
  for (let at = 7; at < whole.length; at += Math.ceil(whole.length / 60)) {
    const flipped = new Uint8Array(whole);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    const error: unknown = await checkExport(bytesSource(flipped), { leastWork: EASY_WORK }).then(
      () => undefined,
      (cause) => cause,
    );
    const name = files.find((file) => at >= file.at && at < file.at + file.length)?.name;
    assert.ok(error instanceof ProtocolError, `byte ${at} in ${name}`);
    if (name !== undefined) assert.match(error.field ?? "", new RegExp(`^(${name}|manifest)`));
  }
});

test("Python verifies it, with openssl for the time stamps", {
  skip: has("python3", "--version") ? false : "python3 is not installed",
}, async () => {
  const path = join(scene.folder, "export.zip");
  await writeFile(path, whole);
  const { stdout } = spawnSync("python3", [script, path, "--demonstration"], {
    encoding: "utf8",
  });
  assert.match(stdout, /VERIFIED\n$/, stdout);
  assert.match(stdout, /confirmed at block 9\d\d/);
  if (has("openssl", "version")) assert.match(stdout, /time-stamped at/);
  else assert.match(stdout, /time stamp not checked/);
});

test("poppler and qpdf accept the report", {
  skip:
    has("pdfsig", "-v") && has("qpdf", "--version") ? false : "poppler-utils, qpdf not installed",
}, async () => {
  const path = join(scene.folder, "report.pdf");
  await writeFile(path, await fileIn(/^report\.pdf$/));
  const signature = spawnSync("pdfsig", [path], { encoding: "utf8" }).stdout;
  assert.match(signature, /Signature is Valid/, signature);
  assert.match(signature, /ETSI\.CAdES\.detached/);
  assert.match(signature, /Total document signed/);
  const checked = spawnSync("qpdf", ["--check", path], { encoding: "utf8" });
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  const attached = execFileSync("pdfdetach", ["-list", path], { encoding: "utf8" });
  assert.match(attached, /journal\.json/);
  const text = execFileSync("pdftotext", [path, "-"], { encoding: "utf8" });
  assert.match(text, /auto-signée/);
  assert.match(text, /démonstration/);
  assert.match(text, /document exporté/);
});
