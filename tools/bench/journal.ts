// The journal's group commit over what a database does without one, every row on disk: single-row
// inserts by 32 connections, and inserts of 1,000 rows. The baselines write the same bytes into
// tables of the same columns and indexes, in one statement a commit. And how long a proof is.

import { hash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Bytes,
  formatCheckpoint,
  formatEntryProof,
  formatNote,
  hashOf,
  inclusionSpans,
  logIdOf,
  newId,
  noteKeyId,
  originOf,
  type ReadHashes,
  rootOfPerfect,
  spanRoot,
  spanRoots,
  TILE_WIDTH,
  utf8,
} from "@ecrin/protocol";
import {
  byteaArray,
  numberArray,
  openPool,
  type Sql,
  textArray,
} from "../../apps/server/src/database.ts";
import { createJournal, type Journal } from "../../apps/server/src/journal.ts";
import { migrate } from "../../apps/server/src/migrations.ts";
import { startPostgres } from "../../apps/server/src/postgres.ts";
import { signerOf } from "../../apps/server/src/signer.ts";
import { tagKeysFrom } from "../../apps/server/src/tag-keys.ts";
import { type Group, median, quantile, type Size } from "./measure.ts";

const SINGLE_CONNECTIONS = 32;
const ROWS = 1000;
const MILLION = 1_000_000;
const SUBJECTS = Array.from({ length: 64 }, () => newId<"space">());

export const journalBench: Group = {
  lines: [
    {
      name: "journal.64_vs_single_row",
      what: "durable entries with 64 callers over single-row inserts",
      bar: { least: 3 },
    },
    {
      name: "journal.512_vs_multirow",
      what: "durable entries with 512 callers over inserts of 1,000 rows of the same bytes",
      bar: { least: 0.75 },
    },
    {
      name: "proof.bytes_1m",
      what: "one entry's proof in a log of 1,000,000",
      bar: { most: 2000 },
    },
  ],
  async *measure(wanted, size) {
    if (wanted.has("proof.bytes_1m")) yield await proofBytes(size === "whole" ? MILLION : 1000);
    if (![...wanted].some((name) => name.startsWith("journal."))) return;
    const ground = await layGround();
    try {
      await assertDurable(ground.sql);
      if (wanted.has("journal.64_vs_single_row")) {
        const ours = () => entriesPerSecond(ground.journal, 64, size);
        const base = () => singleRows(ground.sql, size);
        yield await compared("journal.64_vs_single_row", ours, base, size);
      }
      if (wanted.has("journal.512_vs_multirow")) {
        const ours = () => entriesPerSecond(ground.journal, 512, size);
        const base = () => manyRows(ground.sql, size);
        yield await compared("journal.512_vs_multirow", ours, base, size);
      }
    } finally {
      await ground.stop();
    }
  },
};

async function compared(
  name: string,
  ours: () => Promise<number>,
  base: () => Promise<number>,
  size: Size,
) {
  const rounds = size === "whole" ? 7 : 1;
  const [own, others]: [number[], number[]] = [[], []];
  await ours();
  await base();
  for (let i = 0; i < rounds; i++) {
    if (i % 2 === 0) own.push(await ours());
    others.push(await base());
    if (i % 2 === 1) own.push(await ours());
  }
  const value = median(own) / median(others);
  const ratios = own.map((each, i) => each / (others[i] ?? Number.NaN));
  const noise = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2 / value;
  const note = `${median(own).toFixed(0)} entries over ${median(others).toFixed(0)} rows a second`;
  return { name, value, noise, note };
}

