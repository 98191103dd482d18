import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cda, section as clinicalSection, dicom } from "../../apps/web/test/clinical.ts";
import {
  add,
  checkKit,
  copyWords,
  fill,
  follow,
  heading,
  ownCode,
  PASSWORD,
  press,
  section,
  share,
  signUp,
  verify,
} from "../../apps/web/test/flows.ts";
import type { Ground } from "../../apps/web/test/ground.ts";
import { newVisitor, type Visitor } from "../../apps/web/test/visitor.ts";
import type { Language } from "../../apps/web/test/words.ts";
import type { Camera } from "./camera.ts";

const SAMPLES = join(import.meta.dirname, "..", "..", "samples");

const TYPES: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  txt: "text/plain",
  png: "image/png",
  json: "application/json",
};

const FILES = [
  "analyses-2026-11-03.pdf",
  "echographie-2026-09-22.txt",
  "electrocardiogramme-2026-08-25.png",
  "ordonnance-2026-11-09.pdf",
  "suivi-2025-2026.fhir.json",
].map((name) => ({
  name,
  mimeType: TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream",
  buffer: readFileSync(join(SAMPLES, name)),
}));

/** The smallest clinical document and picture that show how they are shown. */
const MEDICAL = [
  {
    name: "compte-rendu.xml",
    mimeType: "text/xml",
    buffer: Buffer.from(
      cda(
        `<structuredBody>${clinicalSection(
          "Résultats",
          "<table><thead><tr><th>Examen</th><th>Valeur</th><th>Date</th></tr></thead><tbody><tr><td>HbA1c</td><td>6,8 %</td><td>3 nov. 2026</td></tr><tr><td>Glycémie à jeun</td><td>1,12 g/L</td><td>3 nov. 2026</td></tr></tbody></table>",
        )}${clinicalSection("Conclusion", "<paragraph>Équilibre satisfaisant. Contrôle dans six mois.</paragraph>")}</structuredBody>`,
      ),
    ),
  },
  { name: "ecran.dcm", mimeType: "application/dicom", buffer: Buffer.from(shades()) },
];

/** Two frames of sixty-four shades of grey. */
function shades(): Uint8Array {
  return dicom([
    [0x00080060, "CS", "US"],
    [0x00280002, "US", [1]],
    [0x00280004, "CS", "MONOCHROME2"],
    [0x00280008, "IS", "2"],
    [0x00280010, "US", [200]],
    [0x00280011, "US", [256]],
    [0x00280100, "US", [8]],
    [0x7fe00010, "OB", Uint8Array.from({ length: 2 * 200 * 256 }, (_, i) => i & 0xfc)],
  ]);
}

/** A record from its first minute: kept, shared, ended, and what its settings lead to. */
export async function record(ground: Ground, language: Language, camera: Camera): Promise<void> {
  const patient = await newVisitor(ground, language);
  const doctor = await newVisitor(ground, language);
  try {
    await beforeTheDoor(ground, patient, camera);
    const words = await signingUp(patient, language, camera);
    await copyWords(patient, words);
    await heading(patient.page, patient.say("My documents"));
    await camera.take(patient.page, "documents-empty");
    const doctorsKit = await signUp(doctor, {
      name: "Dr Roche",
      address: `roche.${language}@example.org`,
    });
    await checkKit(doctor, doctorsKit.words);
    await camera.take(await emptySection(doctor, "Shared with me"), "received-empty");
    await camera.take(await emptySection(doctor, "Who can see what"), "access-empty");
    await theRecord(patient, camera);
    await sharing(patient, doctor, camera);
    await ending(patient, camera);
    await theRest(patient, camera);
  } finally {
    await patient.context.close();
    await doctor.context.close();
  }
}

async function emptySection(visitor: Visitor, english: string) {
  await section(visitor, english);
  return visitor.page;
}

