import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { checkAbilities } from "./abilities.ts";
import { cda, dicom, joined, section as part, u16, u32 } from "./clinical.ts";
import { add, fill, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { owner } from "./owner.ts";
import { brokenWords } from "./reflow.ts";
import { picture } from "./samples.ts";
import type { Visitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

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
    "<table><thead><tr><th>Quoi</th><th>Valeur</th><th>Méthode</th><th>Limites</th><th>Prélevé</th><th>Vu par</th></tr></thead><tbody><tr><td>HbA1c</td><td>6,8 %</td><td>lumière</td><td>4 à 6 %</td><td>le matin</td><td>Dr Roche</td></tr></tbody></table><paragraph>&lt;b&gt; reste un texte</paragraph>",
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

for (const walk of WALKS.documents) {
  test(`documents of every kind are added, shown and found, ${named(walk)}`, async (t) => {
    const visitor = await owner(ground, walk.language, walk);
    const { page, say, wrong } = visitor;
    const files = [
      file("lettre.xml", "text/xml", LETTER),
      file("film.dcm", "application/dicom", FILM),
      file("ecg.dcm", "", CURVES),
    ];
    if (walk.hand === "mouse") await drag(visitor, files);
    else await add(visitor, files);
    if (walk.hand === "keyboard") await pastePicture(visitor);
    await activate(visitor, page.getByRole("link", { name: "lettre" }));
    await page.getByRole("heading", { level: 2, name: "Compte rendu" }).waitFor();
    await page.getByRole("heading", { level: 3, name: "Résultats" }).waitFor();
    await page.getByRole("cell", { name: "6,8 %" }).waitFor();
    await page.getByText("<b> reste un texte").waitFor();
    await page.getByText("Dr Hélène Roche").waitFor();
    await checkAbilities(page, "a clinical document");
    assert.deepEqual(await brokenWords(page), []);
    await page.emulateMedia({ media: "print" });
    const frame = page.locator(".clinical .scrolled").first();
    const isWhole = await frame.evaluate(
      (each) =>
        getComputedStyle(each).overflowX === "visible" && each.scrollWidth <= each.clientWidth,
    );
    assert.ok(isWhole, "nobody scrolls on paper");
    await page.emulateMedia({ media: null });

    await section(visitor, "My documents");
    await activate(visitor, page.getByRole("link", { name: "film" }));
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
    await activate(visitor, page.getByRole("link", { name: "ecg" }));
    await page.getByText(say("{length} seconds", "2")).waitFor();
    assert.equal(await page.locator(".curves polyline").count(), 1);
    await checkAbilities(page, "curves");

    await findAndNote(visitor);
    assert.deepEqual(wrong, []);
    walked(t, "documents", visitor);
    await visitor.context.close();
  });
}

/** A word finds by its beginning, whatever its accents; a note is a document like others. */
async function findAndNote(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "My documents");
  await press(visitor, "Write a note");
  await fill(visitor, "Title, if you like", "Préparation");
  await fill(visitor, "Text", "Ne pas oublier le vaccin.");
  await checkAbilities(page, "a note");
  await press(visitor, "Seal and keep");
  await page.getByRole("link", { name: "Préparation" }).waitFor();
  for (let i = 0; i < 3; i++) await addResult(visitor, i);
  await activate(visitor, page.getByText(say("Narrow it down")));
  await checkAbilities(page, "looking for something");
  await fill(visitor, "Look for", "prepa");
  await page.getByRole("link", { name: "film" }).waitFor({ state: "detached" });
  assert.equal(await page.locator(".entry-link").count(), 1);
  await fill(visitor, "Look for", "tension");
  await activate(visitor, page.getByRole("link", { name: "Tension" }).first());
  await page.locator(".chart circle").first().waitFor();
  assert.equal(await page.locator(".chart circle").count(), 3);
  await page.locator(".figures td", { hasText: "121 mmHg" }).waitFor();
  await checkAbilities(page, "results over time");
}

/** Adds one result of a kind of which there are several. */
async function addResult(visitor: Visitor, i: number): Promise<void> {
  const result = {
    resourceType: "Observation",
    status: "final",
    code: { text: "Tension" },
    effectiveDateTime: `2026-0${i + 1}-12`,
    valueQuantity: { value: 120 + i, unit: "mmHg" },
  };
  const buffer = Buffer.from(
    JSON.stringify({ resourceType: "Bundle", type: "collection", entry: [{ resource: result }] }),
  );
  await add(visitor, [{ name: `${i}.json`, mimeType: "application/json", buffer }]);
}

/** Drags files from outside the browser onto the page, and waits until all are sealed. */
async function drag(visitor: Visitor, files: readonly ReturnType<typeof file>[]): Promise<void> {
  const { page, say, context } = visitor;
  const paths = files.map(({ name }) => join(ground.folder, name));
  for (const [i, { buffer }] of files.entries()) await writeFile(paths[i] ?? "", buffer);
  const zone = page.locator(".drop");
  const { x, y, width, height } = (await zone.boundingBox()) ?? assert.fail("nowhere to drop");
  const devtools = await context.newCDPSession(page);
  const event = (type: "dragEnter" | "dragOver" | "drop") =>
    devtools.send("Input.dispatchDragEvent", {
      type,
      x: x + width / 2,
      y: y + height - 8,
      data: { items: [], files: paths, dragOperationsMask: 1 },
    });
  await event("dragEnter");
  await event("dragOver");
  await page.locator(".drop[data-drop-target]").waitFor();
  await checkAbilities(page, "files held above the page");
  await event("drop");
  await activate(visitor, page.getByRole("button", { name: say("Hide this") }));
}

/** Copies a picture, and pastes it into the page. */
async function pastePicture(visitor: Visitor): Promise<void> {
  const { page, say } = visitor;
  await page.evaluate(
    async (bytes) => {
      const blob = new Blob([new Uint8Array(bytes)], { type: "image/png" });
      await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    },
    [...picture()],
  );
  await page.keyboard.press("ControlOrMeta+V");
  await activate(visitor, page.getByRole("button", { name: say("Hide this") }));
  await page.getByRole("link", { name: "image" }).waitFor();
}

test("a photo from the camera is a document called after its day", async () => {
  const visitor = await owner(ground, "en", { width: 390, hand: "touch" });
  const { page, say, wrong } = visitor;
  const chooser = page.waitForEvent("filechooser");
  await press(visitor, "Take a photo");
  const input = (await chooser).element();
  assert.equal(await input.getAttribute("capture"), "environment");
  assert.equal(await input.getAttribute("accept"), "image/*");
  await (await chooser).setFiles([file("image.png", "image/png", picture())]);
  await activate(visitor, page.getByRole("button", { name: say("Hide this") }));
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" }).format(Date.now());
  await activate(visitor, page.getByRole("link", { name: say("Photo of {day}", day) }));
  await page.locator(".sheet img").waitFor();
  assert.deepEqual(wrong, []);
  await visitor.context.close();
});

test("a long list is as long as its rows are high, also after the window has become narrow", async () => {
  const visitor = await owner(ground, "fr");
  const { page, wrong } = visitor;
  const resource = (i: number) => ({
    resourceType: "Observation",
    status: "final",
    code: {
      text: `Résultat ${i} d’un examen dont le nom tient sur une ligne large, et non sur une ligne étroite`,
    },
    effectiveDateTime: "2026-01-12",
    valueQuantity: { value: i, unit: "mmol/L" },
  });
  const entry = Array.from({ length: 80 }, (_, i) => ({ resource: resource(i) }));
  const buffer = Buffer.from(JSON.stringify({ resourceType: "Bundle", type: "collection", entry }));
  await add(visitor, [{ name: "suivi.json", mimeType: "application/json", buffer }]);
  await page.locator(".timeline .entry").first().waitFor();
  const to = async (y: number) => {
    await page.evaluate((top) => globalThis.scrollTo(0, top), y);
    await page.waitForTimeout(50);
  };
  const isAtEnd = async () => (await page.locator('[aria-posinset="80"]').count()) === 1;
  // Every row is measured once, as wide as the window is.
  for (let y = 0; !(await isAtEnd()); y += 400) await to(y);
  await page.setViewportSize({ width: 320, height: 900 });
  // A step back and to the end: what lies before that is drawn no more, and measured no more.
  const end = () => page.evaluate(() => document.documentElement.scrollHeight);
  await to((await end()) - 1500);
  let room = Number.NaN;
  await until(async () => {
    await to(await end());
    room = await roomAbove(page);
    return (await isAtEnd()) && room > 0.9 && room < 1.1;
  }).catch(() => assert.fail(`room for ${room} of the rows that are left out`));
  assert.deepEqual(wrong, []);
  await visitor.context.close();
});

/** The room that is kept for rows above those that are drawn, over what as many of these would take. */
async function roomAbove(page: Page): Promise<number> {
  return await page.locator(".timeline").evaluate((list) => {
    const rows = [...list.querySelectorAll(".entry")];
    const heights = rows.map((each) => each.getBoundingClientRect().height);
    const above = Number(rows[0]?.getAttribute("aria-posinset")) - 1;
    const row = heights.reduce((all, each) => all + each, 0) / heights.length;
    const kept = list.firstElementChild?.getBoundingClientRect().height ?? 0;
    return above < 20 ? Number.NaN : kept / (row * above);
  });
}

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
  await activate(visitor, page.getByRole("link", { name: "CCD" }));
  await page.locator(".clinical table").first().waitFor();
  await checkAbilities(page, "a CCD");
  assert.deepEqual(await brokenWords(page), []);
  await section(visitor, "My documents");
  await activate(visitor, page.getByRole("link", { name: "examples ybr color" }));
  await page.getByText(say("Picture {shown} of {total}", 1, 30)).waitFor();
  const drawn = () =>
    page.locator(".frames canvas").evaluate((each) => {
      if (!(each instanceof HTMLCanvasElement)) return 0;
      const { data } = each.getContext("2d")?.getImageData(0, 0, each.width, each.height) ?? {};
      return data?.filter((value, i) => i % 4 !== 3 && value > 32).length ?? 0;
    });
  await until(async () => (await drawn()) > 1000);
  await section(visitor, "My documents");
  await activate(visitor, page.getByRole("link", { name: "waveform ecg" }));
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
