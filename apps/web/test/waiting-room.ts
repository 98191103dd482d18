import assert from "node:assert/strict";
import { fill, follow, heading, PASSWORD, press, section } from "./flows.ts";
import type { Ground } from "./ground.ts";
import { activate } from "./hand.ts";
import type { Owner } from "./owner.ts";
import { type Look, newVisitor, type Visitor } from "./visitor.ts";
import type { Language } from "./words.ts";

// What people do on a device that keeps their record, with and without network.

/** Console errors that a missing network makes by itself. */
const AWAY = /No network|Pas de réseau|Failed to fetch|ERR_INTERNET_DISCONNECTED|status of 503/;

/** What went wrong that no missing network explains. */
export function wrongBeside({ wrong }: Visitor): string[] {
  return wrong.filter((each) => !AWAY.test(each));
}

/** The same person on another device. */
export async function otherDevice(
  ground: Ground,
  language: Language,
  { address, kit }: Pick<Owner, "address" | "kit">,
  look: Look = {},
): Promise<Visitor> {
  const visitor = await newVisitor(ground, language, look);
  await enterByKit(visitor, { address, kit });
  return visitor;
}

/** Opens a record in a browser that keeps nothing of it. */
export async function enterByKit(
  visitor: Visitor,
  { address, kit }: Pick<Owner, "address" | "kit">,
): Promise<void> {
  await follow(visitor, "I have one: open it here with my kit");
  await fill(visitor, "E-mail address", address);
  await fill(visitor, "Your kit: the 24 words, or the same as letters", kit);
  await fill(visitor, "Password", PASSWORD);
  await press(visitor, "Open");
  await heading(visitor.page, visitor.say("My documents"));
}

/** Says yes to keeping the record on this device. */
export async function keepHere(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "Settings");
  await press(visitor, "Keep my record on this device");
  await page.getByRole("button", { name: say("Stop keeping"), exact: true }).waitFor();
  await section(visitor, "My documents");
}

/** A text as a file that is chosen. */
export const text = (name: string, content: string) => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(content),
});

/** A document goes by its file's name without the ending. */
export const titleOf = (name: string) => name.replace(/\.[a-z]+$/, "");

/** Adds a text and waits until it stands in the list. */
export async function addText(visitor: Visitor, name: string, content: string) {
  const { page, say } = visitor;
  const chooser = page.waitForEvent("filechooser");
  const adding = page.getByRole("button", { name: say("Add documents"), exact: true });
  await activate(visitor, adding.first());
  await (await chooser).setFiles([text(name, content)]);
  await page
    .getByRole("link", { name: titleOf(name) })
    .first()
    .waitFor();
}

/** Opens a document of the list and waits for what it says. */
export async function openText(visitor: Visitor, name: string, content: string): Promise<void> {
  const { page } = visitor;
  await section(visitor, "My documents");
  await activate(visitor, page.getByRole("link", { name: titleOf(name) }).first());
  await says(visitor, content);
}

/** Waits until the document that is open says so; its title may be the same. */
export async function says({ page }: Visitor, content: string): Promise<void> {
  await page.locator("pre").getByText(content, { exact: true }).waitFor();
}

/** Replaces the document that is open, and waits for what it says then. */
export async function replaceWith(visitor: Visitor, content: string): Promise<void> {
  const { page } = visitor;
  const chooser = page.waitForEvent("filechooser");
  await press(visitor, "Replace with a corrected version");
  await (await chooser).setFiles([text("corrected.txt", content)]);
  await says(visitor, content);
}

/** Opens the page anew without network, and unlocks what this device keeps. */
export async function openAway(visitor: Visitor, url: string): Promise<void> {
  const { page, say } = visitor;
  await page.goto(`${url}/documents`);
  await unlock(visitor);
  await heading(page, say("My documents"));
}

/** Types the password at the door. */
export async function unlock(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await heading(page, say("Open my record"));
  await fill(visitor, "Password", PASSWORD);
  await press(visitor, "Open");
}

/** The page is kept by the browser, so that it starts without network. */
export async function shellKept({ page }: Visitor): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
}

/** Everything that waited has gone out. */
export async function allSaved({ page, say }: Visitor): Promise<void> {
  await page.getByText(say("Everything is saved at the service.")).waitFor({ timeout: 60_000 });
  const sign = await page.locator(".saved svg").boundingBox();
  assert.ok(sign === null || sign.height < 40, "the sign is as high as its line");
}

/** How many changes the page says are on this device only. */
export async function waits(
  { page }: Visitor,
  count: number,
  { timeout }: { readonly timeout?: number } = {},
): Promise<void> {
  const said =
    count === 1
      ? /Un changement n’est enregistré|One change is saved on this device only/
      : new RegExp(`^${count} (changements ne sont enregistrés|changes are saved on this device)`);
  await page.getByText(said).waitFor(timeout === undefined ? {} : { timeout });
}
