// A DICOM file (ISO 12052) as something to look at: where its frames lie in the file, how their
// pixels are to be read, and the curves it may hold. Drawn as given; nothing is measured here.

import parser, { type DataSet } from "dicom-parser";
import { entryOf } from "../entry-of.ts";

export interface Dicom {
  readonly facts: DicomFacts;
  /** Absent where it holds no picture, or one in a form that no part of this page can decode. */
  readonly picture?: DicomPicture;
  readonly curves: readonly Curves[];
  /** The picture is there and cannot be drawn here: the transfer syntax that stands in the way. */
  readonly undrawn?: string;
  readonly besides: DicomBesides;
}

/** What belongs to the picture and does not show in its pixels as they are drawn here. */
export interface DicomBesides {
  /** Drawings or writing in planes of their own (PS3.3 C.9.2). */
  readonly overlay: boolean;
  /** Writing in the picture itself, such as a name (PS3.3 C.7.6.1.1.1). */
  readonly burnedIn: boolean;
  /** Tables say how its greys are to be drawn (PS3.3 C.11.1, C.11.2). */
  readonly greys: boolean;
}

/** As the file has them; empty where it does not say. */
export interface DicomFacts {
  readonly patient: string;
  readonly born: string;
  /** `R`, `L` or `B`, and where the picture's right and lower edges point to. */
  readonly side: string;
  readonly orientation: string;
  readonly date: string;
  readonly modality: string;
  readonly description: string;
  readonly institution: string;
}

