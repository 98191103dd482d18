import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
// biome-ignore lint/style/noRestrictedImports: tools/ is no workspace and has no name.
import { launchBrowser } from "../../../tools/browser/launch.ts";
import { checkAbilities } from "./abilities.ts";
import { filmCode } from "./film.ts";
import { add, checkKit, fill, follow, heading, press, section, signUp } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate } from "./hand.ts";
import { note } from "./samples.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS, type Walk } from "./walks.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

/** What is said of an answer, whatever moment it is of. */
const JOINED = /^(?:Your answer of .* is part of their record|Votre réponse du .* fait partie de)/;
const NOT_JOINED =
  /^(?:Your answer of .* is not part of|Votre réponse du .* ne fait pas partie de)/;

let count = 0;

/** A patient with one document, who shows a code for it until tonight. */
async function showing({ language, ...look }: Walk): Promise<Visitor> {
  count += 1;
  const patient = await newVisitor(ground, language, look);
  const { page, say } = patient;
  const kit = await signUp(patient, { name: "Alice Martin", address: `show${count}@example.org` });
  await checkKit(patient, kit.words);
  await add(patient, [{ name: "Bilan.txt", mimeType: "text/plain", buffer: note("Cholestérol") }]);
  await section(patient, "Show a code", "What may they read?");
  await checkAbilities(page, "showing a code: what");
  await activate(patient, page.getByText("Bilan", { exact: true }));
  await press(patient, "Continue");
  await heading(page, say("Until what hour?"));
  await checkAbilities(page, "showing a code: until when");
  assert.ok(await page.getByRole("radio", { name: say("Tonight") }).isChecked());
  await press(patient, "Continue");
  await heading(page, say("This is what will happen"));
  await checkAbilities(page, "showing a code: what will happen");
  await press(patient, "Show the code");
  await page.locator("[data-code]").waitFor();
  return patient;
}

async function digitsOf({ page }: Visitor): Promise<string> {
  const digits = await page.locator("[data-digits]").getAttribute("data-digits");
  return digits ?? assert.fail("no digits are shown");
}

async function scanPage(ground: Ground, { language, ...look }: Walk): Promise<Visitor> {
  const doctor = await newVisitor(ground, language, look);
  const { page, say } = doctor;
  await follow(doctor, "Scan or type the code");
  await heading(page, say("Scan or type the code"));
  await fill(doctor, "Your name, as the patient shall see it", "Dr Roche");
  return doctor;
}

/** What was begun stands there still after a document was looked at again. */
async function keptWhileReading(doctor: Visitor, begun: string): Promise<void> {
  const { page, say } = doctor;
  const answer = page.getByLabel(say("Your answer"), { exact: true });
  await activate(doctor, page.getByRole("button", { name: "Bilan", exact: true }));
  await page.getByText("Cholestérol").waitFor();
  assert.equal(await answer.isVisible(), false);
  await press(doctor, "Back to the summary");
  await answer.waitFor();
  assert.equal(await answer.inputValue(), begun);
}

/** With an answer that is not sent, nothing is forgotten by one press. */
async function askedBeforeForgetting(doctor: Visitor, begun: string): Promise<void> {
  const { page, say } = doctor;
  await press(doctor, "I have finished: forget everything here");
  const asked = page.getByRole("alertdialog", { name: say("Leave without keeping this?") });
  await asked.waitFor();
  await checkAbilities(page, "asked before everything is forgotten");
  await press(doctor, "Stay here");
  await asked.waitFor({ state: "detached" });
  await heading(page, say("Summary of {name}", "Alice Martin"));
  const answer = page.getByLabel(say("Your answer"), { exact: true });
  assert.equal(await answer.inputValue(), begun);
}

const [PHONE, DESK, CAMERA] = WALKS.handshake;

