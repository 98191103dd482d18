import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkKit, fill, heading, PASSWORD, press, signUp } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { newVisitor } from "./visitor.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground.stop();
});

test("the program starts without network on a device that holds a record", async () => {
  const visitor = await newVisitor(ground, "fr", { width: 390 });
  const { page, say, context, wrong } = visitor;
  const kit = await signUp(visitor, { name: "Jeanne Roux", address: "shell@example.org" });
  await checkKit(visitor, kit.words);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await context.setOffline(true);
  await page.goto(`${ground.url}/documents`);
  await heading(page, say("Open my record"));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("files from the share sheet wait at the door, and are added when somebody says so", async () => {
  const visitor = await newVisitor(ground, "en", { width: 390 });
  const { page, say, context, wrong } = visitor;
  const kit = await signUp(visitor, { name: "Jeanne Roux", address: "handed@example.org" });
  await checkKit(visitor, kit.words);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  // What the phone does: a form posted to the address of the manifest, and the page that follows.
  await page.evaluate(async () => {
    const form = new FormData();
    form.append("files", new File(["Hémoglobine 13,2"], "Bilan.txt", { type: "text/plain" }));
    await fetch("/receive", { method: "POST", body: form, redirect: "manual" });
  });
  await page.goto(`${ground.url}/documents`);
  await heading(page, say("Open my record"));
  await page.getByText("One file waits in this window.", { exact: false }).waitFor();
  await fill(visitor, "Password", PASSWORD);
  await press(visitor, "Open");
  await page.getByText(say("Another program hands over:")).waitFor();
  assert.equal(await page.getByRole("link", { name: "Bilan" }).count(), 0);
  await press(visitor, "Add to my record");
  await page.getByRole("link", { name: "Bilan" }).waitFor();
  assert.equal(await page.getByText(say("Another program hands over:")).count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
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
