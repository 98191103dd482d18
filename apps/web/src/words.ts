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

/** The first of a month, as French writes it and `Intl` does not: 1er. */
const FIRST = /(?<!\S)1(?=\s(?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc))/gu;

function asWritten(moment: string): string {
  return moment.replace(FIRST, "1er");
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

/** Seconds to wait as one would say them, never fewer: minutes, or hours from an hour and a half on. */
export function waitInWords(seconds: number, language: string): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  const [count, unit] = minutes > 90 ? [Math.ceil(minutes / 60), "hour"] : [minutes, "minute"];
  return count.toLocaleString(region(language), { style: "unit", unit, unitDisplay: "long" });
}

/** Every digit that was given, as a number or as text: a page does not round a result, nor shorten 1.10. */
export function figureInWords(figure: number | string, language: string): string {
  const text = String(figure);
  const [, fraction = ""] = /^-?\d{1,15}(?:\.(\d{1,20}))?$/.exec(text) ?? [];
  const isPlain = typeof figure === "number" || /^-?\d{1,15}(?:\.\d{1,20})?$/.test(text);
  if (!isPlain) return language === "fr" ? text.replace(".", ",") : text;
  return new Intl.NumberFormat(language, {
    minimumFractionDigits: fraction.length,
    maximumFractionDigits: 20,
  }).format(Number(figure));
}

/** A moment: day and time of day. */
export function momentInWords(at: number, language: string): string {
  const clock = new Intl.DateTimeFormat(region(language), {
    dateStyle: "long",
    timeStyle: "short",
  });
  return asWritten(clock.format(at));
}

/**
 * A moment of FHIR's as the clock showed where it was written, with that clock's zone where this device
 * has another: half past midnight there is no evening of the day before. One in UTC is told here.
 */
export function writtenMomentInWords(text: string, language: string): string {
  const zone = zoneOf(text);
  const at = Date.parse(text);
  if (zone === undefined) return momentInWords(at, language);
  const clock = new Intl.DateTimeFormat(region(language), {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  const moment = asWritten(clock.format(at + zone.minutes * 60_000));
  return -new Date(at).getTimezoneOffset() === zone.minutes
    ? moment
    : `${moment} (UTC${zone.written})`;
}

/** The zone that a moment was written in; none where that is only UTC. */
function zoneOf(text: string): { readonly written: string; readonly minutes: number } | undefined {
  const [written, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})$/.exec(text) ?? [];
  if (written === undefined) return undefined;
  return { written, minutes: Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) };
}

/** The day of a moment, short. */
export function dayInWords(at: number, language: string): string {
  const day = new Intl.DateTimeFormat(region(language), { dateStyle: "medium" });
  return asWritten(day.format(at));
}

/** The time of day of a moment. */
export function timeInWords(at: number, language: string): string {
  return new Intl.DateTimeFormat(region(language), { timeStyle: "short" }).format(at);
}

/** A moment as it stands in a sentence, with the day of the week. */
export function untilInWords(at: number, language: string): string {
  const clock = new Intl.DateTimeFormat(region(language), {
    dateStyle: "full",
    timeStyle: "short",
  });
  return asWritten(clock.format(at));
}

/** An hour of today, such as 23:59; with its day where that is another. */
export function hourInWords(at: number, language: string): string {
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  const day = isToday ? {} : ({ weekday: "long" } as const);
  return new Intl.DateTimeFormat(region(language), {
    ...day,
    hour: "2-digit",
    minute: "2-digit",
  }).format(at);
}

/** A FHIR date, as precise as it was given: a year, a month, a day, or a moment's day where it was written. What is no date is told as it is. */
export function dateInWords(date: string, language: string): string {
  const read = calendarDate(date);
  if (read === undefined) return date;
  const { at, precision } = read;
  if (precision === "moment")
    return zoneOf(date) === undefined
      ? dayInWords(at, language)
      : dateInWords(date.slice(0, 10), language);
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    timeZone: "UTC",
    ...(precision === "year" ? {} : { month: precision === "day" ? "short" : "long" }),
    ...(precision === "day" ? { day: "numeric" } : {}),
  };
  const make = () => new Intl.DateTimeFormat(region(language), options);
  return asWritten(kept(days, `${language} ${precision}`, make).format(at));
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
  FamilyMemberHistory: msg`Illness in the family`,
  ExplanationOfBenefit: msg`Statement of costs`,
  Goal: msg`Goal`,
  ImagingStudy: msg`Imaging`,
  Immunization: msg`Vaccination`,
  MedicationAdministration: msg`Medicine given`,
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
  abatementAge: msg`Ended`,
  abatementDateTime: msg`Ended`,
  abatementPeriod: msg`Ended`,
  abatementString: msg`Ended`,
  address: msg`Address`,
  asNeededBoolean: msg`If needed`,
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
  contained: msg`Inside it`,
  content: msg`Content`,
  criticality: msg`How serious`,
  dataAbsentReason: msg`Why there is no value`,
  date: msg`Date`,
  description: msg`Description`,
  doNotPerform: msg`Not to be done`,
  dosageInstruction: msg`How to take it`,
  dosage: msg`How it is taken`,
  doseQuantity: msg`Dose`,
  effectiveDateTime: msg`Date`,
  effectiveInstant: msg`Date`,
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
  medicationReference: msg`Medicine`,
  method: msg`Method`,
  name: msg`Name`,
  narrative: msg`Text`,
  note: msg`Note`,
  occurrenceDateTime: msg`Date`,
  onsetAge: msg`Began`,
  onsetDateTime: msg`Began`,
  onsetPeriod: msg`Began`,
  onsetString: msg`Began`,
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
  relationship: msg`Relative`,
  severity: msg`How severe`,
  site: msg`Place on the body`,
  specimen: msg`Sample`,
  status: msg`Status`,
  statusReason: msg`Why this status`,
  subject: msg`About`,
  telecom: msg`Telephone and e-mail`,
  type: msg`Type`,
  vaccineCode: msg`Vaccine`,
  valueBoolean: msg`Value`,
  valueCodeableConcept: msg`Finding`,
  valueDateTime: msg`Value`,
  valueInteger: msg`Value`,
  valuePeriod: msg`Value`,
  valueQuantity: msg`Value`,
  valueRange: msg`Value`,
  valueRatio: msg`Value`,
  valueSampledData: msg`Value`,
  valueString: msg`Value`,
  valueTime: msg`Value`,
  verificationStatus: msg`How certain`,
};

/** What an element of a resource is called. */
export function elementInWords(name: string): MessageDescriptor | string {
  return entryOf(ELEMENTS, name) ?? name;
}
