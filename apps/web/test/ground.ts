import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_LIMITS, type ServerOptions, startServer } from "@ecrin/server";
import type { Browser } from "playwright-core";
import { build, type Plugin } from "vite";
// biome-ignore lint/style/noRestrictedImports: tools/ is no workspace and has no name.
import { launchBrowser } from "../../../tools/browser/launch.ts";
import { asTests, builtPage } from "./built-page.ts";

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

/**
 * Builds the page, starts a server that serves it, and a browser.
 * @param plugins what a measurement puts in the place of some file of the worker
 * @param options what the server is told beside that
 */
export async function startGround(
  plugins: readonly Plugin[] = [],
  options: Pick<
    ServerOptions,
    "witnesses" | "witnessPace" | "pace" | "anchors" | "anchorPace"
  > = {},
): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-web-"));
  const pages = plugins.length === 0 ? await builtPage() : join(folder, "pages");
  if (plugins.length > 0) {
    await build({
      root: join(import.meta.dirname, ".."),
      logLevel: "error",
      build: { outDir: pages, emptyOutDir: true },
      plugins: asTests(),
      worker: { plugins: () => [...asTests(), ...plugins] },
    });
  }
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
