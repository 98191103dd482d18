import assert from "node:assert/strict";
import { test } from "node:test";
import { kitFromText, kitFromWords, kitToText, kitToWords, newSecret } from "@ecrin/crypto";
import fc from "fast-check";
import { refusedAs } from "./refused.ts";
import { ownVectors } from "./vectors.ts";

const KIT = new Uint8Array(32).map((_, i) => i * 7);
const anyKit = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((each) => new Uint8Array(each));

// BIP-39's own vector (github.com/trezor/python-mnemonic, vectors.json): 32 bytes of 0x7f, English.
test("the words are BIP-39's", () => {
  const words = kitToWords(new Uint8Array(32).fill(0x7f), "en");
  assert.equal(words.slice(0, 3).join(" "), "legal winner thank");
  assert.equal(words.at(-1), "title");
  assert.equal(words.length, 24);
});

test("kits are written and read as their vectors say", async () => {
  const { accept, refuse } = ownVectors("kit");
  const [one] = accept;
  for (const row of accept) {
    const kit = row.bytes("kit");
    for (const language of ["fr", "en"] as const) {
      assert.equal(kitToWords(kit, language).join(" "), row.text(language));
      assert.deepEqual(kitFromWords(row.text(language)), kit);
    }
    assert.deepEqual(kitFromText(row.text("text")), kit);
  }
  assert.equal(kitToText(one?.bytes("kit") ?? assert.fail()), one?.text("text"));
  for (const row of refuse)
    await refusedAs("kit-mistyped", () =>
      row.has("text") ? kitFromText(row.text("text")) : kitFromWords(row.text("words")),
    );
});

test("a kit comes back from its words in both languages, and from its text", () => {
  fc.assert(
    fc.property(anyKit, (kit) => {
      for (const language of ["fr", "en"] as const) {
        assert.deepEqual(kitFromWords(kitToWords(kit, language).join(" ")), kit);
      }
      assert.deepEqual(kitFromText(kitToText(kit)), kit);
    }),
    { numRuns: 60 },
  );
});

test("words are read without accents, in any case, composed or not, however they are spaced", () => {
  fc.assert(
    fc.property(anyKit, (kit) => {
      const words = kitToWords(kit, "fr");
      const bare = words.map((word) => word.normalize("NFD").replace(/\p{M}/gu, ""));
      assert.deepEqual(kitFromWords(bare.join(" ")), kit);
      assert.deepEqual(kitFromWords(`  ${words.join("\n \t")}\n`.toUpperCase()), kit);
      assert.deepEqual(kitFromWords(words.join(" ").normalize("NFD")), kit);
      const numbered = words.map((word, i) => `${i + 1}. ${word}`);
      assert.deepEqual(kitFromWords(numbered.join("  ")), kit);
    }),
    { numRuns: 40 },
  );
});

test("a word that is in no list is named by its place", async () => {
  for (const language of ["fr", "en"] as const) {
    const words = kitToWords(KIT, language);
    for (const at of [0, 6, 23]) {
      const typed = words.with(at, "xylophage").join(" ");
      const error = await refusedAs("kit-mistyped", () => kitFromWords(typed));
      assert.equal(error.position, at + 1);
      assert.match(error.message, new RegExp(`^word ${at + 1} `));
      assert.ok(!error.message.includes("xylophage"), "an error never repeats the secret");
    }
  }
});

test("a wrong word of the list, two exchanged and a missing one are refused without a place", async () => {
  const words = kitToWords(KIT, "fr");
  const [first = "", second = ""] = words;
  assert.notEqual(first, second);
  let refused = 0;
  for (const typed of [words.with(0, second), [second, first, ...words.slice(2)]]) {
    const error = await refusedAs("kit-mistyped", () => kitFromWords(typed.join(" ")));
    assert.equal(error.position, undefined);
    refused++;
  }
  assert.equal(refused, 2);
  const short = await refusedAs("kit-mistyped", () => kitFromWords(words.slice(1).join(" ")));
  assert.match(short.message, /24 words, not 23/);
  // A whole mnemonic of 12 words (BIP-39's vector of 16 bytes of 0x7f) is no kit.
  const twelve = "legal winner thank year wave sausage worth useful legal winner thank yellow";
  const half = await refusedAs("kit-mistyped", () => kitFromWords(twelve));
  assert.match(half.message, /24 words, not 12/);
  await refusedAs("kit-mistyped", () => kitFromWords(""));
});

test("the text form is 14 groups of four without letters that are taken for others", () => {
  fc.assert(
    fc.property(anyKit, (kit) => {
      assert.match(kitToText(kit), /^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
    }),
  );
});

test("the text is read in small letters, without hyphens, with spaces, with O, I and L", () => {
  const text = kitToText(KIT);
  assert.deepEqual(kitFromText(text.toLowerCase()), KIT);
  assert.deepEqual(kitFromText(text.replaceAll("-", "")), KIT);
  assert.deepEqual(kitFromText(` ${text.replaceAll("-", " ")}\n`), KIT);
  assert.ok(/[01]/.test(text), "the example must have what is mistaken");
  assert.deepEqual(kitFromText(text.replaceAll("0", "O").replaceAll("1", "l")), KIT);
  assert.deepEqual(kitFromText(text.replaceAll("0", "o").replaceAll("1", "I")), KIT);
});

test("every character of the text that is changed, and any two exchanged, are noticed", async () => {
  const characters = [...kitToText(newSecret()).replaceAll("-", "")];
  for (const [at, character] of characters.entries()) {
    const other = character === "7" ? "8" : "7";
    await refusedAs("kit-mistyped", () => kitFromText(characters.with(at, other).join("")));
    const next = characters[at + 1];
    if (next === undefined || next === character) continue;
    const swapped = characters
      .with(at, next)
      .with(at + 1, character)
      .join("");
    await refusedAs("kit-mistyped", () => kitFromText(swapped));
  }
  const error = await refusedAs("kit-mistyped", () =>
    kitFromText(characters.with(9, "U").join("")),
  );
  assert.equal(error.position, 10);
  await refusedAs("kit-mistyped", () => kitFromText(characters.slice(1).join("")));
  await refusedAs("kit-mistyped", () => kitFromText(`0${characters.join("")}`));
});

test("a kit of another length is a mistake", async () => {
  await refusedAs("bad-argument", () => kitToWords(new Uint8Array(16), "fr"));
  await refusedAs("bad-argument", () => kitToText(new Uint8Array(16)));
});
