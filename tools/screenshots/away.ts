import { heading, ownCode, press, section, verify } from "../../apps/web/test/flows.ts";
import type { Ground } from "../../apps/web/test/ground.ts";
import { type Owner, owner } from "../../apps/web/test/owner.ts";
import {
  addText,
  allSaved,
  keepHere,
  openAway,
  openText,
  shellKept,
  unlock,
  waits,
} from "../../apps/web/test/waiting-room.ts";
import type { Language } from "../../apps/web/test/words.ts";
import type { Camera } from "./camera.ts";

/** Two people whose devices keep what they hold, with and without network. */
export async function away(ground: Ground, language: Language, camera: Camera): Promise<void> {
  const patient = await owner(ground, language, {}, "Jeanne Roux");
  const doctor = await owner(ground, language, {}, "Paul Vial");
  try {
    await keeping(patient, camera);
    await sharing(patient, doctor, camera);
    await received(ground, doctor, camera);
    await withoutNetwork(ground, patient, camera);
    await entering(ground, patient, camera);
  } finally {
    await patient.context.close();
    await doctor.context.close();
  }
}

async function keeping(visitor: Owner, camera: Camera): Promise<void> {
  const { page } = visitor;
  await addText(visitor, "jamais-ouvert.txt", "jamais ouvert ici");
  await keepHere(visitor);
  await addText(visitor, "bilan-2026-11-03.txt", "Cholestérol total : 5,2 mmol/L");
  await openText(visitor, "bilan-2026-11-03.txt", "Cholestérol total : 5,2 mmol/L");
  await camera.take(page, "document-kept");
  await section(visitor, "My documents");
  await allSaved(visitor);
  await camera.take(page, "documents-kept");
  await section(visitor, "Settings");
  await camera.take(page, "settings-kept");
}

async function sharing(patient: Owner, doctor: Owner, camera: Camera): Promise<void> {
  const { page, say } = patient;
  await verify(patient, await ownCode(doctor), "Dr Vial");
  await verify(doctor, await ownCode(patient), "Jeanne");
  await section(patient, "Share", "What do you want to share?");
  await page.getByText("bilan-2026-11-03", { exact: true }).click();
  await press(patient, "Continue");
  await page.getByText("Dr Vial").click();
  await press(patient, "Continue");
  await heading(page, say("Until when?"));
  await page
    .getByText(say("They may keep it on their device, and open it without network"))
    .click();
  await camera.take(page, "share-3-kept");
  await press(patient, "Continue");
  await heading(page, say("This is what will happen"));
  await camera.take(page, "share-4-kept");
  await press(patient, "Share now");
  await heading(page, say("Shared"));
  await section(patient, "Who can see what");
  await page.getByRole("button", { name: say("End this access") }).waitFor();
  await camera.take(page, "access-kept");
}

async function received(ground: Ground, doctor: Owner, camera: Camera): Promise<void> {
  const { page, say, context } = doctor;
  await section(doctor, "Shared with me");
  await page.getByRole("link", { name: say("Go to Settings") }).waitFor();
  await camera.take(page, "received-may-be-kept");
  await keepHere(doctor);
  await section(doctor, "Shared with me");
  await press(doctor, "Keep it on this device");
  await page.getByRole("button", { name: say("Keep it here no more") }).waitFor();
  await camera.take(page, "received-kept");
  await shellKept(doctor);
  await context.setOffline(true);
  await openAway(doctor, ground.url);
  await section(doctor, "Shared with me");
  await page.getByText(say("Opens without network"), { exact: true }).waitFor();
  await camera.take(page, "received-away");
  await page.getByRole("link", { name: "bilan-2026-11-03" }).click();
  await page.getByText("Cholestérol total").waitFor();
  await camera.take(page, "received-document-away");
  await context.setOffline(false);
  await allSaved(doctor);
}

async function withoutNetwork(ground: Ground, visitor: Owner, camera: Camera): Promise<void> {
  const { page, say, context } = visitor;
  await shellKept(visitor);
  await section(visitor, "Journal");
  await page.getByText(say("Without network; told afterwards.")).first().waitFor();
  await camera.take(page, "journal-told-afterwards");
  await context.setOffline(true);
  await page.goto(`${ground.url}/documents`);
  await heading(page, say("Open my record"));
  await camera.take(page, "unlock-away");
  await unlock(visitor);
  await heading(page, say("My documents"));
  await camera.take(page, "documents-away");
  await openText(visitor, "bilan-2026-11-03.txt", "Cholestérol total : 5,2 mmol/L");
  await camera.take(page, "document-away");
  await section(visitor, "My documents");
  await page.getByRole("link", { name: "jamais-ouvert" }).click();
  await page
    .getByText(
      say(
        "There is no network, and this is not kept on this device. It opens when the device is connected again.",
      ),
    )
    .waitFor();
  await camera.take(page, "document-not-kept");
  await section(visitor, "My documents");
  await addText(visitor, "photo.txt", "la photo");
  await section(visitor, "Who can see what");
  await page.getByRole("button", { name: say("End this access") }).click();
  await press(visitor, "End it now");
  await waits(visitor, 2);
  await camera.take(page, "access-end-waits");
  await section(visitor, "Settings");
  await camera.take(page, "settings-waiting");
  await section(visitor, "Journal");
  await page.getByRole("alert").first().waitFor();
  await camera.take(page, "journal-away");
  await context.setOffline(false);
  await allSaved(visitor);
}

/** The list of this device stands above what the service has not answered yet. */
async function entering(ground: Ground, visitor: Owner, camera: Camera): Promise<void> {
  const { page, context } = visitor;
  await page.goto(`${ground.url}/documents`);
  await context.route("**/v1/sign-in/start", () => new Promise(() => undefined));
  await unlock(visitor);
  await page.getByRole("link", { name: "photo" }).first().waitFor();
  await page.getByText(/^(Signing in\.|Connexion en cours\.)/).waitFor();
  await camera.take(page, "documents-entering");
}
