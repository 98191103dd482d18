import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  canonicalJson,
  detachStatement,
  type Entry,
  type EntryKind,
  EXPORT_FILES,
  type ExportedAccounts,
  type ExportedEnded,
  type ExportedEntry,
  type ExportedEpochs,
  type ExportManifest,
  entryCommitment,
  formatExported,
  fromBase64url,
  hashOf,
  type JournalEntry,
  journalLines,
  parseEntry,
  parseHash,
  parseNote,
  quorumOf,
  type Statement,
  SUITE,
  type Subject,
  sameBytes,
  startZip,
  utf8,
  type Witness,
  type WrittenFile,
} from "@ecrin/protocol";
import { type AnchorSources, toDer } from "./anchor-sources.ts";
import { type Anchored, anchoredAt, listAnchorsAt } from "./anchors.ts";
import { newestWitnessed, withCosignatures } from "./cosigned.ts";
import { numberArray, type Sql } from "./database.ts";
import { listEpochs } from "./epochs.ts";
import { pathBetween, tilesOf } from "./export-tree.ts";
import type { Journal } from "./journal.ts";
import type { Log } from "./log.ts";
import type { LogKeyring } from "./log-keys.ts";
import { refuse } from "./problem.ts";
import type { ReportSigner } from "./report-signer.ts";
import { lostOf } from "./successions.ts";
import { storedHashes } from "./tree.ts";

/** What exports are made of; one for the life of the process. */
export interface ExportGround {
  readonly sql: Sql;
  readonly journal: Pick<Journal, "entries">;
  readonly log: Log;
  readonly logKeys: LogKeyring;
  readonly sources: AnchorSources;
  readonly witnesses: readonly Witness[];
  readonly report: ReportSigner;
  readonly now: () => number;
}

/** What is asked for. */
export interface ExportAsked {
  readonly subject: Subject;
  /** Leaves under the checkpoint of the export before. */
  readonly since?: number;
  readonly language: "fr" | "en";
}

const PAGE = 500;
const MOST_ANCHORS = 200;
const MOST_SHOWN = 2000;
const MOST_EMBEDDED = 8 << 20;

/**
 * Everything the service holds of one journal, as one archive (spec/export.md), part by part in
 * room that does not grow with it.
 * @throws ServerError `not-found` for a `since` that was never signed; later errors break the stream
 */
export async function exportJournal(
  ground: ExportGround,
  asked: ExportAsked,
): Promise<AsyncGenerator<Uint8Array>> {
  const checkpoint = await coveringCheckpoint(ground, asked.subject);
  const since = await sinceNote(ground, asked, checkpoint);
  return archive(ground, asked, checkpoint, since);
}

/** A checkpoint, with the lines of the witnesses. */
interface Covering {
  readonly size: number;
  readonly note: string;
}

/**
 * The newest checkpoint over the subject's last entry that a quorum has cosigned; where there is
 * none, the newest one, and a new one where the last entry is not under it yet.
 */
async function coveringCheckpoint(
  { sql, log, witnesses }: ExportGround,
  subject: Subject,
): Promise<Covering> {
  const latest = await log.latest();
  const [row] = await sql<{ index: number }[]>`
    select index from journal_openings where subject = ${subject} order by n desc limit 1`;
  const least = (row?.index ?? -1) + 1;
  const witnessed = await newestWitnessed(sql, witnesses, Math.max(least, log.from + 1));
  if (witnessed !== undefined) return witnessed;
  const signed = latest !== undefined && least <= latest.size ? latest : await log.sign();
  const { size, note } = signed ?? refuse("not-found");
  return { size, note: await withCosignatures(sql, { size, note }, witnesses) };
}

async function sinceNote(
  { sql }: ExportGround,
  { since }: ExportAsked,
  { size }: Covering,
): Promise<string | undefined> {
  if (since === undefined) return undefined;
  const [row] = await sql<{ note: string }[]>`
    select note from log_checkpoints where size = ${since} and size <= ${size}`;
  return row?.note ?? refuse("not-found", "query.since");
}

