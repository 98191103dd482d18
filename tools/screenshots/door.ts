import { memoryStore, signInWithKit } from "@ecrin/client";
import {
  addPasskey,
  giveAuthenticator,
  goToWays,
  setUpCodes,
} from "../../apps/web/test/factors.ts";
import { fill, heading, PASSWORD, press } from "../../apps/web/test/flows.ts";
import type { Ground } from "../../apps/web/test/ground.ts";
import { owner } from "../../apps/web/test/owner.ts";
import { spoiledRecord } from "../../apps/web/test/spoiled.ts";
import {
  addText,
  allSaved,
  keepHere,
  otherDevice,
  unlock,
} from "../../apps/web/test/waiting-room.ts";
import type { Language } from "../../apps/web/test/words.ts";
import type { Camera } from "./camera.ts";

const NEXT = "quatre autres mots ensemble";

/** What stands at the door and above the list: ways back, a code, a password from elsewhere; and what nobody can read. */
export async function door(ground: Ground, language: Language, camera: Camera): Promise<void> {
  await codeAboveTheList(ground, language, camera);
  await passwordChanged(ground, language, camera);
  await unreadable(ground, language, camera);
}

async function codeAboveTheList(ground: Ground, language: Language, camera: Camera): Promise<void> {
  const visitor = await owner(ground, language);
  const { page, say, context } = visitor;
  try {
    await goToWays(visitor);
    const app = await setUpCodes(visitor);
    await keepHere(visitor);
    await addText(visitor, "bilan-2026-11-03.txt", "Cholestérol total : 5,2 mmol/L");
    await allSaved(visitor);
    await page.goto(`${ground.url}/documents`);
    await unlock(visitor);
    await page.getByLabel(say("Code of your app"), { exact: true }).waitFor();
    await page.getByRole("link", { name: "bilan-2026-11-03" }).first().waitFor();
    await camera.take(page, "documents-code");
    await fill(visitor, "Code of your app", "000000");
    await press(visitor, "Sign in");
    await page
      .getByText(say("This code was not accepted. Wait until the app shows the next one."))
      .waitFor();
    await camera.take(page, "documents-code-wrong");
    await fill(visitor, "Code of your app", app(0));
    await press(visitor, "Sign in");
    await allSaved(visitor);
    await giveAuthenticator(visitor);
    await goToWays(visitor);
    await addPasskey(visitor);
    await camera.take(page, "ways-set-up");
  } finally {
    await context.close();
  }
}

async function passwordChanged(ground: Ground, language: Language, camera: Camera): Promise<void> {
  const visitor = await owner(ground, language);
  const { page, say, context, kit, address } = visitor;
  try {
    await keepHere(visitor);
    await addText(visitor, "bilan-2026-11-03.txt", "Cholestérol total : 5,2 mmol/L");
    await allSaved(visitor);
    await page.goto(`${ground.url}/documents`);
    const who = { server: ground.url, store: memoryStore(), kit, address, password: PASSWORD };
    const other = await signInWithKit(who);
    await other.changePassword(PASSWORD, NEXT);
    await other.lock();
    await unlock(visitor);
    await page.getByRole("button", { name: say("Type my password") }).waitFor();
    await page.getByRole("link", { name: "bilan-2026-11-03" }).first().waitFor();
    await camera.take(page, "documents-password-changed");
    await press(visitor, "Type my password");
    await heading(page, say("Open my record"));
    await fill(visitor, "Password", NEXT);
    await press(visitor, "Open");
    await page.getByLabel(say("The password before"), { exact: true }).waitFor();
    await camera.take(page, "unlock-password-before");
  } finally {
    await context.close();
  }
}

async function unreadable(ground: Ground, language: Language, camera: Camera): Promise<void> {
  const { address, kit } = await spoiledRecord(ground.url, `${language}-pictures`);
  const visitor = await otherDevice(ground, language, { address, kit: kit.text() });
  const { page, say, context } = visitor;
  try {
    const list = page.getByRole("list", { name: say("What cannot be read") });
    await list.waitFor();
    await camera.take(page, "documents-unreadable");
    await list.getByRole("link", { name: "Ordonnance" }).click();
    await page.getByText(say("Cannot be read"), { exact: true }).waitFor();
    await camera.take(page, "document-unreadable");
  } finally {
    await context.close();
  }
}
