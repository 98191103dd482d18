// The page as it is built, once for all tests that look at it: seconds each time otherwise.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { buildPage } from "@ecrin/server";
import type { Plugin } from "vite";

const WEB = join(import.meta.dirname, "..");
const ROOT = join(WEB, "../..");
const CACHE = join(ROOT, "node_modules/.cache/page");
const DAY_MS = 86_400_000;

const LIGHT = join(ROOT, "scripts/light");
/** Whether the tests of this run stretch passwords next to nothing (scripts/light): the page then does too. */
const isLight = process.env.NODE_OPTIONS?.includes("scripts/light/register.ts") ?? false;

/** What scripts/light/register.ts does for Node. */
function lightStretching(): Plugin {
  const opaque = join(LIGHT, "opaque.ts");
  return {
    name: "light-stretching",
    enforce: "pre",
    resolveId(specifier, importer) {
      if (specifier === "#argon2") return join(LIGHT, "argon2.ts");
      return specifier === "@serenity-kit/opaque" && importer !== opaque ? opaque : null;
    },
  };
}

/** What a page of these tests is built with beside its own plugins. */
export function asTests(light = isLight): Plugin[] {
  return light ? [lightStretching()] : [];
}

/**
 * The folder of the page of just these sources, built first where nobody has.
 * @param light whether it stretches passwords next to nothing; if not, it is the one that people get
 */
export async function builtPage(light = isLight): Promise<string> {
  if (!light) return (await buildPage(() => undefined)) ?? notBuilt();
  const folder = join(CACHE, await fingerprint());
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  await forgetOld();
  // Beside its place and moved there once whole: tests run side by side.
  const fresh = await mkdtemp(join(CACHE, "new-"));
  const { build } = await import("vite"); // Large, and needed once.
  await build({
    root: WEB,
    logLevel: "error",
    plugins: asTests(true),
    worker: { plugins: () => asTests(true) },
    build: { outDir: fresh, emptyOutDir: true },
  });
  if (!existsSync(join(fresh, "index.html"))) notBuilt();
  await rename(fresh, folder).catch(async (error: unknown) => {
    // Somebody else was faster.
    if (!existsSync(folder)) throw error;
    await rm(fresh, { recursive: true });
  });
  return folder;
}

function notBuilt(): never {
  throw new Error("the page was not built");
}

/** SHA-256 of everything that goes into the light page: names and contents. */
async function fingerprint(): Promise<string> {
  const packages = await readdir(join(ROOT, "packages"));
  const folders = [
    "apps/web/src",
    "apps/web/public",
    ...packages.map((name) => `packages/${name}/src`),
    "scripts/light",
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
