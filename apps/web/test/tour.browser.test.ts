import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { checkKit, fill, follow, heading, PASSWORD, press, signUp } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { tabTo } from "./keyboard.ts";
import { picture } from "./picture.ts";
import { newVisitor } from "./visitor.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

/** The title of the page at each stop. */
const STOPS = [
  "My documents",
  "What do you want to share?",
  "What may they read?",
  "Who can see what",
  "Journal",
  "Ways back",
] as const;

for (const { language, width, touch } of [
  { language: "fr", width: 390, touch: true },
  { language: "en", width: 1440, touch: false },
] as const) {
  test(`the guided tour leads through the record, and ends where one likes: ${language}, ${width} px`, async () => {
    const visitor = await newVisitor(ground, language, { width, touch });
    const { page, say, wrong, context } = visitor;
    const begin = say("Take the guided tour: {count} stops", STOPS.length);
    await follow(visitor, "Help and words explained");
    await page.getByText(say("Once your record is open, a guided tour begins here.")).waitFor();
    await page.goto(ground.url);
    const { words } = await signUp(visitor, {
      name: "Camille Moreau",
      address: `tour-${language}@example.org`,
    });
    await checkKit(visitor, words);
    await page.getByRole("button", { name: begin }).click();
    const band = page.getByRole("region", { name: say("Guided tour"), exact: true });
    const next = say("Next stop");
    const said = new Set<string>();
    for (const [i, title] of STOPS.entries()) {
      await heading(page, say(title));
      await band
        .getByText(`${i + 1}`)
        .first()
        .waitFor();
      said.add(await band.locator("p").nth(1).innerText());
      if (i === 1) await checkAbilities(page, "a stop of the tour");
      await picture(visitor, `tour-${i + 1}-${language}-${width}`);
      if (i === STOPS.length - 1) break;
      if (touch) await band.getByRole("button", { name: next }).tap();
      else {
        await tabTo(page, next);
        await page.keyboard.press("Enter");
      }
    }
    assert.equal(said.size, STOPS.length);
    assert.equal(await band.getByRole("button", { name: next }).count(), 0);
    await band.getByRole("button", { name: say("Previous stop") }).click();
    await heading(page, say("Journal"));
    await band.getByRole("button", { name: say("End the tour") }).click();
    await band.waitFor({ state: "detached" });
    await heading(page, say("Journal"));

    // A record that is closed in the middle of it ends it.
    await follow(visitor, "Help and words explained");
    await page.getByRole("button", { name: begin }).click();
    await band.waitFor();
    if (width < 600) await press(visitor, "Menu");
    await press(visitor, "Close my record");
    await heading(page, say("Open my record"));
    await fill(visitor, "Password", PASSWORD);
    await press(visitor, "Open");
    await heading(page, say("My documents"));
    assert.equal(await band.count(), 0);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}
