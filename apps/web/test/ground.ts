import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_LIMITS, type ServerOptions, startServer } from "@ecrin/server";
import type { Browser } from "playwright-core";
import type { Plugin } from "vite";
// biome-ignore lint/style/noRestrictedImports: tools/ is no workspace and has no name.
import { launchBrowser } from "../../../tools/browser/launch.ts";
import { asTests, builtPage } from "./built-page.ts";

/** The worker's program, as the build names it. */
const WORKER = /^worker-.+\.js$/;

/** A real server that serves the page as it is built, and a browser. */
export interface Ground {
  readonly url: string;
  readonly browser: Browser;
  /** A folder for what a test makes; it goes when the ground stops. */
  readonly folder: string;
  /** Where the server's page lies: this ground's own where it was built with plugins. A server that comes back serves what lies there then. */
  readonly pages: string;
  /** Milliseconds by which the server's clock is ahead. */
  ahead: number;
  /** The server is gone, with every connection. */
  goAway(): Promise<void>;
  /** It is back, at the same address. */
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

export interface GroundOptions
  extends Pick<ServerOptions, "witnesses" | "witnessPace" | "pace" | "anchors" | "anchorPace"> {
  /** What a measurement puts in the place of some file of the worker: the page is then built for this ground alone. */
  readonly plugins?: readonly Plugin[];
  /** A program that stands before the worker's own. */
  readonly before?: string;
}

/** Builds the page, starts a server that serves it, and a browser. */
export async function startGround({
  plugins = [],
  before,
  ...options
}: GroundOptions = {}): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-web-"));
  const own = join(folder, "pages");
  if (plugins.length > 0) {
    const { build } = await import("vite"); // Large, and seldom needed.
    await build({
      root: join(import.meta.dirname, ".."),
      logLevel: "error",
      build: { outDir: own, emptyOutDir: true },
      plugins: asTests(),
      worker: { plugins: () => [...asTests(), ...plugins] },
    });
  } else if (before !== undefined) {
    await cp(await builtPage(), own, { recursive: true });
    await putBefore(own, before);
  }
  const pages = existsSync(own) ? own : await builtPage();
  let ahead = 0;
  const serve = async (port: number) =>
    await startServer({
      ...options,
      dataDir: join(folder, "data"),
      port,
      limits: NO_LIMITS,
      pages,
      now: () => Date.now() + ahead,
    });
  let server: Awaited<ReturnType<typeof serve>> | undefined = await serve(0);
  const { url } = server;
  const goAway = async () => {
    await server?.stop();
    server = undefined;
  };
  const stop = async () => {
    await goAway();
    await rm(folder, { recursive: true, force: true });
  };
  // A server that nobody stops keeps the whole process.
  const browser = await launchBrowser().catch(async (cause: unknown) => {
    await stop();
    throw cause;
  });
  return {
    url,
    browser,
    folder,
    pages,
    get ahead() {
      return ahead;
    },
    set ahead(milliseconds) {
      ahead = milliseconds;
    },
    goAway,
    async comeBack() {
      server ??= await serve(Number(new URL(url).port));
    },
    async stop() {
      try {
        await browser.close();
      } finally {
        await stop();
      }
    },
  };
}

/** Has the worker of a built page begin with this program. */
async function putBefore(pages: string, program: string): Promise<void> {
  const assets = join(pages, "assets");
  const workers = (await readdir(assets)).filter((name) => WORKER.test(name));
  const [worker = ""] = workers;
  if (workers.length !== 1) throw new Error(`a page has one worker, not ${workers.length}`);
  const file = join(assets, worker);
  await writeFile(file, `${program}${await readFile(file, "utf8")}`);
  // What the server would answer with in its place.
  for (const form of ["br", "gz"]) await rm(`${file}.${form}`, { force: true });
}
