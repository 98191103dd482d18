import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Drawing, startDrawing } from "./drawn.ts";
import type { Language } from "./words.ts";

// How a FHIR resource is said: what somebody could take for something else is what is tested.

let drawing: Drawing;
before(async () => {
  drawing = await startDrawing();
});
after(async () => {
  await drawing?.stop();
});

/** @returns what is said, with each kind of room as one */
async function said(resource: object, language: Language = "en"): Promise<string> {
  const drawn = await drawing.draw("parts/resource.tsx", "Resource", language, { resource });
  return drawn.replace(/\s/g, " ").replaceAll("&lt;", "<");
}

const observation = (more: object) => said({ resourceType: "Observation", ...more });
const digits = (text: string) => ({ digits: text });

test("every digit is said, with the language's own comma", async () => {
  const value = (given: unknown, language: Language) =>
    said({ resourceType: "Observation", valueQuantity: { value: given, unit: "g/L" } }, language);
  assert.match(await value(digits("1.10"), "en"), /Value1\.10 g\/L/);
  assert.match(await value(digits("1.10"), "fr"), /1,10 g\/L/);
  assert.match(await value(digits("0.00"), "fr"), /0,00 g\/L/);
  assert.match(await value(digits("-0.50"), "en"), /-0\.50 g\/L/);
  assert.match(await value(digits("1.50e-7"), "fr"), /1,50e-7 g\/L/);
  assert.match(
    await value(digits("0.1000000000000000000001"), "en"),
    /0\.1000000000000000000001 g/,
  );
  assert.match(await value(0, "en"), /Value0 g\/L/);
  assert.doesNotMatch(await value({ digits: "a lot" }, "en"), /a lot g/);
});

test("what is less or more than, of a ratio, a range or a curve, and what is absent, is no figure alone", async () => {
  const unit = { unit: "mg" };
  assert.match(
    await observation({ valueQuantity: { value: 5, comparator: "<", ...unit } }),
    /< 5 mg/,
  );
  assert.match(await observation({ valueQuantity: unit }), /no value given mg/);
  const ratio = { numerator: { value: 1, unit: "mg" }, denominator: { value: 2, unit: "mL" } };
  assert.match(await observation({ valueRatio: ratio }), /Value1 mg \/ 2 mL/);
  const range = { low: { value: 1, unit: "mg" }, high: { value: 2, unit: "mg" } };
  assert.match(await observation({ valueRange: range }), /Value1 mg – 2 mg/);
  const curve = { origin: { value: 0, unit: "mV" }, period: 10, dimensions: 1, data: "2 4 6" };
  assert.match(await observation({ valueSampledData: curve }), /Valuea measured curve/);
  const absent = { coding: [{ code: "not-performed", display: "Not Performed" }] };
  assert.match(
    await observation({ dataAbsentReason: absent }),
    /Why there is no valueNot Performed/,
  );
  assert.match(await observation({ valueBoolean: false }), /Valueno/);
  assert.match(await observation({ valueString: "https://example.org" }), /https:\/\/example.org/);
});

test("a unit that machines read as another one is told, and one that is only written otherwise is not", async () => {
  const value = (unit: string, code: string) =>
    observation({ valueQuantity: { value: 5, unit, code } });
  assert.match(await value("mg", "ug"), /5 mg \(for machines: ug\)/);
  assert.match(await value("mg/L", "mg/dL"), /for machines: mg\/dL/);
  for (const [unit, code] of [
    ["µg/l", "ug/L"],
    ["mcg", "ug"],
    ["μmol/L", "umol/L"],
    ["mmHg", "mm[Hg]"],
    ["beats/minute", "/min"],
  ] as const)
    assert.doesNotMatch(await value(unit, code), /for machines/, unit);
});

test("a range says whom it is for", async () => {
  const high = { value: 5, unit: "g/L" };
  const referenceRange = [
    { high, appliesTo: [{ text: "Women" }], age: { low: { value: 18, unit: "years" } } },
    { text: "see note", type: { text: "Treatment" } },
  ];
  const drawn = await observation({ referenceRange });
  assert.match(drawn, /Women, ≥ 18 years: ≤ 5 g\/L Treatment: see note/);
});

test("a part of a result keeps its own range, remark and reason apart", async () => {
  const part = {
    code: { text: "Systolic" },
    valueQuantity: { value: 150, unit: "mmHg" },
    interpretation: [{ coding: [{ code: "H" }] }],
    referenceRange: [{ high: { value: 140, unit: "mmHg" } }],
  };
  const missing = { code: { text: "Diastolic" }, dataAbsentReason: { text: "unknown" } };
  const drawn = await observation({ component: [part, missing] });
  assert.match(drawn, /Systolic: 150 mmHg · Remark of the laboratory: H · Usual range: ≤ 140 mmHg/);
  assert.match(drawn, /Diastolic: Why there is no value: unknown/);
});

test("a dose says its words, and everything that stands beside them", async () => {
  const timing = { repeat: { frequency: 2, period: 1, periodUnit: "d" } };
  const doseAndRate = [{ doseQuantity: { value: 1, unit: "tablet" } }];
  const prescription = (dose: object) =>
    said({ resourceType: "MedicationRequest", dosageInstruction: [dose] });
  assert.match(await prescription({ timing, doseAndRate }), /2 × \/ 1 day\(s\), 1 tablet/);
  const both = await prescription({ text: "As told", asNeededBoolean: true, timing });
  assert.match(both, /As told · If needed: yes, 2 × \/ 1 day\(s\)/);
  const eight = { repeat: { period: 8, periodMax: 12, periodUnit: "h" } };
  assert.match(await prescription({ timing: eight }), /1 × \/ 8 – 12 h/);
});