async function* archive(
  ground: ExportGround,
  asked: ExportAsked,
  checkpoint: Covering,
  since: string | undefined,
): AsyncGenerator<Uint8Array> {
  const { sql, logKeys, witnesses, sources } = ground;
  const zip = startZip();
  const files: WrittenFile[] = [];
  async function* add(name: string, content: string | Uint8Array | AsyncIterable<Uint8Array>) {
    const whole = typeof content === "string" ? utf8(content) : content;
    files.push(yield* zip.file(name, whole instanceof Uint8Array ? [whole] : whole));
  }
  yield* add(EXPORT_FILES.readme, await part("VERIFY.md"));
  yield* add(EXPORT_FILES.verifier, await part("verify.py"));
  const { first, statements } = logKeys;
  yield* add(EXPORT_FILES.keys, formatExported({ first, keys: [...statements] }));
  yield* add(EXPORT_FILES.checkpoint, checkpoint.note);
  if (since !== undefined) yield* add(EXPORT_FILES.since, since);
  const ended = await endedUnder(ground, checkpoint.size);
  if (ended.length > 0) yield* add(EXPORT_FILES.ended, formatExported({ ended }));
  yield* add(EXPORT_FILES.epochs, formatExported({ epochs: await epochsUnder(sql, checkpoint) }));
  yield* add(EXPORT_FILES.witnesses, formatExported({ witnesses: [...witnesses] }));
  const sizes = await anchoredSizes(sql, sources, asked.subject, checkpoint.size);
  const roots = await rootsAt(sql, sources, sizes);
  for (const [i, root] of roots.entries()) yield* add(`roots/${i}.der`, root);
  for (const size of sizes) {
    const anchored = await anchoredAt(sql, size);
    if (anchored === undefined) continue;
    for (const [name, bytes] of anchorFiles(anchored, roots)) yield* add(name, bytes);
  }
  yield* add(EXPORT_FILES.accounts, formatExported(await readerChains(sql, asked.subject)));
  const stops = [...sizes, ...(asked.since === undefined ? [] : [asked.since]), ...startsOf(ended)];
  const told = new Told();
  const lines = journalOf(ground, asked.subject, checkpoint.size, stops, told);
  yield* add(EXPORT_FILES.journal, told.copying(lines));
  yield* add(EXPORT_FILES.report, await signedReport(ground, asked, checkpoint, { sizes, told }));
  const manifest = manifestOf(ground, asked, checkpoint, told, files);
  yield* zip.file(EXPORT_FILES.manifest, [utf8(canonicalJson(manifest))]);
  const signed = logKeys.signer.sign("export", manifest);
  yield* zip.file(EXPORT_FILES.signature, [utf8(detachStatement(signed))]);
  yield zip.end();
}

/** The logs that ended, each with the place of the entry that names it in the tree of this size. */
async function endedUnder({ logKeys, log }: ExportGround, size: number) {
  const ended: ExportedEnded["ended"] = [];
  for (const each of logKeys.ended) {
    const hashes =
      each.entry === undefined ? undefined : await log.inclusion(each.entry.index, size);
    ended.push(hashes === undefined ? each : { ...each, place: [...hashes] });
  }
  return ended;
}

/** Where each log began that is still there. */
function startsOf(ended: ExportedEnded["ended"]): number[] {
  return ended.flatMap(({ entry }) =>
    entry === undefined || entry.index === 0 ? [] : [entry.index],
  );
}

async function part(name: string): Promise<Uint8Array> {
  return await readFile(fileURLToPath(import.meta.resolve(`@ecrin/protocol/verifier/${name}`)));
}

