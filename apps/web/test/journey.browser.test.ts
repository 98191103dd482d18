import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAbilities } from "./abilities.ts";
import {
  add,
  checkKit,
  close,
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
} from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { activate, write } from "./hand.ts";
import { bundle, note, pdf, picture } from "./samples.ts";
import { newVisitor, type Visitor } from "./visitor.ts";
import { walked } from "./walked.ts";
import { named, WALKS } from "./walks.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => {
  await ground?.stop();
});

const [PHONE, DESK, MOUSE] = WALKS.wholePath;

const files = (secret: string) => [
  { name: `Bilan ${secret}.txt`, mimeType: "text/plain", buffer: note(`${secret}-inside`) },
  { name: "Radiographie.png", mimeType: "image/png", buffer: picture() },
  { name: "Courrier.pdf", mimeType: "application/pdf", buffer: pdf() },
  { name: "export.json", mimeType: "application/json", buffer: bundle(secret) },
];

for (const [walk, theirs] of [
  [PHONE, MOUSE],
  [DESK, { ...PHONE, width: 320 }],
] as const) {
  test(`a patient and a doctor, the whole path, ${named(walk)}`, async (t) => {
    const { language } = walk;
    const secret = `Zyxomel${language}`;
    const patient = await newVisitor(ground, language, walk);
    const doctor = await newVisitor(ground, language, { ...theirs, theme: "dark" });
    const everybody = [patient, doctor];
    const { say } = patient;
    await checkAbilities(patient.page, "welcome");
    await checkAbilities(doctor.page, "welcome, in the dark");

    const alice = { name: `Alice ${secret}`, address: `alice.${secret}@example.org` };
    const roche = { name: `Dr Roche ${secret}`, address: `roche.${secret}@example.org` };
    const kit = await signUp(patient, alice);
    await checkAbilities(patient.page, "kit");
    await checkKit(patient, kit.words);
    await checkAbilities(patient.page, "documents, empty");
    const rocheKit = await signUp(doctor, roche);
    await checkAbilities(doctor.page, "kit, in the dark");
    await checkKit(doctor, rocheKit.words);

    await add(patient, files(secret));
    const title = `Bilan ${secret}`;
    await patient.page.getByRole("link", { name: title }).waitFor();
    // Each stands in the list a moment after it was sealed.
    const listed = patient.page.locator(".ledger .entry-link");
    await listed.nth(4).waitFor();
    assert.equal(await listed.count(), 5);
    await checkAbilities(patient.page, "documents");

    await openEach(patient, secret);
    await correctAndLookBack(patient, title, secret);

    await verify(patient, await ownCode(doctor), roche.name);
    await checkAbilities(patient.page, "contacts");
    await verify(doctor, await ownCode(patient), alice.name);
    await checkAbilities(doctor.page, "contacts, in the dark");

    await share(patient, [title, "Radiographie"], roche.name, `mot ${secret}`);
    await section(doctor, "Shared with me");
    await doctor.page.getByText(`mot ${secret}`).waitFor();
    await checkAbilities(doctor.page, "received, in the dark");
    await activate(doctor, doctor.page.getByRole("link", { name: title }));
    await doctor.page.getByText(`${secret}-corrected`).waitFor();
    await checkAbilities(doctor.page, "a received document, in the dark");

    await section(patient, "Journal");
    // The patient reads that the doctor, and nobody else, opened this one, and how that was checked.
    const [before = "", after = ""] = say("{who} opened <0>{title}</0>.", roche.name, title).split(
      /<0>.*<\/0>/,
    );
    const line = patient.page.locator(".entry", { hasText: `${before}${title}${after}` });
    await activate(patient, line.getByText(say("How it was checked")));
    await line
      .getByText(say("Signed by the reader’s device, which belongs to the account named. Checked."))
      .waitFor();
    await checkAbilities(patient.page, "journal");

    await section(patient, "Who can see what");
    await patient.page.getByText("Radiographie").waitFor();
    await checkAbilities(patient.page, "who can see what");
    await activate(patient, patient.page.getByRole("button", { name: say("End this access") }));
    await checkAbilities(patient.page, "before ending an access");
    await press(patient, "End it now");
    await patient.page.getByRole("heading", { name: say("Only you") }).waitFor();

    // What was not opened stays shut; the page says so in words.
    await doctor.page.goBack();
    await heading(doctor.page, say("Shared with me"));
    await doctor.page.getByText(title).waitFor({ state: "detached" });

    await deleteOne(patient, "Courrier");
    await theRest(patient, doctor, kit.text, alice);
    for (const { wrong } of everybody) assert.deepEqual(wrong, []);
    // What the worker sends is seen here too, or the search below would mean nothing.
    const written = patient.sent.filter(({ url, body }) => url.includes("/v1/") && body.length > 0);
    assert.ok(written.length > 10, `${written.length} requests with a body were seen`);
    for (const canary of [secret, alice.address, roche.name, "Radiographie", PASSWORD]) {
      for (const visitor of everybody) assertSealed(visitor, canary);
    }
    walked(t, "wholePath", ...everybody);
    for (const { context } of everybody) await context.close();
  });
}

