import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";
import { i18n } from "@lingui/core";

// The language of the page where words cannot be fetched: it goes on in the one it speaks, and asks
// for that one's words.

const LANGUAGES = ["en", "fr"] as const;

/** Catalogues that cannot be fetched now, and those that were asked for, in order. */
const away = new Set<string>();
const asked: string[] = [];
let times = 0;

// In place of what the build makes of the catalogues; each is asked for anew, as after a failure.
registerHooks({
  resolve(specifier, context, next) {
    const [, language] = /(?:virtual:door-words-|locales\/)(en|fr)/.exec(specifier) ?? [];
    if (language === undefined) return next(specifier, context);
    const name = specifier.startsWith("virtual:") ? `door ${language}` : language;
    asked.push(name);
    if (away.has(name)) throw new TypeError("Failed to fetch");
    times += 1;
    const words = `export const messages = ${JSON.stringify({ where: [name] })}; // ${times}`;
    return { url: `data:text/javascript,${encodeURIComponent(words)}`, shortCircuit: true };
  },
});
const kept = new Map<string, string>();
Object.assign(globalThis, {
  localStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  },
  document: { documentElement: { lang: "" } },
});

const { chooseLanguage, later, speak } = await import("../src/language.ts");

/** Which catalogue the page speaks from, and what it says that it speaks. */
const spoken = () => [i18n.t("where"), document.documentElement.lang];

test("a language whose words cannot be fetched is not spoken, and not remembered", async () => {
  await speak("en");
  away.add("door fr");
  await assert.rejects(chooseLanguage("fr"), /Failed to fetch/);
  assert.deepEqual(spoken(), ["door en", "en"]);
  assert.equal(kept.size, 0);
});

test("what is fetched after that comes with the words of the language that is spoken", async () => {
  for (const language of LANGUAGES) away.add(`door ${language}`);
  away.add("fr");
  asked.length = 0;
  assert.equal(await later(async () => "a page"), "a page");
  assert.deepEqual(asked, ["en"]);
  assert.deepEqual(spoken(), ["en", "en"]);
});

test("words that could not be fetched are asked for again, and then it is spoken", async () => {
  await assert.rejects(chooseLanguage("fr"));
  assert.deepEqual(spoken(), ["en", "en"]);
  away.clear();
  await chooseLanguage("fr");
  assert.deepEqual(spoken(), ["fr", "fr"]);
  assert.deepEqual([...kept.values()], ["fr"]);
});

test("whoever changes their mind while words are fetched has the last word", async () => {
  await Promise.all([chooseLanguage("en"), chooseLanguage("fr")]);
  assert.deepEqual(spoken(), ["fr", "fr"]);
  assert.deepEqual([...kept.values()], ["fr"]);
});
