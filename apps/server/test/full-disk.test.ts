import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface, type Interface } from "node:readline";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  followEntry,
  type JournalEntry,
  type JournalPosition,
  type ListedRevision,
  newId,
  openHead,
  type SigningKey,
  type Statement,
} from "@ecrin/protocol";
import { Line, Person, proofOf } from "./person.ts";
import {
  beginRecord,
  type Ended,
  postRevisions,
  type SealedTest,
  sealTest,
  type TestSpace,
} from "./record.ts";

const HOLDER = fileURLToPath(new URL("./small-disk.ts", import.meta.url));
const OWN_MOUNTS = ["--user", "--map-root-user", "--mount"];
const MEGABYTES = 160;
const NOW = 1_790_000_000_000;
const BACK_WITHIN_MS = 60_000;
/** What a server without room or database may answer, and nothing else. */
const IN_TROUBLE = new Set(["storage-full", "unavailable"]);

/** Whether this machine lets us have a small disk of our own. */
function canMount(): boolean {
  const mount = ["mount", "-t", "tmpfs", "tmpfs", tmpdir()];
  return spawnSync("unshare", [...OWN_MOUNTS, ...mount]).status === 0;
}

/** A server on a small disk. */
interface SmallDisk {
  readonly line: Line;
  /** What the supervisor of the database said. */
  readonly said: readonly string[];
  fill(left: number): Promise<void>;
  free(): Promise<void>;
}

async function startSmallDisk(t: TestContext): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-disk-"));
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", HOLDER];
  // A database made there: a copied one has set more room aside for its log than this disk is counted for.
  const { ECRIN_CLUSTER: _, ...env } = process.env;
  const child = spawn("unshare", [...OWN_MOUNTS, ...node, folder, String(MEGABYTES), String(NOW)], {
    stdio: ["pipe", "pipe", "inherit"],
    env,
  });
  t.after(() => end(child, folder));
  const said: string[] = [];
  const words = createInterface({ input: child.stdout });
  const heard = hear(words, said);
  const { url = "" } = await heard("url");
  const command = async (text: string) => {
    const done = heard("done");
    child.stdin.write(`${text}\n`);
    await done;
  };
  return {
    line: new Line(url, () => NOW),
    said,
    fill: (left) => command(`fill ${left}`),
    free: () => command("free"),
  };
}

/** Waits for the next line that says this. */
function hear(words: Interface, said: string[]) {
  words.on("line", (text) => {
    const { database }: { database?: string } = JSON.parse(text);
    if (database !== undefined) said.push(database);
  });
  return (what: string) =>
    new Promise<Record<string, string>>((resolve) => {
      const listen = (text: string) => {
        const heard: Record<string, string> = JSON.parse(text);
        if (!(what in heard)) return;
        words.off("line", listen);
        resolve(heard);
      };
      words.on("line", listen);
    });
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null) await once(child, "exit");
  await rm(folder, { recursive: true, force: true });
}

/** Seals and posts until the server refuses; what it acknowledged is kept. */
async function writeUntilRefused(
  record: TestSpace,
  acknowledged: SealedTest[],
  sizes: readonly number[],
): Promise<{ refused: SealedTest[]; code: string }> {
  for (let i = 0; i < 200; i++) {
    const sealed = sizes.map((size) => sealTest(record, { content: Buffer.alloc(size, newId()) }));
    const answer = await postRevisions(record, sealed);
    if (answer.status !== 200) return { refused: sealed, code: codeOf(answer) };
    acknowledged.push(...sealed);
  }
  throw new Error("the disk does not fill up");
}

function codeOf(answer: Ended<unknown>): string {
  const { code = "" } = answer.body as { code?: string };
  return code;
}

/** The same again, until it is taken: nobody does anything at the server. */
async function untilTaken(record: TestSpace, sealed: readonly SealedTest[]): Promise<void> {
  const began = performance.now();
  for (;;) {
    const answer = await postRevisions(record, sealed);
    if (answer.status === 200) return;
    assert.ok(IN_TROUBLE.has(codeOf(answer)), JSON.stringify(answer.body));
    const waited = performance.now() - began;
    assert.ok(waited < BACK_WITHIN_MS, `still ${codeOf(answer)} after ${waited} ms`);
    await pause(200);
  }
}