/** Each kind of document shows what it holds. */
async function openEach(visitor: Visitor, secret: string): Promise<void> {
  const { page, say } = visitor;
  await activate(visitor, page.getByRole("link", { name: `Bilan ${secret}` }));
  await page.getByText(`${secret}-inside`).waitFor();
  await checkAbilities(page, "a text");
  await section(visitor, "My documents");
  await activate(visitor, page.getByRole("link", { name: "Radiographie" }));
  const image = page.locator(".sheet img");
  await image.waitFor();
  assert.equal(
    await image.evaluate((each) => each instanceof HTMLImageElement && each.naturalWidth),
    120,
  );
  await section(visitor, "My documents");
  await activate(visitor, page.getByRole("link", { name: "Courrier" }));
  const saving = page.waitForEvent("download");
  await activate(visitor, page.getByRole("link", { name: say("Save a copy") }));
  const saved = await (await saving).createReadStream();
  const pieces: Buffer[] = [];
  for await (const piece of saved) pieces.push(piece);
  assert.deepEqual(Buffer.concat(pieces), pdf());
  await section(visitor, "My documents");
  await activate(visitor, page.getByRole("link", { name: `Glycémie ${secret}` }));
  await page.getByRole("row", { name: /< 5[.,]4321 mmol\/L/ }).waitFor();
  await checkAbilities(page, "a resource");
}

async function correctAndLookBack(visitor: Visitor, title: string, secret: string): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "My documents");
  await activate(visitor, page.getByRole("link", { name: title }));
  await page.getByText(`${secret}-inside`).waitFor();
  const chooser = page.waitForEvent("filechooser");
  await press(visitor, "Replace with a corrected version");
  await (await chooser).setFiles({
    name: "autre.txt",
    mimeType: "text/plain",
    buffer: note(`${secret}-corrected`),
  });
  await page.getByText(`${secret}-corrected`).waitFor();
  await activate(visitor, page.getByRole("button", { name: say("Open this version") }));
  await page.getByText(`${secret}-inside`).waitFor();
}

async function deleteOne(visitor: Visitor, title: string): Promise<void> {
  const { page, say } = visitor;
  await section(visitor, "My documents");
  await activate(visitor, page.getByRole("link", { name: title }));
  await press(visitor, "Delete");
  await press(visitor, "Delete it");
  await heading(page, say("My documents"));
  await page.getByRole("link", { name: "Radiographie" }).waitFor();
  assert.equal(await page.getByRole("link", { name: title }).count(), 0);
}

