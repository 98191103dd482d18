import type { DicomPicture, Pixels } from "./dicom.ts";

/**
 * The pixels of one frame, red, green, blue and opacity (PS3.3 C.7.6.3.1, C.11.2.1.2).
 * @param bytes the frame as it lies in the file, its pieces joined
 * @returns undefined where there are too few
 */
export function paint(
  { columns, rows, coding, pixels }: DicomPicture,
  bytes: Uint8Array<ArrayBuffer>,
): Uint8ClampedArray<ArrayBuffer> | undefined {
  const count = columns * rows;
  const plain = coding === "rle" ? unpack(bytes, count, pixels) : bytes;
  if (plain === undefined || plain.length < count * pixels.samples * (pixels.bits / 8))
    return undefined;
  const isPlanar = coding === "rle" || pixels.planar;
  return pixels.samples === 1
    ? grey(plain, count, pixels)
    : colour(plain, count, pixels.photometric, isPlanar);
}

function grey(bytes: Uint8Array, count: number, pixels: Pixels): Uint8ClampedArray<ArrayBuffer> {
  const values = modality(bytes, count, pixels);
  const { centre, width } = pixels.window ?? whole(values);
  const isInverted = pixels.photometric === "MONOCHROME1";
  const painted = new Uint8ClampedArray(count * 4);
  for (let i = 0; i < count; i++) {
    // The linear function of C.11.2.1.2.1.
    const share = ((values[i] ?? 0) - (centre - 0.5)) / Math.max(1, width - 1) + 0.5;
    const light = Math.min(1, Math.max(0, share)) * 255;
    painted.fill(isInverted ? 255 - light : light, i * 4, i * 4 + 3);
    painted[i * 4 + 3] = 255;
  }
  return painted;
}

/** Stored values as what they stand for: sign, slope and intercept. */
function modality(
  bytes: Uint8Array,
  count: number,
  { bits, stored, signed, slope, intercept }: Pixels,
): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mask = 2 ** stored - 1;
  const negative = 2 ** (stored - 1);
  return Float32Array.from({ length: count }, (_, i) => {
    const raw = (bits === 8 ? view.getUint8(i) : view.getUint16(i * 2, true)) & mask;
    const value = signed && raw >= negative ? raw - mask - 1 : raw;
    return value * slope + intercept;
  });
}

function whole(values: Float32Array): { readonly centre: number; readonly width: number } {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { centre: (least + most + 1) / 2, width: Math.max(1, most - least + 1) };
}

function colour(
  bytes: Uint8Array,
  count: number,
  photometric: string,
  isPlanar: boolean,
): Uint8ClampedArray<ArrayBuffer> | undefined {
  // Uncompressed 4:2:2 shares its chroma between two pixels, in an order of its own.
  if (photometric === "YBR_FULL_422") return undefined;
  const painted = new Uint8ClampedArray(count * 4);
  for (let i = 0; i < count; i++) {
    const at = (sample: number) => bytes[isPlanar ? sample * count + i : i * 3 + sample] ?? 0;
    const [a, b, c] = [at(0), at(1), at(2)];
    if (photometric === "RGB") painted.set([a, b, c, 255], i * 4);
    else {
      // PS3.3 C.7.6.3.1.2, YBR_FULL.
      const [blue, red] = [b - 128, c - 128];
      painted.set(
        [a + 1.402 * red, a - 0.344136 * blue - 0.714136 * red, a + 1.772 * blue, 255],
        i * 4,
      );
    }
  }
  return painted;
}

const RLE_HEAD = 64;

/** RLE of PS3.5 annex G: one segment for each byte of a sample, the higher first. Sample by sample. */
function unpack(
  bytes: Uint8Array,
  count: number,
  { samples, bits }: Pixels,
): Uint8Array<ArrayBuffer> | undefined {
  if (bytes.length < RLE_HEAD) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = bits / 8;
  const segments = view.getUint32(0, true);
  if (segments !== samples * width) return undefined;
  const unpacked = new Uint8Array(count * samples * width);
  for (let segment = 0; segment < segments; segment++) {
    const from = view.getUint32(4 + segment * 4, true);
    const to = segment + 1 < segments ? view.getUint32(8 + segment * 4, true) : bytes.length;
    const sample = Math.floor(segment / width);
    const place = width - 1 - (segment % width);
    if (
      !unpackSegment(
        bytes.subarray(from, to),
        unpacked,
        sample * count * width + place,
        width,
        count,
      )
    )
      return undefined;
  }
  return unpacked;
}

function unpackSegment(
  packed: Uint8Array,
  into: Uint8Array,
  first: number,
  step: number,
  count: number,
): boolean {
  let [at, done] = [0, 0];
  while (done < count && at < packed.length) {
    const control = packed[at++] ?? 128;
    if (control === 128) continue;
    const isRun = control > 128;
    const length = isRun ? 257 - control : control + 1;
    for (let i = 0; i < length && done < count; i++) {
      into[first + done * step] = packed[isRun ? at : at + i] ?? 0;
      done += 1;
    }
    at += isRun ? 1 : length;
  }
  return done === count;
}
