import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { heading, PASSWORD } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { tabTo, typeInto } from "./keyboard.ts";
import { newVisitor } from "./visitor.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

test("by keyboard alone, on a phone's screen: signing up, closing, opening again", async () => {
  const { page, say, wrong, context } = await newVisitor(ground, "fr", { width: 390 });
  await tabTo(page, say("Create my record"));
  await page.keyboard.press("Enter");
  await heading(page, say("What is your e-mail address?"));
  await typeInto(page, say("E-mail address"), "clavier@example.org");
  await page.keyboard.press("Enter");
  await typeInto(page, say("Your name"), "Camille Moreau");
  await page.keyboard.press("Enter");
  await typeInto(page, say("Password"), PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, say("Print your kit"));
  const words = await page.locator(".kit-words li").allTextContents();
  await tabTo(page, say("I have printed or copied it"));
  await page.keyboard.press("Enter");
  await heading(page, say("One check, and you are in"));
  for (const label of await page.locator("form label").allTextContents()) {
    await typeInto(page, label, words[Number(/\d+/.exec(label)?.[0]) - 1] ?? "");
  }
  await page.keyboard.press("Enter");
  await heading(page, say("My documents"));
  await tabTo(page, say("Menu"));
  await page.keyboard.press("Enter");
  await tabTo(page, say("Close my record"));
  await page.keyboard.press("Enter");
  await heading(page, say("Open my record"));
  await typeInto(page, say("Password"), PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, say("My documents"));
  assert.deepEqual(wrong, []);
  await context.close();
});
