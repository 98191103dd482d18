// The whole way: people act, checkpoints are anchored, the journal is exported, and what others
// wrote checks it.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type Account,
  bytesOf,
  checkExport,
  type HealthRecord,
  memoryStore,
  signUp,
} from "@ecrin/client";
import { bytesSource, openZip, ProtocolError } from "@ecrin/protocol";
import { NO_LIMITS } from "../../apps/server/src/limits.ts";
import { type RunningServer, startServer } from "../../apps/server/src/server.ts";
import { type RunningAuthority, startAuthority } from "./authority.ts";
import { type Calendar, EASY_WORK, startCalendar } from "./calendar.ts";

const script = fileURLToPath(
  new URL("../../packages/protocol/verifier/verify.py", import.meta.url),
);
const has = (command: string, ...args: string[]) => spawnSync(command, args).error === undefined;

let folder = "";
let server: RunningServer;
let authority: RunningAuthority;
let calendar: Calendar;
let alice: Account;
let record: HealthRecord;
let whole: Uint8Array<ArrayBuffer>;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-export-"));
  authority = await startAuthority("Horodatage Test");
  calendar = await startCalendar();
  server = await startServer({
    dataDir: join(folder, "data"),
    port: 0,
    limits: NO_LIMITS,
    pace: { leaves: 1, ms: 0, epoch: { leaves: 8, ms: 1000 }, tick: 50 },
    anchorPace: { round: 100, retry: 200, longest: 400, pending: 200, due: { leaves: 1, ms: 0 } },
    anchors: {
      authorities: [{ name: "test", url: authority.url, roots: [authority.root] }],
      calendars: [calendar.url],
      headers: calendar.headers,
      leastWork: EASY_WORK,
      demonstration: true,
    },
  });
  alice = await someone("Alice");
  record = await alice.record();
  for (const title of ["un", "deux", "trois"]) {
    const content = new TextEncoder().encode(`document ${title}`);
    await record.add({ title, mediaType: "text/plain", content });
  }
  await open();
  await anchored();
  whole = await exported();
});

after(async () => {
  await server?.stop();
  await Promise.all([authority, calendar].map((each) => each?.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function someone(name: string): Promise<Account> {
  const { account } = await signUp({
    server: server.url,
    address: `${name.toLowerCase()}@example.org`,
    password: `password of ${name}`,
    name,
    store: memoryStore(),
  });
  return account;
}

/** Opens everything: each opening is a read that Alice's device signs. */
async function open(): Promise<void> {
  for await (const { opened } of record.openAll()) await bytesOf(opened);
}

interface AnchorsTold {
  readonly anchors: readonly { readonly state: string; readonly size: number }[];
}

/** Waits until something is stamped and in a block. */
async function anchored(): Promise<void> {
  const { size } = (await (await fetch(`${server.url}/v1/log`)).json()) as { size: number };
  for (let tried = 0; tried < 300; tried++) {
    calendar.mine(900);
    const told: AnchorsTold = await (await fetch(`${server.url}/v1/log/anchors`)).json();
    // All of them: which one comes before an entry is not the test's to choose.
    const isHeld = ({ state }: { state: string }) => state === "stamped" || state === "confirmed";
    const [newest] = told.anchors;
    if (newest !== undefined && newest.size >= size && told.anchors.every(isHeld)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("never anchored");
}

async function exported(since?: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const asked = { language: "fr", ...(since === undefined ? {} : { since }) } as const;
  for await (const part of await record.exportJournal(asked)) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

async function fileIn(name: RegExp): Promise<Buffer> {
  const found = (await openZip(bytesSource(whole))).find((file) => name.test(file.name));
  assert.ok(found, `${name}`);
  return Buffer.from(whole.subarray(found.at, found.at + found.length));
}

test("the export of a journal holds, and says what it proves", async () => {
  const said = await checkExport(bytesSource(whole), { leastWork: EASY_WORK });
  const lines = await record.journal();
  assert.equal(said.entries, lines.length);
  assert.ok(said.signedReads > 0);
  assert.ok(said.anchoredSize > 0);
  assert.equal(said.manifest.demonstration, true);
  const kinds = new Set(said.anchors.map(({ kind }) => kind));
  assert.ok(kinds.has("time-stamp") && kinds.has("block"));
  assert.equal(said.quorum.quorum, "none");
  assert.deepEqual(
    said.readers.map(({ account }) => account),
    [alice.id],
  );
});

test("without the easy blocks of a demonstration its blocks count for nothing", async () => {
  await assert.rejects(checkExport(bytesSource(whole)), /too little work/);
});

test("the next export goes on from the one before, and not from another", async () => {
  const first = await checkExport(bytesSource(whole), { leastWork: EASY_WORK });
  await open();
  await record.add({
    title: "quatre",
    mediaType: "text/plain",
    content: new TextEncoder().encode("4"),
  });
  const { checkpoint } = first;
  const next = await exported(checkpoint.size);
  const options = { leastWork: EASY_WORK, logKey: first.logKey, earlier: checkpoint };
  const said = await checkExport(bytesSource(next), options);
  assert.equal(said.since, checkpoint.size);
  assert.ok(said.entries > first.entries);
  await assert.rejects(exported(checkpoint.size + 100_000), { code: "not-found" });
});

test("keys of the tags are in it once they are disclosed", async () => {
  const said = await checkExport(bytesSource(await exported()), { leastWork: EASY_WORK });
  assert.equal(said.tagsChecked + said.tagsUndisclosed, said.entries);
});

test("a stranger gets nothing", async () => {
  const mallory = await someone("Mallory");
  const own = await mallory.exportJournal({ language: "en" });
  const parts: Uint8Array[] = [];
  for await (const part of own) parts.push(part);
  const said = await checkExport(bytesSource(Buffer.concat(parts)), { leastWork: EASY_WORK });
  assert.equal(said.manifest.subject, mallory.id);
  const other = fetch(`${server.url}/v1/journal/${record.space}/export`);
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
  const path = join(folder, "export.zip");
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
  const path = join(folder, "report.pdf");
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
