// Dates as others wrote them: FHIR's, HL7's, DICOM's. A date that no calendar has is none: the
// engine would count it on (30 February as 2 March), and a birth date would be told as another.

/** A day, month or year, as milliseconds at its beginning in UTC, or a moment. */
export interface CalendarDate {
  readonly at: number;
  readonly precision: "year" | "month" | "day" | "moment";
}

/** FHIR R4, dateTime: a year, a month, a day, or a day with its time. */
const FHIR = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(T.*)?)?)?$/;
/** HL7 version 3, TS, and DICOM, DA: the same without dashes; what is finer than a day is not told. */
const HL7 =
  /^(\d{4})(?:(\d{2})(?:(\d{2})(?:\d{2}(?:\d{2}(?:\d{2}(?:\.\d+)?)?)?)?)?)?(?:[+-]\d{4})?$/;
/** Before it the engine takes some years for others: 56 for 1956. */
const FIRST_YEAR = 1000;

/** A date in FHIR's form. @returns undefined where it is in another, or no calendar has it */
export function calendarDate(text: string): CalendarDate | undefined {
  const [, year, month, day, time] = FHIR.exec(text) ?? [];
  if (year === undefined || !isThere(Number(year), Number(month ?? 1), Number(day ?? 1)))
    return undefined;
  // What is told of a time that is none is its day.
  const moment = time === undefined ? Number.NaN : Date.parse(text);
  if (!Number.isNaN(moment)) return { at: moment, precision: "moment" };
  const at = Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1));
  return { at, precision: day !== undefined ? "day" : month !== undefined ? "month" : "year" };
}

/** A date in HL7's or DICOM's form as FHIR has it: `20261103…` is `2026-11-03`. @returns undefined as above */
export function dashed(text: string): string | undefined {
  const [, ...parts] = HL7.exec(text) ?? [];
  const date = parts.filter((part) => part !== undefined).join("-");
  return calendarDate(date) === undefined ? undefined : date;
}

function isThere(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= FIRST_YEAR && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
