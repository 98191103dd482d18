import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Route } from "playwright-core";
import { heading, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { owner } from "./owner.ts";
import type { Sent } from "./visitor.ts";
import { addText, says, shellKept } from "./waiting-room.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground.stop();
});

test("the service worker's own policy lets it fetch from this service and do nothing else", async () => {
  const answer = await fetch(`${ground.url}/service-worker.js`);
  const policy = answer.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'; connect-src 'self'/);
  assert.doesNotMatch(policy, /script-src|unsafe/);
  assert.equal(answer.headers.get("cache-control"), "no-cache");
});

test("what makes the page installable is there, each icon of the size it names", async () => {
  const manifest: unknown = await (await fetch(`${ground.url}/manifest.webmanifest`)).json();
  assert.ok(typeof manifest === "object" && manifest !== null && "icons" in manifest);
  const icons = manifest.icons as readonly { src: string; sizes: string; purpose?: string }[];
  for (const { src, sizes } of icons.filter((icon) => icon.sizes !== "any")) {
    const bytes = Buffer.from(await (await fetch(ground.url + src)).arrayBuffer());
    assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes, src);
  }
  assert.deepEqual(icons.map(({ purpose }) => purpose ?? "any").toSorted(), [
    "any",
    "any",
    "any",
    "maskable",
  ]);
});

test("the program is kept without asking once more for what the page was started with", async () => {
  const visitor = await owner(ground, "en");
  await shellKept(visitor);
  const started = await visitor.page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => name),
  );
  const [worker] = visitor.context.serviceWorkers();
  const kept = await worker?.evaluate(() =>
    (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).map(
      ({ name, transferSize }) => ({ name, transferSize }),
    ),
  );
  const again = (kept ?? []).filter(
    ({ name }) => started.includes(name) && /\/assets\/(?!worker-)/.test(name),
  );
  assert.ok(again.length > 5, `${again.length} files of both`);
  assert.deepEqual(
    again.filter(({ transferSize }) => transferSize > 0),
    [],
  );
  // What keeps its name through versions is asked about, and so is the worker, for its policy.
  for (const asked of [/\/icon\.svg$/, /\/assets\/worker-/]) {
    const file = kept?.find(({ name }) => asked.test(name));
    assert.ok((file?.transferSize ?? 0) > 0, String(asked));
  }
  await visitor.context.close();
});

const ASIDE = "what is asked of the service does not start the worker that keeps the program";

test(ASIDE, { timeout: 60_000 }, async ({ signal }) => {
  const visitor = await owner(ground, "en");
  const { page, context } = visitor;
  await shellKept(visitor);
  // A page that the worker has given; it has ended since, as it does after half a minute of nothing.
  await page.reload();
  await heading(page, visitor.say("Open my record"));
  const debug = await context.newCDPSession(page);
  const running = new Set<string>();
  debug.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
    for (const { versionId, runningStatus } of versions)
      if (runningStatus === "stopped") running.delete(versionId);
      else running.add(versionId);
  });
  const until = async (count: number) => {
    while (running.size !== count) await sleep(20, undefined, { signal });
  };
  await debug.send("ServiceWorker.enable");
  await until(1);
  await debug.send("ServiceWorker.stopAllWorkers");
  await until(0);
  const ask = (path: string) =>
    page.evaluate(async (name) => (await fetch(name, { cache: "no-store" })).status, path);
  for (const path of ["/v1/log", "/v1/log/epochs?from=0"]) assert.equal(await ask(path), 200);
  assert.equal(running.size, 0);
  // As it is started for a file that it keeps.
  assert.equal(await ask("/icon.svg"), 200);
  await until(1);
  await context.close();
});

test("a page asks the service once for what it shows", async () => {
  const visitor = await owner(ground, "en");
  const { page, sent, context } = visitor;
  await addText(visitor, "bilan.txt", "bilan");
  const pages: Readonly<Record<string, () => Promise<void>>> = {
    "My documents": () => section(visitor, "My documents"),
    "a document": async () => {
      await activate(visitor, page.getByRole("link", { name: "bilan" }).first());
      await says(visitor, "bilan");
    },
    Share: () => section(visitor, "Share", "What do you want to share?"),
    "Who can see what": () => section(visitor, "Who can see what"),
    Settings: () => section(visitor, "Settings"),
    Journal: () => section(visitor, "Journal"),
  };
  for (const [name, go] of Object.entries(pages)) {
    await section(visitor, name === "a document" ? "My documents" : "Contacts");
    await untilQuiet(sent);
    const before = sent.length;
    await go();
    await untilQuiet(sent);
    const asked = sent
      .slice(before)
      .filter(({ url }) => url.includes("/v1/"))
      .map(({ method, url }) => `${method} ${url}`);
    assert.ok(asked.length > 0, name);
    // The note above a journal asks for anchors by itself.
    const once = asked.filter((each) => name !== "Journal" || !each.includes("/log/anchors"));
    assert.deepEqual(once, [...new Set(once)], name);
  }
  await context.close();
});

test("letters that come late move nothing, and those that never come keep nobody waiting", async () => {
  const LATE = 400;
  const enter = async (letters: (route: Route) => Promise<void>) => {
    const context = await ground.browser.newContext({ viewport: { width: 390, height: 640 } });
    const page = await context.newPage();
    await page.route("**/*.woff2", letters);
    await page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        for (const { startTime } of list.getEntries()) shifts.push(startTime);
      }).observe({ type: "layout-shift" });
    });
    await page.goto(ground.url, { waitUntil: "commit" });
    await page.getByRole("heading", { level: 1 }).waitFor();
    return page;
  };
  const page = await enter(async (route) => {
    await sleep(LATE);
    await route.continue();
  });
  // Letters that were no reason to wait would have come by now.
  await sleep(2 * LATE);
  const moved = await page.evaluate(() => ({
    shifts: Reflect.get(globalThis, "shifts"),
    faces: [...document.fonts].map(({ status }) => status),
  }));
  assert.deepEqual(moved, { shifts: [], faces: ["loaded", "loaded"] });
  await page.context().close();

  const { promise: never, resolve: end } = Promise.withResolvers<void>();
  const bare = await enter(() => never);
  assert.ok(
    await bare.evaluate(() => [...document.fonts].every(({ status }) => status === "loading")),
  );
  end();
  await bare.context().close();
});

/** Nothing has been asked for half a second. */
async function untilQuiet(sent: readonly Sent[]): Promise<void> {
  for (let before = -1; before !== sent.length; ) {
    before = sent.length;
    await sleep(500);
  }
}
