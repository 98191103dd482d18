import type { Locator, Page } from "playwright-core";
import { activate, write } from "./hand.ts";
import type { Visitor } from "./visitor.ts";

// What people do on the page, step by step, by the words they see.

export const PASSWORD = "quatre mots ordinaires ensemble";

export interface Person {
  readonly name: string;
  readonly address: string;
}

/** Presses a button found by its whole name. */
export async function press(visitor: Visitor, english: string): Promise<void> {
  const { page, say } = visitor;
  await activate(visitor, page.getByRole("button", { name: say(english), exact: true }));
}

/** Follows a link of the page, or of its sections. */
export async function follow(visitor: Visitor, english: string): Promise<void> {
  const { page, say } = visitor;
  await activate(visitor, page.getByRole("link", { name: say(english), exact: true }).first());
}

/** Fills in the line with this label. */
export async function fill(visitor: Visitor, english: string, text: string): Promise<void> {
  const { page, say } = visitor;
  await write(visitor, page.getByLabel(say(english), { exact: true }), text);
}

/** Goes to a section, opening the menu where the page is narrow. */
export async function section(
  visitor: Visitor,
  english: string,
  title: string = english,
): Promise<void> {
  await towards(visitor, english);
  await heading(visitor.page, visitor.say(title));
}

/** As `section`, where somebody is asked first whether they leave. */
export async function towards(visitor: Visitor, english: string): Promise<void> {
  const { page, say } = visitor;
  const link = page
    .getByRole("navigation", { name: say("Sections") })
    .getByRole("link", { name: say(english), exact: true });
  await unfold(visitor, link);
  await activate(visitor, link);
}

/** Opens the menu, where the page is narrow and something of the sections is wanted. */
async function unfold(visitor: Visitor, wanted: Locator): Promise<void> {
  const { page, say } = visitor;
  const menu = page.getByRole("button", { name: say("Menu"), exact: true });
  await wanted.or(menu).first().waitFor();
  if (!(await wanted.isVisible())) await press(visitor, "Menu");
}

/**
 * Closes the record, and stands before its door.
 * @param anyway what is answered where something unfinished is asked about
 */
export async function close(visitor: Visitor, anyway = ""): Promise<void> {
  const { page, say } = visitor;
  const button = page.getByRole("button", { name: say("Close my record"), exact: true });
  await unfold(visitor, button);
  await activate(visitor, button);
  if (anyway !== "") await press(visitor, anyway);
  await heading(page, say("Open my record"));
}

/** Waits for a page by its title. */
export async function heading(page: Page, title: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
}

/** From the first page to an account and its kit. @returns the kit's words and its text */
export async function signUp(
  visitor: Visitor,
  person: Person,
): Promise<{ words: readonly string[]; text: string }> {
  await follow(visitor, "Create my record");
  return await enrol(visitor, person);
}

/**
 * Says who one is, and with which password.
 * @param look given each step before anything is filled in
 */
export async function enrol(
  visitor: Visitor,
  { name, address }: Person,
  look: (step: string) => Promise<void> = async () => undefined,
): Promise<{ words: readonly string[]; text: string }> {
  const { page, say } = visitor;
  await heading(page, say("Who are you?"));
  await look("who");
  await fill(visitor, "Your name", name);
  await fill(visitor, "E-mail address", address);
  await press(visitor, "Continue");
  await page.getByLabel(say("Password"), { exact: true }).waitFor();
  await look("password");
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
    await write(visitor, field, words[number - 1] ?? "");
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
  await activate(visitor, page.getByRole("button", { name: say("Hide this") }), { timeout });
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
  const called = page.getByLabel(say("What do you call them?"), { exact: true }).first();
  await write(visitor, called, name);
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
  for (const title of titles) await activate(visitor, page.getByText(title, { exact: true }));
  await press(visitor, "Continue");
  await activate(visitor, page.getByText(to));
  await press(visitor, "Continue");
  await heading(page, say("Until when?"));
  if (note !== "") await fill(visitor, "A word beside it, if you like", note);
  await press(visitor, "Continue");
  await heading(page, say("This is what will happen"));
  await press(visitor, "Share now");
  await heading(page, say("Shared"));
}
