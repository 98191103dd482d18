import { hash } from "node:crypto";
import { type FileHandle, mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

/** Ciphertext on the wire is cut into segments of this many bytes (spec/revision.md, Content stream). */
export const SEGMENT = 1 << 20;
const READ = 256 * 1024;

/** What a blob holds. */
export interface Settled {
  readonly length: number;
  /** SHA-256 of each segment, one after the other. */
  readonly digests: Buffer;
}

/** Ciphertexts too large for the database, by random names that say nothing. */
export interface Blobs {
  create(name: string): Promise<void>;
  /** Writes from `offset` on; what had arrived when a stream breaks off stays. Returns where it stands now. */
  append(name: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number>;
  /** Its length so far, or undefined where there is none. */
  size(name: string): Promise<number | undefined>;
  /** Brings it to the disk for good, reading it once: only then may anything name it. */
  settle(name: string): Promise<Settled>;
  /** The bytes from `start` up to, and not including, `end`, in constant memory. */
  read(name: string, start: number, end: number): ReadableStream<Uint8Array>;
  /** No error where there is none. */
  remove(name: string): Promise<void>;
}

/** Blobs as files in one folder. */
export async function openBlobs(folder: string): Promise<Blobs> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, checked(name));
  return {
    async create(name) {
      await (await open(path(name), "wx", 0o600)).close();
    },
    async append(name, offset, source) {
      const file = await open(path(name), "r+");
      let at = offset;
      try {
        for await (const chunk of source) {
          // A disk that fills up takes a part of a chunk before it refuses the next.
          for (let from = 0; from < chunk.length; ) {
            const { bytesWritten } = await file.write(chunk, from, chunk.length - from, at);
            from += bytesWritten;
            at += bytesWritten;
          }
        }
      } finally {
        await file.close();
      }
      return at;
    },
    async size(name) {
      return (await stat(path(name)).catch(ignoreMissing))?.size;
    },
    async settle(name) {
      const settled = await digest(path(name));
      await syncFolder(folder);
      return settled;
    },
    read: (name, start, end) => readFrom(path(name), start, end),
    remove: (name) => rm(path(name), { force: true }),
  };
}

/** Names are made here and in the database; still, none leads out of the folder. */
function checked(name: string): string {
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(name)) throw new RangeError("not the name of a blob");
  return name;
}

async function digest(path: string): Promise<Settled> {
  const file = await open(path, "r+");
  try {
    const segment = Buffer.alloc(SEGMENT);
    const digests: Buffer[] = [];
    let length = 0;
    for (;;) {
      const filled = await fill(segment, (rest, at) =>
        file.read(rest, 0, rest.length, length + at),
      );
      if (filled === 0) break;
      digests.push(hash("sha256", segment.subarray(0, filled), "buffer"));
      length += filled;
    }
    await file.sync();
    return { length, digests: Buffer.concat(digests) };
  } finally {
    await file.close();
  }
}

/** Fills a buffer as far as there is something to read. */
async function fill(
  buffer: Buffer,
  read: (rest: Buffer, at: number) => Promise<{ bytesRead: number }>,
): Promise<number> {
  let at = 0;
  while (at < buffer.length) {
    const { bytesRead } = await read(buffer.subarray(at), at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

/**
 * Reads when asked for more; the file is open from the first time on, and closed at the end, on
 * failure, and when nobody listens any more. What answers HEAD is never read.
 */
function readFrom(path: string, start: number, end: number): ReadableStream<Uint8Array> {
  let at = start;
  let opening: Promise<FileHandle> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        opening ??= open(path, "r");
        const file = await opening;
        const part = Buffer.allocUnsafeSlow(Math.min(READ, end - at));
        try {
          const { bytesRead } = await file.read(part, 0, part.length, at);
          at += bytesRead;
          if (bytesRead === 0 && at < end) throw new RangeError("the blob is shorter than it was");
          if (bytesRead > 0) controller.enqueue(part.subarray(0, bytesRead));
        } catch (error) {
          await file.close();
          throw error;
        }
        if (at < end) return;
        await file.close();
        controller.close();
      },
      async cancel() {
        await (await opening)?.close();
      },
    },
    { highWaterMark: 0 },
  );
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