async function beforeTheDoor(ground: Ground, visitor: Visitor, camera: Camera): Promise<void> {
  const { page, say } = visitor;
  await camera.take(page, "welcome");
  for (const [name, link, title] of [
    ["promises", "What Écrin promises, and what it does not", undefined],
    ["help", "Help and words explained", undefined],
    ["accessibility", "Accessibility", undefined],
    ["display", "Display", undefined],
  ] as const) {
    await follow(visitor, link);
    await page.getByRole("heading", { level: 1, name: title ?? say(link) }).waitFor();
    for (const summary of await page.locator("main summary").all()) await summary.click();
    await camera.take(page, name);
  }
  for (const [name, path] of [
    ["prepare", "/prepare"],
    ["enter", "/enter"],
    ["verify", "/verify"],
    ["nowhere", "/nowhere-at-all"],
    ["components", "/components"],
  ] as const) {
    await page.goto(ground.url + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await camera.take(page, name);
  }
  await page.goto(ground.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await visitor.context.route("**/assets/outside-*.js", (route) => route.abort());
  await follow(visitor, "Check a copy of a journal");
  await heading(page, visitor.say("Something went wrong on this page"));
  await camera.take(page, "fallen");
  await visitor.context.unrouteAll();
  await page.goto(ground.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
}

async function signingUp(
  visitor: Visitor,
  language: Language,
  camera: Camera,
): Promise<readonly string[]> {
  const { page, say } = visitor;
  await follow(visitor, "Create my record");
  await heading(page, say("Who are you?"));
  await camera.take(page, "sign-up-1");
  await fill(visitor, "Your name", "Alice Martin");
  await fill(visitor, "E-mail address", `alice.${language}@example.org`);
  await press(visitor, "Continue");
  await camera.take(page, "sign-up-2");
  await fill(visitor, "Password", PASSWORD);
  await press(visitor, "Create my record");
  await heading(page, say("Print your kit"));
  const words = await page.locator(".kit-words li").allTextContents();
  await camera.take(page, "kit");
  await camera.print(page, "kit");
  await press(visitor, "I have printed or copied it");
  await heading(page, say("One check, and you are in"));
  await camera.take(page, "kit-check");
  return words;
}

async function theRecord(visitor: Visitor, camera: Camera): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "My documents");
  await add(visitor, [...FILES, ...MEDICAL]);
  await camera.take(page, "documents");
  await page.getByText(say("Narrow it down")).click();
  await camera.take(page, "documents-narrowed");
  await press(visitor, "Write a note");
  await camera.take(page, "note");
  await fill(visitor, "Text", "Depuis trois jours, mal au dos.");
  await follow(visitor, "Journal");
  await page.getByRole("alertdialog").waitFor();
  await camera.take(page, "leaving-asked");
  await press(visitor, "Leave");
  await heading(page, say("Journal"));
  for (const [name, title] of [
    ["document-pdf", "analyses-2026-11-03"],
    ["document-text", "echographie-2026-09-22"],
    ["document-picture", "electrocardiogramme-2026-08-25"],
    ["document-clinical", "compte-rendu"],
    ["document-frames", "ecran"],
  ] as const) {
    await openFound(visitor, title);
    await page.getByText(say("Save a copy")).waitFor();
    await camera.take(page, name);
  }
  await press(visitor, "Delete");
  await page.getByRole("alertdialog").waitFor();
  await camera.take(page, "delete-asked");
  await page.keyboard.press("Escape");
  await openFound(visitor, "Pression artérielle");
  await page.locator(".sheet").first().waitFor();
  await camera.take(page, "document-resource");
}

/** Opens the first document of this title: only what is near the window is drawn, so it is looked for. */
async function openFound(visitor: Visitor, title: string): Promise<void> {
  await section(visitor, "My documents");
  await fill(visitor, "Look for", title);
  await visitor.page.getByRole("link", { name: title }).first().click();
}

async function sharing(patient: Visitor, doctor: Visitor, camera: Camera): Promise<void> {
  const { page, say } = patient;
  await verify(patient, await ownCode(doctor), "Dr Roche");
  await camera.take(page, "contacts");
  await verify(doctor, await ownCode(patient), "Alice Martin");
  await section(patient, "Share", "What do you want to share?");
  await camera.take(page, "share-1");
  await page.getByText("analyses-2026-11-03", { exact: true }).click();
  await press(patient, "Continue");
  await camera.take(page, "share-2");
  await page.getByText("Dr Roche").click();
  await press(patient, "Continue");
  await heading(page, say("Until when?"));
  await camera.take(page, "share-3");
  await press(patient, "Continue");
  await heading(page, say("This is what will happen"));
  await camera.take(page, "share-4");
  await section(patient, "My documents");
  await share(
    patient,
    ["echographie-2026-09-22", "electrocardiogramme-2026-08-25"],
    "Dr Roche",
    "Voici mes résultats.",
  );
  await camera.take(page, "shared");
  await section(doctor, "Shared with me");
  await doctor.page.getByText("Voici mes résultats.").waitFor();
  await camera.take(doctor.page, "received");
  await doctor.page.getByRole("link", { name: "echographie-2026-09-22" }).click();
  await doctor.page.getByText(doctor.say("Save a copy")).waitFor();
  await camera.take(doctor.page, "received-document");
}

async function ending(visitor: Visitor, camera: Camera): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "Journal");
  await page.getByText(say("How it was checked")).first().click();
  await camera.take(page, "journal");
  await section(visitor, "Who can see what");
  const end = page.getByRole("button", { name: say("End this access") });
  await end.waitFor();
  await camera.take(page, "access");
  await end.click();
  await page.getByRole("alertdialog").waitFor();
  await camera.take(page, "end-asked");
  await press(visitor, "End it now");
  await page.getByRole("heading", { name: say("Only you") }).waitFor();
  await camera.take(page, "access-ended");
}

/** What settings lead to: a link, the title of its page, the picture's name. */
const WAYS = [
  ["Ways back", "Ways back", "ways"],
  ["A device is lost", "A device is lost", "lost"],
  ["Choose witnesses", "Witnesses of the journal", "witnesses"],
  ["Somebody may have my password and kit", "Make everything new", "renew"],
] as const;

async function theRest(visitor: Visitor, camera: Camera): Promise<void> {
  const { page, context, say } = visitor;
  await section(visitor, "Settings");
  await camera.take(page, "settings");
  for (const [name, title, shot] of WAYS) {
    await section(visitor, "Settings");
    await follow(visitor, name);
    await heading(page, say(title));
    await camera.take(page, shot);
  }
  await context.setOffline(true);
  await page.evaluate(() => dispatchEvent(new Event("offline")));
  await camera.take(page, "offline");
  await context.setOffline(false);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await press(visitor, "Close my record");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await fill(visitor, "Password", "not the right one at all");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").first().waitFor();
  await camera.take(page, "unlock-wrong");
}
