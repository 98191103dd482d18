// What a browser must fetch before an enrolled device shows a door that takes the password: the
// page, its letters, its language, and the worker's first part. What opens the door comes while
// somebody types; here it is held back, which shows that the door does not need it.
//
// Everything is counted as gzip makes it at its best; fonts are compressed by themselves.

import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { checkKit, PASSWORD, press, signUp } from "../../apps/web/test/flows.ts";
import { type Ground, startGround } from "../../apps/web/test/ground.ts";
import { newVisitor, type Visitor } from "../../apps/web/test/visitor.ts";
import type { Group } from "./measure.ts";

const LATER = "**/sealed-*.js";
const KB = 1000;

/** The addresses of the page's own files that are asked for from now on. */
function asked(page: Page): ReadonlySet<string> {
  const files = new Set<string>();
  page.context().on("response", (response) => {
    const isFile = response.url().startsWith("http") && !response.url().includes("/v1/");
    if (isFile && response.ok()) files.add(response.url());
  });
  return files;
}

/** What these files weigh, each compressed. */
async function weight(files: Iterable<string>): Promise<number> {
  const sizes = await Promise.all(
    [...files].map(async (file) => {
      const body = await (await fetch(file)).bytes();
      return gzipSync(body, { level: 9 }).length;
    }),
  );
  return sizes.reduce((all, each) => all + each, 0);
}

/** Somebody whose record this browser knows. */
async function enrolled(ground: Ground): Promise<Visitor> {
  const visitor = await newVisitor(ground, "fr", { width: 390 });
  const kit = await signUp(visitor, { name: "Camille Moreau", address: "poids@example.org" });
  await checkKit(visitor, kit.words);
  return visitor;
}

/**
 * In the page: what was kept of the program when the account was made goes again. Nothing of that is
 * still being fetched, and counted, while the door is; and the door's own files come from the network.
 */
async function letProgramGo(): Promise<void> {
  const kept = await navigator.serviceWorker.ready;
  await kept.unregister();
}

export const firstLoadBench: Group = {
  lines: [
    {
      name: "web.first_load_kb",
      what: "compressed bytes before an enrolled device's door takes the password",
      bar: { most: 200 },
    },
  ],
  async *measure() {
    const ground = await startGround();
    try {
      const visitor = await enrolled(ground);
      const { page, say, context } = visitor;
      await page.waitForLoadState("networkidle");
      await page.evaluate(letProgramGo);
      const network = await context.newCDPSession(page);
      await network.send("Network.setCacheDisabled", { cacheDisabled: true });
      const held = Promise.withResolvers<void>();
      await page.route(LATER, (route) => held.promise.then(() => route.continue()));
      const files = asked(page);
      await page.goto(ground.url);
      await page.getByLabel(say("Password"), { exact: true }).fill(PASSWORD);
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      const atDoor = [...files];
      held.resolve();
      await press(visitor, "Open");
      await page.getByRole("heading", { level: 1, name: say("My documents") }).waitFor();
      await page.waitForLoadState("networkidle");
      const [door, home] = [await weight(atDoor), await weight(files)];
      yield {
        name: "web.first_load_kb",
        value: door / KB,
        note: `${atDoor.length} files; ${((home - door) / KB).toFixed(0)} kB more while somebody types and until home`,
      };
    } finally {
      await ground.stop();
    }
  },
};
