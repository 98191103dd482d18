// The page as it is built, once for all tests that look at it: seconds each time otherwise.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";

const WEB = join(import.meta.dirname, "..");
const ROOT = join(WEB, "../..");
const CACHE = join(ROOT, "node_modules/.cache/page");
const DAY_MS = 86_400_000;

/** The folder of the page of just these sources, built first where nobody has. */
export async function builtPage(): Promise<string> {
  const folder = join(CACHE, await fingerprint());
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  await forgetOld();
  // Beside its place and moved there once whole: tests run side by side.
  const fresh = await mkdtemp(join(CACHE, "new-"));
  await build({ root: WEB, logLevel: "error", build: { outDir: fresh, emptyOutDir: true } });
  if (!existsSync(join(fresh, "index.html"))) throw new Error("the page was not built");
  await rename(fresh, folder).catch(async (error: unknown) => {
    // Somebody else was faster.
    if (!existsSync(folder)) throw error;
    await rm(fresh, { recursive: true });
  });
  return folder;
}

/** SHA-256 of everything that goes into the page: names and contents. */
async function fingerprint(): Promise<string> {
  const packages = await readdir(join(ROOT, "packages"));
  const folders = [
    "apps/web/src",
    "apps/web/public",
    ...packages.map((name) => `packages/${name}/src`),
  ];
  const inFolders = await Promise.all(folders.map(filesIn));
  const others = (await readdir(WEB, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => `apps/web/${name}`);
  const manifests = packages.map((name) => `packages/${name}/package.json`);
  const hash = createHash("sha256");
  for (const file of [...inFolders.flat(), ...others, ...manifests, "package-lock.json"].sort()) {
    const bytes = await readFile(join(ROOT, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}

async function forgetOld(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const path = join(CACHE, name);
    const { mtimeMs } = await stat(path);
    if (mtimeMs < Date.now() - DAY_MS) await rm(path, { recursive: true, force: true });
  }
}
