import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import { cda, dicom, joined, section as part, u16, u32 } from "./clinical.ts";
import { add, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { owner } from "./owner.ts";
import { picture } from "./samples.ts";

// Files of a kind that browsers do not show by themselves, and pictures from a phone's camera.

const GIVEN = join(import.meta.dirname, "..", "..", "..", "..", "shared", "data");

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

const LETTER = cda(
  `<structuredBody>${part(
    "Résultats",
    "<table><thead><tr><th>Quoi</th><th>Valeur</th></tr></thead><tbody><tr><td>HbA1c</td><td>6,8 %</td></tr></tbody></table><paragraph>&lt;b&gt; reste un texte</paragraph>",
  )}</structuredBody>`,
);

/** Two frames of two pixels: dark and light, then the other way round. */
const FILM = dicom([
  [0x00080060, "CS", "US"],
  [0x00280002, "US", [1]],
  [0x00280004, "CS", "MONOCHROME2"],
  [0x00280008, "IS", "2"],
  [0x00280010, "US", [1]],
  [0x00280011, "US", [2]],
  [0x00280100, "US", [8]],
  [0x00280101, "US", [8]],
  [0x00280103, "US", [0]],
  [0x7fe00010, "OB", Uint8Array.of(0, 255, 255, 0)],
]);

const CURVES = dicom([
  [0x00080060, "CS", "ECG"],
  [
    0x54000100,
    "SQ",
    [
      [
        [0x003a0005, "US", [1]],
        [0x003a0010, "UL", u32(4)],
        [0x003a001a, "DS", "2"],
        [0x003a0020, "SH", "REST"],
        [0x003a0200, "SQ", [[[0x003a0203, "SH", "V1"]]]],
        [0x54001004, "US", [16]],
        [0x54001006, "CS", "SS"],
        [0x54001010, "OW", joined([u16(0), u16(900), u16(-300), u16(0)])],
      ],
    ],
  ],
]);

function file(name: string, mimeType: string, bytes: Uint8Array | string) {
  return { name, mimeType, buffer: Buffer.from(bytes) };
}

test("a clinical document is read section by section, a film frame by frame, curves as curves", async () => {
  const visitor = await owner(ground, "fr", { width: 390 });
  const { page, say, wrong } = visitor;
  await add(visitor, [
    file("lettre.xml", "text/xml", LETTER),
    file("film.dcm", "application/dicom", FILM),
    file("ecg.dcm", "", CURVES),
  ]);
  await page.getByRole("link", { name: "lettre" }).click();
  await page.getByRole("heading", { level: 2, name: "Compte rendu" }).waitFor();
  await page.getByRole("heading", { level: 3, name: "Résultats" }).waitFor();
  await page.getByRole("cell", { name: "6,8 %" }).waitFor();
  await page.getByText("<b> reste un texte").waitFor();
  await page.getByText("Dr Hélène Roche").waitFor();
  await checkAbilities(page, "a clinical document");

  await section(visitor, "My documents");
  await page.getByRole("link", { name: "film" }).click();
  const canvas = page.locator(".frames canvas");
  const left = () =>
    canvas.evaluate((each) =>
      each instanceof HTMLCanvasElement
        ? each.getContext("2d")?.getImageData(0, 0, 1, 1).data[0]
        : undefined,
    );
  await page.getByText(say("Picture {shown} of {total}", 1, 2)).waitFor();
  await until(async () => (await left()) === 0);
  await press(visitor, "Next picture");
  await page.getByText(say("Picture {shown} of {total}", 2, 2)).waitFor();
  await until(async () => (await left()) === 255);
  await checkAbilities(page, "a film");

  await section(visitor, "My documents");
  await page.getByRole("link", { name: "ecg" }).click();
  await page.getByText(say("{length} seconds", "2")).waitFor();
  assert.equal(await page.locator(".curves polyline").count(), 1);
  await checkAbilities(page, "curves");
  assert.deepEqual(wrong, []);
  await visitor.context.close();
});

test("a photo from the camera is a document called after its day", async () => {
  const visitor = await owner(ground, "en", { width: 390, touch: true });
  const { page, say, wrong } = visitor;
  const chooser = page.waitForEvent("filechooser");
  await press(visitor, "Take a photo");
  const input = (await chooser).element();
  assert.equal(await input.getAttribute("capture"), "environment");
  assert.equal(await input.getAttribute("accept"), "image/*");
  await (await chooser).setFiles([file("image.png", "image/png", picture())]);
  await page.getByRole("button", { name: say("Hide this") }).click();
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" }).format(Date.now());
  await page.getByRole("link", { name: say("Photo of {day}", day) }).click();
  await page.locator(".sheet img").waitFor();
  assert.deepEqual(wrong, []);
  await visitor.context.close();
});

test("files of other programs are shown", {
  skip: existsSync(GIVEN) ? false : "there are none beside this checkout",
}, async () => {
  const visitor = await owner(ground, "en");
  const given = (folder: string, name: string) =>
    file(name, "", readFileSync(join(GIVEN, folder, name)));
  await add(visitor, [
    given("cda", "CCD.xml"),
    given("dicom", "examples_ybr_color.dcm"),
    given("dicom", "waveform_ecg.dcm"),
  ]);
  const { page, say, wrong } = visitor;
  await page.getByRole("link", { name: "CCD" }).click();
  await page.locator(".clinical table").first().waitFor();
  await checkAbilities(page, "a CCD");
  await section(visitor, "My documents");
  await page.getByRole("link", { name: "examples ybr color" }).click();
  await page.getByText(say("Picture {shown} of {total}", 1, 30)).waitFor();
  const drawn = () =>
    page.locator(".frames canvas").evaluate((each) => {
      if (!(each instanceof HTMLCanvasElement)) return 0;
      const { data } = each.getContext("2d")?.getImageData(0, 0, each.width, each.height) ?? {};
      return data?.filter((value, i) => i % 4 !== 3 && value > 32).length ?? 0;
    });
  await until(async () => (await drawn()) > 1000);
  await section(visitor, "My documents");
  await page.getByRole("link", { name: "waveform ecg" }).click();
  await page.locator(".curves polyline").nth(11).waitFor();
  assert.deepEqual(wrong, []);
  await visitor.context.close();
});

/** Waits for something that is drawn a moment later. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, "it was never drawn");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