async function layGround() {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-bench-"));
  const running = await startPostgres({ dataDir: join(folder, "postgres") });
  const sql = openPool(running.connection, SINGLE_CONNECTIONS);
  await migrate(sql, randomBytes(24).toString("base64url"));
  // The columns and indexes of what an entry takes, in one table: fewer rows and not one byte less.
  await sql.unsafe(`create table ecrin.bench_rows (
    index bigint primary key, commitment bytea not null, leaf bytea not null, tag bytea not null,
    subject text not null, n bigint not null, at bigint not null, salt bytea not null,
    entry text not null, statement text, unique (subject, n));
    create sequence ecrin.bench_index`);
  const tags = await tagKeysFrom(randomBytes(32));
  const line = openPool(running.connection, 1);
  const journal = createJournal({ sql, line, signer: signerOf(randomBytes(32)), tags });
  return {
    sql,
    journal,
    async stop() {
      await Promise.all([sql, line].map((pool) => pool.end()));
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A figure without durability would say nothing. */
async function assertDurable(sql: Sql): Promise<void> {
  for (const setting of ["fsync", "synchronous_commit", "full_page_writes"]) {
    const [row] = await sql.unsafe<{ value: string }[]>(
      `select current_setting('${setting}') as value`,
    );
    if (row?.value !== "on") throw new Error(`${setting} is ${row?.value}: nothing is measured`);
  }
}

function duration(size: Size): number {
  return size === "whole" ? 2000 : 50;
}

async function inLoops(
  loops: number,
  size: Size,
  work: (loop: number) => Promise<number>,
): Promise<number> {
  const start = performance.now();
  const end = start + duration(size);
  let done = 0;
  await Promise.all(
    Array.from({ length: loops }, async (_, loop) => {
      while (performance.now() < end) {
        // Added once it is done: others have counted meanwhile.
        const more = await work(loop);
        done += more;
      }
    }),
  );
  return done / ((performance.now() - start) / 1000);
}

function entriesPerSecond(journal: Journal, callers: number, size: Size): Promise<number> {
  return inLoops(callers, size, async (caller) => {
    const subject = SUBJECTS[caller % SUBJECTS.length] ?? newId<"space">();
    const about = { from: 0, count: 1 };
    const at = Date.now();
    const draft = { subject, kind: "listing", actor: {}, about, at } as const;
    await journal.commit({ entries: () => [draft] });
    return 1;
  });
}

let written = 0;
/** A row of the bytes that an entry takes. */
function row() {
  written += 1;
  const subject = SUBJECTS[written % SUBJECTS.length] ?? "";
  const bytes = hash("sha256", String(written), "buffer");
  const entry = `{"about":{"count":1,"from":0},"actor":{},"at":1790000000000,"kind":"listing","n":${written},"prev":"${bytes.toString("base64url")}","subject":"${subject}","v":1}`;
  return { index: written, n: written, subject, bytes, entry };
}

function singleRows(sql: Sql, size: Size): Promise<number> {
  return inLoops(SINGLE_CONNECTIONS, size, async () => {
    const { index, n, subject, bytes, entry } = row();
    await sql`insert into bench_rows values (${index}, ${bytes}, ${bytes}, ${bytes}, ${subject},
      ${n}, 1790000000000, ${bytes}, ${entry}, null)`;
    return 1;
  });
}

function manyRows(sql: Sql, size: Size): Promise<number> {
  return inLoops(2, size, async () => {
    const rows = Array.from({ length: ROWS }, row);
    const bytes = byteaArray(rows.map((each) => each.bytes));
    await sql`
      insert into bench_rows
      select x.index, x.a, x.b, x.c, x.subject, x.n, 1790000000000, x.d, x.entry, null
      from unnest(${numberArray(rows.map((each) => each.index))}::bigint[], ${bytes}::bytea[],
        ${bytes}::bytea[], ${bytes}::bytea[], ${textArray(rows.map((each) => each.subject))}::text[],
        ${numberArray(rows.map((each) => each.n))}::bigint[], ${bytes}::bytea[],
        ${textArray(rows.map((each) => each.entry))}::text[])
        as x (index, a, b, c, subject, n, d, entry)`;
    return ROWS;
  });
}

/** The proof as it is handed out, with its checkpoint, of the leaf whose way is longest. */
async function proofBytes(size: number) {
  const levels: Bytes[][] = [
    Array.from({ length: size }, (_, i) => new Uint8Array(hash("sha256", `\0${i}`, "buffer"))),
  ];
  for (let level = levels[0] ?? []; level.length >= TILE_WIDTH; ) {
    const above: Bytes[] = [];
    for (let i = 0; i + TILE_WIDTH <= level.length; i += TILE_WIDTH)
      above.push(rootOfPerfect(level.slice(i, i + TILE_WIDTH)));
    levels.push(above);
    level = above;
  }
  const read: ReadHashes = (level, from, to) =>
    Promise.resolve((levels[level] ?? []).slice(from, to));
  const signer = signerOf(randomBytes(32));
  const origin = originOf(logIdOf(signer.key));
  const root = hashOf(await spanRoot({ from: 0, to: size }, read));
  const text = formatCheckpoint({ origin, size, root });
  const id = noteKeyId(origin, signer.key);
  const signature = await signer.signBytes(utf8(text));
  const checkpoint = formatNote({ text, signatures: [{ name: origin, id, signature }] });
  const hashes = await spanRoots(inclusionSpans(0, size), read);
  const value = utf8(formatEntryProof({ index: 0, hashes, checkpoint })).length;
  const note = `${hashes.length} hashes and the checkpoint, in a log of ${size}`;
  return { name: "proof.bytes_1m", value, note };
}
