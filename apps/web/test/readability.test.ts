import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { easeOf, longestSentence, plainText } from "./reading.ts";
import { catalog, type Language } from "./words.ts";

/** Lower secondary school reads what scores 60 or more (WCAG 2.2, 3.1.5); single texts vary. */
const LEAST_WHOLE = 75;
const LEAST_EACH = 48;
const MOST_WORDS = 25;

/** Texts that spell out the name of a standard, which nobody can shorten. */
const NAMES = /Fast Healthcare|Web Content|Portable Document/;

/** Words of the trade. What has to be said is said in others, or explained on the page of help. */
const JARGON: Readonly<Record<Language, RegExp>> = {
  en: /\b(?:encrypt\w*|decrypt\w*|cipher\w*|crypto\w*|hash\w*|tokens?|metadata|synchroni\w*|authenticat\w*|credentials?|log ?in|submit|browser cache)\b/i,
  fr: /\b(?:chiffrement|chiffrée?s?|déchiffr\w*|crypt\w*|hach\w*|jetons?|métadonn\w*|synchronis\w*|authentifi\w*|identifiants?|soumettre|uploader?)\b/i,
};

/** Abbreviations that need no explanation: two units. */
const UNITS: ReadonlySet<string> = new Set(["GB", "MB"]);

/** Every text, each form of a plural by itself. */
function texts(language: Language): string[] {
  return [...catalog(language)].flatMap(([english, own]) => {
    const text = language === "en" ? english : own;
    const forms = [...text.matchAll(/(?:one|other) \{((?:[^{}]|\{[^{}]*\})*)\}/g)];
    const each = text.includes(", plural,") ? forms.map(([, form = ""]) => form) : [text];
    return each.map(plainText);
  });
}

for (const language of ["en", "fr"] as const) {
  test(`texts are easy to read, ${language}`, () => {
    const all = texts(language);
    assert.ok(all.length > 400);
    const whole = all.map((text) => (/[.!?:…]$/.test(text) ? text : `${text}.`)).join(" ");
    const ease = easeOf(whole, language);
    assert.ok(ease >= LEAST_WHOLE, `all texts together: ${ease.toFixed(0)}`);
    for (const text of all) {
      assert.ok(longestSentence(text) <= MOST_WORDS, `too long a sentence: ${text}`);
      if (text.split(/\s+/).length < 12 || NAMES.test(text)) continue;
      const own = easeOf(text, language);
      assert.ok(own >= LEAST_EACH, `${own.toFixed(0)}: ${text}`);
    }
  });

  test(`no words of the trade, ${language}`, () => {
    for (const text of texts(language)) assert.doesNotMatch(text, JARGON[language]);
  });
}

test("the score tells easy from hard", () => {
  assert.ok(easeOf("The cat sat on the mat. It was warm.", "en") > 100);
  assert.ok(easeOf("Cryptographic authentication necessitates interoperability.", "en") < 0);
  assert.ok(easeOf("Le chat dort. Il a chaud.", "fr") > 100);
  assert.ok(
    easeOf("L’interopérabilité nécessite une authentification cryptographique.", "fr") < 30,
  );
  assert.equal(longestSentence("One two three. Four five."), 3);
});

test("every abbreviation is explained on the page of help", () => {
  const help = readFileSync(join(import.meta.dirname, "..", "src", "pages", "help.tsx"), "utf8");
  const used = new Set(
    [...catalog("en").keys()]
      .map(plainText)
      .flatMap((text) => text.match(/\b[A-Z]{2,}\b/g) ?? [])
      .filter((each) => !UNITS.has(each)),
  );
  assert.ok(used.has("FHIR"));
  for (const each of used) assert.match(help, new RegExp(`said="${each}"|\\b${each} is`), each);
});
