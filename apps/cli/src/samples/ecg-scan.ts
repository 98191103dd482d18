import { crc32, deflateSync } from "node:zlib";

const WIDTH = 720;
const HEIGHT = 300;
const SMALL_SQUARE = 6;
const PALETTE = [
  [255, 250, 246],
  [248, 214, 206],
  [232, 160, 150],
  [38, 40, 58],
] as const;
const PAPER = 0;
const THIN = 1;
const THICK = 2;
const INK = 3;

/** An electrocardiogram on its squared paper, as a scanner gives it: PNG, four colours. */
export function ecgScan(): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([2, 3, 0, 0, 0], 8); // Two bits a pixel, from a palette (PNG, section 11.2.2).
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk("IHDR", header),
      chunk("PLTE", Buffer.from(PALETTE.flat())),
      chunk("IDAT", deflateSync(rows(), { level: 9 })),
      chunk("IEND", Buffer.alloc(0)),
    ]),
  );
}

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

function rows(): Uint8Array {
  const bytesPerRow = WIDTH / 4 + 1;
  const all = new Uint8Array(HEIGHT * bytesPerRow);
  const trace = Array.from({ length: WIDTH }, (_, x) => height(x));
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const at = y * bytesPerRow + 1 + (x >> 2);
      all[at] = (all[at] ?? 0) | (colour(x, y, trace) << (6 - 2 * (x & 3)));
    }
  }
  return all;
}

function colour(x: number, y: number, trace: readonly number[]): number {
  const here = trace[x] ?? 0;
  const before = trace[x - 1] ?? here;
  const low = Math.min(here, before) - 1;
  const high = Math.max(here, before) + 1;
  if (y >= low && y <= high) return INK;
  if (x % (5 * SMALL_SQUARE) === 0 || y % (5 * SMALL_SQUARE) === 0) return THICK;
  return x % SMALL_SQUARE === 0 || y % SMALL_SQUARE === 0 ? THIN : PAPER;
}

/** P wave, QRS complex and T wave of a beat of 150 pixels, as sums of bells. */
function height(x: number): number {
  const t = x % 150;
  const bell = (centre: number, width: number, size: number) =>
    size * Math.exp(-(((t - centre) / width) ** 2));
  const beat =
    bell(38, 7, 14) - bell(56, 2.5, 14) + bell(61, 3, 110) - bell(67, 3, 26) + bell(98, 12, 24);
  return Math.round(190 - beat);
}