for (const [walk, across] of [
  [PHONE, DESK],
  [DESK, PHONE],
] as const) {
  test(`a doctor without an account types the code, reads, answers and is shown out, ${named(walk)}`, async (t) => {
    const patient = await showing(walk);
    const doctor = await scanPage(ground, { ...across, language: walk.language });
    const { say } = patient;
    await checkAbilities(patient.page, "the code that is shown");
    await checkAbilities(doctor.page, "where the code is typed");
    const code = (await patient.page.locator("[data-code]").getAttribute("data-code")) ?? "";
    await fill(doctor, "Or the eight characters below the code", code.toLowerCase());
    await press(doctor, "Continue");
    await heading(doctor.page, say("Compare with the other screen"));
    await checkAbilities(doctor.page, "six digits");

    await patient.page.locator("[data-digits]").waitFor();
    await fill(patient, "Digits on the other screen", "000 000");
    await press(patient, "Compare");
    await patient.page
      .getByText(say("These are not the digits of the other screen. Look again, and type all six."))
      .waitFor();
    await fill(patient, "Digits on the other screen", await digitsOf(doctor));
    const theirs = await digitsOf(patient);
    await press(patient, "Compare");
    await fill(doctor, "Digits on the other screen", theirs);
    await press(doctor, "Compare");

    await heading(patient.page, say("They can read now"));
    const end = patient.page.getByRole("button", {
      name: say("End it now: what {name} can read", "Dr Roche"),
    });
    await end.waitFor();
    await checkAbilities(patient.page, "they can read now");
    await section(patient, "Journal");
    await end.waitFor();

    const { page } = doctor;
    await heading(page, say("Summary of {name}", "Alice Martin"));
    await activate(doctor, page.getByRole("button", { name: "Bilan", exact: true }));
    await page.getByText("Cholestérol").waitFor();
    await press(doctor, "Back to the summary");
    await checkAbilities(page, "the summary");
    await press(doctor, "Write back");
    await checkAbilities(page, "writing back");
    await fill(doctor, "Your answer", "Rien d’inquiétant.");
    await keptWhileReading(doctor, "Rien d’inquiétant.");
    await askedBeforeForgetting(doctor, "Rien d’inquiétant.");
    await press(doctor, "Seal and send");
    await page
      .getByText(say("Your answer is sealed and sent. They decide whether it joins their record."))
      .waitFor();
    await page.getByText(NOT_JOINED).waitFor();
    await checkAbilities(page, "written back");

    await section(patient, "Shared with me");
    await activate(
      patient,
      patient.page.getByRole("button", { name: say("Take it into my record") }),
    );
    await patient.page
      .getByRole("heading", { name: say("Written to you") })
      .waitFor({ state: "detached" });
    // The doctor is told, without asking, while they still read.
    await page.getByText(JOINED).waitFor();
    assert.equal(await page.getByText(NOT_JOINED).count(), 0);
    await activate(patient, end);
    await end.waitFor({ state: "detached" });
    await heading(page, say("It is over"));
    await checkAbilities(page, "it is over");
    await press(doctor, "Forget everything here");
    await page.getByRole("button", { name: say("Scan another code") }).waitFor();
    await checkAbilities(page, "everything forgotten");

    // Nothing that would open anything stood in an address, and nothing was kept by the page.
    const asked = [...patient.sent, ...doctor.sent].map(({ url }) => new URL(url).pathname);
    for (const url of asked.filter((each) => !each.startsWith("/assets/")))
      assert.doesNotMatch(url, /handshake|[A-Za-z0-9_-]{40,}/);
    assert.deepEqual(await page.evaluate(keptHere), []);
    assert.deepEqual(patient.wrong, []);
    assert.deepEqual(doctor.wrong, []);
    walked(t, "handshake", patient, doctor);
    await patient.context.close();
    await doctor.context.close();
  });
}

test(`a camera reads the code, and where there is none the typed code does the same, ${named(CAMERA)}`, async (t) => {
  const patient = await showing(CAMERA);
  const { say } = patient;
  const text = (await patient.page.locator("[data-scan]").getAttribute("data-scan")) ?? "";
  const film = join(ground.folder, "code.y4m");
  await filmCode(film, text);
  const browser = await launchBrowser(film);
  try {
    const without = await scanPage(ground, CAMERA);
    await press(without, "Scan with the camera");
    await without.page
      .getByText(
        say("No camera can be used here. Type the eight characters below: it does the same."),
      )
      .waitFor();
    await without.context.close();
    const doctor = await scanPage({ ...ground, browser }, CAMERA);
    await press(doctor, "Scan with the camera");
    await heading(doctor.page, say("Compare with the other screen"));
    // Who scanned knows whose code it is, and asks for nothing more.
    await doctor.page.locator("[data-digits]").waitFor();
    await patient.page.locator("[data-digits]").waitFor();
    assert.equal(await doctor.page.getByLabel(say("Digits on the other screen")).count(), 0);
    await fill(patient, "Digits on the other screen", await digitsOf(doctor));
    await press(patient, "Compare");
    await heading(doctor.page, say("Summary of {name}", "Alice Martin"));
    await press(doctor, "I have finished: forget everything here");
    await heading(doctor.page, say("It is over"));
    assert.deepEqual(doctor.wrong, []);
    assert.deepEqual(patient.wrong, []);
    walked(t, "handshake", patient, doctor);
  } finally {
    await browser.close();
    await patient.context.close();
  }
});

/** Runs in the page: names of everything that this browser keeps of it, but how it looks. */
async function keptHere(): Promise<string[]> {
  const kept = Object.keys(localStorage).filter((key) => !/language|theme|look/.test(key));
  for (const { name = "" } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    for (const store of database.objectStoreNames) {
      const entries = await new Promise<number>((resolve) => {
        const asked = database.transaction(store).objectStore(store).count();
        asked.onsuccess = () => resolve(asked.result);
      });
      if (entries > 0) kept.push(`${entries} in ${store}`);
    }
    database.close();
  }
  return kept;
}
