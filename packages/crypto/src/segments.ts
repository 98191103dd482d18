import { badArgument, cannotOpen } from "./errors.ts";

/** Bytes of a segment on the wire; the last one is as short as needed. */
export const SEGMENT = 1_048_576;
/** Bytes of the stream's header, which the first segment begins with. */
export const STREAM_HEADER = 40;
const TAG = 16;
/** The counter in the nonce has 32 bits. */
const MAX_COUNT = 2 ** 32;

/** How a plaintext of a given length lies in segments (spec/revision.md, Content stream). */
export interface Layout {
  /** Segments, at least one. */
  readonly count: number;
  /** Bytes of the whole plaintext. */
  readonly plain: number;
  /** Bytes of the whole stream on the wire. */
  readonly sealed: number;
  /** Bytes of a full segment on the wire. */
  readonly segment: number;
}

/** The layout of a plaintext of `plain` bytes. `segment` differs from 1 MiB in vectors only. */
export function layoutOfPlaintext(plain: number, segment = SEGMENT): Layout {
  if (!Number.isInteger(segment) || segment <= STREAM_HEADER + TAG) {
    badArgument("a segment is longer than header and tag");
  }
  if (!Number.isSafeInteger(plain) || plain < 0) badArgument("a size is a whole number of bytes");
  const first = segment - STREAM_HEADER - TAG;
  const count = plain <= first ? 1 : 1 + Math.ceil((plain - first) / (segment - TAG));
  if (count > MAX_COUNT) badArgument("a stream has at most 2^32 segments");
  return { count, plain, sealed: plain + STREAM_HEADER + TAG * count, segment };
}

/** The layout of a stream of `sealed` bytes, if there is one. @throws CryptoError `cannot-open` */
export function layoutOfStream(sealed: number, segment = SEGMENT): Layout {
  if (!Number.isSafeInteger(sealed)) cannotOpen();
  const count = Math.max(1, Math.ceil(sealed / segment));
  const plain = sealed - STREAM_HEADER - TAG * count;
  if (plain < 0) cannotOpen();
  const layout = layoutOfPlaintext(plain, segment);
  if (layout.sealed !== sealed) cannotOpen();
  return layout;
}

/** Bytes of segment `index` on the wire; the first one's with the header. */
export function sealedLength({ count, sealed, segment }: Layout, index: number): number {
  return index < count - 1 ? segment : sealed - segment * (count - 1);
}

/** Bytes of plaintext in segment `index`. */
export function plainLength(layout: Layout, index: number): number {
  return sealedLength(layout, index) - TAG - (index === 0 ? STREAM_HEADER : 0);
}

/** Where in the plaintext segment `index` begins. */
export function plainOffset({ segment }: Layout, index: number): number {
  return index === 0 ? 0 : index * (segment - TAG) - STREAM_HEADER;
}
