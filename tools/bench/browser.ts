// Sealing in Chromium over its bare WebCrypto: the page's own bundle of `crypto`, made by the
// bundler that makes the page.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { launchBrowser } from "../browser/launch.ts";
import { type Group, speedRatio, type Times } from "./measure.ts";

const MIB = 1 << 20;
const PAGE = `<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>`;

async function bundle(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2022",
      lib: {
        entry: fileURLToPath(new URL("./browser-page.ts", import.meta.url)),
        formats: ["es"],
        fileName: () => "page.js",
      },
    },
  });
}

async function serve(folder: string): Promise<{ url: string; close(): void }> {
  const server = createServer((asked, answer) => {
    const name = asked.url === "/" ? "index.html" : join("/", asked.url ?? "");
    readFile(join(folder, name)).then(
      (bytes) => {
        answer.setHeader("content-type", name.endsWith(".js") ? "text/javascript" : "text/html");
        answer.end(bytes);
      },
      () => answer.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}/`, close: () => server.close() };
}

/** A page of this browser that can do what browser-page.ts offers. */
export async function benchPage(
  browser: Browser,
): Promise<{ readonly page: Page; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-bench-"));
  await writeFile(join(folder, "index.html"), PAGE);
  await bundle(folder);
  const site = await serve(folder);
  const page = await browser.newPage();
  await page.goto(site.url);
  await page.waitForFunction("globalThis.measureSealing !== undefined");
  return {
    page,
    async close() {
      await page.close();
      site.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function inChromium(bytes: number, rounds: number): Promise<Times> {
  const browser = await launchBrowser();
  try {
    const { page, close } = await benchPage(browser);
    const times: Times = await page.evaluate(`globalThis.measureSealing(${bytes}, ${rounds})`);
    await close();
    return times;
  } finally {
    await browser.close();
  }
}

export const browserBench: Group = {
  lines: [
    {
      name: "seal.browser_vs_webcrypto",
      what: "256 MiB in Chromium over bare WebCrypto",
      bar: { least: 0.7 },
    },
  ],
  async *measure(_, size) {
    const [bytes, rounds] = size === "whole" ? [256 * MIB, 7] : [2 * MIB, 1];
    yield speedRatio("seal.browser_vs_webcrypto", await inChromium(bytes, rounds), bytes);
  },
};