/** Everything acknowledged is there once, byte for byte, and the journal tells of each. */
async function assertKept(record: TestSpace, acknowledged: readonly SealedTest[]): Promise<void> {
  const { line, seat } = record.owner;
  const listed: ListedRevision[] = [];
  for (;;) {
    const path = `/v1/spaces/${record.space}/revisions?from=${listed.length}`;
    const { revisions } = await line.done<{ revisions: ListedRevision[] }>(
      "GET",
      path,
      undefined,
      seat,
    );
    if (revisions.length === 0) break;
    listed.push(...revisions);
  }
  assert.deepEqual(
    listed.map((each) => each.statement),
    acknowledged.map(({ body }) => body.statement),
  );
  for (const { revision, content } of acknowledged) {
    const path = `/v1/spaces/${record.space}/revisions/${revision}/content`;
    const { body } = await line.ask<ArrayBuffer>("GET", path, undefined, seat);
    assert.ok(Buffer.from(body).equals(content), revision);
  }
  const { logKey } = await line.done<{ logKey: SigningKey }>("GET", "/v1/server");
  let position: JournalPosition = { next: 0 };
  let uploads = 0;
  for (;;) {
    const path = `/v1/journal/${record.space}?from=${position.next}`;
    const { entries, head } = await line.done<{ entries: JournalEntry[]; head?: Statement }>(
      "GET",
      path,
      undefined,
      seat,
    );
    for (const { salt, entry } of entries) {
      const followed = followEntry(record.space, position, salt, entry);
      position = followed.position;
      if (followed.entry.kind === "upload") uploads += 1;
    }
    if (entries.length > 0) continue;
    assert.ok(head !== undefined);
    const last = await openHead(head, logKey);
    assert.deepEqual({ n: last.n + 1, hash: last.hash }, { n: position.next, hash: position.hash });
    break;
  }
  assert.equal(uploads, acknowledged.length);
}

test("a full disk is said, loses nothing acknowledged, and is over once there is room", async (t) => {
  if (!canMount()) return t.skip("this machine allows no user and mount namespace");
  const disk = await startSmallDisk(t);
  const alice = await new Person(disk.line).signUp();
  const record = await beginRecord(alice);
  const acknowledged: SealedTest[] = [];

  // The tables have no room to grow, the write-ahead log still has what it set aside.
  await disk.fill(2 << 20);
  const first = await writeUntilRefused(record, acknowledged, [60_000, 60_000]);
  assert.equal(first.code, "storage-full");
  const upload = await tryUploading(alice, 5 << 20);
  assert.equal(upload, "storage-full");
  assert.equal(codeOf(await postRevisions(record, first.refused)), "storage-full");
  await disk.free();
  await untilTaken(record, first.refused);
  acknowledged.push(...first.refused);
  await assertKept(record, acknowledged);
  assert.equal(await tryUploading(alice, 5 << 20), "");

  // Now the log itself has no room: the database ends, and comes back by itself.
  await disk.fill(14 << 20);
  const sizes = Array.from({ length: 12 }, () => 60_000);
  let refused: SealedTest[] = [];
  const isDown = () => disk.said.some((line) => line.includes("ended"));
  for (let i = 0; i < 60 && !isDown(); i++) {
    const last = await writeUntilRefused(record, acknowledged, sizes);
    assert.ok(IN_TROUBLE.has(last.code), last.code);
    ({ refused } = last);
  }
  assert.ok(isDown(), disk.said.join("; "));
  assert.ok(IN_TROUBLE.has(codeOf(await postRevisions(record, refused))));
  await disk.free();
  await untilTaken(record, refused);
  acknowledged.push(...refused);
  await assertKept(record, acknowledged);
});

/** An upload of this size, from start to end. @returns the code of what refused it, or nothing */
async function tryUploading(who: Person, size: number): Promise<string> {
  const begun = await tus(who, "POST", "/v1/uploads", { "upload-length": String(size) });
  if (begun.status !== 201) return (await begun.json()).code;
  const path = begun.headers.get("location") ?? "";
  const offset = { "upload-offset": "0", "content-type": "application/offset+octet-stream" };
  const sent = await tus(who, "PATCH", path, offset, new Uint8Array(size));
  return sent.status === 204 ? "" : (await sent.json()).code;
}

async function tus(
  { seat, line }: Person,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  await line.refreshNonce(seat);
  return await fetch(line.url + path, {
    method,
    headers: {
      authorization: `DPoP ${seat.token}`,
      dpop: proofOf(seat, method, line.url + path, line.now()),
      "tus-resumable": "1.0.0",
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
}
