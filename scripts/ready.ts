// What several tests need before they begin, made once: `ready.ts WHAT`. In a clone in which nothing
// is there yet each of them would make it, several at the same moment. Whoever runs one file of
// tests alone makes it there.

import process from "node:process";

/** Each loads what it takes: together they are large. */
const MAKES: Readonly<Record<string, () => Promise<string | undefined>>> = {
  /** Chromium, out of its package. */
  browser: async () => await (await import("../tools/browser/launch.ts")).unpacked(),
  /** The page as people get it, where the server looks for it. */
  page: async () => {
    const { buildPage } = await import("../apps/server/src/page-build.ts");
    return await buildPage(() => undefined);
  },
  /** The page of most tests in a browser, which stretches passwords next to nothing. */
  "light-page": async () => await (await import("../apps/web/test/built-page.ts")).builtPage(true),
};

const [, , what = ""] = process.argv;
if ((await MAKES[what]?.()) === undefined) throw new Error(`not made: ${what}`);
