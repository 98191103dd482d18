import assert from "node:assert/strict";
import { test } from "node:test";
import { allSeen, cutTo, inOneLine } from "../src/one-line.ts";
import { isLike, nameFor, selfGiven } from "../src/self-given.ts";

test("what is not seen, or steers what shows it, is marked", () => {
  const marked = [
    "a\u001b[2Jb", // an escape sequence
    "a\u009b2Jb", // the same in one character
    "a\bb",
    "report\u202efdp.exe", // written from the right
    "a\u2066b",
    "Dr\u200b Roche", // no room at all
    "Dr Roche\ufeff",
    "Dr Ro\u00adche",
    "Dr Roche\u3164", // a letter that fills
    "Dr Roche\u2800",
    "Dr Roche\u{e0041}", // a tag
    "Dr\u200dRoche",
    "Dr Roche\ufe0f",
    "scan \ud83d",
  ];
  for (const text of marked) {
    const seen = allSeen(text);
    assert.match(seen, /\ufffd/u, JSON.stringify(text));
    assert.doesNotMatch(seen, /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u);
  }
});

test("what people write in any script stays as it is", () => {
  for (const text of [
    "Hélène « ok » Œuvre nº 2, 38,5 °C – µmol/l",
    "Ελένη Παπαδοπούλου",
    "می‌خواهم", // Persian, with a joiner that parts
    "क्‍ष", // Devanagari, with a joiner
    "שָׁלוֹם",
    "北京协和医院",
    "👩‍⚕️ 👩🏽‍⚕️ ❤️ 1️⃣",
    "a\u0301",
  ])
    assert.equal(inOneLine(text), text);
});

test("a line stays one, whatever room is in it", () => {
  assert.equal(inOneLine(`a${" ".repeat(80)}Checked on this device`), "a Checked on this device");
  assert.equal(inOneLine("a\r\nb\tc\u2028d\u3000\u3000e"), "a b c d e");
  assert.equal(allSeen("a  b"), "a  b");
  assert.equal(inOneLine(`e${"\u0301".repeat(50)}`), `e${"\u0301".repeat(4)}\ufffd`);
});

test("a text is cut between letters", () => {
  assert.equal(cutTo(3, "abcd"), "ab…");
  assert.equal(cutTo(3, "😀😀😀"), "😀😀😀");
  assert.equal(cutTo(2, "😀😀😀"), "😀…");
});

test("names that an eye takes for one are alike", () => {
  for (const other of [
    "Dr Roche\u200b",
    "DR. ROCHE",
    "Dr Rосhe", // Cyrillic
    "Dr Rοche", // Greek
    "Dr R0che",
    "Dr  Róche",
    "Ｄｒ Ｒｏｃｈｅ", // wide letters
  ])
    assert.ok(isLike("Dr Roche", other), other);
  for (const other of ["Dr Rochet", "Roche", "Dr Roche (2)"])
    assert.ok(!isLike("Dr Roche", other), other);
  assert.ok(isLike("Kern", "Kem"));
  assert.ok(!isLike("👍", "👎"));
});

test("nobody names themselves like somebody who is known, or like this person", () => {
  const known = ["Alice Martin", "Dr Roche"];
  assert.equal(nameFor("Bruno", known), "Bruno");
  assert.equal(nameFor("Dr Roche", known), "Dr Roche (2)");
  assert.equal(nameFor("Dr Rосhe", [...known, "Dr Roche (2)"]), "Dr Rосhe (3)");
  assert.equal(nameFor("alice martin", known), "alice martin (2)");
  assert.equal(nameFor("Vous", known), "Vous (2)");
  assert.equal(nameFor(" Bruno\n", known), "Bruno");
  const sentence = `Nobody. ${"Checked on this device. ".repeat(20)}`;
  assert.equal([...selfGiven(sentence)].length, 80);
});
