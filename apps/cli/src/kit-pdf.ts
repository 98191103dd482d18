import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import PDFDocument from "pdfkit";
import { encode } from "uqr";
import { KIT_WORDS, type KitWords } from "./kit-words.ts";
import { asWritten } from "./shown.ts";

/** What is printed on a kit page. */
export interface KitPage {
  readonly language: "fr" | "en";
  readonly account: string;
  /** Where the account is kept, such as `https://ecrin.example`. */
  readonly server: string;
  /** What the QR code says. */
  readonly scan: string;
  /** The kit code as 14 groups of four characters. */
  readonly text: string;
  /** The kit code as 24 words of the page's language. */
  readonly words: readonly string[];
  readonly made: Date;
}

const MARGIN = 48;
const INK = "#16252e";
const QUIET = "#4c5d67";
const RULE = "#b4c3ca";
const TINT = "#eef4f4";
const DEEP = "#0f5257";
const QR_SIZE = 176;
const COLUMNS = 4;

type Doc = PDFKit.PDFDocument;

/**
 * A kit as one A4 page: PDF, tagged, with its own fonts. Title and dates are
 * all its metadata says.
 */
export async function kitPdf(page: KitPage): Promise<Uint8Array<ArrayBuffer>> {
  const words = KIT_WORDS[page.language];
  const doc = new PDFDocument({
    size: "A4",
    margin: MARGIN,
    pdfVersion: "1.7",
    tagged: true,
    lang: words.lang,
    displayTitle: true,
    info: { Title: `Écrin – ${words.title}` },
  });
  const pieces: Uint8Array[] = [];
  doc.on("data", (piece: Uint8Array) => pieces.push(piece));
  const ended = new Promise<void>((resolve) => doc.on("end", resolve));
  doc.registerFont("plain", await font(400));
  doc.registerFont("bold", await font(700));
  draw(doc, page, words);
  doc.end();
  await ended;
  return new Uint8Array(Buffer.concat(pieces));
}

async function font(weight: 400 | 700): Promise<Buffer> {
  const name = `@fontsource/atkinson-hyperlegible/files/atkinson-hyperlegible-latin-${weight}-normal.woff`;
  return await readFile(fileURLToPath(import.meta.resolve(name)));
}

function draw(doc: Doc, page: KitPage, words: KitWords): void {
  const root = doc.struct("Document");
  doc.addStructure(root);
  const tag: Tag = (type, content, options = {}) => root.add(doc.struct(type, options, content));
  const inner = doc.page.width - 2 * MARGIN;
  drawHead(doc, words, tag, inner);
  const top = doc.y + 18;
  drawScan(doc, page, words, tag, top);
  drawFacts(doc, page, words, tag, top, inner);
  drawWords(doc, page, words, tag, top + QR_SIZE + 58, inner);
  drawSteps(doc, words, tag, inner);
  drawFoot(doc, words, tag, inner);
  root.end();
}

/** Adds an element to the document's structure: what reads the page aloud follows it. */
type Tag = (
  type: string,
  content: (() => void) | PDFKit.PDFStructureElement[],
  options?: PDFKit.Mixins.StructureElementOptions,
) => void;

function drawHead(doc: Doc, words: KitWords, tag: Tag, inner: number): void {
  ornament(doc, () => doc.rect(0, 0, doc.page.width, 8).fill(DEEP));
  tag("P", () => {
    doc.font("bold").fontSize(12).fillColor(DEEP).text("Écrin", MARGIN, 38);
  });
  tag("H1", () => {
    doc.font("bold").fontSize(28).fillColor(INK).text(words.title, MARGIN, 54);
  });
  tag("P", () => {
    doc.font("plain").fontSize(12.5).fillColor(INK);
    doc.text(words.purpose, MARGIN, doc.y + 4, { width: inner, lineGap: 2.5 });
  });
}

function drawScan(doc: Doc, page: KitPage, words: KitWords, tag: Tag, top: number): void {
  ornament(doc, () =>
    doc
      .roundedRect(MARGIN, top, QR_SIZE + 24, QR_SIZE + 40, 8)
      .lineWidth(1)
      .stroke(RULE),
  );
  tag("Figure", () => drawQr(doc, page.scan, MARGIN + 12, top + 12), { alt: words.scan });
  tag("Caption", () => {
    doc.font("bold").fontSize(10.5).fillColor(INK);
    doc.text(words.scan, MARGIN, top + QR_SIZE + 19, { width: QR_SIZE + 24, align: "center" });
  });
}

/** Modules of one row that touch are one rectangle, so that no viewer shows hairlines between them. */
function drawQr(doc: Doc, text: string, x: number, y: number): void {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  const side = QR_SIZE / size;
  for (const [row, modules] of data.entries()) {
    for (let from = 0; from < size; from++) {
      if (modules[from] !== true) continue;
      let to = from;
      while (modules[to + 1] === true) to++;
      doc.rect(x + from * side, y + row * side, (to - from + 1) * side, side * 1.02);
      from = to;
    }
  }
  doc.fill("#000000");
}

