import { i18n } from "@lingui/core";

/** The languages the page is written in. */
export type Language = "en" | "fr";

const PLACE = "ecrin.language";

const CATALOGS = {
  en: () => import("./locales/en.po"),
  fr: () => import("./locales/fr.po"),
} as const;

/** The language chosen here before, or the first of the browser's that the page speaks. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(PLACE);
  if (chosen === "en" || chosen === "fr") return chosen;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2));
  return spoken.find((tag) => tag === "fr" || tag === "en") === "fr" ? "fr" : "en";
}

/** Loads a language and switches the page to it. */
export async function speak(language: Language): Promise<void> {
  const { messages } = await CATALOGS[language]();
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

/** Switches and remembers; nothing secret lies in this one word. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(PLACE, language);
  await speak(language);
}
