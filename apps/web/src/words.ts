import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { calendarDate, dashed } from "./calendar-date.ts";
import { entryOf } from "./entry-of.ts";

// How figures, days and kinds are said. Everything takes the language, so nothing is said in two.

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Days and figures as they are written in Europe, whichever language. */
function region(language: string): string {
  return language === "fr" ? "fr-FR" : "en-GB";
}

// A formatter takes a hundred times as long to make as to use, and a list says days and sizes row by
// row. Those that follow the zone of the device are made anew: somebody may travel with the page open.
const sizes = new Map<string, Intl.NumberFormat>();
const days = new Map<string, Intl.DateTimeFormat>();

/** What is kept under this name, made first where it is not there. */
function kept<T>(known: Map<string, T>, name: string, make: () => T): T {
  const there = known.get(name);
  if (there !== undefined) return there;
  const made = make();
  known.set(name, made);
  return made;
}

/** A length in bytes, with at most one decimal. */
export function sizeInWords(bytes: number, language: string): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const unit = UNITS[step] ?? "byte";
  const make = () =>
    new Intl.NumberFormat(region(language), {
      style: "unit",
      unit,
      unitDisplay: step === 0 ? "long" : "short",
      maximumFractionDigits: step === 0 ? 0 : 1,
    });
  return kept(sizes, `${language} ${unit}`, make).format(bytes / 1000 ** step);
}

/** Every digit that was given: a page does not round a result. */
export function figureInWords(figure: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 20 }).format(figure);
}

/** A moment: day and time of day. */
export function momentInWords(at: number, language: string): string {
  return new Intl.DateTimeFormat(region(language), {
    dateStyle: "long",
    timeStyle: "short",
  }).format(at);
}

/** The day of a moment, short. */
export function dayInWords(at: number, language: string): string {
  return new Intl.DateTimeFormat(region(language), { dateStyle: "medium" }).format(at);
}

/** The time of day of a moment. */
export function timeInWords(at: number, language: string): string {
  return new Intl.DateTimeFormat(region(language), { timeStyle: "short" }).format(at);
}

/** A moment as it stands in a sentence, with the day of the week. */
export function untilInWords(at: number, language: string): string {
  return new Intl.DateTimeFormat(region(language), {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "numeric",
    minute: "2-digit",
  }).format(at);
}

/** An hour of today, such as "11:59 PM"; with its day where that is another. */
export function hourInWords(at: number, language: string): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const day = isToday ? {} : ({ weekday: "long" } as const);
  return new Intl.DateTimeFormat(region(language), {
    ...day,
    hour: "numeric",
    minute: "2-digit",
  }).format(at);
}

/** A FHIR date, as precise as it was given: a year, a month, a day, or a moment's day. What is no date is told as it is. */
export function dateInWords(date: string, language: string): string {
  const read = calendarDate(date);
  if (read === undefined) return date;
  const { at, precision } = read;
  if (precision === "moment") return dayInWords(at, language);
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    timeZone: "UTC",
    ...(precision === "year" ? {} : { month: precision === "day" ? "short" : "long" }),
    ...(precision === "day" ? { day: "numeric" } : {}),
  };
  const make = () => new Intl.DateTimeFormat(region(language), options);
  return kept(days, `${language} ${precision}`, make).format(at);
}

/** A date as HL7 version 3 and DICOM write it, likewise. */
export function hl7DateInWords(date: string, language: string): string {
  const inDashes = dashed(date);
  return inDashes === undefined ? date : dateInWords(inDashes, language);
}

