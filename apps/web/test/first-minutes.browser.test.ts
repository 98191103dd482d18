import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { checkAbilities } from "./abilities.ts";
import { close, copyWords, enrol, fill, follow, heading, PASSWORD, press } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import { shellKept, unlock } from "./waiting-room.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

// From something of use before there is a record to a record that is closed and opened, and a file
// that another program hands over meanwhile.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

for (const walk of WALKS.firstMinutes) {
  test(`a sheet, an account, the door and a file from elsewhere, ${named(walk)}`, async (t) => {
    const visitor = await newVisitor(ground, walk.language, walk);
    const { page, say, wrong, context, sent } = visitor;
    await follow(visitor, "Prepare my next appointment");
    await heading(page, say("My sheet for the next appointment"));
    await checkAbilities(page, "the sheet before there is a record");
    await fill(visitor, "What I want to ask", "zyxoquestion");
    await press(visitor, "Keep it sealed in a record of my own");
    await handsFilesOn(page);
    const person = { name: "Camille Moreau", address: `first-${walk.hand}@example.org` };
    const { words } = await enrol(visitor, person, (step) =>
      checkAbilities(page, `signing up, ${step}`),
    );
    await takeKit(visitor, words);
    await press(visitor, "I have printed or copied it");
    await heading(page, say("One check, and you are in"));
    await checkAbilities(page, "signing up, the kit checked");
    await copyWords(visitor, words);
    await heading(page, say("My documents"));
    await shellKept(visitor);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await comeBack(visitor);

    // What a phone does: a form posted to the address of the manifest, and the page that follows.
    await page.evaluate(async () => {
      const form = new FormData();
      form.append("files", new File(["Hémoglobine 13,2"], "Bilan.txt", { type: "text/plain" }));
      await fetch("/receive", { method: "POST", body: form, redirect: "manual" });
    });
    await page.goto(`${ground.url}/documents`);
    await heading(page, say("Open my record"));
    await page.getByText(/One file waits in this window\.|Un fichier attend dans cette/).waitFor();
    await checkAbilities(page, "the door, a file waiting");
    await fill(visitor, "Password", PASSWORD);
    // As people do who type.
    if (walk.hand === "keyboard") await page.keyboard.press("Enter");
    else await press(visitor, "Open");
    await page.getByText(say("Another program hands over:")).waitFor();
    assert.equal(await page.getByRole("link", { name: "Bilan" }).count(), 0);
    await checkAbilities(page, "a file handed over");
    await press(visitor, "Add to my record");
    await page.getByRole("link", { name: "Bilan" }).waitFor();
    assert.equal(await page.getByText(say("Another program hands over:")).count(), 0);

    // What was filled in before there was a record is its first note, and left the page sealed only.
    await activate(
      visitor,
      page.getByRole("link", { name: say("My sheet for the next appointment") }),
    );
    await page.getByText("zyxoquestion").waitFor();
    for (const { body } of sent) assert.ok(!body.includes("zyxoquestion"));

    // The program starts without network on a device that holds a record.
    await context.setOffline(true);
    await page.goto(`${ground.url}/documents`);
    await heading(page, say("Open my record"));
    assert.deepEqual(wrong, []);
    walked(t, "firstMinutes", visitor);
    await context.close();
  });
}

/** Gives the page what a phone's browser has and this one has not: the person leaves, it fails, it is handed on. */
async function handsFilesOn(page: Page): Promise<void> {
  await page.evaluate(() => {
    const ends = ["AbortError", "NotAllowedError"];
    const share = async ({ files = [] }: ShareData) => {
      const end = ends.shift();
      if (end !== undefined) throw new DOMException("", end);
      document.documentElement.dataset.handedOn = (await files[0]?.text()) ?? "";
    };
    Object.defineProperty(navigator, "canShare", { value: () => true });
    Object.defineProperty(navigator, "share", { value: share });
  });
}

/** Saves the kit as a file, and sends it to a second device: both hold all of it. */
async function takeKit(visitor: Visitor, words: readonly string[]): Promise<void> {
  const { page, say } = visitor;
  const holdsAll = (text: string) => words.every((word) => text.includes(word));
  const download = page.waitForEvent("download");
  await activate(visitor, page.getByRole("link", { name: say("Save it as a file"), exact: true }));
  assert.ok(holdsAll(await readFile(await (await download).path(), "utf8")));

  const send = "Send it to my second device";
  const failed = page.getByText(
    say("This device could not hand it on. Print it, or save it as a file."),
  );
  const sent = page.getByText(say("Handed on. Look on the other device whether it has arrived."));
  await press(visitor, send);
  assert.equal((await failed.count()) + (await sent.count()), 0, "left is no failure");
  await press(visitor, send);
  await failed.waitFor();
  await press(visitor, send);
  await sent.waitFor();
  await checkAbilities(page, "the kit, sent to a second device");
  const handed = await page.evaluate(() => document.documentElement.dataset.handedOn ?? "");
  assert.ok(holdsAll(handed));
}

/** Closes the record, opens it again, and is where one was. */
async function comeBack(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await close(visitor);
  await unlock(visitor);
  await heading(page, say("My documents"));
}
