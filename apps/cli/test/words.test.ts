import assert from "node:assert/strict";
import { test } from "node:test";
import { ClientError } from "@ecrin/client";
import { ENTRY_KINDS, EXPORT_REASONS } from "@ecrin/protocol";
import { awayWords } from "../src/away-words.ts";
import { failureOf } from "../src/failure.ts";
import { catalogue, languageFrom, languageOf } from "../src/words.ts";

/** Every sentence of a catalogue by its path; functions are called with something recognisable. */
function sentences(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") {
    const given = Array.from({ length: value.length }, (_, i) => (i === 0 ? "A" : `B${i}`));
    return [[path, String(Reflect.apply(value, undefined, given))]];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => sentences(each, `${path}.${key}`));
}

// The same word in both languages.
const ALIKE =
  /\.(kit|question|vaccination|DocumentReference|prescription|MedicationRequest|Immunization|Patient|no|quoted|versions|document|documents)$/;

test("every sentence stands in both languages, and is translated", () => {
  const en = new Map(sentences(catalogue("en")));
  const fr = new Map(sentences(catalogue("fr")));
  assert.deepEqual([...fr.keys()].sort(), [...en.keys()].sort());
  for (const [path, text] of en) {
    assert.notEqual(text.trim(), "", path);
    if (!ALIKE.test(path)) assert.notEqual(fr.get(path), text, path);
  }
});

test("what a sentence is given is in the sentence", () => {
  for (const language of ["en", "fr"] as const) {
    const { said, journal } = catalogue(language);
    const sentence = said.shareAsk("Dr Roche", "verified", "two", "tomorrow");
    for (const part of ["Dr Roche", "verified", "two", "tomorrow"]) {
      assert.ok(sentence.includes(part), `${language}: ${part}`);
    }
    for (const kind of ENTRY_KINDS) {
      const line = journal.kinds[kind]("Camille", "this");
      assert.ok(line.includes("Camille") || line.includes("this"), `${language}: ${kind}`);
    }
  }
});

test("every reason why an export does not hold has its words, and names what it is about", () => {
  for (const language of ["en", "fr"] as const) {
    const { reasons } = catalogue(language).verify;
    assert.deepEqual(Object.keys(reasons).sort(), [...EXPORT_REASONS].sort());
    for (const reason of ["unlisted", "not-grown", "block-idle"] as const)
      assert.ok(reasons[reason]({ name: "a/file" }).includes("a/file"), reason);
    for (const reason of ["gone", "block"] as const)
      assert.ok(reasons[reason]({ number: 4711 }).includes("4711"), reason);
  }
});

test("whoever is told to wait is told for how long, and never too short", () => {
  const told = (language: "en" | "fr", retryAfter?: number) => {
    const problem = { status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) };
    const error = new ClientError("rate-limited", "of a test", { problem });
    return failureOf(error, catalogue(language)).message;
  };
  const spans = [undefined, 1, 60, 61, 5400, 5401, 86_400].map(
    (seconds) => /Wait (.*) and try/.exec(told("en", seconds))?.[1],
  );
  const minute = "1 minute";
  assert.deepEqual(spans, [
    minute,
    minute,
    minute,
    "2 minutes",
    "90 minutes",
    "2 hours",
    "24 hours",
  ]);
  assert.match(told("fr", 86_400), /Attendez 24\sheures et/);
});

test("one is told as one", () => {
  const [en, fr] = [catalogue("en"), catalogue("fr")];
  assert.equal(en.verify.reads(1), "1 read, signed by its reader's device.");
  assert.equal(fr.verify.reads(1), "1 lecture signée par l'appareil de son lecteur.");
  assert.match(fr.verify.reads(2), /^2 lectures, chacune/);
  assert.match(awayWords(en).kept(2, 1), /of which 1 opens/);
  assert.match(awayWords(fr).kept(2, 1), /dont 1 s'ouvre /);
});

test("the language comes from the command line, then from the environment", () => {
  assert.equal(languageFrom({ LANG: "fr_FR.UTF-8" }), "fr");
  assert.equal(languageFrom({ LC_ALL: "C", LANG: "fr_FR.UTF-8" }), "en");
  assert.equal(languageOf(["list", "--lang", "fr"], { LANG: "en" }), "fr");
  assert.equal(languageOf(["--lang=en", "list"], { LANG: "fr" }), "en");
  assert.equal(languageOf(["--lang", "de"], { LANG: "fr" }), "fr");
});
