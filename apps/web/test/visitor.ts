import process from "node:process";
import { afterEach, type SuiteContext, type TestContext } from "node:test";
import type { RawStore } from "@ecrin/client";
import type { BrowserContext, Page } from "playwright-core";
import type { Ground } from "./ground.ts";
import type { Hand } from "./hand.ts";
import { feelPresses, type Press } from "./walked.ts";
import { type Language, type Say, sayIn } from "./words.ts";

/** What a browser sent. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  readonly body: Buffer;
}

/** A person at a browser of their own; everything they send, and everything that goes wrong, is kept. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What they work the page with. */
  readonly hand: Hand;
  readonly say: Say;
  readonly sent: readonly Sent[];
  /** Violations of the page's policy, errors nobody caught, and requests to other hosts. */
  readonly wrong: readonly string[];
  /** What pressed their pages since they last told a walk. */
  readonly felt: Press[];
}

export interface Look {
  readonly width?: number;
  readonly theme?: "light" | "dark";
  /** Whoever has a finger has a phone or a tablet. */
  readonly hand?: Hand;
}

/** Whose page is open. */
const open = new Set<Visitor>();

/** What stands on each open page, for whoever reads why a test failed: nobody sees it again. */
async function tellPages(test: TestContext | SuiteContext): Promise<void> {
  if ("passed" in test && test.passed) return;
  for (const { page, felt, wrong } of open) {
    const stands = await page
      .getByRole("main")
      .ariaSnapshot({ timeout: 5000 })
      .catch(() => "nothing that can be read");
    const all = [page.url(), `pressed ${felt.length} times`, ...wrong, stands];
    process.stderr.write(`\n${test.name}: a page at its end\n${all.join("\n")}\n`);
  }
}

// Benches open pages too, and are no tests.
if (process.env.NODE_TEST_CONTEXT !== undefined) afterEach(tellPages);

/** CSS pixels: what a small laptop, or a phone whose address bar shows, leaves of its height. */
const HEIGHT = 640;

/**
 * Opens a browser profile that nobody used before, and goes to the first page.
 * @param kept what this device keeps already: it then stands before its door
 */
export async function newVisitor(
  ground: Ground,
  language: Language,
  { width = 1280, theme = "light", hand = "mouse" }: Look = {},
  kept?: RawStore,
): Promise<Visitor> {
  const context = await ground.browser.newContext({
    locale: language === "fr" ? "fr-FR" : "en-GB",
    viewport: { width, height: HEIGHT },
    colorScheme: theme,
    hasTouch: hand === "touch",
    isMobile: hand === "touch",
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(30_000);
  const sent: Sent[] = [];
  const wrong: string[] = [];
  const { host } = new URL(ground.url);
  context.on("request", (request) => {
    const { protocol, host: asked } = new URL(request.url());
    const isInside = protocol === "blob:" || protocol === "data:";
    if (!isInside && asked !== host) wrong.push(`a request to ${asked}`);
    sent.push({
      method: request.method(),
      url: request.url(),
      headers: JSON.stringify(request.headers()),
      body: request.postDataBuffer() ?? Buffer.alloc(0),
    });
  });
  context.on("weberror", (error) => wrong.push(`uncaught: ${error.error().message}`));
  context.on("console", (message) => {
    const text = message.text();
    const isRefusal = message.type() === "error" && /status of 4\d\d/.test(text);
    if (message.type() === "error" && !isRefusal) wrong.push(text);
    if (/content security policy|trusted ?(?:type|script)/i.test(text)) wrong.push(text);
  });
  const felt = await feelPresses(context);
  const page = await context.newPage();
  // Before any script of the page: violations are reported even where the console is quiet.
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(
        `Content Security Policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`,
      );
    });
  });
  const keeping = kept === undefined ? undefined : await keep(page, kept);
  await page.goto(ground.url);
  await keeping?.[Symbol.asyncDispose]();
  await page.getByRole("heading", { level: 1 }).waitFor();
  const visitor = { context, page, hand, say: sayIn(language), sent, wrong, felt };
  open.add(visitor);
  context.on("close", () => open.delete(visitor));
  return visitor;
}

/**
 * Has the next document begin with what a device keeps, where the page looks for it
 * (src/worker/indexed-store.ts), and without its program. It is written while the database is made:
 * whoever opens that finds all of it.
 */
async function keep(page: Page, kept: RawStore): Promise<AsyncDisposable> {
  const values: [name: string, value: string][] = [];
  for await (const [name, value] of kept.entries(""))
    values.push([name, Buffer.from(value).toString("base64")]);
  return await page.addInitScript((all) => {
    const [database, table] = ["level-js-ecrin", "ecrin"];
    const bytesOf = (text: string) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const opening = indexedDB.open(database, 1);
    opening.onupgradeneeded = () => {
      const store = opening.result.createObjectStore(table);
      for (const [name, value] of all) store.put(bytesOf(value), new TextEncoder().encode(name));
    };
    opening.onsuccess = () => opening.result.close();
  }, values);
}
