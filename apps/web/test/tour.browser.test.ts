import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { checkKit, close, fill, follow, heading, PASSWORD, press, signUp } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { picture } from "./picture.ts";
import { newVisitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

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

for (const walk of WALKS.tour) {
  test(`the guided tour leads through the record, and ends where one likes: ${named(walk)}`, async (t) => {
    const { language } = walk;
    const visitor = await newVisitor(ground, language, walk);
    const { page, say, wrong, context } = visitor;
    const begin = say("Take the guided tour: {count} stops", STOPS.length);
    await follow(visitor, "Help and words explained");
    await page.getByText(say("Once your record is open, a guided tour begins here.")).waitFor();
    await page.goto(ground.url);
    const { words } = await signUp(visitor, {
      name: "Camille Moreau",
      address: `tour-${walk.hand}@example.org`,
    });
    await checkKit(visitor, words);
    await activate(visitor, page.getByRole("button", { name: begin }));
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
      await picture(page, `stop ${i + 1} of the tour, ${language}`);
      if (i === STOPS.length - 1) break;
      await activate(visitor, band.getByRole("button", { name: next }));
    }
    assert.equal(said.size, STOPS.length);
    assert.equal(await band.getByRole("button", { name: next }).count(), 0);
    await activate(visitor, band.getByRole("button", { name: say("Previous stop") }));
    await heading(page, say("Journal"));
    await activate(visitor, band.getByRole("button", { name: say("End the tour") }));
    await band.waitFor({ state: "detached" });
    await heading(page, say("Journal"));

    // A record that is closed in the middle of it ends it.
    await follow(visitor, "Help and words explained");
    await activate(visitor, page.getByRole("button", { name: begin }));
    await band.waitFor();
    await close(visitor);
    await fill(visitor, "Password", PASSWORD);
    await press(visitor, "Open");
    await heading(page, say("My documents"));
    assert.equal(await band.count(), 0);
    assert.deepEqual(wrong, []);
    walked(t, "tour", visitor);
    await context.close();
  });
}