function drawFacts(
  doc: Doc,
  page: KitPage,
  words: KitWords,
  tag: Tag,
  top: number,
  inner: number,
): void {
  const x = MARGIN + QR_SIZE + 48;
  const width = inner - QR_SIZE - 48;
  const made = asWritten(page.made.toLocaleDateString(words.lang, { dateStyle: "long" }));
  const facts = [
    [words.account, page.account],
    [words.server, page.server],
    [words.made, made],
  ] as const;
  let y = top + 2;
  for (const [name, value] of facts) {
    tag("P", () => {
      doc.font("plain").fontSize(10).fillColor(QUIET).text(name, x, y, { width });
    });
    tag("P", () => {
      doc
        .font("bold")
        .fontSize(13)
        .fillColor(INK)
        .text(value, x, doc.y + 1, { width });
    });
    y = doc.y + 9;
  }
  tag("P", () => {
    doc.font("plain").fontSize(10).fillColor(QUIET).text(words.code, x, y, { width });
  });
  tag("P", () => {
    doc.font("bold").fontSize(13).fillColor(INK);
    doc.text(grouped(page.text), x, doc.y + 3, { width, lineGap: 4, characterSpacing: 0.6 });
  });
}

/** Four groups a line: a line is what an eye keeps while a hand types. */
function grouped(text: string): string {
  const groups = text.split("-");
  const lines: string[] = [];
  for (let i = 0; i < groups.length; i += 4) lines.push(groups.slice(i, i + 4).join("-"));
  return lines.join("\n");
}

function drawWords(
  doc: Doc,
  page: KitPage,
  words: KitWords,
  tag: Tag,
  top: number,
  inner: number,
): void {
  heading(doc, words.words, tag, top);
  tag("P", () => {
    doc.font("plain").fontSize(10.5).fillColor(QUIET);
    doc.text(words.wordsHow, MARGIN, doc.y + 1, { width: inner });
  });
  const rows = Math.ceil(page.words.length / COLUMNS);
  const start = doc.y + 8;
  const [width, height] = [inner / COLUMNS, 25];
  ornament(doc, () => doc.roundedRect(MARGIN, start, inner, rows * height + 12, 8).fill(TINT));
  const items = page.words.map((word, i) => {
    const x = MARGIN + 14 + Math.floor(i / rows) * width;
    const y = start + 11 + (i % rows) * height;
    const number = () => {
      doc.font("plain").fontSize(10).fillColor(QUIET);
      doc.text(`${i + 1}`, x, y + 3, { width: 16, align: "right" });
    };
    return listItem(doc, number, () => {
      doc
        .font("bold")
        .fontSize(13.5)
        .fillColor(INK)
        .text(word, x + 22, y, { lineBreak: false });
    });
  });
  tag("L", items);
  doc.y = start + rows * height + 12;
}

function drawSteps(doc: Doc, words: KitWords, tag: Tag, inner: number): void {
  heading(doc, words.steps, tag, doc.y + 18);
  let y = doc.y + 5;
  const items = words.todo.map((step, i) => {
    const number = () => {
      doc
        .font("bold")
        .fontSize(11)
        .fillColor(DEEP)
        .text(`${i + 1}.`, MARGIN, y, { width: 18 });
    };
    return listItem(doc, number, () => {
      doc.font("plain").fontSize(11).fillColor(INK);
      doc.text(step, MARGIN + 18, y, { width: inner - 18 });
      y = doc.y + 4;
    });
  });
  tag("L", items);
  tag("P", () => {
    doc
      .font("plain")
      .fontSize(11)
      .fillColor(QUIET)
      .text(words.kept, MARGIN, y + 12);
  });
  const from = MARGIN + doc.widthOfString(words.kept) + 10;
  ornament(doc, () =>
    doc
      .moveTo(from, y + 24)
      .lineTo(MARGIN + inner, y + 24)
      .lineWidth(0.8)
      .stroke(RULE),
  );
}

function drawFoot(doc: Doc, words: KitWords, tag: Tag, inner: number): void {
  doc.page.margins.bottom = 0;
  tag("P", () => {
    doc.font("bold").fontSize(10.5).fillColor(DEEP);
    doc.text(words.foot, MARGIN, doc.page.height - 40, { width: inner, align: "center" });
  });
}

function heading(doc: Doc, text: string, tag: Tag, y: number): void {
  tag("H2", () => {
    doc.font("bold").fontSize(14.5).fillColor(INK).text(text, MARGIN, y);
  });
}

function listItem(doc: Doc, label: () => void, body: () => void): PDFKit.PDFStructureElement {
  return doc.struct("LI", {}, [doc.struct("Lbl", {}, label), doc.struct("LBody", {}, body)]);
}

/** What is only to be seen is no part of what is read aloud (PDF 1.7, section 14.8.2.2). */
function ornament(doc: Doc, paint: () => void): void {
  doc.markContent("Artifact", { type: "Layout" });
  paint();
  doc.endMarkedContent();
}
