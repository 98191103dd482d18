import { closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { lstat, open, rename, stat } from "node:fs/promises";
import { constants } from "node:os";
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
  const part = partOf(path);
  const make = () => closeSync(openSync(part, "wx", 0o600));
  return await orNothing({ part, path, make }, async () => {
    const file = await open(part, "r+");
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
    }
  });
}

/**
 * The same of a new folder, which never mixes with what is there.
 * @param fill given the folder beside its place
 * @throws CommandError `file-exists`, `file-unwritable`
 */
export async function wholeFolder<T>(
  path: string,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const part = partOf(path.replace(/(?<=.)\/+$/, ""));
  const make = () => mkdirSync(part, { mode: 0o700 });
  return await orNothing({ part, path, make }, async () => {
    const filled = await fill(part);
    await refuseAnything(path);
    await rename(part, path);
    return filled;
  });
}

function partOf(path: string): string {
  return `${path}.part-${process.pid}`;
}

interface Beside {
  readonly part: string;
  /** The place it is moved to. */
  readonly path: string;
  /** Makes it at once: no signal that is listened to comes between its being there and its being ours to remove. */
  make(): void;
}

/**
 * Interrupted half way, what was written so far must not stay behind, whichever way it ends.
 * @throws CommandError `file-unwritable`
 */
async function orNothing<T>({ part, path, make }: Beside, work: () => Promise<T>): Promise<T> {
  const wipe = () => rmSync(part, { force: true, recursive: true });
  // What nobody listens to ends a process at once, without a word to it.
  const end = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal]);
  for (const signal of ENDING) process.on(signal, end);
  try {
    makeBeside(make, path);
    process.once("exit", wipe);
    try {
      return await work();
    } finally {
      wipe();
      process.off("exit", wipe);
    }
  } finally {
    for (const signal of ENDING) process.off(signal, end);
  }
}

function makeBeside(make: () => void, path: string): void {
  try {
    make();
  } catch (cause) {
    throw new CommandError("file-unwritable", path, { cause });
  }
}

const ENDING = ["SIGTERM", "SIGHUP"] as const;

/** @throws CommandError `file-exists` */
export async function refuseExisting(path: string): Promise<void> {
  if (path === "-" || (await isFolder(path))) return;
  await refuseAnything(path);
}

/** The same where a folder is in the way too. @throws CommandError `file-exists` */
export async function refuseAnything(path: string): Promise<void> {
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