/** After three months the first page asks for the kit; the right sheet says so, a wrong one too. */
async function kitMonthsLater(visitor: Visitor, kit: string): Promise<void> {
  const { page, say } = visitor;
  const asked = page.getByRole("link", { name: say("Check my kit") });
  await section(visitor, "My documents");
  assert.equal(await asked.count(), 0);
  await page.evaluate(() => localStorage.setItem("ecrin.kit-checked", "2025-01-31"));
  await section(visitor, "Journal");
  await section(visitor, "My documents");
  await activate(visitor, asked);
  await activate(visitor, page.getByText(say("Does my kit still work?")));
  const line = say("Your kit: the 24 words, or the same as letters");
  await write(
    visitor,
    page.getByLabel(line),
    `${kit.slice(0, -1)}${kit.endsWith("0") ? "1" : "0"}`,
  );
  await press(visitor, "Try it");
  await page.getByRole("alert").waitFor();
  await write(visitor, page.getByLabel(line), kit);
  await press(visitor, "Try it");
  await page
    .getByText(say("Your kit opens your record. Put the sheet back in its place."))
    .waitFor();
  await section(visitor, "My documents");
  assert.equal(await asked.count(), 0);
  await section(visitor, "Settings");
}

/** Settings, closing and opening again, and the doctor's browser becoming the patient's second device. */
async function theRest(
  patient: Visitor,
  doctor: Visitor,
  kit: string,
  alice: { name: string; address: string },
): Promise<void> {
  const { page, say } = patient;
  await section(patient, "Settings");
  await activate(patient, page.getByText(say("Dark"), { exact: true }));
  await page.getByRole("heading", { name: say("This device") }).waitFor();
  await checkAbilities(page, "settings, dark");
  await activate(patient, page.getByText(say("Light"), { exact: true }));
  await kitMonthsLater(patient, kit);

  await close(patient);
  await checkAbilities(page, "unlock");
  await fill(patient, "Password", "certainly wrong");
  await press(patient, "Open");
  await page
    .getByText(say("This password does not open the record. Check the keyboard and try again."))
    .waitFor();
  await fill(patient, "Password", PASSWORD);
  await press(patient, "Open");
  await heading(page, say("My documents"));
  await page.getByRole("link", { name: "Radiographie" }).waitFor();

  await section(doctor, "Settings");
  await activate(doctor, doctor.page.getByRole("button", { name: say("Sign out") }));
  await activate(
    doctor,
    doctor.page
      .getByRole("alertdialog")
      .getByRole("button", { name: say("Sign out"), exact: true }),
  );
  await follow(doctor, "I have one: open it here with my kit");
  await checkAbilities(doctor.page, "enter, in the dark");
  await fill(doctor, "E-mail address", alice.address);
  await fill(doctor, "Your kit: the 24 words, or the same as letters", kit);
  await fill(doctor, "Password", PASSWORD);
  await press(doctor, "Open");
  await doctor.page.getByRole("link", { name: "Radiographie" }).waitFor();

  await follow(patient, "What Écrin promises, and what it does not");
  await heading(page, say("What Écrin promises, and what it does not"));
  await checkAbilities(page, "promises");
}

/** Nothing that was sent holds the word, in any of the forms in which software writes words. */
function assertSealed({ sent }: Visitor, word: string): void {
  const bytes = Buffer.from(word);
  const forms = new Set([
    bytes.toString("latin1"),
    Buffer.from(word, "utf16le").toString("latin1"),
    bytes.toString("hex"),
    encodeURIComponent(word),
    ...[0, 1, 2].flatMap((shift) => {
      const padded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64url");
      return [padded.slice(shift === 0 ? 0 : shift + 1, -2)];
    }),
  ]);
  for (const { url, headers, body } of sent) {
    const whole = `${url}\n${headers}\n${body.toString("latin1")}`;
    for (const form of forms) assert.ok(!whole.includes(form), `“${word}” was sent to ${url}`);
  }
}
