import {
  layoutOfStream,
  openContent,
  openContentBytes,
  openSegment,
  SEGMENT,
  type Source,
  STREAM_HEADER,
} from "@ecrin/crypto";
import {
  type Bytes,
  concat,
  fromBase64url,
  fromUtf8,
  type Metadata,
  type RevisionId,
  type SealedRevision,
  type SpaceId,
} from "@ecrin/protocol";
import { asClientError, ClientError, opening } from "./errors.ts";
import type { FhirResource } from "./fhir.ts";
import { isTooDeep, readFhir } from "./fhir-json.ts";
import type { Http } from "./http.ts";

/** Contents up to this size are opened whole before any byte is handed out. */
const WHOLE = 8 * 1024 * 1024;
const LENGTH_PREFIX = 8;

/** What opens a revision: its signed facts, its content key and the context both are bound to. */
export interface OpenKey {
  readonly fact: SealedRevision;
  readonly metadata: Metadata;
  readonly key: Bytes;
  readonly ctx: Bytes;
}

/** What the author signed of a content. */
interface Sealed {
  readonly fact: Pick<SealedRevision, "content">;
}

/** An opened revision. `attachment` is the file, or the raw bytes, in pieces. */
export interface Opened {
  readonly metadata: Metadata;
  /** The FHIR resource, where there is one. */
  readonly resource?: FhirResource;
  /** The resource's bytes as they were sealed. */
  readonly resourceBytes: Bytes;
  readonly size: number;
  readonly attachment: AsyncIterable<Bytes>;
}

/** Fetches and opens a revision's content through a space: the record, or a share. */
export async function openThrough(http: Http, through: SpaceId, open: OpenKey): Promise<Opened> {
  return await opening(async () => {
    checkRoom(open);
    const pieces = await contentPieces(http, through, open);
    return await splitResource(open.metadata, pieces);
  });
}

/** Opens ciphertext that the application keeps itself. */
export async function openOwn(
  open: Omit<OpenKey, "fact"> & Sealed,
  ciphertext: Bytes,
): Promise<Opened> {
  return await opening(async () => {
    checkRoom(open);
    return await splitResource(open.metadata, [await openWhole(open, ciphertext)]);
  });
}

/**
 * Room is made by what a name says, and its author may say anything.
 * @throws ClientError `cannot-open` where that is more than the content can hold
 */
function checkRoom({ fact, metadata }: Pick<OpenKey, "metadata"> & Sealed): void {
  const { plain } = layoutOfStream(fact.content.length);
  if (LENGTH_PREFIX + (metadata.resource ?? 0) + metadata.size > plain)
    throw new ClientError("cannot-open", "the content is shorter than its name says");
}

/** Collects an attachment into memory. */
export async function bytesOf(opened: Opened): Promise<Bytes> {
  const room = new Uint8Array(opened.size);
  let at = 0;
  for await (const piece of opened.attachment) {
    room.set(piece, at);
    at += piece.length;
  }
  if (at !== opened.size)
    throw new ClientError("cannot-open", "the content is not as long as its name says");
  return room;
}

async function contentPieces(http: Http, through: SpaceId, open: OpenKey): Promise<Source> {
  const { fact, key, ctx } = open;
  const { length, root } = contentFacts(fact);
  const params = { space: through, revision: fact.revision };
  if (length <= SEGMENT)
    return [await openWhole(open, await http.whole("content", params, length))];
  const digests = await fetchDigests(http, through, fact.revision, length);
  if (length <= WHOLE) {
    return [
      await openContentBytes(key, ctx, await http.whole("content", params, length), {
        length,
        root,
        digests,
      }),
    ];
  }
  return openContent(key, ctx, await http.stream("content", params), { length, root, digests });
}

/** A content of one segment is its own list of digests. */
async function openWhole(
  { fact, key, ctx }: Pick<OpenKey, "key" | "ctx"> & Sealed,
  bytes: Bytes,
): Promise<Bytes> {
  const { length, root } = contentFacts(fact);
  const digests: Bytes[] = [];
  for (let at = 0; at < bytes.length; at += SEGMENT) {
    digests.push(
      new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.subarray(at, at + SEGMENT))),
    );
  }
  return await openContentBytes(key, ctx, bytes, { length, root, digests });
}

function contentFacts(fact: Sealed["fact"]): { length: number; root: Bytes } {
  return { length: fact.content.length, root: fromBase64url(fact.content.root) };
}

async function fetchDigests(
  http: Http,
  through: SpaceId,
  revision: RevisionId,
  length: number,
): Promise<Bytes[]> {
  const count = Math.ceil(length / SEGMENT);
  const bytes = await http.whole("digests", { space: through, revision }, count * 32);
  return Array.from({ length: count }, (_, i) => bytes.slice(i * 32, i * 32 + 32));
}

