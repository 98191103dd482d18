import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { add, heading, ownCode, press, section, verify } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { owner } from "./owner.ts";
import type { Visitor } from "./visitor.ts";
import { allSaved, openAway, shellKept, wrongBeside } from "./waiting-room.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

// What a patient lets a doctor keep: asked with its price, opened without network, told on return,
// and gone once the access has ended.

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground.stop();
});

const KEEPS = "They may keep it on their device, and open it without network";

/** The doctor's program starts again without network. */
async function reopened(visitor: Visitor): Promise<void> {
  await shellKept(visitor);
  await visitor.context.setOffline(true);
  await openAway(visitor, ground.url);
  await section(visitor, "Shared with me");
}

for (const [i, walk] of WALKS.sharedToKeep.entries()) {
  test(`shared to be kept, ${named(walk)}`, async (t) => {
    const { language } = walk;
    // The patient works with what the next doctor has: the doctor's is the longer side, and the one without network.
    const other = WALKS.sharedToKeep[(i + 1) % WALKS.sharedToKeep.length] ?? walk;
    const patient = await owner(ground, language, other, "Jeanne Roux");
    const doctor = await owner(ground, language, walk, "Paul Vial");
    await verify(patient, await ownCode(doctor), "Dr Vial");
    await verify(doctor, await ownCode(patient), "Jeanne");
    await section(patient, "My documents");
    await add(patient, [
      { name: "bilan.txt", mimeType: "text/plain", buffer: Buffer.from("le bilan") },
    ]);

    // The right is a switch, off unless it is wanted, and its price is said twice.
    await section(patient, "Share", "What do you want to share?");
    await activate(patient, patient.page.getByText("bilan", { exact: true }));
    await press(patient, "Continue");
    await activate(patient, patient.page.getByText("Dr Vial"));
    await press(patient, "Continue");
    await heading(patient.page, patient.say("Until when?"));
    const right = patient.page.getByRole("checkbox", { name: patient.say(KEEPS) });
    assert.equal(await right.isChecked(), false);
    await activate(patient, patient.page.getByText(patient.say(KEEPS)));
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
    await activate(doctor, doctor.page.getByRole("link", { name: doctor.say("Go to Settings") }));
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
    await activate(doctor, doctor.page.getByRole("link", { name: "bilan" }));
    await doctor.page.getByText("le bilan").waitFor();
    await doctor.page
      .getByText(language === "fr" ? /^Ouvert sans réseau\./ : /^Opened without network\./)
      .waitFor();
    await checkAbilities(doctor.page, "a received document, without network");

    await doctor.context.setOffline(false);
    await allSaved(doctor);
    await section(patient, "Journal");
    const told = patient.page.getByText(patient.say("Without network; told afterwards."));
    await told.first().waitFor();
    assert.equal(await told.count(), 1);

    // The end reaches the doctor's device with its next start, and then it keeps nothing.
    await section(patient, "Who can see what");
    await activate(
      patient,
      patient.page.getByRole("button", { name: patient.say("End this access") }),
    );
    await press(patient, "End it now");
    await patient.page.getByText(patient.say("Only you")).waitFor();
    await section(doctor, "Shared with me");
    await doctor.page.getByText(doctor.say("Nothing is shared with you")).waitFor();
    await reopened(doctor);
    await doctor.page.getByText(doctor.say("Nothing of it is kept here")).waitFor();
    walked(t, "sharedToKeep", patient, doctor);
    for (const each of [patient, doctor]) {
      assert.deepEqual(wrongBeside(each), []);
      await each.context.close();
    }
  });
}
