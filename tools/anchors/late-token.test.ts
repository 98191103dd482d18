// A token that comes while an export is being written: what stands in the archive checks what stands in it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checkExport } from "@ecrin/client";
import {
  type Bytes,
  bytesSource,
  logIdOf,
  openZip,
  parseNote,
  type Subject,
  utf8,
} from "@ecrin/protocol";
import { requestTimestamp, tokenOf } from "@ecrin/timestamp";
import { type Authority, makeAuthority } from "@ecrin/timestamp/authority";
import { exportJournal } from "../../apps/server/src/export.ts";
import { createJournal } from "../../apps/server/src/journal.ts";
import { createLog } from "../../apps/server/src/log.ts";
import { openReportSigner } from "../../apps/server/src/report-signer.ts";
import { signerOf } from "../../apps/server/src/signer.ts";
import { openTagKeys } from "../../apps/server/src/tag-keys.ts";
import { type Cluster, startCluster } from "../../apps/server/test/harness.ts";
import { type RunningAuthority, startAuthority } from "./authority.ts";
import { type Calendar, EASY_WORK, startCalendar } from "./calendar.ts";
import { type AnchorPlace, openPlace } from "./place.ts";

let cluster: Cluster;
let authority: RunningAuthority;
let calendar: Calendar;
let place: AnchorPlace;
let folder: string;
let seed: Buffer;
before(async () => {
  cluster = await startCluster();
  authority = await startAuthority("Horodatage Test");
  calendar = await startCalendar();
  folder = await mkdtemp(join(tmpdir(), "ecrin-late-token-"));
  seed = randomBytes(32);
  await writeFile(join(folder, "seed"), seed);
  const mac = `${randomBytes(32).toString("base64url")}\n`;
  await writeFile(join(folder, "mac"), mac, { mode: 0o600 });
  const root = Buffer.from(authority.root).toString("base64");
  place = await openPlace({
    target: await cluster.migrated(),
    folder,
    authority: { url: authority.url, root },
    calendar: { url: calendar.url, headers: calendar.headers },
    at: Date.now(),
  });
  await place.work();
});
after(async () => {
  await place?.end();
  await Promise.all([authority, calendar].map((each) => each?.stop()));
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The one journal here, part by part. */
async function startExport(): Promise<AsyncGenerator<Uint8Array>> {
  const { sql } = place;
  const signer = signerOf(seed);
  const tags = await openTagKeys(folder);
  const now = () => Date.now();
  const id = logIdOf(signer.key);
  const [row] = await sql<{ subject: Subject }[]>`
    select subject from journal_openings where subject <> ${id} order by index limit 1`;
  const ground = {
    sql,
    now,
    journal: createJournal({ sql, signer, tags, now }),
    log: createLog({ id, sql, signer, tags, folder, now }),
    logKeys: { id, first: signer.key, statements: [], ended: [], from: 0, signer },
    sources: {
      authorities: [{ name: "test", url: authority.url, roots: [authority.root] }],
      calendars: [],
      leastWork: EASY_WORK,
      demonstration: true,
    },
    witnesses: [],
    report: await openReportSigner(folder, undefined),
  };
  return await exportJournal(ground, { subject: row?.subject ?? assert.fail(), language: "en" });
}

/** What another authority, which this service has not asked before, says of every anchored checkpoint. */
async function stampAll(other: Authority): Promise<void> {
  const { sql } = place;
  const rows = await sql<{ size: number; note: string }[]>`
    select size, note from anchored_checkpoints`;
  for (const { size, note } of rows) {
    const data = utf8(parseNote(note).text);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    const token = tokenOf(await other.answer(requestTimestamp(digest).bytes));
    await sql`
      insert into anchors (size, kind, source, state, proof, authority, root, at, next_at)
      values (${size}, 'rfc3161', 'other', 'stamped', ${Buffer.from(token)}, 'Other',
        ${Buffer.from(other.root)}, ${Date.now()}, 0)`;
  }
}

/** The whole archive; `work` is done once its first root has been handed over, and no token yet. */
async function exported(work: () => Promise<void>): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let isDone = false;
  for await (const part of await startExport()) {
    parts.push(part);
    const soFar = Buffer.concat(parts).toString("latin1");
    if (isDone || !soFar.includes("roots/0.der")) continue;
    isDone = true;
    assert.doesNotMatch(soFar, /anchors\/\d+\/stamp/);
    await work();
  }
  assert.ok(isDone);
  return new Uint8Array(Buffer.concat(parts));
}

async function countIn(archive: Bytes): Promise<{ roots: number; tokens: number; stamps: number }> {
  const names = (await openZip(bytesSource(archive))).map(({ name }) => name);
  const { anchors } = await checkExport(bytesSource(archive), { leastWork: EASY_WORK });
  return {
    roots: names.filter((name) => name.startsWith("roots/")).length,
    tokens: names.filter((name) => name.endsWith(".tst")).length,
    stamps: anchors.filter(({ kind }) => kind === "time-stamp").length,
  };
}

test("a token that came after its roots were written is for the next export", async () => {
  const other = await makeAuthority("Another authority");
  const during = await countIn(await exported(() => stampAll(other)));
  assert.deepEqual(during, { roots: 1, tokens: 1, stamps: 1 });
  const later = await countIn(await exported(() => Promise.resolve()));
  assert.deepEqual(later, { roots: 2, tokens: 2, stamps: 2 });
});
