import PDFDocument from "pdfkit";

const MARGIN = 56;
const INK = "#1b2a33";
const QUIET = "#5a6b75";
const RULE = "#b9c6cc";

/** One line of a table: cells from left to right. */
export type Row = readonly string[];

/** What a letter of a practice or laboratory is made of. */
export interface Letter {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** As it stands in the document, such as `3 novembre 2026`. */
  readonly date: string;
  readonly title: string;
  readonly parts: readonly Part[];
  readonly foot: string;
}

export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "heading"; readonly text: string }
  | {
      readonly kind: "table";
      /** Width of each column in points. */
      readonly widths: readonly number[];
      readonly head: Row;
      readonly rows: readonly Row[];
    };

/**
 * A letter as a one-page PDF. The same letter gives the same bytes: nothing is
 * compressed and the date of making is the one given.
 */
export async function letterPdf(letter: Letter, made: Date): Promise<Uint8Array<ArrayBuffer>> {
  const doc = new PDFDocument({
    size: "A4",
    margin: MARGIN,
    compress: false,
    lang: "fr-FR",
    info: { Title: letter.title, CreationDate: made, ModDate: made },
  });
  const pieces: Uint8Array[] = [];
  doc.on("data", (piece: Uint8Array) => pieces.push(piece));
  const ended = new Promise<void>((resolve) => doc.on("end", resolve));
  draw(doc, letter);
  doc.end();
  await ended;
  return new Uint8Array(Buffer.concat(pieces));
}

function draw(doc: PDFKit.PDFDocument, letter: Letter): void {
  const width = doc.page.width - 2 * MARGIN;
  const [name = "", ...rest] = letter.from;
  doc.font("Helvetica-Bold").fontSize(14).fillColor(INK).text(name);
  doc.font("Helvetica").fontSize(9.5).fillColor(QUIET);
  for (const line of rest) doc.text(line);
  doc.moveDown(1.2).strokeColor(RULE).moveTo(MARGIN, doc.y);
  doc.lineTo(MARGIN + width, doc.y).stroke();
  doc.moveDown(1.2).fillColor(INK).fontSize(10.5);
  for (const line of letter.to) doc.text(line);
  doc.moveDown(0.6).fillColor(QUIET).text(letter.date).moveDown(1.6);
  doc.font("Helvetica-Bold").fontSize(17).fillColor(INK).text(letter.title).moveDown(0.8);
  for (const part of letter.parts) drawPart(doc, part);
  doc.page.margins.bottom = 0;
  doc.font("Helvetica").fontSize(8.5).fillColor(QUIET);
  doc.text(letter.foot, MARGIN, doc.page.height - 44, { width, align: "center" });
}

function drawPart(doc: PDFKit.PDFDocument, part: Part): void {
  if (part.kind === "heading") {
    doc.moveDown(0.6).font("Helvetica-Bold").fontSize(12).fillColor(INK);
    doc.text(part.text).moveDown(0.3);
  } else if (part.kind === "text") {
    doc.font("Helvetica").fontSize(10.5).fillColor(INK);
    doc.text(part.text, { lineGap: 3 }).moveDown(0.5);
  } else {
    drawRow(doc, part.widths, part.head, "Helvetica-Bold");
    for (const row of part.rows) drawRow(doc, part.widths, row, "Helvetica");
    doc.x = MARGIN;
    doc.moveDown(0.8);
  }
}

function drawRow(
  doc: PDFKit.PDFDocument,
  widths: readonly number[],
  row: Row,
  font: "Helvetica" | "Helvetica-Bold",
): void {
  const top = doc.y + 4;
  doc.font(font).fontSize(10).fillColor(INK);
  let x = MARGIN;
  let bottom = top;
  for (const [i, width] of widths.entries()) {
    doc.text(row[i] ?? "", x, top, { width: width - 8 });
    bottom = Math.max(bottom, doc.y);
    x += width;
  }
  doc
    .strokeColor(RULE)
    .lineWidth(0.6)
    .moveTo(MARGIN, bottom + 3);
  doc.lineTo(x, bottom + 3).stroke();
  doc.y = bottom + 4;
}
