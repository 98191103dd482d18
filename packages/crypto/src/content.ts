import type { Bytes } from "@ecrin/protocol";
import { cannotOpen } from "./errors.ts";
import type { Source } from "./feed.ts";
import { paddedLength, padStream, unpadStream } from "./pad.ts";
import { layoutOfPlaintext, layoutOfStream, SEGMENT } from "./segments.ts";
import {
  openStream,
  type SealedSegment,
  type SealOptions,
  type StreamFacts,
  sealStream,
  streamRoot,
} from "./stream.ts";

/** Content sealed whole: what is stored, and what the header says of it. */
export interface SealedContent extends StreamFacts {
  readonly bytes: Bytes;
}

/**
 * Seals a revision's content: padded, then the stream. `size` is that of the
 * content; the other options and errors are those of `sealStream`.
 */
export function sealContent(
  contentKey: Uint8Array,
  ctx: Uint8Array,
  source: Source,
  options: SealOptions,
): AsyncGenerator<SealedSegment, void, undefined> {
  const size = paddedLength(options.size);
  return sealStream(contentKey, ctx, padStream(source, options.size), { ...options, size });
}

/**
 * Opens a revision's content. Each piece is good until the next is asked for.
 * @throws CryptoError `cannot-open`
 */
export async function* openContent(
  contentKey: Uint8Array,
  ctx: Uint8Array,
  source: Source,
  facts: StreamFacts,
): AsyncGenerator<Bytes, void, undefined> {
  const { plain } = layoutOfStream(facts.length, facts.segment);
  yield* unpadStream(openStream(contentKey, ctx, source, facts), plain);
}

/** `sealContent` of what is in memory. */
export async function sealContentBytes(
  contentKey: Uint8Array,
  ctx: Uint8Array,
  content: Bytes,
): Promise<SealedContent> {
  const options = { size: content.length };
  const room = new Uint8Array(layoutOfPlaintext(paddedLength(content.length)).sealed);
  const digests: Bytes[] = [];
  for await (const { index, bytes, digest } of sealContent(contentKey, ctx, [content], options)) {
    room.set(bytes, index * SEGMENT);
    digests.push(digest);
  }
  return { bytes: room, length: room.length, digests, root: await streamRoot(digests) };
}

/** `openContent` into memory. Nothing is answered before all of it has opened. */
export async function openContentBytes(
  contentKey: Uint8Array,
  ctx: Uint8Array,
  bytes: Bytes,
  facts: StreamFacts,
): Promise<Bytes> {
  if (bytes.length !== facts.length) cannotOpen();
  const room = new Uint8Array(layoutOfStream(facts.length, facts.segment).plain);
  let at = 0;
  for await (const part of openContent(contentKey, ctx, [bytes], facts)) {
    room.set(part, at);
    at += part.length;
  }
  return room.subarray(0, at);
}
