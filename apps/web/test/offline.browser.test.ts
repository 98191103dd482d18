import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { fill, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { owner } from "./owner.ts";
import {
  addText,
  allSaved,
  openAway,
  openText,
  shellKept,
  waits,
  wrongBeside,
} from "./waiting-room.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground.stop();
});

for (const walk of WALKS.withoutNetwork) {
  test(`a waiting room without network, ${named(walk)}`, async (t) => {
    const visitor = await owner(ground, walk.language, walk);
    const { page, say, context } = visitor;
    await addText(visitor, "bilan.txt", "le bilan");
    await addText(visitor, "courrier.txt", "le courrier");
    await addText(visitor, "jamais.txt", "jamais");

    // It is asked in words, and kept only after the yes.
    await section(visitor, "Settings");
    await page
      .getByText(
        say(
          "The price: whoever has this device and your password can read what is kept here, and the service does not notice. Do it on your own device only.",
        ),
      )
      .waitFor();
    await press(visitor, "Keep my record on this device");
    await page.getByRole("button", { name: say("Stop keeping"), exact: true }).waitFor();
    await allSaved(visitor);
    await checkAbilities(page, "keeping");

    // Two are opened, the third is not.
    await openText(visitor, "bilan.txt", "le bilan");
    await openText(visitor, "courrier.txt", "le courrier");
    // The list says which open without network, while there is one and after.
    const opens = page.locator(".entry", { hasText: say("Opens without network") });
    await section(visitor, "My documents");
    await opens.nth(1).waitFor();
    for (const [title, marks] of [
      ["bilan", 1],
      ["courrier", 1],
      ["jamais", 0],
    ] as const)
      assert.equal(await opens.filter({ hasText: title }).count(), marks, title);
    await shellKept(visitor);

    // The program ends, and starts again without network.
    await context.setOffline(true);
    await openAway(visitor, ground.url);
    await page
      .getByText(say("Nothing is waiting: what you wrote is saved at the service."))
      .waitFor();
    await openText(visitor, "bilan.txt", "le bilan");
    await checkAbilities(page, "opened without network");
    await section(visitor, "My documents");
    await activate(visitor, page.getByRole("link", { name: "jamais" }).first());
    await page
      .getByText(
        say(
          "There is no network, and this is not kept on this device. It opens when the device is connected again.",
        ),
      )
      .waitFor();
    await section(visitor, "My documents");
    await addText(visitor, "photo.txt", "la photo");
    await waits(visitor, 1);
    const photo = page.locator(".entry", { hasText: "photo" });
    await photo.getByText(say("On this device only"), { exact: true }).waitFor();
    await opens.nth(1).waitFor();
    await checkAbilities(page, "documents, kept and waiting");
    await openText(visitor, "photo.txt", "la photo");
    await checkAbilities(page, "written without network");
    await section(visitor, "My documents");
    await press(visitor, "Write a note");
    await fill(visitor, "Title, if you like", "question");
    await fill(visitor, "Text", "à jeun ou non ?");
    await press(visitor, "Seal and keep");
    await page.getByRole("link", { name: "question" }).first().waitFor();
    await waits(visitor, 2);

    // The network is back: it goes out by itself, and the journal tells of the reading.
    await context.setOffline(false);
    await allSaved(visitor);
    await section(visitor, "Journal");
    await page.getByText(say("Without network; told afterwards.")).first().waitFor();
    assert.equal(await page.getByText(say("Without network; told afterwards.")).count(), 1);
    await section(visitor, "My documents");
    await page.getByRole("link", { name: "photo" }).first().waitFor();
    await page.getByRole("link", { name: "question" }).first().waitFor();
    await opens.filter({ hasText: "photo" }).waitFor();
    assert.deepEqual(wrongBeside(visitor), []);
    walked(t, "withoutNetwork", visitor);
    await context.close();
  });
}

test("where nothing is kept, what does not come is told once, and comes by one press", async () => {
  const visitor = await owner(ground, "fr", { width: 390, hand: "touch" });
  const { page, say, context } = visitor;
  await page.getByText(say("Nothing here yet")).waitFor();
  await context.setOffline(true);
  await section(visitor, "Shared with me");
  const told = page.getByRole("main").getByRole("alert");
  await told.waitFor();
  await checkAbilities(page, "shared with me, without network");
  assert.equal(await told.count(), 1);

  // Who presses the section they are in arrives there too: the menu folds.
  await section(visitor, "Shared with me");
  await page.getByRole("navigation", { name: say("Sections") }).waitFor({ state: "hidden" });
  const title = page.getByRole("heading", { level: 1 });
  assert.ok(await title.evaluate((each) => each === document.activeElement));

  await context.setOffline(false);
  await press(visitor, "Try again");
  await page.getByText(say("Nothing is shared with you")).waitFor();
  assert.equal(await told.count(), 0);
  assert.deepEqual(wrongBeside(visitor), []);
  await context.close();
});
