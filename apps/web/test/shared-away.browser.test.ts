import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import {
  add,
  checkKit,
  heading,
  ownCode,
  PASSWORD,
  press,
  section,
  signUp,
  verify,
} from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import type { Language } from "./words.ts";

// What a patient lets a doctor keep: asked with its price, opened without network, told on return,
// and gone once the access has ended.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground.stop();
});

const OFFLINE = /No network|Pas de réseau|Failed to fetch|ERR_INTERNET_DISCONNECTED/;
const KEEPS = "They may keep it on their device, and open it without network";

async function enrolled(language: Language, width: number, name: string): Promise<Visitor> {
  const visitor = await newVisitor(ground, language, { width });
  const address = `${name.replace(/\W/g, "")}${width}@example.org`;
  const { words } = await signUp(visitor, { name, address });
  await checkKit(visitor, words);
  return visitor;
}

/** The doctor's program starts again without network. */
async function reopened(visitor: Visitor): Promise<void> {
  const { page, say, context } = visitor;
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await context.setOffline(true);
  await page.goto(`${ground.url}/documents`);
  await heading(page, say("Open my record"));
  await page.getByLabel(say("Password"), { exact: true }).fill(PASSWORD);
  await press(visitor, "Open");
  await heading(page, say("My documents"));
  await section(visitor, "Shared with me");
}

for (const [language, width] of [
  ["fr", 320],
  ["en", 1280],
] as const) {
  test(`shared to be kept, ${language}, ${width} px wide`, async () => {
    const patient = await enrolled(language, width, "Jeanne Roux");
    const doctor = await enrolled(language, width, "Paul Vial");
    await verify(patient, await ownCode(doctor), "Dr Vial");
    await verify(doctor, await ownCode(patient), "Jeanne");
    await section(patient, "My documents");
    await add(patient, [
      { name: "bilan.txt", mimeType: "text/plain", buffer: Buffer.from("le bilan") },
    ]);

    // The right is a switch, off unless it is wanted, and its price is said twice.
    await section(patient, "Share", "What do you want to share?");
    await patient.page.getByText("bilan", { exact: true }).click();
    await press(patient, "Continue");
    await patient.page.getByText("Dr Vial").click();
    await press(patient, "Continue");
    await heading(patient.page, patient.say("Until when?"));
    const right = patient.page.getByRole("checkbox", { name: patient.say(KEEPS) });
    assert.equal(await right.isChecked(), false);
    await patient.page.getByText(patient.say(KEEPS)).click();
    assert.equal(await right.isChecked(), true);
    await checkAbilities(patient.page, "until when, with the right to keep");
    await press(patient, "Continue");
    await patient.page
      .getByText(language === "fr" ? /personne ne peut le reprendre/ : /nobody can call that back/)
      .waitFor();
    await patient.page
      .locator(".sentence")
      .getByText(language === "fr" ? /sans réseau après coup/ : /without network only afterwards/)
      .waitFor();
    await checkAbilities(patient.page, "what will happen, with the right to keep");
    await press(patient, "Share now");
    await heading(patient.page, patient.say("Shared"));
    await section(patient, "Who can see what");
    await patient.page
      .getByText(language === "fr" ? /même sans réseau, jusqu’au/ : /without network too, until/)
      .waitFor();

    // On a device that keeps nothing it is not kept, and the way to it is shown.
    await section(doctor, "Shared with me");
    await doctor.page.getByRole("link", { name: doctor.say("Go to Settings") }).click();
    await press(doctor, "Keep my record on this device");
    await doctor.page
      .getByRole("button", { name: doctor.say("Stop keeping"), exact: true })
      .waitFor();
    await section(doctor, "Shared with me");
    await press(doctor, "Keep it on this device");
    await doctor.page.getByRole("button", { name: doctor.say("Keep it here no more") }).waitFor();
    await checkAbilities(doctor.page, "received, kept");

    await reopened(doctor);
    await doctor.page.getByText(doctor.say("Opens without network"), { exact: true }).waitFor();
    await checkAbilities(doctor.page, "received, without network");
    await doctor.page.getByRole("link", { name: "bilan" }).click();
    await doctor.page.getByText("le bilan").waitFor();
    await doctor.page
      .getByText(language === "fr" ? /^Ouvert sans réseau\./ : /^Opened without network\./)
      .waitFor();
    await checkAbilities(doctor.page, "a received document, without network");

    await doctor.context.setOffline(false);
    await doctor.page
      .getByText(doctor.say("Everything is saved at the service."))
      .waitFor({ timeout: 60_000 });
    await section(patient, "Journal");
    const told = patient.page.getByText(patient.say("Without network; told afterwards."));
    await told.first().waitFor();
    assert.equal(await told.count(), 1);

    // The end reaches the doctor's device with its next start, and then it keeps nothing.
    await section(patient, "Who can see what");
    await patient.page.getByRole("button", { name: patient.say("End this access") }).click();
    await press(patient, "End it now");
    await patient.page.getByText(patient.say("Only you")).waitFor();
    await section(doctor, "Shared with me");
    await doctor.page.getByText(doctor.say("Nothing is shared with you")).waitFor();
    await reopened(doctor);
    await doctor.page.getByText(doctor.say("Nothing of it is kept here")).waitFor();
    for (const { wrong, context } of [patient, doctor]) {
      assert.deepEqual(
        wrong.filter((each) => !OFFLINE.test(each)),
        [],
      );
      await context.close();
    }
  });
}
