import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readDicom } from "../src/shown/dicom.ts";
import { paint } from "../src/shown/pixels.ts";
import { dicom, type Element, fragments, joined, u16, u32 } from "./clinical.ts";
import { startDrawing } from "./drawn.ts";

const GIVEN = join(import.meta.dirname, "..", "..", "..", "..", "shared", "data", "dicom");
const RLE = "1.2.840.10008.1.2.5";

interface Shape {
  readonly samples?: number;
  readonly photometric?: string;
  readonly bits?: number;
  readonly signed?: number;
  readonly planar?: number;
  readonly more?: readonly Element[];
}

/** The elements of a picture two pixels wide and one high. */
function picture({
  samples = 1,
  photometric = "MONOCHROME2",
  bits = 8,
  signed = 0,
  planar = 0,
  more = [],
}: Shape): Element[] {
  return [
    [0x00080005, "CS", "ISO_IR 192"],
    [0x00080060, "CS", "US"],
    [0x00100010, "PN", "Moreau^Camille^^Mme"],
    [0x00280002, "US", [samples]],
    [0x00280004, "CS", photometric],
    [0x00280006, "US", [planar]],
    [0x00280010, "US", [1]],
    [0x00280011, "US", [2]],
    [0x00280100, "US", [bits]],
    [0x00280101, "US", [bits]],
    [0x00280103, "US", [signed]],
    ...more,
  ];
}

/** Red, green and blue of each pixel of a frame. */
function painted(file: Uint8Array<ArrayBuffer>, frame = 0): number[][] | undefined {
  const read = readDicom(file)?.picture;
  assert.ok(read !== undefined);
  const pieces = (read.frames[frame] ?? []).map(({ from, to }) => file.subarray(from, to));
  const pixels = paint(read, joined(pieces));
  return (
    pixels &&
    Array.from({ length: pixels.length / 4 }, (_, i) => [...pixels.subarray(i * 4, i * 4 + 3)])
  );
}

test("shades of grey: by the window that the file gives, or from darkest to lightest", () => {
  const data: Element = [0x7fe00010, "OB", Uint8Array.of(10, 30)];
  assert.deepEqual(painted(dicom([...picture({}), data])), [
    [0, 0, 0],
    [255, 255, 255],
  ]);
  const inverted = picture({ photometric: "MONOCHROME1" });
  assert.deepEqual(painted(dicom([...inverted, data]))?.[0], [255, 255, 255]);
  const more: Element[] = [
    [0x00281050, "DS", "128"],
    [0x00281051, "DS", "256"],
  ];
  const windowed = picture({ more });
  assert.deepEqual(painted(dicom([...windowed, data])), [
    [10, 10, 10],
    [30, 30, 30],
  ]);
});

test("signed values of sixteen bits, with slope and intercept", () => {
  const more: Element[] = [
    [0x00281050, "DS", "0"],
    [0x00281051, "DS", "2001"],
    [0x00281052, "DS", "-1000"],
    [0x00281053, "DS", "2"],
  ];
  const shape = picture({ bits: 16, signed: 1, more });
  const data: Element = [0x7fe00010, "OW", joined([u16(-100), u16(1200)])];
  assert.deepEqual(painted(dicom([...shape, data])), [
    [0, 0, 0],
    [255, 255, 255],
  ]);
});

