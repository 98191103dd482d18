import { spawn } from "node:child_process";
import { access, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { compressPage } from "./page-compress.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const WEB = join(ROOT, "apps/web");
const DIST = join(WEB, "dist");
const SOURCES = [
  "apps/web/src",
  "apps/web/public",
  "apps/web/index.html",
  "apps/web/vite.config.ts",
  "apps/web/door-plugin.ts",
  "apps/web/shell-plugin.ts",
  "packages/protocol/src",
  "packages/timestamp/src",
  "packages/crypto/src",
  "packages/client/src",
  "package-lock.json",
];

/**
 * The folder of the built page, built first where it is missing or older than its sources.
 * @param announce called before a build, which takes some seconds
 * @returns undefined where there is nothing to build, or the build failed
 */
export async function buildPage(announce: () => void): Promise<string | undefined> {
  const vite = join(ROOT, "node_modules/vite/bin/vite.js");
  const buildable = await Promise.all([join(WEB, "index.html"), vite].map(exists));
  const built = await newest(join(DIST, "index.html"));
  if (!buildable.every((each) => each)) return built === undefined ? undefined : DIST;
  const sources = await Promise.all(SOURCES.map((each) => newest(join(ROOT, each))));
  const newestSource = Math.max(...sources.map((each) => each ?? 0));
  if (built === undefined || built < newestSource) {
    announce();
    if (!(await run([vite, "build", "--logLevel", "error"]))) return undefined;
  }
  await compressPage(DIST);
  return DIST;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** When the newest file under a path was changed, or undefined where there is none. */
async function newest(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return found.mtimeMs;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const times = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).mtimeMs),
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

function run(command: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      cwd: WEB,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, NODE_ENV: "production" },
    });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}
