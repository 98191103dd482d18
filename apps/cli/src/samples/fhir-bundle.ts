import { DOCTOR, LABORATORY, PATIENT } from "./people.ts";

type Resource = { readonly resourceType: string } & Readonly<Record<string, unknown>>;

const LOINC = "http://loinc.org";
const UCUM = "http://unitsofmeasure.org";
const ICD10 = "http://hl7.org/fhir/sid/icd-10";
const ATC = "http://www.whocc.no/atc";
const OBSERVED = "http://terminology.hl7.org/CodeSystem/observation-category";

/** A year of one invented patient as a FHIR R4 transaction bundle. */
export function fhirBundle(): unknown {
  const resources = [
    ...people(),
    ...encounters(),
    ...conditions(),
    ...glycatedHaemoglobin(),
    ...bloodPressure(),
    ...weight(),
    ...otherResults(),
    ...treatment(),
  ];
  return {
    resourceType: "Bundle",
    type: "transaction",
    entry: resources.map((resource, i) => ({
      fullUrl: uuid(i),
      resource,
      request: { method: "POST", url: resource.resourceType },
    })),
  };
}

/** Fixed, so that references inside the bundle hold and making it again changes nothing. */
function uuid(n: number): string {
  return `urn:uuid:3d8c4f00-6a51-4c1e-9b70-${n.toString(16).padStart(12, "0")}`;
}

const PATIENT_AT = { reference: uuid(0), display: PATIENT.name };
const DOCTOR_AT = { reference: uuid(1), display: DOCTOR.full };
const LABORATORY_AT = { reference: uuid(2), display: LABORATORY.name };

function coded(system: string, code: string, text: string) {
  return { coding: [{ system, code, display: text }], text };
}

/** The three that others refer to stand first, in this order. */
function people(): Resource[] {
  return [
    {
      resourceType: "Patient",
      name: [{ use: "official", family: PATIENT.family, given: [PATIENT.given] }],
      gender: "female",
      birthDate: PATIENT.birthDate,
      address: [{ city: "Lyon", postalCode: "69003", country: "FR" }],
      communication: [{ language: { text: "français" } }],
    },
    {
      resourceType: "Practitioner",
      name: [{ family: DOCTOR.family, given: [DOCTOR.given], prefix: ["Dr"] }],
      qualification: [{ code: { text: DOCTOR.speciality } }],
    },
    {
      resourceType: "Organization",
      name: LABORATORY.name,
      address: [{ line: [LABORATORY.street], city: "Lyon", postalCode: "69002", country: "FR" }],
    },
  ];
}

const VISITS = [
  ["2025-11-18", "Consultation de suivi du diabète"],
  ["2026-02-17", "Consultation de suivi du diabète"],
  ["2026-05-19", "Consultation pour rhinite saisonnière"],
  ["2026-08-25", "Consultation de suivi du diabète"],
  ["2026-11-09", "Consultation de suivi du diabète"],
] as const;

function encounters(): Resource[] {
  return VISITS.map(([date, text]) => ({
    resourceType: "Encounter",
    status: "finished",
    class: {
      system: "http://terminology.hl7.org/CodeSystem/v3-ActCode",
      code: "AMB",
      display: "ambulatory",
    },
    type: [{ text }],
    subject: PATIENT_AT,
    participant: [{ individual: DOCTOR_AT }],
    period: { start: `${date}T09:30:00+01:00`, end: `${date}T09:50:00+01:00` },
  }));
}

function conditions(): Resource[] {
  const known = (code: string, text: string, since: string): Resource => ({
    resourceType: "Condition",
    clinicalStatus: {
      coding: [
        {
          system: "http://terminology.hl7.org/CodeSystem/condition-clinical",
          code: "active",
        },
      ],
    },
    code: coded(ICD10, code, text),
    subject: PATIENT_AT,
    onsetDateTime: since,
  });
  return [
    known("E11.9", "Diabète de type 2 sans complication", "2021-03"),
    known("I10", "Hypertension artérielle essentielle", "2023-10"),
    known("J30.1", "Rhinite allergique due au pollen", "2009-05"),
  ];
}

function quantity(value: number, unit: string, code: string) {
  return { value, unit, system: UCUM, code };
}