// The resources that a record usually holds (FHIR R4).
const TYPES: Readonly<Record<string, MessageDescriptor>> = {
  AllergyIntolerance: msg`Allergy or intolerance`,
  CarePlan: msg`Care plan`,
  CareTeam: msg`Care team`,
  Claim: msg`Claim`,
  Condition: msg`Condition`,
  Device: msg`Medical device`,
  DiagnosticReport: msg`Report`,
  DocumentReference: msg`Document`,
  Encounter: msg`Appointment or stay`,
  ExplanationOfBenefit: msg`Statement of costs`,
  Goal: msg`Goal`,
  ImagingStudy: msg`Imaging`,
  Immunization: msg`Vaccination`,
  MedicationRequest: msg`Prescription`,
  MedicationStatement: msg`Medicine taken`,
  Observation: msg`Result`,
  Organization: msg`Place of care`,
  Patient: msg`Personal details`,
  Practitioner: msg`Professional`,
  Procedure: msg`Procedure`,
};

const MEDIA: readonly (readonly [string, MessageDescriptor])[] = [
  ["application/pdf", msg`PDF`],
  ["image/", msg`Picture`],
  ["text/", msg`Text`],
  ["application/dicom", msg`Medical image`],
];

/** What kind of thing a row is. Resource types nobody named are shown as they are. */
export function kindInWords(type: string, mediaType: string): MessageDescriptor | string {
  const media = MEDIA.find(([start]) => mediaType.startsWith(start));
  if (type === "DocumentReference" && media !== undefined) return media[1];
  return entryOf(TYPES, type) ?? type;
}

// What a resource's elements are called (FHIR R4); the others are shown under their own names.
const ELEMENTS: Readonly<Record<string, MessageDescriptor>> = {
  abatementDateTime: msg`Ended`,
  address: msg`Address`,
  authoredOn: msg`Written on`,
  birthDate: msg`Born`,
  category: msg`Category`,
  class: msg`Kind`,
  clinicalStatus: msg`Now`,
  code: msg`What`,
  communication: msg`Languages`,
  bodySite: msg`Place on the body`,
  component: msg`In detail`,
  conclusion: msg`Conclusion`,
  content: msg`Content`,
  criticality: msg`How serious`,
  date: msg`Date`,
  description: msg`Description`,
  dosageInstruction: msg`How to take it`,
  dosage: msg`How it is taken`,
  doseQuantity: msg`Dose`,
  effectiveDateTime: msg`Date`,
  effectivePeriod: msg`When`,
  encounter: msg`Appointment`,
  gender: msg`Sex`,
  informationSource: msg`Told by`,
  intent: msg`Intent`,
  interpretation: msg`Remark of the laboratory`,
  issued: msg`Issued`,
  location: msg`Place`,
  lotNumber: msg`Batch`,
  maritalStatus: msg`Marital status`,
  medicationCodeableConcept: msg`Medicine`,
  name: msg`Name`,
  note: msg`Note`,
  occurrenceDateTime: msg`Date`,
  onsetDateTime: msg`Began`,
  participant: msg`With`,
  outcome: msg`Outcome`,
  patient: msg`About`,
  performedDateTime: msg`Date`,
  performedPeriod: msg`When`,
  performer: msg`Done by`,
  period: msg`When`,
  qualification: msg`Profession`,
  reaction: msg`Reaction`,
  reasonCode: msg`Reason`,
  reasonReference: msg`Reason`,
  recorder: msg`Recorded by`,
  recordedDate: msg`Recorded on`,
  referenceRange: msg`Usual range`,
  requester: msg`Asked for by`,
  result: msg`Results`,
  serviceProvider: msg`Place`,
  severity: msg`How severe`,
  site: msg`Place on the body`,
  status: msg`Status`,
  subject: msg`About`,
  telecom: msg`Telephone and e-mail`,
  type: msg`Type`,
  vaccineCode: msg`Vaccine`,
  valueCodeableConcept: msg`Finding`,
  valueQuantity: msg`Value`,
  valueString: msg`Value`,
  verificationStatus: msg`How certain`,
};

/** What an element of a resource is called. */
export function elementInWords(name: string): MessageDescriptor | string {
  return entryOf(ELEMENTS, name) ?? name;
}
