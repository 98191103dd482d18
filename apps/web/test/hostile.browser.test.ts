import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { ItemId } from "@ecrin/protocol";
import type { Page } from "playwright-core";
import { close, ownCode, section, verify } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { owner } from "./owner.ts";
import { atPage, somebody } from "./people.ts";
import { keepHere, text } from "./waiting-room.ts";

// Somebody shares what is meant to run, to fetch, to break the page, or to say something in its name.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

const bytes = (content: string) => new TextEncoder().encode(content);
const CANARY = "a line that lies nowhere";
const HTML = `<!doctype html><script>document.title="run"</script><img src="https://evil.example/i" onerror="document.title='run'"><style>@import "https://evil.example/c"</style><p>${CANARY}`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='run'"><image href="https://evil.example/s"/></svg>`;
const CDA = `<?xml version="1.0"?><?xml-stylesheet href="https://evil.example/x.xsl" type="text/xsl"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Lettre</title><component><structuredBody><component><section><text><paragraph><linkHtml href="javascript:run()">ici</linkHtml></paragraph><renderMultiMedia referencedObject="https://evil.example/m"/></text></section></component></structuredBody></component></ClinicalDocument>`;
const FILES = [
  ["page", "text/html", HTML],
  ["page two", "application/xhtml+xml", HTML],
  ["drawing", "image/svg+xml", SVG],
  ["picture", "image/png", HTML],
  ["letter", "application/pdf", HTML],
  ["clinical", "text/xml", CDA],
  ["of no type", 'text/html;x="\u202e"', HTML],
  ["scan", "application/dicom", HTML],
] as const;

/** Where a link or a picture of the page may lead: into the page, and to bytes that lie in it. */
const WITHIN = /^(?:\/(?!\/)|blob:http:\/\/localhost)/;

test("what a stranger shares is listed and opened; it runs nothing, fetches nothing and stays nowhere", async () => {
  const alice = await owner(ground, "en");
  const { page, wrong } = alice;
  const { account } = await somebody(ground, "Mallory");
  const contact = await account.contacts().verify(await ownCode(alice), "Alice");
  await verify(alice, await account.contacts().code(), "Mallory");
  const record = await account.record();
  const items: ItemId[] = [];
  for (const [title, mediaType, content] of FILES)
    items.push(await record.add({ title, mediaType, content: bytes(content) }));
  const narrative = { text: { status: "generated", div: HTML }, note: [{ text: HTML }] };
  items.push(
    ...(await record.addResources([
      { resourceType: "Observation", code: { text: "result" }, ...narrative },
      { resourceType: "constructor", code: { text: "of every object" } },
      { resourceType: "__proto__", code: { text: `turned\u202e\u200b${" ".repeat(90)}round` } },
    ])),
  );
  const until = Date.now() + 3_600_000;
  await record.share({ with: contact.account, items, until, note: `${HTML}\u202e` });

  await section(alice, "Shared with me");
  await page.getByRole("link", { name: "of every object" }).waitFor();
  const titles = await page.locator(".entry-link").allTextContents();
  assert.equal(titles.length, items.length);
  assert.ok(titles.includes("turned\ufffd\ufffd round"), titles.join());
  assert.match(await page.locator("blockquote").innerText(), /<script>.*\ufffd$/);
  for (const title of titles) {
    await section(alice, "Shared with me");
    await activate(alice, page.getByRole("link", { name: title, exact: true }));
    await page.getByText("Your device has signed for this opening").waitFor();
    assert.equal(await page.title(), "Document · Écrin");
    assert.equal(page.frames().length, 1);
    for (const address of await led(page)) assert.match(address, WITHIN);
  }
  assert.deepEqual(wrong, []);

  await keepHere(alice);
  await section(alice, "Shared with me");
  await activate(alice, page.getByRole("link", { name: "page", exact: true }));
  await page.getByText(CANARY).first().waitFor();
  assert.equal(await lies(page), "");
  await close(alice);
  assert.ok(!(await page.content()).includes(CANARY));
  assert.equal(await lies(page), "");
  await alice.context.close();
});

test("whatever a page would fetch from elsewhere its policy stops, and without the policy is fetched", async () => {
  const arrived = new Set<string>();
  const elsewhere = createServer((request, answer) => {
    arrived.add(request.url ?? "");
    answer.end();
  });
  await new Promise<void>((done) => elsewhere.listen(0, "127.0.0.1", done));
  const { port } = elsewhere.address() as AddressInfo;
  const from = async (bypassCSP: boolean) => {
    arrived.clear();
    const context = await ground.browser.newContext({ bypassCSP });
    const page = await context.newPage();
    await page.goto(ground.url);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.evaluate(reachOut, `http://127.0.0.1:${port}`);
    await context.close();
    return [...arrived].sort();
  };
  assert.deepEqual(await from(false), []);
  const ways = ["beacon", "fetch", "frame", "image", "script", "sound", "style"];
  assert.deepEqual(
    await from(true),
    ways.map((way) => `/${way}`),
  );
  await new Promise((done) => elsewhere.close(done));
});

