import { type Bytes, concat, sameBytes, u32 } from "@ecrin/protocol";
import { type AesGcm, aesGcm } from "#aead";
import { badArgument, CryptoError, cannotOpen, requireLength } from "./errors.ts";
import { Feed, type Source } from "./feed.ts";
import { hkdfSha256 } from "./hkdf.ts";
import {
  type Layout,
  layoutOfPlaintext,
  layoutOfStream,
  plainLength,
  SEGMENT,
  STREAM_HEADER,
  sealedLength,
} from "./segments.ts";

// Tink's AES256_GCM_HKDF_1MB (spec/revision.md, Content stream): the header is
// its own length, 32 bytes of salt and 7 bytes that each nonce begins with.
const SALT_END = 33;
const NO_AAD = new Uint8Array();

/** Segments that are hashed by other threads while the next is sealed, or read, by this one. */
const IN_FLIGHT = 4;

/** A segment as it goes on the wire. `bytes` is good until the next one is asked for. */
export interface SealedSegment {
  readonly index: number;
  /** The first one begins with the stream's 40-byte header. */
  readonly bytes: Bytes;
  /** SHA-256 of `bytes`. */
  readonly digest: Bytes;
  readonly last: boolean;
}

/** What was written down of a stream before any of it left: enough to seal the very same again. */
export interface Resume {
  /** The first 40 bytes of segment 0. */
  readonly header: Bytes;
  /** Digests of all its segments, in order. */
  readonly digests: readonly Bytes[];
}

/** How a stream is sealed. */
export interface SealOptions {
  /** Bytes that the source will give, exactly. */
  readonly size: number;
  readonly resume?: Resume;
  /** For vectors: the stream's header, which is fresh otherwise. */
  readonly header?: Bytes;
  /** For vectors: bytes of a segment other than 1 MiB. */
  readonly segment?: number;
}

/** What a signed header says of a stream, and the list of digests that belongs to it. */
export interface StreamFacts {
  /** Bytes on the wire. */
  readonly length: number;
  /** SHA-256 of the digests, one after the other. */
  readonly root: Uint8Array;
  readonly digests: readonly Uint8Array[];
  /** For vectors: bytes of a segment other than 1 MiB. */
  readonly segment?: number;
}

/** SHA-256 over the digests of a stream's segments. */
export async function streamRoot(digests: readonly Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...digests)));
}

/**
 * Seals a source segment by segment, in constant memory. A stream is fresh and
 * its key too, unless it resumes one: then each segment comes out as it was
 * written down, byte for byte, or not at all, because sealing other bytes with
 * the same key and nonce would open both. AES-GCM is deterministic here, so the
 * digest of the ciphertext tells whether the plaintext is the same. A caller who
 * may want to resume seals once and keeps the digests alone, writes all of them
 * down, and lets only a second sealing, resumed from them, leave: a clone of the
 * device then knows them all, or nothing that has left.
 * @param contentKey 32 bytes
 * @param ctx 32 bytes of `context("revision", …)`, the associated data
 * @throws CryptoError `source-changed` if the source is not `size` bytes long, or not what was recorded
 */
export async function* sealStream(
  contentKey: Uint8Array,
  ctx: Uint8Array,
  source: Source,
  { size, resume, header = resume?.header ?? newStreamHeader(), segment = SEGMENT }: SealOptions,
): AsyncGenerator<SealedSegment, void, undefined> {
  const layout = layoutOfPlaintext(size, segment);
  if (resume !== undefined && resume.digests.length !== layout.count) sourceChanged();
  const cipher = await segmentCipher(contentKey, ctx, header);
  const rooms = cipher.aead.usesRoom ? roomsFor(layout) : () => undefined;
  const feed = new Feed(source, sourceChanged);
  const line = new Line<SealedSegment>();
  try {
    for (let index = 0; index < layout.count; index++) {
      const plain = await feed.take(plainLength(layout, index));
      if (index === layout.count - 1) await feed.end();
      line.join(sealSegment(cipher, layout, index, plain, rooms(index)));
      if (line.full) yield asRecorded(await line.next(), resume);
    }
    while (!line.empty) yield asRecorded(await line.next(), resume);
  } finally {
    await feed.close();
  }
}

/**
 * Opens a stream in order, in constant memory: the list of digests against the
 * root, then each segment's tag and its digest, and only then its bytes come
 * out. What is yielded is good until the next is asked for.
 * @throws CryptoError `cannot-open`
 */
export async function* openStream(
  contentKey: Uint8Array,
  ctx: Uint8Array,
  source: Source,
  facts: StreamFacts,
): AsyncGenerator<Bytes, void, undefined> {
  const layout = await checkedLayout(facts);
  const rooms = roomsFor(layout);
  const feed = new Feed(source, cannotOpen);
  const line = new Line<Bytes>();
  let cipher: SegmentCipher | undefined;
  try {
    for (let index = 0; index < layout.count; index++) {
      const bytes = await feed.take(sealedLength(layout, index));
      cipher ??= await segmentCipher(contentKey, ctx, bytes.subarray(0, STREAM_HEADER));
      const last = index === layout.count - 1;
      const room = cipher.aead.usesRoom ? rooms(index) : undefined;
      line.join(openSealed(cipher, facts, { index, bytes, last }, room));
      if (last) await feed.end();
      if (line.full) yield await line.next();
    }
    while (!line.empty) yield await line.next();
  } finally {
    await feed.close();
  }
}

