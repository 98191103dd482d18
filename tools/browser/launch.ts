// A Chromium from npm for tests and benches.
//
// The package's own arguments switch web security and site isolation off, which would make every
// test of a policy worthless, and it unpacks into a folder that all versions and users share. So
// the arguments are ours, and it is unpacked once, whole or not at all, into a folder with its
// version in the name.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

/** Added to Playwright's own. Names resolve to nothing outside this machine. */
const ARGUMENTS = [
  "--enable-automation",
  "--headless=shell",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-sync",
  "--no-first-run",
  "--no-pings",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

/** A camera that shows a file, and a person who lets every page use it: without a window nobody can be asked. */
function withCamera(film: string): string[] {
  return [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-video-capture=${film}`,
  ];
}

/** Makes the package bring the shared libraries that a bare machine lacks. */
const WITH_LIBRARIES = { AWS_LAMBDA_JS_RUNTIME: "nodejs24.x" };

const modules = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "node_modules");

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function packageVersion(entry: string): Promise<string> {
  const text = await readFile(join(dirname(dirname(entry)), "package.json"), "utf8");
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === "object" && parsed !== null && "version" in parsed) {
    return String(parsed.version);
  }
  throw new Error("@sparticuz/chromium has no version");
}

/** Unpacks Chromium if this version is not there yet; returns its folder. */
export async function unpacked(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const cache = join(modules, ".cache");
  const folder = join(cache, `ecrin-chromium-${await packageVersion(entry)}`);
  if (await exists(join(folder, "chromium"))) return folder;

  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    // In a process of its own, because the package unpacks into the temporary folder.
    const unpack = `(await import(${JSON.stringify(pathToFileURL(entry).href)})).default.executablePath()`;
    await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", `await ${unpack}`],
      { env: { ...process.env, ...WITH_LIBRARIES, TMPDIR: fresh } },
    );
    await rename(fresh, folder);
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true });
    // Somebody else may have been faster, and theirs is as good.
    if (await exists(join(folder, "chromium"))) return folder;
    throw new Error("Chromium could not be unpacked.", { cause });
  }
  return folder;
}

/**
 * Names the fonts that came with it. The package's own file looks for them elsewhere, and without
 * any font at all Chromium draws no letter, not even of a font that the page brings.
 */
async function fontList(folder: string): Promise<string> {
  const file = join(folder, "ecrin-fonts.conf");
  if (await exists(file)) return file;
  const fonts = join(folder, "fonts", "fonts");
  const fresh = `${file}.${process.pid}`;
  await writeFile(
    fresh,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${join(folder, "fonts-cache")}</cachedir></fontconfig>
`,
  );
  await rename(fresh, file);
  return file;
}

/**
 * Starts a headless Chromium with web security and site isolation on, and no way to any other
 * machine. The caller closes it.
 * @param film what its camera sees, as a Y4M file; absent: it has none
 */
export async function launchBrowser(film?: string): Promise<Browser> {
  const folder = await unpacked();
  return await chromium.launch({
    executablePath: join(folder, "chromium"),
    args: film === undefined ? ARGUMENTS : [...ARGUMENTS, ...withCamera(film)],
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
      FONTCONFIG_FILE: await fontList(folder),
    },
  });
}