function observation(
  category: "laboratory" | "vital-signs",
  code: ReturnType<typeof coded>,
  date: string,
  rest: Readonly<Record<string, unknown>>,
): Resource {
  return {
    resourceType: "Observation",
    status: "final",
    category: [{ coding: [{ system: OBSERVED, code: category }] }],
    code,
    subject: PATIENT_AT,
    effectiveDateTime: date,
    performer: [category === "laboratory" ? LABORATORY_AT : DOCTOR_AT],
    ...rest,
  };
}

function glycatedHaemoglobin(): Resource[] {
  const code = coded(LOINC, "4548-4", "Hémoglobine glyquée (HbA1c)");
  const measured = [
    ["2025-11-12", 7.6],
    ["2026-02-10", 7.4],
    ["2026-08-18", 7.1],
    ["2026-11-03", 6.8],
  ] as const;
  return measured.map(([date, value]) =>
    observation("laboratory", code, date, { valueQuantity: quantity(value, "%", "%") }),
  );
}

function bloodPressure(): Resource[] {
  const code = coded(LOINC, "85354-9", "Pression artérielle");
  const measured = [
    ["2025-11-18", 148, 88],
    ["2026-02-17", 142, 86],
    ["2026-08-25", 136, 82],
    ["2026-11-09", 131, 79],
  ] as const;
  const part = (loinc: string, text: string, value: number) => ({
    code: coded(LOINC, loinc, text),
    valueQuantity: quantity(value, "mmHg", "mm[Hg]"),
  });
  return measured.map(([date, systolic, diastolic]) =>
    observation("vital-signs", code, date, {
      component: [
        part("8480-6", "Pression systolique", systolic),
        part("8462-4", "Pression diastolique", diastolic),
      ],
    }),
  );
}

function weight(): Resource[] {
  const code = coded(LOINC, "29463-7", "Poids");
  const measured = [
    ["2025-11-18", 81.2],
    ["2026-05-19", 79.0],
    ["2026-11-09", 76.4],
  ] as const;
  return measured.map(([date, value]) =>
    observation("vital-signs", code, date, { valueQuantity: quantity(value, "kg", "kg") }),
  );
}

function otherResults(): Resource[] {
  const on = "2026-11-03";
  const molar = (value: number) => ({ valueQuantity: quantity(value, "mmol/L", "mmol/L") });
  return [
    observation("laboratory", coded(LOINC, "14771-0", "Glycémie à jeun"), on, molar(6.4)),
    observation("laboratory", coded(LOINC, "14647-2", "Cholestérol total"), on, molar(4.7)),
    observation("laboratory", coded(LOINC, "14682-9", "Créatinine"), on, {
      valueQuantity: quantity(71, "µmol/L", "umol/L"),
    }),
    {
      resourceType: "DiagnosticReport",
      status: "final",
      code: coded(LOINC, "11502-2", "Compte rendu d'analyses de biologie médicale"),
      subject: PATIENT_AT,
      performer: [LABORATORY_AT],
      effectiveDateTime: on,
      conclusion: "Équilibre glycémique en progrès, fonction rénale conservée.",
    },
  ];
}

function treatment(): Resource[] {
  const medicine = (code: string, text: string, dose: string): Resource => ({
    resourceType: "MedicationRequest",
    status: "active",
    intent: "order",
    medicationCodeableConcept: coded(ATC, code, text),
    subject: PATIENT_AT,
    requester: DOCTOR_AT,
    authoredOn: "2026-11-09",
    dosageInstruction: [{ text: dose }],
  });
  return [
    medicine("A10BA02", "Metformine 500 mg", "1 comprimé matin et soir, au cours du repas"),
    medicine("C09AA05", "Ramipril 5 mg", "1 comprimé le matin"),
    {
      resourceType: "AllergyIntolerance",
      category: ["medication"],
      code: { text: "Pénicilline (urticaire en 1996)" },
      patient: PATIENT_AT,
      recordedDate: "2025-11-18",
    },
    {
      resourceType: "Immunization",
      status: "completed",
      vaccineCode: coded(ATC, "J07BB02", "Vaccin contre la grippe saisonnière"),
      patient: PATIENT_AT,
      occurrenceDateTime: "2026-10-20",
    },
  ];
}
