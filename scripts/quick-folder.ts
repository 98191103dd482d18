// Where tests keep what they make: in memory where there is room. A hundred databases are made and
// thrown away, and a disk that is slow to say "written" was half of their time.

import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { readdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const MEMORY = "/dev/shm";
const NAME = /^ecrin-tests-(\d+)-/;
const ROOM = 6 * 1024 ** 3;

/** A folder of this run, gone with this process; what runs that were killed left is swept first. */
export async function quickFolder(): Promise<string> {
  const place = (await roomIn(MEMORY)) >= ROOM ? MEMORY : tmpdir();
  await sweep(place);
  const folder = mkdtempSync(join(place, `ecrin-tests-${process.pid}-`));
  // PostgreSQL is another user where we are root, and has to get in.
  chmodSync(folder, 0o711);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function roomIn(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

async function sweep(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(join(place, name), { recursive: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code !== "ESRCH";
  }
}
