// What an earlier run may have left behind: a PostgreSQL without its supervisor, or the lock files
// of one that was killed. Whether a server still runs is read from the working directories of the
// living processes, which PostgreSQL never changes; a process id in a file proves nothing.

import { readdir, readFile, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** How long the children of a killed server get to notice it and end. */
const CHILDREN_END_MS = 5000;

/** Whether a process lives and has `folder` (an absolute real path) as its working directory. */
export async function worksIn(pid: number, folder: string): Promise<boolean> {
  return (await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === folder;
}

/** Ids of the living processes whose working directory is `folder`. */
export async function processesIn(folder: string): Promise<number[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const there = await Promise.all(names.map((name) => worksIn(Number(name), folder)));
  return names.filter((_, index) => there[index]).map(Number);
}

/** The server that runs in `data`, if its lock file names a living process that works there. */
async function runningServer(data: string, socket: string): Promise<number | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const [pid, , , , socketFolder] = text.split("\n");
  if (!(await worksIn(Number(pid), data))) return undefined;
  if (socketFolder === socket) return Number(pid);
  // It listens elsewhere, because the folder was moved or it has only just begun.
  signal(Number(pid), "SIGINT");
  return undefined;
}

/** Waits until nobody works in `data`; ends those who stay although their server is gone. */
async function waitUntilEmpty(data: string): Promise<void> {
  const patience = performance.now() + CHILDREN_END_MS;
  let left = await processesIn(data);
  while (left.length > 0) {
    if (performance.now() > patience) for (const pid of left) signal(pid, "SIGKILL");
    await sleep(10);
    left = await processesIn(data);
  }
}

/** Sends a signal to a process that may just have ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in between.
  }
}

/**
 * Returns the process id of a server that still runs in `data` and listens in `socket`; else
 * clears what a dead one left, so that a new one starts.
 */
export async function adoptOrClear(data: string, socket: string): Promise<number | undefined> {
  const running = await runningServer(data, socket);
  if (running !== undefined) return running;
  await waitUntilEmpty(data);
  const left = [
    join(data, "postmaster.pid"),
    join(socket, ".s.PGSQL.5432"),
    join(socket, ".s.PGSQL.5432.lock"),
  ];
  for (const path of left) await rm(path, { force: true });
  return undefined;
}
