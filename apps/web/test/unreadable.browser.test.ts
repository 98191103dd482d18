import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { fill, follow, heading, PASSWORD, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { spoiledRecord } from "./spoiled.ts";
import { newVisitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

// Versions that their author sealed wrongly (spec/revision.md, Accepting), as the owner meets them.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

for (const walk of WALKS.unreadable) {
  test(`what a writer sealed wrongly is shown with who made it, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const { address, kit } = await spoiledRecord(ground.url, walk.hand);
    const visitor = await newVisitor(ground, language, walk);
    const { page, say, wrong, context } = visitor;
    await follow(visitor, "I have one: open it here with my kit");
    await fill(visitor, "E-mail address", address);
    await fill(visitor, "Your kit: the 24 words, or the same as letters", kit.text());
    await fill(visitor, "Password", PASSWORD);
    await press(visitor, "Open");
    const list = page.getByRole("list", { name: say("What cannot be read") });
    await list.waitFor();
    const lines = await list.getByRole("listitem").allInnerTexts();
    assert.equal(lines.length, 2);
    const alone = say("{who} · a document whose name does not open", "Paul");
    assert.equal(lines.filter((line) => line.includes(alone)).length, 1, lines.join("\n"));
    for (const line of lines)
      assert.ok(line.includes(say("It was not sealed rightly when it was made.")), line);
    await checkAbilities(page, "documents, some that cannot be read");

    // The document that was corrected wrongly opens as it was, and its history says so.
    await activate(visitor, list.getByRole("link", { name: "Ordonnance" }));
    await heading(page, "Ordonnance");
    await page.getByText(say("Cannot be read"), { exact: true }).waitFor();
    assert.equal(await page.getByText(say("Cannot be read"), { exact: true }).count(), 1);
    await page.locator(".sheet").getByText("Ordonnance", { exact: true }).waitFor();
    assert.equal(await page.getByRole("button", { name: say("Open this version") }).count(), 0);
    await checkAbilities(page, "a document with a version that cannot be read");

    // A correction of her own goes on top of both.
    const chooser = page.waitForEvent("filechooser");
    await press(visitor, "Replace with a corrected version");
    await (await chooser).setFiles({
      name: "autre.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("corrected by Alice"),
    });
    await page.getByText("corrected by Alice").waitFor();
    await page.getByText(say("Cannot be read"), { exact: true }).waitFor();
    // And the first one is taken back.
    await activate(visitor, page.getByRole("button", { name: say("Take this version back") }));
    await press(visitor, "Take it back");
    await page.locator(".sheet").getByText("Ordonnance", { exact: true }).waitFor();
    await section(visitor, "My documents");
    await page.getByRole("list", { name: say("What cannot be read") }).waitFor();
    assert.deepEqual(wrong, []);
    walked(t, "unreadable", visitor);
    await context.close();
  });
}
