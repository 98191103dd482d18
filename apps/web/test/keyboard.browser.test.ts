import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
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
  const visitor = await newVisitor(ground, "fr", { width: 390 });
  const { page, say, wrong, context, sent } = visitor;
  await tabTo(page, say("Prepare my next appointment"));
  await page.keyboard.press("Enter");
  await heading(page, say("My sheet for the next appointment"));
  await checkAbilities(page, "the sheet before there is a record");
  await typeInto(page, say("What I want to ask"), "zyxoquestion");
  await tabTo(page, say("Keep it sealed in a record of my own"));
  await page.keyboard.press("Enter");
  await heading(page, say("Who are you?"));
  await checkAbilities(page, "signing up, who");
  await typeInto(page, say("Your name"), "Camille Moreau");
  await typeInto(page, say("E-mail address"), "clavier@example.org");
  await page.keyboard.press("Enter");
  await page.getByLabel(say("Password"), { exact: true }).waitFor();
  await checkAbilities(page, "signing up, password");
  await typeInto(page, say("Password"), PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, say("Print your kit"));
  const words = await page.locator(".kit-words li").allTextContents();
  await tabTo(page, say("I have printed or copied it"));
  await page.keyboard.press("Enter");
  await heading(page, say("One check, and you are in"));
  await checkAbilities(page, "signing up, the kit checked");
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
  // What was filled in before there was a record is its first note, and left the page sealed only.
  await page.getByRole("link", { name: say("My sheet for the next appointment") }).click();
  await page.getByText("zyxoquestion").waitFor();
  for (const { body } of sent) assert.ok(!body.includes("zyxoquestion"));
  assert.deepEqual(wrong, []);
  await context.close();
});
