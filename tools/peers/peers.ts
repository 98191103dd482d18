// npm run test:peers: what others wrote accepts what an Écrin service hands out. Each check names
// the Debian package it needs where that is missing.

import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  bytesSource,
  entryCommitment,
  fromBase64url,
  type Hash,
  leafHash,
  noteKeyId,
  openZip,
  originOf,
  parseCheckpoint,
  parseNote,
  type RouteAnswer,
  readJournal,
  utf8,
} from "@ecrin/protocol";
import { exported } from "../../examples/check-export.ts";
import { journey } from "../../examples/journey.ts";
import { printingReport } from "../../examples/report.ts";
import { type Scene, startScene } from "../anchors/scene.ts";
import { lostLog, type WitnessedLog } from "./logs.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const GOPATH = "/usr/share/gocode";
// Debian's own Python sees Debian's packages; another one first on the path does not.
const PYTHON = "/usr/bin/python3";

function run(command: string, args: readonly string[], options: object = {}) {
  return spawnSync(command, [...args], {
    encoding: "utf8",
    ...options,
  }) as SpawnSyncReturns<string>;
}

const works = (command: string, ...args: string[]) => run(command, args).status === 0;
const unless = (found: boolean, what: string) => (found ? false : `${what} is not installed`);
const go =
  works("go", "version") && works("test", "-d", `${GOPATH}/src/golang.org/x/mod/sumdb/note`);

let scene: Scene;
let folder = "";
let names: readonly string[] = [];

before(async () => {
  scene = await startScene();
  const first = await scene.exported();
  const { size } = parseCheckpoint(
    parseNote(textIn(first, await openZip(bytesSource(first)))).text,
  );
  const whole = await exportOfJourney(size);
  folder = join(scene.folder, "unpacked");
  const files = await openZip(bytesSource(whole));
  for (const { name, at, length } of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), whole.subarray(at, at + length));
  }
  names = files.map(({ name }) => name);
});

after(async () => await scene?.stop());

/** What `npm run journey` exports, anchored, going on from an earlier checkpoint. */
async function exportOfJourney(since: number): Promise<Uint8Array<ArrayBuffer>> {
  const note = (text: string) => ({
    title: `${text}.txt`,
    mediaType: "text/plain",
    content: utf8(text),
  });
  const report = printingReport(() => undefined);
  const told = await journey(scene.url, [note("un"), note("deux"), note("trois")], [], report);
  assert.deepEqual(report.broken, []);
  await scene.anchored();
  return await exported(told, since);
}

function textIn(whole: Uint8Array, files: Awaited<ReturnType<typeof openZip>>): string {
  const file = files.find(({ name }) => name === "log/checkpoint") ?? assert.fail();
  return Buffer.from(whole.subarray(file.at, file.at + file.length)).toString();
}

async function ask<T>(path: string): Promise<T> {
  return (await (await fetch(`${scene.url}${path}`)).json()) as T;
}

/** Go reads bytes as base64 with padding. */
const forGo = (hash: Hash) => Buffer.from(hash, "base64url").toString("base64");

test("Go's sumdb/note and tlog verify checkpoints, inclusion and consistency", {
  skip: unless(go, "golang-golang-x-mod-dev"),
}, async () => {
  const checkpoint = await readFile(join(folder, "log/checkpoint"), "utf8");
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  const { log, first } = await ask<RouteAnswer<"log">>("/v1/log");
  const origin = originOf(log);
  const id = Buffer.from(noteKeyId(origin, first)).toString("hex");
  const key = Buffer.concat([Buffer.from([1]), Buffer.from(first, "base64url")]);
  const records: object[] = [];
  for await (const part of readJournal(chunks(await readFile(join(folder, "journal.json"))))) {
    if (part.kind !== "entry") continue;
    const { index, salt, entry } = part.entry;
    const leaf = leafHash(entryCommitment(fromBase64url(salt), utf8(entry)));
    const proof = await ask<RouteAnswer<"logInclusion">>(
      `/v1/log/inclusion?index=${index}&size=${size}`,
    );
    const Proof = proof.hashes.map(forGo);
    records.push({ Index: index, Leaf: Buffer.from(leaf).toString("base64"), Proof });
  }
  assert.ok(records.length > 5);
  const trees: object[] = [];
  for (const name of names.filter((each) => /(^|\/)(since|checkpoint)$/.test(each))) {
    const Checkpoint = await readFile(join(folder, name), "utf8");
    const from = parseCheckpoint(parseNote(Checkpoint).text).size;
    if (from === size) continue;
    const proof = await ask<RouteAnswer<"logConsistency">>(
      `/v1/log/consistency?from=${from}&to=${size}`,
    );
    trees.push({ Checkpoint, Proof: proof.hashes.map(forGo) });
  }
  assert.ok(trees.length > 0);
  const Key = `${origin}+${id}+${key.toString("base64")}`;
  const given = { Key, Checkpoint: checkpoint, Records: records, Trees: trees };
  assert.equal(checkedByGo(given), "ok\n");
  // And it is not for want of looking.
  const [one, ...others] = records as { Index: number }[];
  const moved = [{ ...one, Index: (one?.Index ?? 0) + 1 }, ...others];
  assert.match(checkedByGo({ ...given, Records: moved }), /invalid|leaf/i);
});