/**
 * Opens one segment alone, after the same checks.
 * @param header the first 40 bytes of segment 0
 * @throws CryptoError `cannot-open`
 */
export async function openSegment(
  contentKey: Uint8Array,
  ctx: Uint8Array,
  header: Bytes,
  index: number,
  bytes: Bytes,
  facts: StreamFacts,
): Promise<Bytes> {
  const layout = await checkedLayout(facts);
  const own = bytes.slice();
  const cipher = await segmentCipher(contentKey, ctx, header);
  return await openSealed(cipher, facts, { index, bytes: own, last: index === layout.count - 1 });
}

interface SegmentCipher {
  readonly aead: AesGcm;
  readonly header: Bytes;
}

async function segmentCipher(
  contentKey: Uint8Array,
  ctx: Uint8Array,
  header: Bytes,
): Promise<SegmentCipher> {
  requireLength(contentKey, 32, "a content key");
  requireLength(ctx, 32, "a stream's context");
  if (header.length !== STREAM_HEADER || header[0] !== STREAM_HEADER) cannotOpen();
  const salt = header.slice(1, SALT_END);
  return { aead: await aesGcm(hkdfSha256(contentKey, salt, ctx)), header: header.slice() };
}

/** A fresh header: its length, 32 bytes of salt, 7 bytes that each nonce begins with. */
function newStreamHeader(): Bytes {
  const header = crypto.getRandomValues(new Uint8Array(STREAM_HEADER));
  header[0] = STREAM_HEADER;
  return header;
}

/** prefix ‖ u32(index) ‖ last. */
function nonceOf({ header }: SegmentCipher, index: number, last: boolean): Bytes {
  return concat(header.subarray(SALT_END), u32(index), Uint8Array.of(last ? 1 : 0));
}

async function sealSegment(
  cipher: SegmentCipher,
  layout: Layout,
  index: number,
  plain: Bytes,
  room: Bytes | undefined,
): Promise<SealedSegment> {
  const last = index === layout.count - 1;
  const lead = index === 0 ? STREAM_HEADER : 0;
  // No await before this call: `plain` is the caller's again as soon as it returns.
  const sealing = cipher.aead.seal(
    nonceOf(cipher, index, last),
    NO_AAD,
    plain,
    room?.subarray(lead),
  );
  const sealed = await sealing;
  if (lead === 0) return await digested(index, sealed, last);
  if (room === undefined) return await digested(index, concat(cipher.header, sealed), last);
  room.set(cipher.header);
  return await digested(index, room.subarray(0, lead + sealed.length), last);
}

/**
 * A segment's plaintext, if tag and digest are right. AES-GCM needs no digest to
 * notice a change; the digest says that these are the author's own segments, and
 * other threads work it out while this one opens.
 */
async function openSealed(
  cipher: SegmentCipher,
  facts: StreamFacts,
  { index, bytes, last }: Omit<SealedSegment, "digest">,
  room?: Bytes,
): Promise<Bytes> {
  // No await before either call: both have taken what they need of `bytes` when they return.
  const digesting = digested(index, bytes, last);
  const opening = cipher.aead.open(
    nonceOf(cipher, index, last),
    NO_AAD,
    bytes.subarray(index === 0 ? STREAM_HEADER : 0),
    room,
  );
  const [segment, plain] = await Promise.all([digesting, opening]);
  checkDigest(segment, facts);
  return plain;
}

async function digested(index: number, bytes: Bytes, last: boolean): Promise<SealedSegment> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { index, bytes, digest, last };
}

async function checkedLayout(facts: StreamFacts): Promise<Layout> {
  const layout = layoutOfStream(facts.length, facts.segment);
  if (facts.digests.length !== layout.count) cannotOpen();
  if (!sameBytes(await streamRoot(facts.digests), facts.root)) cannotOpen();
  return layout;
}

function checkDigest({ index, digest }: SealedSegment, { digests }: StreamFacts): void {
  const expected = digests[index];
  if (expected === undefined || !sameBytes(digest, expected)) cannotOpen();
}

function asRecorded(segment: SealedSegment, resume: Resume | undefined): SealedSegment {
  if (resume === undefined) return segment;
  const recorded = resume.digests[segment.index];
  if (recorded === undefined || !sameBytes(segment.digest, recorded)) sourceChanged();
  return segment;
}

function sourceChanged(): never {
  throw new CryptoError("source-changed", "the source is not what was announced or recorded");
}

/** Buffers used in turn: as many as are in flight, and the one the caller is looking at. */
function roomsFor({ segment, sealed }: Layout): (index: number) => Bytes {
  const rooms: Bytes[] = [];
  return (index) => {
    const turn = index % (IN_FLIGHT + 1);
    rooms[turn] ??= new Uint8Array(Math.min(segment, sealed));
    return rooms[turn];
  };
}

/** Work under way, taken out in the order it came in. */
class Line<Result> {
  readonly #waiting: Promise<Result>[] = [];

  get full(): boolean {
    return this.#waiting.length > IN_FLIGHT;
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  join(work: Promise<Result>): void {
    // Whoever takes it out sees the failure; nobody may, if the caller stops before.
    work.catch(() => undefined);
    this.#waiting.push(work);
  }

  async next(): Promise<Result> {
    return (await this.#waiting.shift()) ?? badArgument("nothing is under way");
  }
}
