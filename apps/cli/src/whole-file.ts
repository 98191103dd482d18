import { rmSync } from "node:fs";
import { type FileHandle, lstat, open, rename, stat } from "node:fs/promises";
import process from "node:process";
import { CommandError } from "./exit.ts";

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Written beside its place and moved there once whole: half a document is never called by its
 * name, and what stood there stays until then.
 * @param begin asked for the bytes only once there is a file to write them to
 * @param moved told after each piece how many bytes are written
 * @returns how many bytes
 * @throws CommandError `file-exists`, `file-unwritable`
 */
export async function writeWhole(
  path: string,
  force: boolean,
  begin: () => Pieces | Promise<Pieces>,
  moved: (bytes: number) => void = () => undefined,
): Promise<number> {
  const part = `${path}.part-${process.pid}`;
  const file = await create(part, path);
  // Interrupted half way, what was written so far must not stay behind.
  const wipe = () => rmSync(part, { force: true });
  process.once("exit", wipe);
  let done = 0;
  try {
    for await (const piece of await begin()) {
      await file.writeFile(piece);
      done += piece.length;
      moved(done);
    }
    if (!force) await refuseExisting(path);
    await rename(part, path);
    return done;
  } finally {
    await file.close();
    wipe();
    process.off("exit", wipe);
  }
}

async function create(part: string, path: string): Promise<FileHandle> {
  try {
    return await open(part, "wx", 0o600);
  } catch (cause) {
    throw new CommandError("file-unwritable", path, { cause });
  }
}

/** @throws CommandError `file-exists` */
export async function refuseExisting(path: string): Promise<void> {
  if (path === "-" || (await isFolder(path))) return;
  try {
    await lstat(path);
  } catch {
    return;
  }
  throw new CommandError("file-exists", path);
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