test("Go's note verifies what witnesses cosigned, of a log and of the one that follows it", {
  skip: unless(go, "golang-golang-x-mod-dev"),
}, async () => {
  const [before, after] = await lostLog();
  const given = ({ key, checkpoint, witnesses, begins }: WitnessedLog) => ({
    Key: key,
    Checkpoint: checkpoint,
    Records:
      begins === undefined
        ? []
        : [
            {
              Index: begins.index,
              Leaf: Buffer.from(begins.leaf).toString("base64"),
              Proof: begins.hashes.map((hash) => Buffer.from(hash, "base64url").toString("base64")),
            },
          ],
    Trees: [],
    Witnesses: witnesses,
  });
  assert.equal(checkedByGo(given(before)), "ok\n");
  assert.notEqual(after.begins, undefined);
  assert.equal(checkedByGo(given(after)), "ok\n");
  // Not under the other log's key, nor cosigned by somebody else, nor under a key of another type.
  assert.match(checkedByGo({ ...given(after), Key: before.key }), /no verifiable signatures/);
  const [name, , key = ""] = (after.witnesses[0] ?? "").split("+");
  const bytes = Buffer.from(key, "base64");
  for (const [type, other] of [
    [4, Buffer.alloc(32, 7)],
    [1, bytes.subarray(1)],
  ] as const) {
    const raw = Buffer.concat([Buffer.from([type]), other]);
    const id = createHash("sha256").update(`${name}\n`).update(raw).digest("hex").slice(0, 8);
    const vkey = `${name}+${id}+${raw.toString("base64")}`;
    assert.match(checkedByGo({ ...given(after), Witnesses: [vkey] }), /^witness /);
  }
  const damaged = after.checkpoint.replace(
    /\n(.)/,
    (_, first: string) => `\n${first === "1" ? "2" : "1"}`,
  );
  assert.notEqual(checkedByGo({ ...given(after), Checkpoint: damaged }), "ok\n");
});

function checkedByGo(given: object): string {
  const env = { ...process.env, GO111MODULE: "off", GOPATH, GOCACHE: join(scene.folder, "go") };
  const input = JSON.stringify(given);
  const { stdout, stderr } = run("go", ["run", join(here, "go/main.go")], { env, input });
  return stdout === "" ? stderr : stdout;
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

test("python3-opentimestamps writes our proofs as we do, byte for byte", {
  skip: unless(works(PYTHON, "-c", "import opentimestamps"), "python3-opentimestamps"),
}, async () => {
  const paths = names.filter((name) => name.endsWith(".ots")).map((name) => join(folder, name));
  assert.ok(paths.length > 0);
  const { stdout, stderr } = run(PYTHON, [join(here, "reserialise.py"), ...paths]);
  assert.equal(stdout, "ok\n", stderr);
  const vectors = await readFile(join(here, "../../vectors/anchor/ots.json"), "utf8");
  assert.equal(run(PYTHON, [join(here, "ots_vectors.py")]).stdout, vectors);
});

test("openssl ts accepts the tokens", {
  skip: unless(works("openssl", "version"), "openssl"),
}, async () => {
  const der = join(folder, "roots/0.der");
  const pem = join(folder, "root.pem");
  assert.equal(run("openssl", ["x509", "-inform", "DER", "-in", der, "-out", pem]).status, 0);
  const tokens = names.filter((name) => name.endsWith(".tst"));
  assert.ok(tokens.length > 0);
  for (const name of tokens) {
    const note = await readFile(join(folder, dirname(name), "checkpoint"), "utf8");
    const data = join(folder, "text");
    await writeFile(data, parseNote(note).text);
    const token = ["-in", join(folder, name), "-token_in"];
    const said = run("openssl", ["ts", "-verify", "-data", data, "-CAfile", pem, ...token]);
    assert.match(said.stdout + said.stderr, /Verification: OK/);
  }
});

test("pdfsig finds the report's signature valid", {
  skip: unless(run("pdfsig", ["-v"]).error === undefined, "poppler-utils"),
}, () => {
  const said = run("pdfsig", [join(folder, "report.pdf")]).stdout;
  assert.match(said, /Signature is Valid/);
  assert.match(said, /Total document signed/);
});

test("qpdf finds the report whole", { skip: unless(works("qpdf", "--version"), "qpdf") }, () => {
  const said = run("qpdf", ["--check", join(folder, "report.pdf")]);
  assert.equal(said.status, 0, said.stdout + said.stderr);
});