test("colours: red, green and blue, by pixel or by plane, and luma with chroma", () => {
  const byPixel: Element = [0x7fe00010, "OB", Uint8Array.of(1, 2, 3, 4, 5, 6)];
  const rgb = { samples: 3, photometric: "RGB" };
  assert.deepEqual(painted(dicom([...picture(rgb), byPixel])), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const byPlane: Element = [0x7fe00010, "OB", Uint8Array.of(1, 4, 2, 5, 3, 6)];
  assert.deepEqual(painted(dicom([...picture({ ...rgb, planar: 1 }), byPlane])), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const luma: Element = [0x7fe00010, "OB", Uint8Array.of(76, 85, 255, 200, 128, 128)];
  assert.deepEqual(painted(dicom([...picture({ samples: 3, photometric: "YBR_FULL" }), luma])), [
    [254, 0, 0],
    [200, 200, 200],
  ]);
});

test("several frames, one after the other, and those of run lengths", () => {
  const frames: Element = [0x00280008, "IS", "2"];
  const data: Element = [0x7fe00010, "OB", Uint8Array.of(0, 255, 255, 0)];
  const plain = dicom([...picture({ more: [frames] }), data]);
  assert.deepEqual(
    painted(plain, 1)?.map(([red]) => red),
    [255, 0],
  );

  // A run of one value, and two values as they are.
  const packed = (bytes: readonly number[]) =>
    joined([u32(1), u32(64), new Uint8Array(56), Uint8Array.from(bytes)]);
  const window: Element[] = [
    [0x00281050, "DS", "128"],
    [0x00281051, "DS", "256"],
  ];
  const head = dicom(picture({ more: [frames, ...window] }), RLE);
  const rle = joined([head, fragments([packed([0xff, 7]), packed([1, 9, 8])])]);
  assert.equal(readDicom(rle)?.picture?.coding, "rle");
  assert.deepEqual(
    painted(rle, 0)?.map(([red]) => red),
    [7, 7],
  );
  assert.deepEqual(
    painted(rle, 1)?.map(([red]) => red),
    [9, 8],
  );
  const short = joined([head, fragments([packed([0, 7]), packed([1, 9, 8])])]);
  assert.equal(painted(short, 0), undefined);
});

test("what cannot be drawn is said to be there; what is no DICOM file is none", () => {
  const palette = picture({ photometric: "PALETTE COLOR" });
  const data: Element = [0x7fe00010, "OB", Uint8Array.of(0, 1)];
  const read = readDicom(dicom([...palette, data]));
  assert.equal(read?.picture, undefined);
  assert.equal(read?.undrawn, "1.2.840.10008.1.2.1");
  assert.equal(read?.facts.patient, "Mme Camille Moreau");
  const jpeg2000 = dicom([...picture({}), data], "1.2.840.10008.1.2.4.90");
  assert.equal(readDicom(jpeg2000)?.undrawn, "1.2.840.10008.1.2.4.90");
  const tooShort = dicom(
    [...picture({}), [0x7fe00010, "OB", Uint8Array.of(0, 1)]].map(
      (each): Element => (each[0] === 0x00280011 ? [0x00280011, "US", [200]] : (each as Element)),
    ),
  );
  assert.equal(readDicom(tooShort)?.picture, undefined);
  for (const bytes of [new Uint8Array(), new Uint8Array(200), dicom([]).slice(0, 130)])
    assert.equal(readDicom(bytes), undefined);
});

test("curves come in their unit, channel by channel", () => {
  const channel = (name: string, factor: string): Element[] => [
    [0x003a0203, "SH", name],
    [0x003a0210, "DS", factor],
    [0x003a0211, "SQ", [[[0x00080100, "SH", "uV"]]]],
  ];
  const group: Element[] = [
    [0x003a0005, "US", [2]],
    [0x003a0010, "UL", u32(2)],
    [0x003a001a, "DS", "500"],
    [0x003a0020, "SH", "REST"],
    [0x003a0200, "SQ", [channel("I", "0.5"), channel("II", "2")]],
    [0x54001004, "US", [16]],
    [0x54001006, "CS", "SS"],
    [0x54001010, "OW", joined([u16(10), u16(20), u16(-10), u16(-20)])],
  ];
  const [curves, ...others] = readDicom(dicom([[0x54000100, "SQ", [group]]]))?.curves ?? [];
  assert.equal(others.length, 0);
  assert.equal(curves?.rate, 500);
  assert.equal(curves?.label, "REST");
  assert.deepEqual(
    curves?.channels.map(({ name, unit, values }) => [name, unit, [...values]]),
    [
      ["I", "uV", [5, -5]],
      ["II", "uV", [40, -40]],
    ],
  );
  const cut = group.map(
    (each): Element => (each[0] === 0x003a0010 ? [0x003a0010, "UL", u32(3)] : each),
  );
  assert.deepEqual(readDicom(dicom([[0x54000100, "SQ", [cut]]]))?.curves, []);
});

test("files of other programs", {
  skip: existsSync(GIVEN) ? false : "there are none beside this checkout",
}, () => {
  const bytesOf = (name: string) => new Uint8Array(readFileSync(join(GIVEN, name)));
  const film = readDicom(bytesOf("examples_ybr_color.dcm"))?.picture;
  assert.equal(film?.coding, "jpeg");
  assert.equal(film?.frames.length, 30);
  const bytes = bytesOf("examples_ybr_color.dcm");
  for (const [first] of film?.frames ?? []) {
    assert.deepEqual([...bytes.subarray(first?.from ?? 0, (first?.from ?? 0) + 2)], [0xff, 0xd8]);
  }
  const ecg = readDicom(bytesOf("waveform_ecg.dcm"));
  assert.equal(ecg?.picture, undefined);
  assert.equal(ecg?.curves[0]?.channels.length, 12);
  assert.ok(ecg?.curves[0]?.channels.every(({ name, unit }) => name !== "" && unit !== ""));
});

const twoPixels: Element = [0x7fe00010, "OB", Uint8Array.of(0, 255)];

test("a picture whose light and dark, or whose samples, would come out otherwise is not drawn", () => {
  const jpeg = (photometric: string) =>
    readDicom(
      joined([
        dicom(picture({ photometric }), "1.2.840.10008.1.2.4.50"),
        fragments([Uint8Array.of(0xff, 0xd8)]),
      ]),
    );
  assert.ok(jpeg("MONOCHROME2")?.picture);
  assert.equal(jpeg("MONOCHROME1")?.picture, undefined);
  assert.equal(jpeg("MONOCHROME1")?.undrawn, "1.2.840.10008.1.2.4.50");
  const highBit = (bit: number) =>
    readDicom(dicom([...picture({ more: [[0x00280102, "US", [bit]]] }), twoPixels]))?.picture;
  assert.ok(highBit(7));
  assert.equal(highBit(6), undefined);
});

test("a pixel keeps its shape, where the file gives one", () => {
  const shape = (more: readonly Element[]) =>
    readDicom(dicom([...picture({}), ...more, twoPixels]))?.picture?.shape;
  assert.equal(shape([]), 1);
  assert.equal(shape([[0x00280030, "DS", "0.5\\0.25"]]), 2);
  assert.equal(shape([[0x00280034, "IS", "3\\2"]]), 1.5);
  for (const none of ["0\\1", "-1\\1", "1", "x\\1", "1000\\1"])
    assert.equal(shape([[0x00280030, "DS", none]]), 1, none);
});

test("the side, where the edges point, and the day it was taken are told", () => {
  const file = dicom([
    [0x00080020, "DA", "20260101"],
    [0x00080022, "DA", "20260102"],
    [0x00200020, "CS", "P\\F"],
    [0x00200062, "CS", "L"],
    ...picture({}).slice(1),
    twoPixels,
  ]);
  const facts = readDicom(file)?.facts;
  assert.deepEqual([facts?.side, facts?.orientation, facts?.date], ["L", "P / F", "20260102"]);
});

test("names in other scripts are read by the file's own set", () => {
  const named = (set: string, bytes: readonly number[]) =>
    readDicom(
      dicom([
        [0x00080005, "CS", set],
        [0x00100010, "PN", Uint8Array.from(bytes)],
      ]),
    )?.facts.patient;
  assert.equal(named("ISO_IR 126", [0xc1, 0xe2]), "Αβ");
  assert.equal(named("\\ISO 2022 IR 101", [0xa3, 0xe9]), "Łé");
  assert.equal(named("GB18030", [0xcd, 0xf5]), "王");
});

test("what belongs to the picture and is not drawn, is said", async (t) => {
  const drawing = await startDrawing();
  t.after(() => drawing.stop());
  const said = async (more: readonly Element[]) => {
    const read = readDicom(dicom([...picture({ more }), twoPixels]));
    assert.ok(read !== undefined);
    const given = { dicom: read, file: new Blob([]), title: "t" };
    return await drawing.draw("parts/medical-image.tsx", "MedicalImage", "en", given);
  };
  assert.doesNotMatch(await said([]), /lie over|greys|writing stands|Side/);
  assert.match(await said([[0x60003000, "OW", u16(1)]]), /lie over the picture/);
  assert.match(await said([[0x00283010, "SQ", []]]), /how its greys are to be drawn/);
  assert.match(await said([[0x00280301, "CS", "YES"]]), /writing stands in the picture/);
  assert.match(await said([[0x00200062, "CS", "L"]]), /Sideleft/);
});
