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
    viewport: { width, height: 900 },
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
  if (kept !== undefined) await keep(page, ground.url, kept);
  await page.goto(ground.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { context, page, hand, say: sayIn(language), sent, wrong, felt };
}

/** Puts what a device keeps where the page looks for it (src/worker/indexed-store.ts), without its program. */
async function keep(page: Page, url: string, kept: RawStore): Promise<void> {
  const place = `${url}/nothing`;
  await page.route(place, (route) => route.fulfill({ body: "", contentType: "text/plain" }));
  await page.goto(place);
  await page.unroute(place);
  const values: [name: string, value: number[]][] = [];
  for await (const [name, value] of kept.entries("")) values.push([name, [...value]]);
  await page.evaluate(async (all) => {
    const [database, table] = ["level-js-ecrin", "ecrin"];
    const opening = indexedDB.open(database, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(table);
    await new Promise((done) => {
      opening.onsuccess = done;
    });
    const work = opening.result.transaction(table, "readwrite");
    for (const [name, value] of all)
      work.objectStore(table).put(new Uint8Array(value), new TextEncoder().encode(name));
    await new Promise((done) => {
      work.oncomplete = done;
    });
    opening.result.close();
  }, values);
}
