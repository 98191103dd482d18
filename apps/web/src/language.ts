import type { Messages } from "@lingui/core";
import { i18n } from "@lingui/core";

/** The languages the page is written in. */
export type Language = "en" | "fr";

const PLACE = "ecrin.language";

type Words = () => Promise<{ readonly messages: Messages }>;

/** What the door says, which is all that is fetched before it stands (door-plugin.ts). */
const AT_DOOR: Readonly<Record<Language, Words>> = {
  en: () => import("virtual:door-words-en"),
  fr: () => import("virtual:door-words-fr"),
};

const EVERY: Readonly<Record<Language, Words>> = {
  en: () => import("./locales/en.po"),
  fr: () => import("./locales/fr.po"),
};

/** Languages of which every word is there, or on its way. */
const whole = new Map<Language, Promise<void>>();
let chosen: Language = "en";
let wantsEvery = false;

/** The language chosen here before, or the first of the browser's that the page speaks. */
export function preferredLanguage(): Language {
  const before = localStorage.getItem(PLACE);
  if (before === "en" || before === "fr") return before;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2));
  return spoken.find((tag) => tag === "fr" || tag === "en") === "fr" ? "fr" : "en";
}

/** Loads a language and switches the page to it. */
export async function speak(language: Language): Promise<void> {
  const before = chosen;
  chosen = language;
  try {
    await (wantsEvery ? everyWordOf(language) : take(language, AT_DOOR[language]));
  } catch (error) {
    // The page goes on in the language it speaks, and asks for its words.
    if (chosen === language) chosen = before;
    throw error;
  }
  // Somebody who changes their mind meanwhile has the last word.
  if (chosen !== language) return;
  i18n.activate(language);
  document.documentElement.lang = language;
}

/** Switches and remembers; nothing secret lies in this one word. */
export async function chooseLanguage(language: Language): Promise<void> {
  await speak(language);
  if (chosen === language) localStorage.setItem(PLACE, language);
}

/**
 * Fetches a part of the page that the door does without, and with it every word: whatever the door
 * has put off is fetched through here, so that nothing is ever shown without its words.
 */
export async function later<T>(part: () => Promise<T>): Promise<T> {
  wantsEvery = true;
  const [fetched] = await Promise.all([part(), everyWordOf(chosen)]);
  return fetched;
}

async function everyWordOf(language: Language): Promise<void> {
  const words = whole.get(language) ?? take(language, EVERY[language]);
  whole.set(language, words);
  // What could not be fetched now is asked for again.
  words.catch(() => whole.delete(language));
  await words;
}

async function take(language: Language, words: Words): Promise<void> {
  const { messages } = await words();
  i18n.load(language, messages);
}
