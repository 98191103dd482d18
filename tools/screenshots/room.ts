import { fill, follow, heading, press, section } from "../../apps/web/test/flows.ts";
import type { Ground } from "../../apps/web/test/ground.ts";
import { owner } from "../../apps/web/test/owner.ts";
import { newVisitor, type Visitor } from "../../apps/web/test/visitor.ts";
import { addText } from "../../apps/web/test/waiting-room.ts";
import type { Language } from "../../apps/web/test/words.ts";
import type { Camera } from "./camera.ts";

/** A code shown in a waiting room: a doctor without an account reads, answers, and is gone. */
export async function room(ground: Ground, language: Language, camera: Camera): Promise<void> {
  const patient = await owner(ground, language);
  const doctor = await newVisitor(ground, language);
  const { page, say } = patient;
  try {
    await addText(patient, "bilan-2026-11-03.txt", "Cholestérol total : 5,2 mmol/L");
    await section(patient, "Show a code", "What may they read?");
    await camera.take(page, "show-1");
    await page.getByText("bilan-2026-11-03", { exact: true }).click();
    await press(patient, "Continue");
    await heading(page, say("Until what hour?"));
    await camera.take(page, "show-2");
    await press(patient, "Continue");
    await heading(page, say("This is what will happen"));
    await camera.take(page, "show-3");
    await press(patient, "Show the code");
    await page.locator("[data-code]").waitFor();
    await camera.take(page, "show-code");
    await reading(patient, doctor, camera);
  } finally {
    await patient.context.close();
    await doctor.context.close();
  }
}

async function reading(patient: Visitor, doctor: Visitor, camera: Camera): Promise<void> {
  const { page, say } = doctor;
  await follow(doctor, "Scan or type the code");
  await camera.take(page, "scan");
  await fill(doctor, "Your name, as the patient shall see it", "Dr Roche");
  await press(doctor, "Scan with the camera");
  await page
    .getByText(
      say("No camera can be used here. Type the eight characters below: it does the same."),
    )
    .waitFor();
  await camera.take(page, "scan-no-camera");
  const code = await patient.page.locator("[data-code]").getAttribute("data-code");
  await fill(doctor, "Or the eight characters below the code", code ?? "");
  await press(doctor, "Continue");
  for (const { page: screen } of [doctor, patient]) await screen.locator("[data-digits]").waitFor();
  await camera.take(page, "scan-digits");
  await camera.take(patient.page, "show-digits");
  const [theirs, ours] = [await digitsOf(doctor), await digitsOf(patient)];
  await fill(patient, "Digits on the other screen", theirs);
  await press(patient, "Compare");
  await fill(doctor, "Digits on the other screen", ours);
  await press(doctor, "Compare");
  await heading(patient.page, say("They can read now"));
  await patient.page
    .getByRole("button", { name: say("End it now: what {name} can read", "Dr Roche") })
    .waitFor();
  await camera.take(patient.page, "show-done");
  await heading(page, say("Summary of {name}", "Alice Martin"));
  await page.getByRole("button", { name: "bilan-2026-11-03", exact: true }).waitFor();
  await camera.take(page, "visit");
  await camera.print(page, "visit");
  await page.getByRole("button", { name: "bilan-2026-11-03", exact: true }).click();
  await page.getByText("Cholestérol total").waitFor();
  await camera.take(page, "visit-document");
  await press(doctor, "Back to the summary");
  await press(doctor, "Write back");
  await camera.take(page, "visit-write-back");
  await fill(doctor, "Your answer", "Rien d’inquiétant. Contrôle dans un an.");
  await press(doctor, "Seal and send");
  await page
    .getByText(say("Your answer is sealed and sent. They decide whether it joins their record."))
    .waitFor();
  await camera.take(page, "visit-sent");
  await section(patient, "Shared with me");
  await patient.page.getByRole("button", { name: say("Take it into my record") }).waitFor();
  await camera.take(patient.page, "inbox");
  await patient.page
    .getByRole("button", { name: say("End it now: what {name} can read", "Dr Roche") })
    .click();
  await heading(page, say("It is over"));
  await camera.take(page, "visit-over");
}

async function digitsOf({ page }: Visitor): Promise<string> {
  return (await page.locator("[data-digits]").getAttribute("data-digits")) ?? "";
}
