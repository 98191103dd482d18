import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { apart } from "../src/apart.ts";
import { savedAs } from "../src/saved-as.ts";
import { readDicom } from "../src/shown/dicom.ts";
import { dicom, fragments, joined } from "./clinical.ts";
import { type Drawing, startDrawing } from "./drawn.ts";

// What somebody else chose, as it reaches the page.

let drawing: Drawing;
before(async () => {
  drawing = await startDrawing();
});
after(async () => {
  await drawing?.stop();
});

/** Members that every object of JavaScript has: no kind, element or code of anything. */
const OF_EVERY_OBJECT = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];

test("a kind that is none is shown as it was given", async () => {
  for (const type of OF_EVERY_OBJECT) {
    const kind = { type, mediaType: type };
    assert.equal(await drawing.draw("parts/kind.tsx", "Kind", "fr", kind), type);
  }
});

test("a resource of such a kind, with such elements and codes, is drawn", async () => {
  for (const name of OF_EVERY_OBJECT) {
    const resource = JSON.parse(
      `{"resourceType":"${name}","status":"${name}","${name}":{"text":"said"},"code":{"text":"what"}}`,
    );
    const said = await drawing.draw("parts/resource.tsx", "Resource", "en", { resource });
    assert.match(said, new RegExp(`Status${name}`));
    assert.match(said, new RegExp(`${name}said`));
    assert.match(said, /Whatwhat/);
  }
});

test("a saved copy ends as what it is, and hides nothing of that", () => {
  assert.equal(savedAs("analyses", "application/pdf"), "analyses.pdf");
  assert.equal(savedAs("analyses.pdf", "application/pdf"), "analyses.pdf");
  assert.equal(savedAs("analyses\u202efdp.exe", "application/pdf"), "analysesfdp.exe.pdf");
  assert.equal(savedAs(`a.pdf${" ".repeat(60)}.exe`, ""), "a.pdf .exe");
  assert.equal(savedAs("../../.bashrc", "text/plain"), "bashrc.txt");
  assert.equal(savedAs("-rf \u200b", ""), "rf");
  assert.equal(savedAs("\u202e/", "image/png"), "document.png");
  assert.equal(savedAs("😀".repeat(130), "text/csv"), `${"😀".repeat(120)}.csv`);
  assert.equal(savedAs("x", "constructor"), "x");
  assert.equal(savedAs("Œdème – contrôle nº 2", "text/plain"), "Œdème – contrôle nº 2.txt");
});

test("a name that is written from the right keeps to itself in a sentence", () => {
  assert.equal(apart("Dr Roche"), "Dr Roche");
  assert.equal(apart("د. روش"), "\u2068د. روش\u2069");
});

test("a file in a character set of such a name is read as one in none that is known", () => {
  for (const name of OF_EVERY_OBJECT) {
    const file = dicom([
      [0x00080005, "CS", name],
      [0x00100010, "PN", "Moreau^Camille"],
    ]);
    assert.equal(readDicom(file)?.facts.patient, "Camille Moreau");
  }
});

test("a small file that claims a picture larger than a device holds is not drawn", () => {
  const claimed = (rows: number, columns: number) =>
    readDicom(
      joined([
        dicom(
          [
            [0x00280002, "US", [1]],
            [0x00280004, "CS", "MONOCHROME2"],
            [0x00280010, "US", [rows]],
            [0x00280011, "US", [columns]],
            [0x00280100, "US", [8]],
            [0x00280101, "US", [8]],
            [0x00280103, "US", [0]],
          ],
          "1.2.840.10008.1.2.5",
        ),
        fragments([Uint8Array.of(1, 0, 0, 0)]),
      ]),
    );
  assert.equal(claimed(16_000, 16_000)?.picture, undefined);
  assert.equal(claimed(16_000, 16_000)?.undrawn, "1.2.840.10008.1.2.5");
  assert.ok(claimed(6_000, 8_000)?.picture);
});
