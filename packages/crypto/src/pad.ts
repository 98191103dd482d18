import { type Bytes, CONTENT_FLOOR, paddedSize } from "@ecrin/protocol";
import { badArgument, CryptoError, cannotOpen } from "./errors.ts";
import { Feed, type Source } from "./feed.ts";

const LENGTH = 8;
const ZEROS = new Uint8Array(65_536);

/**
 * Bytes that `size` bytes are padded to, the length before them included
 * (spec/revision.md, Padding).
 */
export function paddedLength(size: number, floor: number = CONTENT_FLOOR): number {
  if (!Number.isSafeInteger(size) || size < 0) {
    badArgument("a size is a whole number of bytes");
  }
  return paddedSize(LENGTH + size, floor);
}

/** Length, content, zeros. @param floor least padded size */
export function pad(content: Uint8Array, floor: number): Bytes {
  const padded = new Uint8Array(paddedLength(content.length, floor));
  padded.set(lengthOf(content.length));
  padded.set(content, LENGTH);
  return padded;
}

/**
 * The content of `pad`; a view.
 * @throws CryptoError `cannot-open` for a size that is not the padded one, or padding that is not zero
 */
export function unpad(padded: Bytes, floor: number): Bytes {
  if (padded.length < LENGTH) cannotOpen();
  const end = LENGTH + checkedLength(padded, padded.length, floor);
  checkZeros(padded.subarray(end));
  return padded.subarray(LENGTH, end);
}

/** `pad` of content from a source that gives `size` bytes. @throws CryptoError `source-changed` if it gives fewer or more */
export async function* padStream(
  source: Source,
  size: number,
): AsyncGenerator<Bytes, void, undefined> {
  const whole = paddedLength(size);
  yield lengthOf(size);
  let left = size;
  for await (const chunk of source) {
    if (chunk.length > left) sizeChanged();
    left -= chunk.length;
    yield chunk;
  }
  if (left > 0) sizeChanged();
  for (let zeros = whole - LENGTH - size; zeros > 0; zeros -= ZEROS.length) {
    yield ZEROS.subarray(0, Math.min(zeros, ZEROS.length));
  }
}

/**
 * The content of a padded stream of `whole` bytes. The size is checked before
 * the first byte is released; padding that is not zero shows at the end.
 * @throws CryptoError `cannot-open`
 */
export async function* unpadStream(
  source: Source,
  whole: number,
): AsyncGenerator<Bytes, void, undefined> {
  const feed = new Feed(source, cannotOpen);
  try {
    const size = checkedLength(await feed.take(LENGTH), whole, CONTENT_FLOOR);
    for (let left = size; left > 0; ) {
      const some = (await feed.some(left)) ?? cannotOpen();
      left -= some.length;
      yield some;
    }
    for (let left = whole - LENGTH - size; left > 0; ) {
      const some = (await feed.some(left)) ?? cannotOpen();
      left -= some.length;
      checkZeros(some);
    }
    await feed.end();
  } finally {
    await feed.close();
  }
}

function lengthOf(size: number): Bytes {
  const bytes = new Uint8Array(LENGTH);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(size));
  return bytes;
}

/** The length that a padded whole of this size states, if it is the one that pads to it. */
function checkedLength(start: Uint8Array, whole: number, floor: number): number {
  const stated = new DataView(start.buffer, start.byteOffset, LENGTH).getBigUint64(0);
  if (stated > BigInt(whole)) cannotOpen();
  const size = Number(stated);
  if (paddedLength(size, floor) !== whole) cannotOpen();
  return size;
}

/** Refuses padding that holds anything, four bytes at a time where they lie so: there may be megabytes. */
function checkZeros(bytes: Uint8Array): void {
  const lead = -bytes.byteOffset & 3;
  let found = 0;
  for (const byte of bytes.subarray(0, lead)) found |= byte;
  if (bytes.length > lead) {
    const count = (bytes.length - lead) >> 2;
    for (const word of new Uint32Array(bytes.buffer, bytes.byteOffset + lead, count)) found |= word;
    for (const byte of bytes.subarray(lead + 4 * count)) found |= byte;
  }
  if (found !== 0) cannotOpen();
}

function sizeChanged(): never {
  throw new CryptoError("source-changed", "the source is not as long as announced");
}