test("dates are as precise as they are given, and elsewhere the same letters stay", async () => {
  const on = (effectiveDateTime: string) => observation({ effectiveDateTime });
  assert.match(await on("2026"), /Date2026/);
  assert.match(await on("2026-05"), /DateMay 2026/);
  assert.match(
    await on("2026-11-03T00:30:00+13:00"),
    /Date3 November 2026 at 00:30 \(UTC\+13:00\)/,
  );
  assert.match(await observation({ effectivePeriod: { start: "2026-05" } }), /May 2026 – …/);
  const lot = await said({ resourceType: "Immunization", lotNumber: "2026-05-01" });
  assert.match(lot, /Batch2026-05-01/);
});

test("the first of a month is the 1er in French, wherever a day is said", async () => {
  const on = (effectiveDateTime: string) =>
    said({ resourceType: "Observation", effectiveDateTime }, "fr");
  assert.match(await on("2026-12-01"), /1er déc\. 2026/);
  assert.match(await on("2026-12-11"), /\D11 déc\. 2026/);
  assert.match(await on("2026-05-01T00:30:00+13:00"), /1er mai 2026 à 00:30/);
  assert.match(await on("2026-12"), /décembre 2026/);
  const at = new Date(2026, 7, 1, 3, 1).getTime();
  const says = (name: string, language: Language) => drawing.say("words.ts", name, at, language);
  assert.equal(await says("momentInWords", "fr"), "1er août 2026 à 03:01");
  assert.equal(await says("untilInWords", "fr"), "samedi 1er août 2026 à 03:01");
  assert.equal(await says("dayInWords", "fr"), "1er août 2026");
  assert.match(await says("untilInWords", "en"), /^Saturday,? 1 August 2026 at 03:01$/);
  assert.equal(await says("hourInWords", "fr"), "samedi 03:01");
});

test("what somebody wrote is not replaced by this page's word for the code", async () => {
  const category = (coding: object) =>
    said({ resourceType: "CarePlan", category: [{ coding: [coding] }] });
  assert.match(await category({ system: "urn:own", code: "plan", display: "Nursing" }), /Nursing/);
  const own = "http://terminology.hl7.org/CodeSystem/observation-category";
  assert.match(await category({ system: own, code: "exam", display: "Exam" }), /examination/);
});

test("what is contained or only referred to is not left out in silence", async () => {
  const contained = [{ resourceType: "Medication", id: "m", code: { text: "Warfarine 5 mg" } }];
  const medicationReference = { reference: "#m" };
  const taken = await said({ resourceType: "MedicationRequest", contained, medicationReference });
  assert.match(taken, /MedicineWarfarine 5 mg/);
  const result = [{ reference: "Observation/1" }, { reference: "Observation/2" }];
  assert.match(await said({ resourceType: "DiagnosticReport", result }), /not named here \(2 ×\)/);
  const presentedForm = [{ contentType: "application/pdf", data: "JVBERi0x", title: "Report" }];
  const report = await said({ resourceType: "DiagnosticReport", presentedForm });
  assert.match(report, /Report, application\/pdf, a file, which this page does not show/);
  assert.doesNotMatch(report, /JVBER/);
  const text = { status: "additional", div: "<div>More <b>here</b>, 10<sup>9</sup></div>" };
  assert.match(await observation({ text }), /TextMore {2}here , 10\^9/);
  assert.doesNotMatch(await observation({ text: { ...text, status: "generated" } }), /More/);
});

test("whom it is about stands with what matters", async () => {
  const subject = { display: "Louis Moreau" };
  assert.match(await observation({ subject }), /^AboutLouis Moreau$/);
  const unnamed = await observation({ subject: { reference: "Patient/1" } });
  assert.equal(unnamed, "Everything else it saysAboutnot named here");
});

test("a list tells in the reader's words what did not take place", async () => {
  const title = (of: string, language: Language) =>
    drawing.draw("parts/title.tsx", "Title", language, { of });
  assert.equal(await title("Grippe (not-done)", "fr"), "Grippe (non fait)");
  assert.equal(await title("Pollen (refuted)", "en"), "Pollen (ruled out)");
  assert.equal(await title("Warfarine (do-not-perform)", "fr"), "Warfarine (à ne pas faire)");
  for (const other of ["Grippe (H1N1)", "not-done", "Grippe (constructor)"])
    assert.equal(await title(other, "fr"), other);
});

test("what came of a file is counted, and that it is about several people is said", async () => {
  const kept = (jobs: object[], language: Language) =>
    drawing.draw("parts/kept-files.tsx", "KeptFiles", language, { jobs, hide: () => undefined });
  const one = { key: 1, documents: 1, people: 0 };
  const bundle = { key: 2, documents: 424, people: 2 };
  assert.doesNotMatch(await kept([one, { ...one, key: 2, people: 1 }], "en"), /entr|people/);
  const both = await kept([one, bundle], "en");
  assert.match(both, /2 files are sealed and kept\. 425 entries have come of it\./);
  assert.match(both, /about 2 people/);
  assert.match(await kept([bundle], "fr"), /concerne 2 personnes/);
});

test("what turns the meaning stands first, in both languages", async () => {
  const vaccine = { vaccineCode: { text: "Grippe" }, occurrenceDateTime: "2026-10-20" };
  const given = (status: string, language: Language) =>
    said({ resourceType: "Immunization", status, ...vaccine }, language);
  assert.match(
    await given("not-done", "en"),
    /^This entry says that it was not done or not taken\./,
  );
  assert.match(await given("entered-in-error", "fr"), /^Cette fiche dit d’elle-même qu’elle a été/);
  assert.match(await given("completed", "en"), /^Vaccine/);
  const paused = { resourceType: "MedicationRequest", status: "on-hold" };
  assert.match(await said(paused), /^Mind the status that it gives: paused\./);
});
