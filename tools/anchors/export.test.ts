// The whole way: people act, checkpoints are anchored, the journal is exported, and what others
// wrote checks it.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkExport } from "@ecrin/client";
import {
  bytesSource,
  entryCommitment,
  fromBase64url,
  hashesIn,
  leafHash,
  openZip,
  ProtocolError,
  type RouteAnswer,
  reasonOf,
  utf8,
} from "@ecrin/protocol";
import { makeAuthority } from "@ecrin/timestamp/authority";
import { operate } from "../../apps/server/test/operator-command.ts";
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

/** What the verifier in Python says of it. */
async function python(...args: string[]): Promise<string> {
  const path = join(scene.folder, "whole.zip");
  await writeFile(path, whole);
  return spawnSync("python3", [script, path, ...args], { encoding: "utf8" }).stdout;
}

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

test("a demonstration that is not said to be one is refused as that", async () => {
  await assert.rejects(checkExport(bytesSource(whole)), (error) => {
    assert.ok(error instanceof ProtocolError);
    assert.deepEqual(reasonOf(error), { reason: "demonstration", named: {} });
    return /^anchors\/\d+\/block-9\d\d\.header$/.test(error.field ?? "");
  });
  assert.match(await python(), /^REFUSED\. anchors\/\d+\/block-9\d\d\.header: .*--demonstration/m);
});

test("a time stamp of an authority that one does not count on is told, and not counted", async () => {
  const easy = { leastWork: EASY_WORK };
  const { root } = await makeAuthority("Another authority");
  const own = await checkExport(bytesSource(whole), {
    ...easy,
    roots: [root, new Uint8Array(scene.root)],
  });
  assert.ok(own.anchors.some(({ kind }) => kind === "time-stamp"));
  const other = await checkExport(bytesSource(whole), { ...easy, roots: [root] });
  const stamps = other.anchors.filter(({ kind }) => kind.startsWith("time-stamp"));
  assert.ok(stamps.length > 0 && stamps.every(({ kind }) => kind === "time-stamp-not-counted"));
  assert.ok(other.anchors.some(({ kind }) => kind === "block"));
  // Whatever is counted on, a stamp that does not hold is refused.
  const files = await openZip(bytesSource(whole));
  const token = files.find(({ name }) => name.endsWith(".tst")) ?? assert.fail();
  const flipped = new Uint8Array(whole);
  const end = token.at + token.length - 1;
  flipped[end] = (flipped[end] ?? 0) ^ 1;
  await assert.rejects(checkExport(bytesSource(flipped), { ...easy, roots: [root] }), (error) => {
    assert.ok(error instanceof ProtocolError);
    return reasonOf(error).reason === "damaged";
  });
  if (!has("python3", "--version") || !has("openssl", "version")) return;
  const [right, wrong] = [join(scene.folder, "right.der"), join(scene.folder, "wrong.der")];
  await writeFile(right, scene.root);
  await writeFile(wrong, root);
  const given = await python("--demonstration", "--root", wrong, "--root", right);
  assert.match(given, /time-stamped at .* \(under the roots given\)/);
  const none = await python("--demonstration", "--root", wrong);
  assert.match(none, /a time stamp of .*, not counted/);
  assert.doesNotMatch(none, /time-stamped at/);
  assert.match(none, /VERIFIED\n$/);
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

test("sampled bytes of a real export, and one of each file: each changed one is refused, and its place named", async () => {
  const files = await openZip(bytesSource(whole));
  const step = Math.ceil(whole.length / 60);
  const sampled = Array.from({ length: 60 }, (_, i) => 7 + i * step);
  const middles = files.map(({ at, length }) => at + (length >> 1));
  for (const at of [...sampled, ...middles].filter((each) => each < whole.length)) {
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

test("what the operator's command erased is gone from the next export, which holds, and nothing links to it", async () => {
  const ask = async <T>(path: string) => (await (await fetch(`${scene.url}${path}`)).json()) as T;
  const journal = await scene.record.journal();
  const gone = journal.find(({ kind }) => kind === "opening" || kind === "export") ?? assert.fail();
  const [opening] = (await linesOf(whole)).filter(({ n }) => n === gone.n);
  assert.ok(opening !== undefined);
  const wanted = ["--subject", scene.record.space, "--from", `${gone.n}`, "--reason", "request"];
  const { status, stderr } = await operate(
    { ECRIN_DATA: join(scene.folder, "data") },
    ...["erase", ...wanted, "--yes"],
  );
  assert.equal(status, 0, stderr);
  const left = await scene.record.journal();
  assert.ok(!left.some(({ n }) => n === gone.n));
  assert.equal(left.at(-1)?.kind, "erasure");
  const next = await scene.exported();
  const said = await checkExport(bytesSource(next), { leastWork: EASY_WORK });
  assert.equal(said.erased, 1);
  const path = join(scene.folder, "erased.zip");
  await writeFile(path, next);
  if (has("python3", "--version"))
    assert.match(
      spawnSync("python3", [script, path, "--demonstration"], { encoding: "utf8" }).stdout,
      /1 entries were erased[\s\S]*VERIFIED\n$/,
    );
  // Somebody who has the public log, every key that is disclosed, this export, and guesses the
  // whole entry: without its salt no leaf is it.
  await scene.anchored();
  const { size } = await ask<RouteAnswer<"log">>("/v1/log");
  const { epochs } = await ask<RouteAnswer<"logEpochs">>("/v1/log/epochs");
  const keys = epochs.flatMap(({ key }) => (key === undefined ? [] : [key]));
  assert.ok(keys.length > 0);
  const tile = await (await fetch(`${scene.url}/log/tile/0/000.p/${size}`)).bytes();
  const leaves = new Set(hashesIn(tile).map((leaf) => Buffer.from(leaf).toString("hex")));
  const found = (salt: Uint8Array) =>
    leaves.has(Buffer.from(leafHash(entryCommitment(salt, utf8(opening.entry)))).toString("hex"));
  const texts = Buffer.concat([Buffer.from(next), Buffer.from(JSON.stringify(epochs))]);
  const known = [...texts.toString("latin1").matchAll(/[A-Za-z0-9_-]{43}/g)].map(([text]) =>
    Buffer.from(text, "base64url"),
  );
  const made = keys.map((key) =>
    createHmac("sha256", Buffer.from(key, "base64url")).update(opening.entry).digest(),
  );
  for (const salt of [Buffer.alloc(32), ...known, ...made]) assert.ok(!found(new Uint8Array(salt)));
  // With its salt it would have been found, so the look for it sees.
  assert.ok(found(fromBase64url(opening.salt)));
});

interface Line {
  readonly n: number;
  readonly salt: string;
  readonly entry: string;
}

async function linesOf(archive: Uint8Array): Promise<readonly Line[]> {
  const file = (await openZip(bytesSource(archive))).find(({ name }) => name === "journal.json");
  if (file === undefined) return [];
  const text = Buffer.from(archive.subarray(file.at, file.at + file.length)).toString();
  return (JSON.parse(text) as { entries: Line[] }).entries;
}

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