/**
 * Opens `size` bytes of the attachment from `start` on, fetching only the
 * segments that hold them; each is checked against the signed root first.
 */
export async function openRange(
  http: Http,
  through: SpaceId,
  open: OpenKey,
  start: number,
  size: number,
): Promise<Bytes> {
  const { fact, metadata, key, ctx } = open;
  const { length, root } = contentFacts(fact);
  if (start < 0 || size < 0 || start + size > metadata.size)
    throw new RangeError("the range lies outside the attachment");
  const digests = await fetchDigests(http, through, fact.revision, length);
  const facts = { length, root, digests };
  const first = LENGTH_PREFIX + (metadata.resource ?? 0) + start;
  const params = { space: through, revision: fact.revision };
  const header = await http.whole("content", params, STREAM_HEADER, 0);
  const parts: Bytes[] = [];
  const last = segmentOf(Math.max(first, first + size - 1));
  for (let index = segmentOf(first); size > 0 && index <= last; index++) {
    const from = index * SEGMENT;
    const sealed = await http.whole("content", params, Math.min(SEGMENT, length - from), from);
    const plain = await openSegment(key, ctx, header, index, sealed, facts);
    const base = plainStart(index);
    parts.push(plain.slice(Math.max(0, first - base), Math.max(0, first + size - base)));
  }
  return concat(...parts);
}

// Segment 0 carries the stream's header, so it holds less (spec/revision.md, Content stream).
const PLAIN_FIRST = SEGMENT - STREAM_HEADER - 16;
const PLAIN_NEXT = SEGMENT - 16;

function segmentOf(offset: number): number {
  return offset < PLAIN_FIRST ? 0 : 1 + Math.floor((offset - PLAIN_FIRST) / PLAIN_NEXT);
}

function plainStart(index: number): number {
  return index === 0 ? 0 : PLAIN_FIRST + (index - 1) * PLAIN_NEXT;
}

/** The resource stands before the attachment: reads it, and leaves the rest to be read. */
async function splitResource(metadata: Metadata, pieces: Source): Promise<Opened> {
  const wanted = metadata.kind === "fhir" ? (metadata.resource ?? 0) : 0;
  const iterator = iterate(pieces);
  const head: Bytes[] = [];
  let have = 0;
  let rest: Bytes | undefined;
  while (have < wanted) {
    const next = await iterator.next();
    if (next.done === true)
      throw new ClientError("cannot-open", "the content is shorter than its resource");
    const take = next.value.subarray(0, wanted - have);
    head.push(take.slice());
    have += take.length;
    if (take.length < next.value.length) rest = next.value.subarray(take.length);
  }
  const resourceBytes = concat(...head);
  return {
    metadata,
    ...(wanted > 0 ? { resource: parseResource(resourceBytes) } : {}),
    resourceBytes,
    size: metadata.size,
    attachment: continueWith(rest, iterator),
  };
}

async function* iterate(pieces: Source): AsyncGenerator<Bytes, void, undefined> {
  for await (const piece of pieces) yield piece;
}

async function* continueWith(
  rest: Bytes | undefined,
  iterator: AsyncGenerator<Bytes, void, undefined>,
): AsyncGenerator<Bytes, void, undefined> {
  if (rest !== undefined) yield rest;
  try {
    yield* iterator;
  } catch (error) {
    throw asClientError(error);
  }
}

function parseResource(bytes: Bytes): FhirResource {
  const value = jsonIn(bytes);
  const isResource = typeof value === "object" && value !== null && "resourceType" in value;
  if (!isResource || typeof value.resourceType !== "string") {
    throw new ClientError("cannot-open", "the content does not begin with a FHIR resource");
  }
  if (isTooDeep(value)) throw new ClientError("cannot-open", "the resource is nested too deep");
  return { ...value, resourceType: value.resourceType };
}

/**
 * The resource in the digits in which its figures were written, which a number of JavaScript does not
 * keep (fhir-json.ts); undefined for what has none.
 */
export function withDigits({ resource, resourceBytes }: Opened): FhirResource | undefined {
  if (resource === undefined) return undefined;
  const { resourceType } = resource;
  return { ...Object(readFhir(fromUtf8(resourceBytes, "resource"))), resourceType };
}

/** What an author sealed may be anything: what is no JSON is no resource either. */
function jsonIn(bytes: Bytes): unknown {
  try {
    return JSON.parse(fromUtf8(bytes, "resource"));
  } catch (cause) {
    throw new ClientError("cannot-open", "the content does not begin with JSON", { cause });
  }
}
