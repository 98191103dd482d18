import { heading, press, section } from "../../apps/web/test/flows.ts";
import type { Ground } from "../../apps/web/test/ground.ts";
import { owner } from "../../apps/web/test/owner.ts";
import {
  addText,
  allSaved,
  keepHere,
  openText,
  otherDevice,
  replaceWith,
} from "../../apps/web/test/waiting-room.ts";
import type { Language } from "../../apps/web/test/words.ts";
import type { Camera } from "./camera.ts";

/** Two devices that corrected one document while they were apart. */
export async function apart(ground: Ground, language: Language, camera: Camera): Promise<void> {
  const phone = await owner(ground, language);
  const { page, say, context } = phone;
  await keepHere(phone);
  await addText(phone, "ordonnance.txt", "Un comprimé le soir");
  const desk = await otherDevice(ground, language, phone);
  try {
    await openText(phone, "ordonnance.txt", "Un comprimé le soir");
    await context.setOffline(true);
    await replaceWith(phone, "Un comprimé le matin");
    await openText(desk, "ordonnance.txt", "Un comprimé le soir");
    await replaceWith(desk, "Deux comprimés le soir");
    await context.setOffline(false);
    await allSaved(phone);
    await section(phone, "My documents");
    const choose = say("Choose the version: {title}", "ordonnance");
    await page.getByRole("link", { name: choose }).waitFor();
    await camera.take(page, "documents-two-versions");
    await page.getByRole("link", { name: choose }).click();
    await page.getByText(say("On another device"), { exact: true }).waitFor();
    await camera.take(page, "two-versions");
    await page
      .getByRole("button", { name: say("Keep this one") })
      .nth(1)
      .click();
    await page.getByRole("alertdialog").waitFor();
    await camera.take(page, "two-versions-asked");
    await page
      .getByRole("alertdialog")
      .getByRole("button", { name: say("Keep it"), exact: true })
      .click();
    await page.getByRole("button", { name: say("Undo: take the other version") }).waitFor();
    await camera.take(page, "two-versions-kept");
    await tour(phone, camera);
  } finally {
    await context.close();
    await desk.context.close();
  }
}

/** The guided tour, stop by stop. */
async function tour(visitor: Parameters<typeof section>[0], camera: Camera): Promise<void> {
  const { page, say } = visitor;
  await page
    .getByRole("link", { name: say("Help and words explained"), exact: true })
    .first()
    .click();
  await heading(page, say("Help and words explained"));
  const begin = page.getByRole("button", { name: say("Take the guided tour: {count} stops", 6) });
  await begin.waitFor();
  await camera.take(page, "help-inside");
  await begin.click();
  const band = page.getByRole("region", { name: say("Guided tour"), exact: true });
  for (let stop = 1; ; stop++) {
    await band.getByText(String(stop)).first().waitFor();
    await camera.take(page, `tour-${stop}`);
    const next = band.getByRole("button", { name: say("Next stop"), exact: true });
    if ((await next.count()) === 0) break;
    await next.click();
  }
  await press(visitor, "End the tour");
}
