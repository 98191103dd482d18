// What the page takes apart to show it: clinical documents and medical pictures of anybody.
// Nothing vouches for their inside, so much is accepted; none may crash, take long, or lead outside.

import { type Cda, parseCda } from "../../apps/web/src/shown/cda.ts";
import { type Dicom, readDicom } from "../../apps/web/src/shown/dicom.ts";
import { paint } from "../../apps/web/src/shown/pixels.ts";
import { cda, dicom, fragments, joined, section, u16, u32 } from "../../apps/web/test/clinical.ts";
import { bytes, type Target, text } from "./target.ts";

/** What is none of these documents. */
class NoneOfThese extends Error {}

/** Pixels that are really painted here; a frame of more is only looked for. */
const PAINTED = 65_536;

const TABLE =
  "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td colspan='2'>1<br/>2</td></tr></tbody></table>";
const LIST = "<list listType='ordered'><item>x<list><item>y</item></list></item></list>";

export function shownTargets(): Target[] {
  return [
    {
      name: "CDA document",
      share: 0.3,
      terms: "text",
      originals: [
        cda(`<structuredBody>${section("S", TABLE + LIST, section("T", "b"))}</structuredBody>`),
        cda('<nonXMLBody><text mediaType="a/b" representation="B64">QUJD</text></nonXMLBody>'),
      ],
      refusals: [NoneOfThese],
      open: (input) => parseCda(text(input)) ?? refuse(),
      // Only what stands in the input is read out of it.
      equivalent: (input, result) =>
        wordsOf(result as Cda).every((word) => plain(text(input)).includes(word)),
    },
    {
      name: "DICOM file",
      terms: "bytes",
      originals: [film(), runs(), curves()],
      refusals: [NoneOfThese],
      open: (input) => {
        const file = bytes(input);
        const read = readDicom(file) ?? refuse();
        return { read, painted: firstFrame(read, file) };
      },
      equivalent: (input, result) => {
        const { read, painted } = result as { read: Dicom; painted: number | undefined };
        const { columns, rows, frames = [] } = read.picture ?? {};
        const isInside = frames
          .flat()
          .every(({ from, to }) => 0 <= from && from <= to && to <= bytes(input).length);
        return isInside && (painted === undefined || painted === (columns ?? 0) * (rows ?? 0) * 4);
      },
    },
  ];
}

function refuse(): never {
  throw new NoneOfThese();
}

function firstFrame({ picture }: Dicom, file: Uint8Array<ArrayBuffer>): number | undefined {
  if (picture === undefined || picture.coding === "jpeg") return undefined;
  if (picture.columns * picture.rows > PAINTED) return undefined;
  const pieces = (picture.frames[0] ?? []).map(({ from, to }) => file.subarray(from, to));
  return paint(picture, joined(pieces))?.length;
}

/** Runs of letters and digits of everything a page would show. */
function wordsOf({ title, sections, authors, custodian, patients }: Cda): string[] {
  const titles = sections.map((section) => section.title);
  const people = patients.flatMap(({ name, born }) => [name, born]);
  const shown = [title, ...titles, ...authors, custodian, ...people].join(" ");
  return shown.match(/[A-Za-z0-9]{2,}/g) ?? [];
}

/** The letters and digits of a text, entities and mark-up between them taken out. */
function plain(input: string): string {
  return `${input} ${input.replace(/<[^>]*>|\s+/g, "")}`;
}

function film(): Uint8Array<ArrayBuffer> {
  return dicom([
    [0x00100010, "PN", "Moreau^Camille"],
    [0x00280002, "US", [3]],
    [0x00280004, "CS", "RGB"],
    [0x00280008, "IS", "2"],
    [0x00280010, "US", [2]],
    [0x00280011, "US", [2]],
    [0x00280100, "US", [8]],
    [0x7fe00010, "OB", new Uint8Array(24)],
  ]);
}

function runs(): Uint8Array<ArrayBuffer> {
  const head = dicom(
    [
      [0x00280002, "US", [1]],
      [0x00280004, "CS", "MONOCHROME2"],
      [0x00280010, "US", [2]],
      [0x00280011, "US", [2]],
      [0x00280100, "US", [16]],
      [0x00280103, "US", [1]],
    ],
    "1.2.840.10008.1.2.5",
  );
  const packed = joined([
    u32(2),
    u32(64),
    u32(66),
    new Uint8Array(52),
    Uint8Array.of(0xfd, 7, 0xfd, 9),
  ]);
  return joined([head, fragments([packed])]);
}

function curves(): Uint8Array<ArrayBuffer> {
  return dicom([
    [
      0x54000100,
      "SQ",
      [
        [
          [0x003a0005, "US", [1]],
          [0x003a0010, "UL", u32(2)],
          [0x003a001a, "DS", "500"],
          [0x003a0200, "SQ", [[[0x003a0203, "SH", "V1"]]]],
          [0x54001004, "US", [16]],
          [0x54001006, "CS", "SS"],
          [0x54001010, "OW", joined([u16(1), u16(2)])],
        ],
      ],
    ],
  ]);
}
