import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type {
  Anchor,
  Entry,
  EntryKind,
  LogId,
  LostOfLog,
  Quorum,
  SigningKey,
  Subject,
} from "@ecrin/protocol";
import PDFDocument from "pdfkit";
import { REPORT_WORDS, type ReportWords } from "./report-words.ts";

/** What a report tells. */
export interface Report {
  readonly language: "fr" | "en";
  readonly subject: Subject;
  readonly log: LogId;
  readonly key: SigningKey;
  readonly size: number;
  readonly at: number;
  readonly counts: ReadonlyMap<EntryKind, number>;
  /** The newest entries, oldest first. */
  readonly entries: readonly Entry[];
  /** The logs that ended before this one, each with entries lost (spec/succession.md). */
  readonly ended: readonly LostOfLog[];
  readonly anchors: readonly Anchor[];
  readonly quorum: Quorum;
  readonly demonstration: boolean;
  readonly isSelfSigned: boolean;
  /** Embedded; absent where it is too long. */
  readonly journal?: Uint8Array;
  readonly checkpoint: string;
}

const MARGIN = 48;
const FOOT = 40;
const INK = "#16252e";
const QUIET = "#4c5d67";
const DEEP = "#0f5257";
const COLUMNS = [0, 44, 168, 330] as const;

type Doc = PDFKit.PDFDocument;
type Tag = (type: string, paint: () => void) => void;

/** A report as PDF: tagged, with its own fonts, and the JSON inside. It is not signed yet. */
export async function reportPdf(report: Report): Promise<Uint8Array<ArrayBuffer>> {
  const words = REPORT_WORDS[report.language];
  const doc = new PDFDocument({
    size: "A4",
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: MARGIN + FOOT },
    pdfVersion: "1.7",
    subset: "PDF/A-3a",
    tagged: true,
    lang: words.locale,
    displayTitle: true,
    bufferPages: true,
    info: { Title: `Écrin – ${words.title}`, CreationDate: new Date(report.at) },
  });
  const pieces: Uint8Array[] = [];
  doc.on("data", (piece: Uint8Array) => pieces.push(piece));
  const ended = new Promise<void>((resolve) => doc.on("end", resolve));
  doc.registerFont("plain", await font(400));
  doc.registerFont("bold", await font(700));
  embed(doc, report);
  draw(doc, report, words);
  numberPages(doc, words);
  doc.end();
  await ended;
  return new Uint8Array(Buffer.concat(pieces));
}

async function font(weight: 400 | 700): Promise<Buffer> {
  const name = `@fontsource/atkinson-hyperlegible/files/atkinson-hyperlegible-latin-${weight}-normal.woff`;
  return await readFile(fileURLToPath(import.meta.resolve(name)));
}

function embed(doc: Doc, { journal, checkpoint, at }: Report): void {
  const common = {
    relationship: "Data",
    hidden: false,
    creationDate: new Date(at),
    modifiedDate: new Date(at),
  };
  const add = (name: string, type: string, bytes: Buffer) =>
    doc.file(bytes, { name, type, ...common });
  if (journal !== undefined) add("journal.json", "application/json", Buffer.from(journal));
  add("checkpoint", "text/plain", Buffer.from(checkpoint));
}

function draw(doc: Doc, report: Report, words: ReportWords): void {
  const root = doc.struct("Document");
  doc.addStructure(root);
  const tag: Tag = (type, paint) => root.add(doc.struct(type, {}, paint));
  const width = doc.page.width - 2 * MARGIN;
  const line = (type: string, text: string, size: number, face = "plain", ink = INK) =>
    tag(type, () => {
      doc.font(face).fontSize(size).fillColor(ink).text(text, MARGIN, doc.y, { width });
    });
  const heading = (text: string) => {
    doc.y += 14;
    line("H2", text, 14, "bold", DEEP);
    doc.y += 3;
  };
  line("P", "Écrin", 12, "bold", DEEP);
  line("H1", words.title, 24, "bold");
  doc.y += 4;
  line("P", words.purpose, 10.5);
  doc.y += 8;
  if (report.demonstration) line("P", words.demonstration, 10.5, "bold");
  for (const [name, value] of factsOf(report, words)) line("P", `${name}: ${value}`, 10);
  if (report.ended.length > 0) {
    heading(words.lost);
    for (const text of lostLines(report, words)) line("P", text, 10.5);
  }
  heading(words.anchors);
  for (const text of anchorLines(report, words)) line("P", text, 10);
  heading(words.counts);
  for (const [kind, count] of report.counts) line("P", `${words.kinds[kind]}: ${count}`, 10);
  heading(words.last(report.entries.length, total(report)));
  drawEntries(doc, report, words, tag);
  doc.y += 10;
  line("P", words.limits, 9.5, "plain", QUIET);
  root.end();
}

function total({ counts }: Report): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function factsOf(report: Report, { facts, ...words }: ReportWords): [string, string][] {
  return [
    [facts.subject, report.subject],
    [facts.log, report.log],
    [facts.key, report.key],
    [facts.size, String(report.size)],
    [facts.entries, String(total(report))],
    [facts.made, moment(report.at)],
    [facts.signature, report.isSelfSigned ? words.selfSigned : words.operator],
  ];
}

function lostLines({ ended }: Report, words: ReportWords): string[] {
  const each = ended.map(({ at, size, from }) => words.lostOf(moment(at), size, from));
  return [...each, words.lostUnknown];
}

function anchorLines({ anchors, quorum }: Report, words: ReportWords): string[] {
  const held = anchors.filter(({ state }) => state === "stamped" || state === "confirmed");
  const lines = anchors.flatMap((each) => {
    const { size, state, authority = "", at = 0, height = 0, block = "", source } = each;
    if (state === "stamped") return [words.stamped(size, authority, moment(at))];
    if (state === "confirmed") return [words.confirmed(size, height, block, moment(at))];
    return state === "pending" ? [words.pending(size, source)] : [];
  });
  return [
    ...(held.length === 0 ? [words.notAnchored] : []),
    ...lines,
    words.quorum(quorum.operators, quorum.needed, quorum.quorum === "reached"),
  ];
}

/** One line an entry, read aloud as one sentence. */
function drawEntries(doc: Doc, { entries }: Report, words: ReportWords, tag: Tag): void {
  const row = (cells: readonly string[], face: string) => {
    if (doc.y > doc.page.height - MARGIN - FOOT - 14) doc.addPage();
    const y = doc.y;
    tag("P", () => {
      doc.font(face).fontSize(9).fillColor(INK);
      for (const [i, cell] of cells.entries())
        doc.text(cell, MARGIN + (COLUMNS[i] ?? 0), y, { lineBreak: false });
    });
    doc.y = y + 13;
  };
  row(words.columns, "bold");
  for (const { n, at, kind, actor } of entries)
    row([String(n), moment(at), words.kinds[kind], actor.account ?? "–"], "plain");
}

function moment(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

/** The foot of each page is no part of what is read aloud (PDF 1.7, section 14.8.2.2). */
function numberPages(doc: Doc, words: ReportWords): void {
  const { start, count } = doc.bufferedPageRange();
  for (let i = start; i < start + count; i++) {
    doc.switchToPage(i);
    doc.page.margins.bottom = 0;
    doc.markContent("Artifact", { type: "Pagination" });
    doc.font("plain").fontSize(9).fillColor(QUIET);
    const width = doc.page.width - 2 * MARGIN;
    const text = words.page(i - start + 1, count);
    doc.text(text, MARGIN, doc.page.height - 34, { width, align: "center", lineBreak: false });
    doc.endMarkedContent();
  }
}
