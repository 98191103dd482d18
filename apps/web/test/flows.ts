import type { Page } from "playwright-core";
import type { Visitor } from "./visitor.ts";

// What people do on the page, step by step, by the words they see.

export const PASSWORD = "quatre mots ordinaires ensemble";

export interface Person {
  readonly name: string;
  readonly address: string;
}

/** Presses a button found by its whole name. */
export async function press({ page, say }: Visitor, english: string): Promise<void> {
  await page.getByRole("button", { name: say(english), exact: true }).click();
}

/** Follows a link of the page, or of its sections. */
export async function follow({ page, say }: Visitor, english: string): Promise<void> {
  await page
    .getByRole("link", { name: say(english), exact: true })
    .first()
    .click();
}

/** Fills in the line with this label. */
export async function fill({ page, say }: Visitor, english: string, text: string): Promise<void> {
  await page.getByLabel(say(english), { exact: true }).fill(text);
}

/** Goes to a section, opening the menu where the page is narrow. */
export async function section(
  visitor: Visitor,
  english: string,
  title: string = english,
): Promise<void> {
  const { page, say } = visitor;
  const link = page
    .getByRole("navigation", { name: say("Sections") })
    .getByRole("link", { name: say(english), exact: true });
  if (!(await link.isVisible())) await press(visitor, "Menu");
  await link.click();
  await heading(page, say(title));
}

/** Waits for a page by its title. */
export async function heading(page: Page, title: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
}

/** From the first page to an account and its kit. @returns the kit's words and its text */
export async function signUp(
  visitor: Visitor,
  { name, address }: Person,
): Promise<{ words: readonly string[]; text: string }> {
  const { page, say } = visitor;
  await follow(visitor, "Create my record");
  await heading(page, say("Who are you?"));
  await fill(visitor, "Your name", name);
  await fill(visitor, "E-mail address", address);
  await press(visitor, "Continue");
  await fill(visitor, "Password", PASSWORD);
  await press(visitor, "Create my record");
  await heading(page, say("Print your kit"));
  return await kitShown(visitor);
}

/** Copies the two words asked for, and goes in. */
export async function checkKit(visitor: Visitor, words: readonly string[]): Promise<void> {
  const { page, say } = visitor;
  await press(visitor, "I have printed or copied it");
  await heading(page, say("One check, and you are in"));
  await copyWords(visitor, words);
  await heading(page, say("My documents"));
}

/** The kit that is on the page. */
export async function kitShown({ page }: Visitor): Promise<{ words: string[]; text: string }> {
  await page.locator(".kit-words li").first().waitFor();
  const words = await page.locator(".kit-words li").allTextContents();
  const text = (await page.locator(".kit .code").first().textContent()) ?? "";
  return { words, text };
}

/** Copies the two words asked for. */
export async function copyWords(visitor: Visitor, words: readonly string[]): Promise<void> {
  const { page } = visitor;
  for (const field of await page.getByRole("textbox").all()) {
    const label = await page
      .locator(`label[for="${await field.getAttribute("id")}"]`)
      .textContent();
    const number = Number(/\d+/.exec(label ?? "")?.[0]);
    await field.fill(words[number - 1] ?? "");
  }
  await press(visitor, "Check");
}

/** Adds files by the picker and waits until all are sealed. */
export async function add(
  visitor: Visitor,
  files: string | readonly { name: string; mimeType: string; buffer: Buffer }[],
  timeout = 60_000,
): Promise<void> {
  const { page, say } = visitor;
  const chooser = page.waitForEvent("filechooser");
  await press(visitor, "Add documents");
  await (await chooser).setFiles(typeof files === "string" ? files : [...files]);
  await page.getByRole("button", { name: say("Hide this") }).click({ timeout });
}

/** The contact code this visitor shows. */
export async function ownCode(visitor: Visitor): Promise<string> {
  await section(visitor, "Contacts");
  const code = visitor.page.locator("[data-code]");
  await code.waitFor();
  return (await code.textContent()) ?? "";
}

/** Keeps somebody as a contact whose code was seen. */
export async function verify(visitor: Visitor, code: string, name: string): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "Contacts");
  await fill(visitor, "Their code", code);
  await page.getByLabel(say("What do you call them?"), { exact: true }).first().fill(name);
  await press(visitor, "Check and keep");
  await page.getByRole("heading", { level: 2, name, exact: true }).waitFor();
}

/** Shares documents by their titles until tomorrow. */
export async function share(
  visitor: Visitor,
  titles: readonly string[],
  to: string,
  note = "",
): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "Share", "What do you want to share?");
  for (const title of titles) await page.getByText(title, { exact: true }).click();
  await press(visitor, "Continue");
  await page.getByText(to).click();
  await press(visitor, "Continue");
  await heading(page, say("Until when?"));
  if (note !== "") await fill(visitor, "A word beside it, if you like", note);
  await press(visitor, "Continue");
  await heading(page, say("This is what will happen"));
  await press(visitor, "Share now");
  await heading(page, say("Shared"));
}
