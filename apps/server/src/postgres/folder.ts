// The folders of the embedded PostgreSQL and who may use them.

import { createHash } from "node:crypto";
import { chmod, lchown, lstat, mkdir, readdir, realpath } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** The user and group that files belong to. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A Unix socket's path has 107 bytes; the name of PostgreSQL's takes 14 of them. */
const LONGEST_SOCKET = 107;
const SOCKET_NAME = "/.s.PGSQL.5432";

function fingerprint(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 24);
}

/** Makes the folder, readable by its owner only, and returns its real path. */
export async function ownFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  return await realpath(path);
}

/**
 * Locks the folder for this process until `release` is called or the process ends, however it
 * ends: the lock is a name in the kernel (an abstract Unix socket), not a file that could stay.
 */
export async function lockFolder(home: string): Promise<{ release(): Promise<void> }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done, refuse) => {
    server.once("error", (cause) =>
      refuse(new Error(`${home} is in use by another Écrin server.`, { cause })),
    );
    server.listen(`\0ecrin-postgres-${fingerprint(home)}`, done);
  });
  server.unref();
  return { release: () => new Promise((done) => server.close(() => done())) };
}

/** Whether a folder could not be locked because another process has it. */
export function isInUse(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
}

/** The folder for the socket: in `home` if its path is short enough, else a private one elsewhere. */
export async function socketFolder(home: string, owner: Owner): Promise<string> {
  const near = join(home, "run");
  const fits = Buffer.byteLength(near + SOCKET_NAME) <= LONGEST_SOCKET;
  const folder = fits ? near : join(tmpdir(), `ecrin-${fingerprint(home)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const ours = fits || found.uid === owner.uid || found.uid === process.getuid?.();
  if (!(found.isDirectory() && ours)) throw new Error(`${folder} belongs to somebody else.`);
  await chmod(folder, 0o700);
  await giveTo(folder, owner);
  return folder;
}

/** Gives a folder to its owner; only root finds one that is not, after running in another way. */
export async function giveTo(folder: string, owner: Owner): Promise<void> {
  if ((await lstat(folder)).uid !== owner.uid) await lchown(folder, owner.uid, owner.gid);
}

/** Gives a folder and everything in it to its owner, the folder itself last. */
export async function giveAllTo(folder: string, owner: Owner): Promise<void> {
  if ((await lstat(folder)).uid === owner.uid) return;
  for (const entry of await readdir(folder, { recursive: true })) {
    await lchown(join(folder, entry), owner.uid, owner.gid);
  }
  await lchown(folder, owner.uid, owner.gid);
}
