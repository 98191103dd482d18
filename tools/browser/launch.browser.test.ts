import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "./launch.ts";

let browser: Browser;
let server: Server;
let page: Page;

function origin(host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host}:${port}`;
}

before(async () => {
  server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>smoke</title><p>here</p>");
  });
  server.listen(0);
  await once(server, "listening");
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(origin("localhost"));
});

after(async () => {
  await browser?.close();
  server?.close();
});

test("shows a page in a secure context", async (t) => {
  t.diagnostic(`Chromium ${browser.version()}`);
  assert.match(browser.version(), /^\d+\.\d+\.\d+\.\d+$/);
  assert.equal(await page.title(), "smoke");
  assert.equal(await page.evaluate(() => isSecureContext), true);
});

test("signs and verifies with Ed25519 in WebCrypto", async () => {
  const verified = await page.evaluate(async () => {
    const keys = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    const bytes = new TextEncoder().encode("a statement");
    const signature = await crypto.subtle.sign("Ed25519", keys.privateKey, bytes);
    const holds = await crypto.subtle.verify("Ed25519", keys.publicKey, signature, bytes);
    bytes[0] = 0;
    return [holds, await crypto.subtle.verify("Ed25519", keys.publicKey, signature, bytes)];
  });
  assert.deepEqual(verified, [true, false]);
});

test("keeps web security on", async () => {
  const read = (url: string) =>
    page.evaluate(
      (address) =>
        fetch(address).then(
          (answer) => answer.status,
          () => "refused",
        ),
      url,
    );
  assert.equal(await read(origin("localhost")), 200);
  assert.equal(await read(origin("127.0.0.1")), "refused");
});

test("reaches no other machine and carries no argument that weakens it", async () => {
  const session = await browser.newBrowserCDPSession();
  const { arguments: given } = await session.send("Browser.getBrowserCommandLine");
  assert.ok(given.some((argument) => argument.startsWith("--host-resolver-rules=MAP * ~NOTFOUND")));
  const weak = /disable-web-security|site-isolation|single-process|insecure-content|IsolateOrigins/;
  assert.deepEqual(
    given.filter((argument) => weak.test(argument)),
    [],
  );
});