/** Every way in which a page fetches something without being left. Runs in the page. */
async function reachOut(url: string): Promise<void> {
  const put = <K extends keyof HTMLElementTagNameMap>(
    name: K,
    set: (element: HTMLElementTagNameMap[K]) => void,
  ) => {
    const element = document.createElement(name);
    try {
      set(element);
    } catch {
      // An address of a script is not taken as text.
      return;
    }
    document.body.append(element);
  };
  put("img", (image) => {
    image.src = `${url}/image`;
  });
  put("iframe", (frame) => {
    frame.src = `${url}/frame`;
  });
  put("audio", (sound) => {
    sound.preload = "auto";
    sound.src = `${url}/sound`;
  });
  put("link", (style) => {
    style.rel = "stylesheet";
    style.href = `${url}/style`;
  });
  put("script", (script) => {
    script.src = `${url}/script`;
  });
  await fetch(`${url}/fetch`, { mode: "no-cors" }).catch(() => undefined);
  try {
    navigator.sendBeacon(`${url}/beacon`);
  } catch {
    // Refused at once.
  }
  await new Promise((done) => setTimeout(done, 1000));
}

test("a stranger who calls themselves like somebody known is told apart", async () => {
  const alice = await owner(ground, "fr");
  const { page } = alice;
  const [roche, other] = [
    await somebody(ground, "Dr Roche"),
    await somebody(ground, "Dr Rосhe”\u200b"),
  ];
  await verify(alice, await roche.account.contacts().code(), "Dr Roche");
  const contact = await other.account.contacts().verify(await ownCode(alice), "Alice");
  const record = await other.account.record();
  const items = [await record.add({ title: "x", mediaType: "text/plain", content: bytes("x") })];
  await record.share({ with: contact.account, items, until: Date.now() + 3_600_000 });
  await section(alice, "Shared with me");
  await page.getByText("«\u00a0Dr Rосhe'\ufffd\u00a0» (non vérifié)").waitFor();
  await page.getByText("Ce n’est pas Dr Roche, que vous connaissez.").waitFor();
  await alice.context.close();
});

test("a corrected version is called what the one before is, and not how that is shown", async () => {
  const title = "analyses\u200b  du  3";
  const alice = await atPage(ground, "en", {}, [title]);
  const { page, say } = alice;
  await activate(alice, page.getByRole("link", { name: "analyses\ufffd du 3" }));
  const chooser = page.waitForEvent("filechooser");
  await activate(
    alice,
    page.getByRole("button", { name: say("Replace with a corrected version"), exact: true }),
  );
  await (await chooser).setFiles([text("other.txt", "corrected")]);
  await page.locator("pre").getByText("corrected", { exact: true }).waitFor();
  const record = await alice.account.record();
  const listed = await record.list();
  assert.deepEqual(
    listed.map(({ metadata, revisions }) => [metadata.title, revisions]),
    [[title, 2]],
  );
  await alice.context.close();
});

/** Where everything that the page shows leads. */
async function led(page: Page): Promise<string[]> {
  const found = page.locator("main [href], main [src]");
  return await found.evaluateAll((all) =>
    all.map((each) => each.getAttribute("href") ?? each.getAttribute("src") ?? ""),
  );
}

/** In which of the browser's stores the canary lies, or a name; empty where in none. */
async function lies(page: Page): Promise<string> {
  return await page.evaluate(
    async (wanted) => {
      const answerOf = <T>(request: IDBRequest<T>) =>
        new Promise<T>((done, failed) => {
          request.onsuccess = () => done(request.result);
          request.onerror = () => failed(request.error);
        });
      const held: string[] = [JSON.stringify([localStorage, sessionStorage, history.state])];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys())
          held.push(`${request.url} ${await (await cache.match(request))?.text()}`);
      }
      for (const { name = "" } of await indexedDB.databases()) {
        const database = await answerOf(indexedDB.open(name));
        for (const table of database.objectStoreNames)
          for (const value of await answerOf(
            database.transaction(table).objectStore(table).getAll(),
          ))
            held.push(
              value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value),
            );
        database.close();
      }
      if (held.length < 20) return "too little was looked at";
      return held
        .filter((each) => wanted.some((text) => each.includes(text)))
        .join("\n")
        .slice(0, 200);
    },
    [CANARY, "Mallory", "of every object"],
  );
}
