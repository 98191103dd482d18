// From the password to the list, in the page, on a device that keeps the record: what stands between
// somebody and their documents. The list is this device's; the sign-in goes on behind it.
//
// The baseline is the bare derivation of the local store's key, by the very module that the page has,
// in the same browser. On the phone both run at a quarter of the speed, and every answer of the
// service takes its time; a device that was opened before has the program already.

import { memoryStore, signInWithKit } from "@ecrin/client";
import type { Browser, Page } from "playwright-core";
import { PASSWORD } from "../../apps/web/test/flows.ts";
import { type Ground, startGround } from "../../apps/web/test/ground.ts";
import { type Owner, owner } from "../../apps/web/test/owner.ts";
import { allSaved, keepHere } from "../../apps/web/test/waiting-room.ts";
import { benchPage } from "./browser.ts";
import { fill } from "./ground.ts";
import { type Group, median, ms, quantile } from "./measure.ts";
import { lineTo, slowDown } from "./phone.ts";

const ROUND_TRIP = 400;
const SLOWER = 4;

/** Somebody whose browser keeps a record of so many documents. */
async function keeper(ground: Ground, count: number): Promise<Owner> {
  const visitor = await owner(ground, "fr", { width: 390 });
  await keepHere(visitor);
  const { kit, address, page } = visitor;
  const who = { server: ground.url, store: memoryStore(), kit, address, password: PASSWORD };
  const elsewhere = await signInWithKit(who);
  await fill(await elsewhere.record(), count);
  await elsewhere.lock();
  page.setDefaultTimeout(10 * 60_000);
  await atDoor(visitor, ground.url);
  await page.evaluate(openAndWait, count);
  await allSaved(visitor);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  return visitor;
}

/** Before the door, the password typed and what opens it fetched. */
async function atDoor({ page, say }: Owner, url: string): Promise<void> {
  await page.goto(`${url}/documents`);
  await page.getByLabel(say("Password"), { exact: true }).fill(PASSWORD);
  await page.waitForLoadState("networkidle");
}

/** In the page: opens, and waits until rows of a list of this length are drawn. @returns milliseconds */
function openAndWait(count: number): Promise<number> {
  return new Promise((done) => {
    const start = performance.now();
    const seen = () => {
      if (document.querySelector(`.entry[aria-setsize="${count}"]`) === null) return;
      watch.disconnect();
      requestAnimationFrame(() => done(performance.now() - start));
    };
    const watch = new MutationObserver(seen);
    watch.observe(document.body, { childList: true, subtree: true, attributes: true });
    document.querySelector<HTMLFormElement>("form.form")?.requestSubmit();
  });
}

/** The bare derivation in a page of its own, as slow as the browser is then. */
async function derivation(browser: Browser): Promise<{ page: Page; close(): Promise<void> }> {
  const bench = await benchPage(browser);
  await bench.page.evaluate("globalThis.measureDerivation()");
  return bench;
}

async function unlocks(
  visitor: Owner,
  url: string,
  { count, rounds }: { readonly count: number; readonly rounds: number },
  bare: Page,
) {
  const times = { home: [] as number[], kdf: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    await atDoor(visitor, url);
    const kdf: number = await bare.evaluate("globalThis.measureDerivation()");
    const home = await visitor.page.evaluate(openAndWait, count);
    // The sign-in behind ends before the next round begins.
    await allSaved(visitor);
    if (round < 0) continue;
    times.home.push(home);
    times.kdf.push(kdf);
  }
  return times;
}

export const doorBench: Group = {
  lines: [
    {
      name: "web.phone_unlock_s",
      what: "unlock to home, 4 times slower, 400 ms round trips, 1,000 documents kept; aim 3",
    },
    {
      name: "web.unlock_to_home_vs_kdf",
      what: "unlock to home, 10,000 documents kept, over the bare derivation",
      bar: { most: 2 },
    },
  ],
  async *measure(wanted, size) {
    const rounds = size === "whole" ? 7 : 1;
    const ground = await startGround();
    const line = await lineTo(ground.url);
    try {
      const bare = await derivation(ground.browser);
      if (wanted.has("web.unlock_to_home_vs_kdf")) {
        const count = size === "whole" ? 10_000 : 20;
        const visitor = await keeper(ground, count);
        const { home, kdf } = await unlocks(visitor, ground.url, { count, rounds }, bare.page);
        await visitor.context.close();
        const value = median(home) / median(kdf);
        const ratios = home.map((each, i) => each / (kdf[i] ?? Number.NaN));
        const noise = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2 / value;
        const note = `${ms(home)} over ${ms(kdf)}`;
        yield { name: "web.unlock_to_home_vs_kdf", value, noise, note };
      }
      if (wanted.has("web.phone_unlock_s")) {
        const count = size === "whole" ? 1000 : 20;
        const visitor = await keeper({ ...ground, url: line.url }, count);
        line.roundTrip = ROUND_TRIP;
        const quicken = await slowDown(ground.browser, SLOWER);
        const { home, kdf } = await unlocks(
          visitor,
          line.url,
          { count, rounds: Math.min(rounds, 3) },
          bare.page,
        );
        await quicken();
        const note = `the derivation alone ${ms(kdf)}`;
        yield { name: "web.phone_unlock_s", value: median(home) / 1000, note };
      }
      await bare.close();
    } finally {
      line.close();
      await ground.stop();
    }
  },
};
