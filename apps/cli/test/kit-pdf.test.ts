import assert from "node:assert/strict";
import { test } from "node:test";
import { Kit, readKit } from "@ecrin/client";
import { newId } from "@ecrin/protocol";
import { encode } from "uqr";
import { kitPdf } from "../src/kit-pdf.ts";
import { KIT_WORDS } from "../src/kit-words.ts";
import { partsOf, textOf } from "./pdf-text.ts";

const kit = new Kit(newId<"account">(), crypto.getRandomValues(new Uint8Array(32)));
const code = codeOf(kit);

const another = new Kit(newId<"account">(), crypto.getRandomValues(new Uint8Array(32)));

async function page(language: "fr" | "en", of = kit): Promise<Uint8Array> {
  return await kitPdf({
    language,
    account: of.account,
    server: "https://ecrin.example",
    scan: of.text(),
    text: codeOf(of),
    words: of.words(language),
    made: new Date("2026-12-01T10:00:00Z"),
  });
}

function codeOf(of: Kit): string {
  return of.text().split(":").at(-1) ?? "";
}

/** The squares of the page that are painted black, as a QR code's modules. */
function modulesOf(pdf: Uint8Array, size: number): boolean[][] {
  const content = partsOf(pdf).streams.find((each) => each.includes(" re")) ?? "";
  const figure = content.slice(content.indexOf("/Figure"));
  const rects = [
    ...figure.slice(0, figure.indexOf("EMC")).matchAll(/([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re/g),
  ]
    .map((match) => match.slice(1, 5).map(Number))
    .map(([x = 0, y = 0, width = 0]) => ({ x, y, width }));
  const left = Math.min(...rects.map(({ x }) => x));
  const top = Math.min(...rects.map(({ y }) => y));
  const side = (Math.max(...rects.map(({ x, width }) => x + width)) - left) / size;
  const grid = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const { x, y, width } of rects) {
    const from = Math.round((x - left) / side);
    for (let i = 0; i < Math.round(width / side); i++) {
      const row = grid[Math.round((y - top) / side)];
      if (row !== undefined) row[from + i] = true;
    }
  }
  return grid;
}

for (const language of ["fr", "en"] as const) {
  test(`a kit page in ${language} holds the kit, whole and readable`, async () => {
    const pdf = await page(language);
    const lines = textOf(pdf).normalize("NFC");
    const words = KIT_WORDS[language];
    assert.ok(lines.includes(words.title) && lines.includes(kit.account));
    assert.match(lines, language === "fr" ? /1er décembre 2026/ : /1 December 2026/);
    const printed = kit.words(language);
    assert.ok(
      printed.every((word) => lines.includes(`\n${word}\n`)),
      lines,
    );
    assert.deepEqual((await readKit(printed.join(" "))).code, kit.code);
    const read = lines.match(/(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}|[0-9A-Z]{4}-[0-9A-Z]{4}(?=\n)/g) ?? [];
    assert.equal(read.join("-"), code);
  });
}

test("what is scanned is the kit's text", async () => {
  const { data, size } = encode(kit.text(), { ecc: "M", border: 0 });
  assert.deepEqual(modulesOf(await page("fr"), size), data);
});

test("one page, tagged, in its language, and nothing secret outside the page", async () => {
  const pdf = await page("fr");
  const { outside } = partsOf(pdf);
  assert.match(outside, /\/Type \/Pages\n\/Count 1\n/);
  assert.match(outside, /\/Marked true/);
  assert.match(outside, /\/Lang \(fr-FR\)/);
  const plain = (text: string) => text + text.replace(/\0/g, "");
  // A word of the list may stand in every kit's title, or in the form of a PDF.
  const ofEvery = plain(partsOf(await page("fr", another)).outside);
  const secrets = [kit.account, code, code.slice(0, 9), ...kit.words("fr")].filter(
    (each) => each.length > 5 && !ofEvery.includes(each),
  );
  assert.ok(secrets.length > 3);
  for (const secret of secrets)
    assert.ok(!plain(outside).includes(secret), "a secret is in the metadata");
});
