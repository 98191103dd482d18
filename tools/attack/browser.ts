// The cases in Chromium: their client side bundled by what makes the page, as a page of the
// server's own origin, so that every request goes out as a browser sends it.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { launchBrowser } from "../browser/launch.ts";
import { answerFor } from "./bridge.ts";
import type { Ground } from "./ground.ts";
import { openHost, type Sweep } from "./host.ts";
import type { Outcome } from "./outcome.ts";

const FOLDER = "/attack-page/";
const PAGE = `<!doctype html><meta charset="utf-8"><script type="module" src="${FOLDER}page.js"></script>`;

/** Builds the page, starts a server and a Chromium, and lays the stage there. */
export async function openBrowserGround(): Promise<Ground> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0)) await close();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "ecrin-attack-page-"));
    closing.unshift(() => rm(folder, { recursive: true, force: true }));
    await bundle(folder);
    const host = await openHost();
    closing.unshift(() => host.stop());
    const browser = await launchBrowser();
    closing.unshift(() => browser.close());
    const page = await browser.newPage();
    await page.exposeFunction("askHost", (question: string) => answerFor(host, question));
    await page.route(`${host.url}${FOLDER}**`, async (route) => {
      const name = basename(new URL(route.request().url()).pathname);
      if (!name.endsWith(".js"))
        return await route.fulfill({ contentType: "text/html", body: PAGE });
      const body = await readFile(join(folder, name));
      await route.fulfill({ contentType: "text/javascript", body });
    });
    await page.goto(`${host.url}${FOLDER}index`);
    await page.waitForFunction("globalThis.layHere !== undefined");
    await page.evaluate("globalThis.layHere()");
    return {
      name: "browser",
      run: (place) => page.evaluate<Outcome>(`globalThis.attackHere.run(${place})`),
      sweep: () => page.evaluate<Sweep>("globalThis.attackHere.sweep()"),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bundle(folder: string): Promise<void> {
  await build({
    root: fileURLToPath(new URL("../../", import.meta.url)),
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2022",
      minify: false,
      lib: {
        entry: fileURLToPath(new URL("./browser-page.ts", import.meta.url)),
        formats: ["es"],
        fileName: () => "page.js",
      },
    },
  });
}