export interface DicomPicture {
  readonly columns: number;
  readonly rows: number;
  /** A pixel's height over its width: without it what is drawn is squeezed. */
  readonly shape: number;
  readonly coding: "plain" | "jpeg" | "rle";
  readonly pixels: Pixels;
  /** Each frame's pieces, as ranges of the file's bytes. */
  readonly frames: readonly (readonly Range[])[];
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** How samples become grey or colour (PS3.3 C.7.6.3, C.11.2). */
export interface Pixels {
  readonly samples: 1 | 3;
  readonly photometric: string;
  readonly bits: 8 | 16;
  readonly stored: number;
  readonly signed: boolean;
  /** All of one colour, then all of the next. */
  readonly planar: boolean;
  readonly slope: number;
  readonly intercept: number;
  /** Centre and width; absent: the darkest and lightest of a frame. */
  readonly window?: { readonly centre: number; readonly width: number };
}

/** One group of waveforms (PS3.3 C.10.9): each channel's samples in its unit. */
export interface Curves {
  readonly label: string;
  /** Samples a second. */
  readonly rate: number;
  readonly channels: readonly Channel[];
}

export interface Channel {
  readonly name: string;
  readonly unit: string;
  readonly values: Float32Array<ArrayBuffer>;
}

const EXPLICIT = "1.2.840.10008.1.2.1";
const PLAIN: ReadonlySet<string> = new Set(["1.2.840.10008.1.2", EXPLICIT]);
/** JPEG baseline, 8 bits: what every browser decodes. */
const JPEG = "1.2.840.10008.1.2.4.50";
const RLE = "1.2.840.10008.1.2.5";

/** Planes of overlays stand in the even groups from 6000 to 601E. */
const OVERLAYS = Array.from(
  { length: 16 },
  (_, i) => `x60${(i * 2).toString(16).padStart(2, "0")}3000`,
);
/** Modality LUT and VOI LUT, and what each frame of a multi-frame object says for itself. */
const GREYS = ["x00283000", "x00283010", "x52009230"];

const MAX_SIDE = 16_384;
/** More than any detector has. A small file packed in runs may claim more than a device can hold. */
const MAX_PIXELS = 50_000_000;
const MAX_FRAMES = 10_000;
/** A pixel longer than this says nothing. */
const MAX_SHAPE = 20;
const MAX_CHANNELS = 64;
const MAX_SAMPLES = 10_000_000;

/**
 * Reads the head of a file and where everything lies.
 * @returns undefined where the bytes are no DICOM file, or are not whole
 */
export function readDicom(bytes: Uint8Array<ArrayBuffer>): Dicom | undefined {
  try {
    const set = parser.parseDicom(bytes);
    const syntax = set.string("x00020010") ?? "";
    const holdsPicture = set.elements.x7fe00010 !== undefined;
    const picture = holdsPicture ? pictureOf(set, syntax) : undefined;
    return {
      facts: factsOf(set),
      ...(picture === undefined ? {} : { picture }),
      curves: curvesOf(set, bytes),
      ...(holdsPicture && picture === undefined ? { undrawn: syntax } : {}),
      besides: {
        overlay: OVERLAYS.some((tag) => set.elements[tag] !== undefined),
        burnedIn: textOf(set, "x00280301") === "YES",
        greys: GREYS.some((tag) => set.elements[tag] !== undefined),
      },
    };
  } catch {
    // dicom-parser throws texts and errors of many kinds at whatever is not whole.
    return undefined;
  }
}

function factsOf(set: DataSet): DicomFacts {
  return {
    patient: personName(textOf(set, "x00100010")),
    born: textOf(set, "x00100030"),
    side: textOf(set, "x00200062") || textOf(set, "x00200060"),
    orientation: textOf(set, "x00200020").replaceAll("\\", " / "),
    date: textOf(set, "x00080022") || textOf(set, "x00080020"),
    modality: textOf(set, "x00080060"),
    description: textOf(set, "x0008103e") || textOf(set, "x00081030"),
    institution: textOf(set, "x00080080"),
  };
}

function pictureOf(set: DataSet, syntax: string): DicomPicture | undefined {
  const coding = PLAIN.has(syntax)
    ? "plain"
    : syntax === JPEG
      ? "jpeg"
      : syntax === RLE
        ? "rle"
        : undefined;
  const [columns, rows] = [set.uint16("x00280011") ?? 0, set.uint16("x00280010") ?? 0];
  const pixels = pixelsOf(set);
  if (coding === undefined || pixels === undefined) return undefined;
  // A browser that decodes it would show light for dark.
  if (coding === "jpeg" && (pixels.bits === 16 || pixels.photometric === "MONOCHROME1"))
    return undefined;
  if (columns < 1 || rows < 1 || columns > MAX_SIDE || rows > MAX_SIDE) return undefined;
  if (columns * rows > MAX_PIXELS) return undefined;
  const count = Math.max(1, set.intString("x00280008") ?? 1);
  if (count > MAX_FRAMES) return undefined;
  const size = columns * rows * pixels.samples * (pixels.bits / 8);
  const frames = coding === "plain" ? plainFrames(set, size, count) : codedFrames(set, count);
  return frames === undefined
    ? undefined
    : { columns, rows, shape: shapeOf(set), coding, pixels, frames };
}

/** Between rows and between columns, in millimetres or as a mere ratio (PS3.3 10.7.1.3, C.7.6.3.1.7). */
function shapeOf(set: DataSet): number {
  for (const tag of ["x00280030", "x00181164", "x00280034"]) {
    const [height = 0, width = 0] = textOf(set, tag).split("\\").map(Number);
    if (height > 0 && width > 0 && Math.max(height / width, width / height) <= MAX_SHAPE)
      return height / width;
  }
  return 1;
}

function pixelsOf(set: DataSet): Pixels | undefined {
  const samples = set.uint16("x00280002") ?? 1;
  const bits = set.uint16("x00280100");
  if ((samples !== 1 && samples !== 3) || (bits !== 8 && bits !== 16)) return undefined;
  const stored = Math.min(bits, set.uint16("x00280101") ?? bits);
  // Samples that do not begin at the lowest bit (older files) would come out as others.
  if ((set.uint16("x00280102") ?? stored - 1) !== stored - 1) return undefined;
  const photometric = textOf(set, "x00280004");
  // A palette needs tables that this page does not read; half a colour would be a wrong one.
  const isKnown =
    samples === 1
      ? photometric === "MONOCHROME1" || photometric === "MONOCHROME2"
      : bits === 8 && ["RGB", "YBR_FULL", "YBR_FULL_422"].includes(photometric);
  if (!isKnown) return undefined;
  const [centre, width] = [set.floatString("x00281050", 0), set.floatString("x00281051", 0)];
  return {
    samples,
    photometric,
    bits,
    stored,
    signed: set.uint16("x00280103") === 1,
    planar: set.uint16("x00280006") === 1,
    slope: set.floatString("x00281053") ?? 1,
    intercept: set.floatString("x00281052") ?? 0,
    ...(centre === undefined || width === undefined || !(width >= 1)
      ? {}
      : { window: { centre, width } }),
  };
}

function plainFrames(set: DataSet, size: number, count: number): Range[][] | undefined {
  const element = set.elements.x7fe00010;
  if (element === undefined || element.length < size * count) return undefined;
  const first = element.dataOffset;
  return Array.from({ length: count }, (_, i) => [
    { from: first + i * size, to: first + (i + 1) * size },
  ]);
}

/** Fragments of encapsulated pixel data, put to their frames (PS3.5 A.4). */
function codedFrames(set: DataSet, count: number): Range[][] | undefined {
  const element = set.elements.x7fe00010;
  const fragments = element?.fragments ?? [];
  const rangeOf = ({ position, length }: { position: number; length: number }): Range => ({
    from: position,
    to: position + length,
  });
  if (fragments.length === count) return fragments.map((fragment) => [rangeOf(fragment)]);
  if (count === 1) return [fragments.map(rangeOf)];
  const offsets = element?.basicOffsetTable ?? [];
  if (offsets.length !== count) return undefined;
  return offsets.map((offset, i) => {
    const next = offsets[i + 1] ?? Number.POSITIVE_INFINITY;
    return fragments
      .filter((fragment) => fragment.offset >= offset && fragment.offset < next)
      .map(rangeOf);
  });
}

function curvesOf(set: DataSet, bytes: Uint8Array): Curves[] {
  const groups = set.elements.x54000100?.items ?? [];
  return groups.flatMap(({ dataSet }): Curves[] => {
    if (dataSet === undefined) return [];
    const count = dataSet.uint16("x003a0005") ?? 0;
    const samples = dataSet.uint32("x003a0010") ?? 0;
    const rate = dataSet.floatString("x003a001a") ?? 0;
    const data = dataSet.elements.x54001010;
    const is16Bits = dataSet.uint16("x54001004") === 16 && textOf(dataSet, "x54001006") === "SS";
    if (data === undefined || !is16Bits || !(rate > 0)) return [];
    if (count < 1 || count > MAX_CHANNELS || samples < 1 || samples > MAX_SAMPLES) return [];
    if (data.length < count * samples * 2) return [];
    const view = new DataView(bytes.buffer, bytes.byteOffset + data.dataOffset, data.length);
    const sources = dataSet.elements.x003a0200?.items ?? [];
    const channels = sources.slice(0, count).map(({ dataSet: channel }, i): Channel => {
      const factor = channel?.floatString("x003a0210") ?? 1;
      const correction = channel?.floatString("x003a0212") ?? 1;
      const baseline = channel?.floatString("x003a0213") ?? 0;
      const values = Float32Array.from(
        { length: samples },
        (_, at) => view.getInt16((at * count + i) * 2, true) * factor * correction + baseline,
      );
      const source = channel?.elements.x003a0208?.items?.[0]?.dataSet;
      const unit = channel?.elements.x003a0211?.items?.[0]?.dataSet;
      return {
        name: textOf(source, "x00080104") || textOf(channel, "x003a0203"),
        unit: textOf(unit, "x00080100"),
        values,
      };
    });
    return [{ label: textOf(dataSet, "x003a0020"), rate, channels }];
  });
}

/** Components of a name as a person reads them (PS3.5 section 6.2, PN). */
function personName(text: string): string {
  const [alphabetic = ""] = text.split("=");
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = alphabetic.split("^");
  return [prefix, given, middle, family, suffix]
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join(" ");
}

/** A text in the file's own character set, as far as a browser knows it. */
function textOf(set: DataSet | undefined, tag: string): string {
  const element = set?.elements[tag];
  if (set === undefined || element === undefined || element.length === 0) return "";
  const bytes = set.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const text = new TextDecoder(entryOf(CHARACTER_SETS, characterSet(set)) ?? "latin1").decode(
    bytes,
  );
  return text.replace(/[\0\s]+$/, "").trim();
}

/** The set in force, or the first of those that extend it: what is written in a second one is rare. */
function characterSet(set: DataSet): string {
  const named = set.string("x00080005")?.split("\\") ?? [];
  const first = named.map((each) => each.trim()).find((each) => each !== "") ?? "";
  return first.replace("ISO 2022 IR", "ISO_IR");
}

/** PS3.3 C.12.1.1.2, as far as browsers know them. */
const CHARACTER_SETS: Readonly<Record<string, string>> = {
  "ISO_IR 192": "utf-8",
  "ISO_IR 100": "latin1",
  "ISO_IR 101": "iso-8859-2",
  "ISO_IR 109": "iso-8859-3",
  "ISO_IR 110": "iso-8859-4",
  "ISO_IR 144": "iso-8859-5",
  "ISO_IR 127": "iso-8859-6",
  "ISO_IR 126": "iso-8859-7",
  "ISO_IR 138": "iso-8859-8",
  "ISO_IR 148": "windows-1254",
  "ISO_IR 203": "iso-8859-15",
  "ISO_IR 166": "windows-874",
  "ISO_IR 13": "shift_jis",
  "ISO_IR 87": "iso-2022-jp",
  GB18030: "gb18030",
  GBK: "gbk",
};
