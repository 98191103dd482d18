import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { owner } from "./owner.ts";
import type { Visitor } from "./visitor.ts";
import {
  addText,
  allSaved,
  keepHere,
  openText,
  otherDevice,
  replaceWith,
  waits,
  wrongBeside,
} from "./waiting-room.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

// Two devices that corrected one document while they were apart: both versions are kept, and the
// page asks (spec/offline.md, Conflicts).

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

const [PHONE, DESK, BOTH] = WALKS.twoVersions;

for (const [walk, elsewhere] of [
  [PHONE, BOTH],
  [DESK, PHONE],
] as const) {
  test(`one document, two devices apart, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const phone = await owner(ground, language, walk);
    await keepHere(phone);
    await addText(phone, "bilan.txt", "le premier");
    const desk = await otherDevice(ground, language, phone, elsewhere);

    // Apart: the phone has no network, the desk has.
    await openText(phone, "bilan.txt", "le premier");
    await phone.context.setOffline(true);
    await replaceWith(phone, "corrigé au lit");
    await waits(phone, 1);
    await openText(desk, "bilan.txt", "le premier");
    await replaceWith(desk, "corrigé au bureau");
    await phone.context.setOffline(false);
    await allSaved(phone);

    // The list says so, and leads to where one decides.
    const { page, say } = phone;
    await section(phone, "My documents");
    const choose = page.getByRole("link", { name: say("Choose the version: {title}", "bilan") });
    await choose.waitFor();
    await checkAbilities(page, "list with two versions");
    await activate(phone, choose);
    await asks(phone);
    await page.getByText(say("On another device"), { exact: true }).waitFor();
    assert.equal(await page.getByText(say("On this device"), { exact: true }).count(), 1);
    await checkAbilities(page, "two versions");

    // Looking changes nothing.
    for (const [place, content] of [
      [0, "corrigé au bureau"],
      [1, "corrigé au lit"],
    ] as const) {
      await activate(phone, page.getByRole("button", { name: say("Look at it") }).nth(place));
      await page.getByText(content, { exact: true }).waitFor();
      await asks(phone);
    }

    // One is kept; then the other after all.
    await decide(phone, 1, "Keep this one", "Keep it");
    await page
      .getByText(say("This version is in force. The other stays in the history below."))
      .waitFor();
    await page.getByText("corrigé au lit", { exact: true }).waitFor();
    await checkAbilities(page, "one of two versions kept");
    await press(phone, "Undo: take the other version");
    await page.getByText("corrigé au bureau", { exact: true }).waitFor();
    await allSaved(phone);
    await section(desk, "My documents");
    await openText(desk, "bilan.txt", "corrigé au bureau");
    await desk.context.close();
    await section(phone, "My documents");
    await page.getByRole("link", { name: "bilan" }).first().waitFor();
    assert.equal(await choose.count(), 0);
    assert.deepEqual(wrongBeside(phone), []);
    walked(t, "twoVersions", phone);
    await phone.context.close();
  });
}

test(`both are kept as two documents, also without network; an earlier version is taken back, ${named(BOTH)}`, async (t) => {
  const phone = await owner(ground, BOTH.language, BOTH);
  const { page, say } = phone;
  await keepHere(phone);
  await addText(phone, "lettre.txt", "la lettre");
  const desk = await otherDevice(ground, "fr", phone);
  await openText(phone, "lettre.txt", "la lettre");
  await phone.context.setOffline(true);
  await replaceWith(phone, "au lit");
  await openText(desk, "lettre.txt", "la lettre");
  await replaceWith(desk, "au bureau");
  await desk.context.close();
  await phone.context.setOffline(false);
  await allSaved(phone);
  await openText(phone, "lettre.txt", "au lit");
  await asks(phone);

  // The other version lies here once it was looked at; then it can be decided without network.
  await activate(phone, page.getByRole("button", { name: say("Look at it") }).nth(0));
  await page.getByText("au bureau", { exact: true }).waitFor();
  await phone.context.setOffline(true);
  await activate(phone, page.locator("button", { hasText: "Garder les deux" }));
  await activate(
    phone,
    page.getByRole("button", { name: say("Make a document of each"), exact: true }),
  );
  const kept = say("Both are kept: the other is a document of its own in your list.");
  await page.getByText(kept).waitFor();
  await waits(phone, 2);
  await section(phone, "My documents");
  await page.getByRole("link", { name: "lettre" }).nth(1).waitFor();
  await phone.context.setOffline(false);
  await allSaved(phone);
  assert.equal(await page.getByRole("link", { name: "lettre" }).count(), 2);

  // The history takes any version back, with what was in force kept below.
  await activate(phone, page.getByRole("link", { name: "lettre" }).last());
  await page.getByText("au lit", { exact: true }).waitFor();
  await activate(phone, page.getByRole("button", { name: say("Take this version back") }).last());
  await activate(phone, page.getByRole("button", { name: say("Take it back"), exact: true }));
  await page.getByText("la lettre", { exact: true }).waitFor();
  await checkAbilities(page, "a version taken back");
  assert.deepEqual(wrongBeside(phone), []);
  walked(t, "twoVersions", phone);
  await phone.context.close();
});

async function asks({ page, say }: Visitor): Promise<void> {
  await page.getByRole("heading", { level: 2, name: say("Which version is right?") }).waitFor();
}

async function decide(visitor: Visitor, place: number, label: string, confirm: string) {
  const { page, say } = visitor;
  await activate(visitor, page.getByRole("button", { name: say(label) }).nth(place));
  await activate(visitor, page.getByRole("button", { name: say(confirm), exact: true }));
}