async function epochsUnder(sql: Sql, { size }: Covering): Promise<ExportedEpochs["epochs"]> {
  const epochs: ExportedEpochs["epochs"] = [];
  for (let from = 0; ; ) {
    const some = await listEpochs(sql, from, size);
    for (const { epoch, from: first, to, key } of some)
      epochs.push({
        epoch,
        from: first,
        to,
        ...(key === undefined ? {} : { key: parseHash(key, "key") }),
      });
    const last = some.at(-1);
    if (last === undefined) return epochs;
    from = last.epoch + 1;
  }
}

/** For each entry the first checkpoint at or after it that a source has said something of; the newest of these. */
async function anchoredSizes(
  sql: Sql,
  { demonstration }: AnchorSources,
  subject: Subject,
  size: number,
): Promise<number[]> {
  // All sizes are read once, and each entry's found among them: reading them for each entry would
  // take minutes once there are thousands of both.
  const rows = await sql<{ size: number }[]>`
    with anchored as (
      select array_agg(size order by size) as sizes from (
        select distinct size from anchors join anchored_checkpoints using (size)
        where size <= ${size} and proof is not null and demonstration = ${demonstration}) each)
    select size from (
      select distinct a.sizes[width_bucket(o.index, a.sizes) + 1] as size
      from anchored a cross join journal_openings o
      where o.subject = ${subject} and a.sizes is not null) first
    where size is not null order by size desc limit ${MOST_ANCHORS}`;
  return rows.map((row) => row.size).reverse();
}

/** Those that the tokens were checked under, and those of now: an authority may have gone, or another come. */
async function rootsAt(
  sql: Sql,
  { authorities }: AnchorSources,
  sizes: readonly number[],
): Promise<Uint8Array[]> {
  const rows = await sql<{ root: Buffer }[]>`
    select distinct root from anchors
    where size = any(${numberArray(sizes)}::bigint[]) and state = 'stamped' and root is not null`;
  const all = [
    ...authorities.flatMap(({ roots }) => roots.map(toDer)),
    ...rows.map(({ root }) => root),
  ];
  return [...new Map(all.map((root) => [Buffer.from(root).toString("base64"), root])).values()];
}

/** A token that has come since the roots were written, under another one, is for the next export. */
function* anchorFiles(
  { size, note, stamps, ots }: Anchored,
  roots: readonly Uint8Array[],
): Generator<[string, Uint8Array]> {
  const folder = `anchors/${size}`;
  const told = stamps.filter(
    ({ root }) => root === undefined || roots.some((each) => sameBytes(each, root)),
  );
  yield [`${folder}/checkpoint`, utf8(note)];
  for (const [i, { token, crls }] of told.entries()) {
    yield [`${folder}/stamp-${i}.tst`, token];
    for (const [j, crl] of crls.entries()) yield [`${folder}/stamp-${i}-${j}.crl`, crl];
  }
  if (ots === undefined) return;
  yield [`${folder}/proof.ots`, ots.proof];
  for (const { height, header } of ots.headers) yield [`${folder}/block-${height}.header`, header];
}

/** The chains of everybody whose signed read stands in the journal. */
async function readerChains(sql: Sql, subject: Subject): Promise<ExportedAccounts> {
  const rows = await sql<{ account: string; statement: Statement }[]>`
    select account, statement from account_statements where account in (
      select distinct entry::json -> 'actor' ->> 'account' from journal_openings
      where subject = ${subject} and statement is not null
        and entry::json ->> 'kind' in ('opening', 'export'))
    order by account, seq`;
  const accounts: Record<string, Statement[]> = {};
  for (const { account, statement } of rows)
    accounts[account] = [...(accounts[account] ?? []), statement];
  return { accounts };
}

/** What went by while journal.json was written: what the report and the manifest tell of it. */
class Told {
  readonly counts = new Map<EntryKind, number>();
  entries = 0;
  last: Entry | undefined;
  #lastText = "";
  #lastSalt = "";
  #shown: Entry[] = [];
  #copied: Uint8Array[] | undefined = [];
  #length = 0;

