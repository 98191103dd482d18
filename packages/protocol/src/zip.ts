import { startDigest } from "#digest";
import { type Bytes, concat, fromUtf8, sameBytes, utf8 } from "./bytes.ts";
import { malformed } from "./errors.ts";
import type { Hash } from "./ids.ts";

// A ZIP in one form (spec/export.md, The archive): stored, without times, comments, extra fields
// or room between its parts, so that each of its bytes is either content or known beforehand.

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_LENGTH = 30;
const DESCRIPTOR_LENGTH = 16;
const CENTRAL_LENGTH = 46;
const END_LENGTH = 22;
/** Sizes follow the content; names are UTF-8. */
const FLAGS = 0x0808;
/** 1980-01-01, the first day that a ZIP knows. */
const DAY = 0x0021;
const VERSION = 20;
const MOST_FILES = 5000;
const MOST_BYTES = 2 ** 32 - 1;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}$/;

/** Bytes that can be read anywhere: a file, a Blob, memory. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `from` on. */
  read(from: number, length: number): Promise<Bytes>;
}

/** One file of an archive. */
export interface ZipFile {
  readonly name: string;
  readonly length: number;
  /** Where its content begins. */
  readonly at: number;
  readonly crc: number;
}

/** A file that was written: what a manifest says of it. */
export interface WrittenFile {
  readonly name: string;
  readonly length: number;
  readonly sha256: Hash;
}

/** Writes an archive, each file streamed once. */
export interface ZipWriter {
  /** The bytes of one file, header and all. */
  file(
    name: string,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, WrittenFile>;
  /** What ends the archive. */
  end(): Bytes;
}

export function startZip(): ZipWriter {
  const files: ZipFile[] = [];
  let at = 0;
  return {
    async *file(name, content) {
      if (!NAME.test(name)) malformed("name", "is not one that an archive takes");
      const header = localHeader(name);
      yield header;
      const start = at + header.length;
      const digest = startDigest();
      let length = 0;
      for await (const bytes of content) {
        digest.update(bytes);
        length += bytes.length;
        yield bytes;
      }
      const { sha256, crc } = digest.end();
      const file = { name, length, at: start, crc };
      yield descriptor(file);
      at = start + length + DESCRIPTOR_LENGTH;
      if (at > MOST_BYTES) malformed("archive", "is larger than an archive can be");
      files.push(file);
      return { name, length, sha256 };
    },
    end: () => directory(files, at),
  };
}

function localHeader(name: string): Bytes {
  const text = utf8(name);
  const view = new DataView(new ArrayBuffer(LOCAL_LENGTH));
  view.setUint32(0, LOCAL, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, FLAGS, true);
  view.setUint16(12, DAY, true);
  view.setUint16(26, text.length, true);
  return concat(new Uint8Array(view.buffer), text);
}

function descriptor({ crc, length }: ZipFile): Bytes {
  const view = new DataView(new ArrayBuffer(DESCRIPTOR_LENGTH));
  view.setUint32(0, DESCRIPTOR, true);
  view.setUint32(4, crc, true);
  view.setUint32(8, length, true);
  view.setUint32(12, length, true);
  return new Uint8Array(view.buffer);
}

/** The central directory and its end. */
function directory(files: readonly ZipFile[], at: number): Bytes {
  const entries = files.map((file) => centralEntry(file));
  const length = entries.reduce((sum, each) => sum + each.length, 0);
  const view = new DataView(new ArrayBuffer(END_LENGTH));
  view.setUint32(0, END, true);
  view.setUint16(8, files.length, true);
  view.setUint16(10, files.length, true);
  view.setUint32(12, length, true);
  view.setUint32(16, at, true);
  return concat(...entries, new Uint8Array(view.buffer));
}

function centralEntry({ name, length, at, crc }: ZipFile): Bytes {
  const text = utf8(name);
  const view = new DataView(new ArrayBuffer(CENTRAL_LENGTH));
  view.setUint32(0, CENTRAL, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, VERSION, true);
  view.setUint16(8, FLAGS, true);
  view.setUint16(14, DAY, true);
  view.setUint32(16, crc, true);
  view.setUint32(20, length, true);
  view.setUint32(24, length, true);
  view.setUint16(28, text.length, true);
  view.setUint32(42, at - LOCAL_LENGTH - text.length, true);
  return concat(new Uint8Array(view.buffer), text);
}

/**
 * Reads what an archive holds: its directory first, then that everything around the contents is
 * exactly what this form has there. Contents and their CRC are the caller's to check.
 * @throws ProtocolError `malformed`
 */
export async function openZip(source: ByteSource): Promise<ZipFile[]> {
  if (source.size < END_LENGTH || source.size > MOST_BYTES) malformed("archive", "is no archive");
  const end = await source.read(source.size - END_LENGTH, END_LENGTH);
  const view = new DataView(end.buffer, end.byteOffset, END_LENGTH);
  const [count, length, at] = [
    view.getUint16(8, true),
    view.getUint32(12, true),
    view.getUint32(16, true),
  ];
  if (view.getUint32(0, true) !== END || at + length + END_LENGTH !== source.size)
    malformed("archive", "does not end where it says");
  if (count > MOST_FILES || length > count * (CENTRAL_LENGTH + 512))
    malformed("archive", "has too many files");
  const files = readDirectory(await source.read(at, length), count);
  if (!sameBytes(directory(files, at), concat(await source.read(at, length), end)))
    malformed("archive", "has a directory in another form");
  let next = 0;
  for (const file of files) {
    const header = localHeader(file.name);
    if (file.at !== next + header.length || file.at + file.length + DESCRIPTOR_LENGTH > at)
      malformed(file.name, "is not where the archive says");
    if (!sameBytes(await source.read(next, header.length), header))
      malformed(file.name, "begins in another form");
    next = file.at + file.length;
    if (!sameBytes(await source.read(next, DESCRIPTOR_LENGTH), descriptor(file)))
      malformed(file.name, "ends in another form");
    next += DESCRIPTOR_LENGTH;
  }
  if (next !== at) malformed("archive", "has room between its files and their directory");
  return files;
}

function readDirectory(bytes: Bytes, count: number): ZipFile[] {
  const files: ZipFile[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_LENGTH > bytes.length) malformed("archive", "has a directory that is short");
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, CENTRAL_LENGTH);
    const nameLength = view.getUint16(28, true);
    const name = fromUtf8(
      bytes.slice(at + CENTRAL_LENGTH, at + CENTRAL_LENGTH + nameLength),
      "archive",
    );
    if (!NAME.test(name) || names.has(name)) malformed("archive", "has a name that is refused");
    names.add(name);
    files.push({
      name,
      length: view.getUint32(24, true),
      at: view.getUint32(42, true) + LOCAL_LENGTH + nameLength,
      crc: view.getUint32(16, true),
    });
    at += CENTRAL_LENGTH + nameLength;
  }
  if (at !== bytes.length) malformed("archive", "has a directory that is long");
  return files;
}

/** An archive in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (from, length) => Promise.resolve(new Uint8Array(bytes.slice(from, from + length))),
  };
}
