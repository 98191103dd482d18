import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkKit, close, fill, heading, PASSWORD, press, signUp } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { owner } from "./owner.ts";
import type { Visitor } from "./visitor.ts";

// One browser, two tabs: a record is open in one, and in the other it is removed from the device and
// somebody else makes theirs. What the first tab would write nevertheless, the store refuses
// (packages/client/test/store.test.ts).

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

test("a record that is removed from the device is open in no tab", async () => {
  const alice = await owner(ground, "en");
  const page = await alice.context.newPage();
  const bob: Visitor = { ...alice, page };
  await page.goto(ground.url);
  await heading(page, "Open my record");
  await activate(bob, page.getByText("Password forgotten?", { exact: true }));
  await press(bob, "Remove the record from this device");
  await press(bob, "Remove it here");
  await alice.page.getByRole("link", { name: "Create my record" }).first().waitFor();
  assert.equal(await alice.page.getByText("Alice Martin").count(), 0);
  const kit = await signUp(bob, { name: "Bob", address: "bob@example.org" });
  await checkKit(bob, kit.words);

  await close(bob);
  await fill(bob, "Password", PASSWORD);
  await press(bob, "Open");
  await heading(page, "My documents");
  await page.getByRole("heading", { level: 2, name: "Nothing here yet" }).waitFor();
  assert.deepEqual(alice.wrong, []);
  await alice.context.close();
});

test("a page that the browser had put away comes back before the door", async () => {
  const { page, context, wrong } = await owner(ground, "en");
  const moved = async (event: "pagehide" | "pageshow") =>
    await page.evaluate(
      (name) => void dispatchEvent(new PageTransitionEvent(name, { persisted: true })),
      event,
    );
  await moved("pagehide");
  assert.equal(await page.locator("body").innerText(), "");
  await moved("pageshow");
  await heading(page, "Open my record");
  assert.deepEqual(wrong, []);
  await context.close();
});