  entry({ entry: text, salt }: JournalEntry): void {
    const entry = parseEntry(text);
    this.entries += 1;
    this.last = entry;
    [this.#lastText, this.#lastSalt] = [text, salt];
    this.counts.set(entry.kind, (this.counts.get(entry.kind) ?? 0) + 1);
    this.#shown.push(entry);
    if (this.#shown.length >= 2 * MOST_SHOWN) this.#shown = this.#shown.slice(-MOST_SHOWN);
  }

  get shown(): readonly Entry[] {
    return this.#shown.slice(-MOST_SHOWN);
  }

  get opening(): { readonly text: string; readonly salt: string } {
    return { text: this.#lastText, salt: this.#lastSalt };
  }

  /** Keeps what goes by while there is room for it. */
  async *copying(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#length += chunk.length;
      if (this.#length > MOST_EMBEDDED) this.#copied = undefined;
      this.#copied?.push(chunk);
      yield chunk;
    }
  }

  get journal(): Uint8Array | undefined {
    return this.#copied === undefined ? undefined : Buffer.concat(this.#copied);
  }
}

function journalOf(
  { sql, journal }: ExportGround,
  subject: Subject,
  size: number,
  stops: readonly number[],
  told: Told,
): AsyncGenerator<Uint8Array> {
  const read = tilesOf(storedHashes(sql), size);
  const ascending = [...stops].sort((a, b) => a - b);
  let at = 0;

  async function* lines(): AsyncGenerator<ExportedEntry> {
    for (let from = 0; ; ) {
      const some = await journal.entries(subject, from, PAGE);
      for (const entry of some) {
        if (entry.index >= size) return;
        const path = await pathBetween(read, at, entry.index, ascending);
        at = entry.index + 1;
        told.entry(entry);
        yield { ...entry, ...(path.length === 0 ? {} : { path }) };
      }
      const last = some.at(-1);
      if (last === undefined) return;
      from = last.n + 1;
    }
  }

  return journalLines(lines(), () => pathBetween(read, at, size, ascending));
}

async function signedReport(
  { sql, logKeys, sources, witnesses, report, now }: ExportGround,
  { subject, language }: ExportAsked,
  checkpoint: Covering,
  { sizes, told }: { readonly sizes: readonly number[]; readonly told: Told },
): Promise<Uint8Array> {
  const at = now();
  const { journal } = told;
  const { reportPdf } = await import("./report.ts"); // It brings a whole PDF writer along.
  const pdf = await reportPdf({
    language,
    subject,
    log: logKeys.id,
    key: logKeys.first,
    size: checkpoint.size,
    at,
    counts: told.counts,
    entries: told.shown,
    ended: logKeys.ended.map(lostOf),
    anchors: await listAnchorsAt(sql, sizes),
    quorum: await quorumOf(parseNote(checkpoint.note), witnesses),
    demonstration: sources.demonstration,
    isSelfSigned: report.isSelfSigned,
    checkpoint: checkpoint.note,
    ...(journal === undefined ? {} : { journal }),
  });
  return await report.sign(pdf, new Date(at));
}

function manifestOf(
  { logKeys, sources, now }: ExportGround,
  { subject, since }: ExportAsked,
  { size }: Covering,
  told: Told,
  files: readonly WrittenFile[],
): ExportManifest {
  const at = now();
  const { last, opening } = told;
  const head =
    last === undefined
      ? undefined
      : logKeys.signer.sign("head", {
          suite: SUITE,
          subject,
          n: last.n,
          hash: hashOf(entryCommitment(fromBase64url(opening.salt), utf8(opening.text))),
          at,
        });
  return {
    suite: SUITE,
    subject,
    log: logKeys.id,
    size,
    entries: told.entries,
    ...(head === undefined ? {} : { head }),
    ...(since === undefined ? {} : { since }),
    ...(sources.demonstration ? { demonstration: true } : {}),
    at,
    files: [...files],
  };
}
