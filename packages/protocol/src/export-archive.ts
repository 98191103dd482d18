import { startDigest } from "#digest";
import { type Bytes, concat, fromUtf8 } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import { EXPORT_FILES, type ExportManifest } from "./export-manifest.ts";
import { broken } from "./export-reasons.ts";
import type { Hash } from "./ids.ts";
import { type ByteSource, openZip, type ZipFile } from "./zip.ts";

// The files of an export (spec/export.md, The archive).

const CHUNK = 1 << 20;
const MOST_SMALL = 64 << 20;

/** The archive, each file of which is digested once, whoever reads it. */
export interface Archive {
  readonly files: readonly ZipFile[];
  has(name: string): boolean;
  /** A small file, whole. */
  bytes(name: string): Promise<Bytes>;
  text(name: string): Promise<string>;
  /** A file as it comes. */
  stream(name: string): AsyncGenerator<Bytes>;
  /** From now on every file read must be as this says. */
  expect(files: ExportManifest["files"]): void;
  /** Compares a file with what is expected of it, reading it if nobody has. */
  check(name: string): Promise<void>;
}

export async function openArchive(
  source: ByteSource,
  progress: ((done: number, total: number) => void) | undefined,
): Promise<Archive> {
  const files = await openZip(source);
  const byName = new Map(files.map((file) => [file.name, file]));
  const digests = new Map<string, Hash>();
  let expected = new Map<string, { length: number; sha256: Hash }>();
  let done = 0;
  const find = (name: string) => byName.get(name) ?? broken("missing", name);

  async function* stream(name: string): AsyncGenerator<Bytes> {
    const { at, length, crc } = find(name);
    const digest = startDigest();
    for (let from = 0; from < length; from += CHUNK) {
      const bytes = await source.read(at + from, Math.min(CHUNK, length - from));
      digest.update(bytes);
      done += bytes.length;
      progress?.(done, source.size);
      yield bytes;
    }
    const { sha256: hash, crc: found } = digest.end();
    digests.set(name, hash);
    if (found !== crc) broken("damaged", name);
    compare(name);
  }

  function compare(name: string): void {
    const said = expected.get(name);
    if (said !== undefined && digests.get(name) !== said.sha256) broken("changed", name);
  }

  async function bytes(name: string): Promise<Bytes> {
    if (find(name).length > MOST_SMALL) broken("long", name);
    const parts: Bytes[] = [];
    for await (const part of stream(name)) parts.push(part);
    return concat(...parts);
  }

  return {
    files,
    has: (name) => byName.has(name),
    bytes,
    text: async (name) => fromUtf8(await bytes(name), name),
    stream,
    expect(listed) {
      expected = new Map(listed.map((each) => [each.name, each]));
    },
    async check(name) {
      if (!digests.has(name)) for await (const part of stream(name)) void part;
      compare(name);
    },
  };
}

/** Says in which file something is wrong. */
export async function inFile<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    const field =
      cause.field === undefined || cause.field === file ? file : `${file}: ${cause.field}`;
    throw new ProtocolError(cause.code, `${file}: ${cause.message}`, { field, cause });
  }
}

export const ANCHOR_FILE =
  /^anchors\/(0|[1-9][0-9]{0,15})\/(checkpoint|stamp-[0-9]{1,3}\.tst|stamp-[0-9]{1,3}-[0-9]{1,2}\.crl|proof\.ots|block-[0-9]{1,9}\.header)$/;
export const ROOT_FILE = /^roots\/[0-9]{1,3}\.der$/;

export function isKnownName(name: string): boolean {
  const fixed: readonly string[] = Object.values(EXPORT_FILES);
  return fixed.includes(name) || ANCHOR_FILE.test(name) || ROOT_FILE.test(name);
}
