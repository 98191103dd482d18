// A value of FHIR R4 as text: the words for people where there are any, figures with their digits, and
// nothing left out unsaid. What it means is for whoever wrote it and whoever treats.

import { calendarDate } from "../calendar-date.ts";
import { dateInWords, figureInWords, writtenMomentInWords } from "../words.ts";
import { figureOf, isMembers, type Members } from "./members.ts";

/** What values are said with. */
export interface Words {
  readonly language: string;
  readonly yes: string;
  readonly no: string;
  readonly noValue: string;
  /** What a reference leads to, where it says no name. */
  readonly unnamed: string;
  readonly curve: string;
  readonly file: string;
  /** A unit that a machine reads as another one than is written. */
  readonly coded: (unit: string) => string;
  /** What an element is called. */
  readonly label: (element: string) => string;
  /** A code of FHIR's own in words, where there are some. */
  readonly code: (element: string, code: string) => string;
  /** A unit of time (FHIR R4, UnitsOfTime), where there is a word. */
  readonly time: (unit: string) => string;
}

/** Elements that say something to machines only. */
export const UNSAID: ReadonlySet<string> = new Set([
  "resourceType",
  "id",
  "meta",
  "text",
  "identifier",
  "extension",
  "modifierExtension",
  "contained",
  "implicitRules",
  "language",
  "linkId",
  "version",
  "userSelected",
]);

/** Beside a text these add nothing for people; anything else is said after it. */
const BESIDE_TEXT: ReadonlySet<string> = new Set([
  ...UNSAID,
  ...["display", "coding", "code", "system", "reference", "type", "time", "use", "period"],
  ...["authorString", "authorReference", "family", "given", "prefix", "suffix"],
  ...["line", "city", "district", "state", "postalCode", "country"],
]);

/** Elements of type date, dateTime or instant: elsewhere the same letters may be a batch or somebody's words. */
const DATES =
  /(?:Date|DateTime|Instant|On|Occurrence)$|^(?:date|dateAsserted|issued|start|end|created|creation|recorded|sent|received|started|event|time|timestamp|lastUpdated)$/;
/** Elements that hold an address for machines. */
const ADDRESSES = /^(?:url|system|reference|profile|source|instantiates.*)$|(?:Uri|Canonical|Url)$/;

/** @param whole the resource, in which what it contains is looked up */
export function valueInWords(
  element: string,
  value: unknown,
  words: Words,
  whole: Members,
): string {
  if (Array.isArray(value)) {
    return counted(value.map((each) => valueInWords(element, each, words, whole))).join("\n");
  }
  const figure = figureOf(value);
  if (figure !== undefined) return figureInWords(figure, words.language);
  if (typeof value === "string") return words.code(element, textInWords(element, value, words));
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (!isMembers(value)) return "";
  return membersInWords(element, value, words, whole);
}

function membersInWords(element: string, value: Members, words: Words, whole: Members): string {
  const say = (name: string, each: unknown) => valueInWords(name, each, words, whole);
  if (element === "component") return componentInWords(value, words, whole);
  if (element === "referenceRange") return rangeInWords(value, words, whole);
  if (element === "repeat") return timingInWords(value, words, whole);
  if (isFhirCode(value) && words.code(element, value.code) !== value.code) {
    return words.code(element, value.code);
  }
  const said = value.text ?? value.display;
  if (typeof said === "string") {
    const rest = Object.entries(value).filter(([name]) => !BESIDE_TEXT.has(name));
    return [said, membersOf(rest, words, whole)].filter(isSaid).join(" · ");
  }
  if (Array.isArray(value.coding)) return say(element, value.coding);
  if (isQuantity(value)) return quantity(value, words);
  if (typeof value.data === "string" && isMembers(value.origin)) return words.curve;
  if (typeof value.data === "string" || typeof value.contentType === "string") {
    return [say("title", value.title), say("", value.contentType), words.file]
      .filter(isSaid)
      .join(", ");
  }
  if (isMembers(value.numerator) || isMembers(value.denominator)) {
    return [value.numerator, value.denominator]
      .map((each) => say("", each) || words.noValue)
      .join(" / ");
  }
  if (isMembers(value.low) || isMembers(value.high)) return rangeInWords(value, words, whole);
  if (typeof value.start === "string" || typeof value.end === "string") {
    const [start, end] = [say("start", value.start), say("end", value.end)];
    return `${start || "…"} – ${end || "…"}`;
  }
  if (typeof value.family === "string") {
    return [say("", value.prefix), say("", value.given), value.family]
      .filter(isSaid)
      .join(" ")
      .replaceAll("\n", " ");
  }
  if (typeof value.reference === "string") return referenceInWords(value.reference, words, whole);
  return membersOf(Object.entries(value), words, whole);
}

/** What stands beside each other; a bare figure, or a yes, says nothing without its name. */
function membersOf(members: readonly (readonly [string, unknown])[], words: Words, whole: Members) {
  return members
    .filter(([name]) => !UNSAID.has(name))
    .map(([name, each]) => {
      const text = valueInWords(name, each, words, whole);
      const isBare = typeof each === "boolean" || figureOf(each) !== undefined;
      return isBare ? `${words.label(name)}: ${text}` : text;
    })
    .filter(isSaid)
    .join(", ");
}

/** One part of a result: what was measured, how much, and what was said of it. */
function componentInWords(part: Members, words: Words, whole: Members): string {
  const { code, referenceRange, interpretation, dataAbsentReason, ...rest } = part;
  const beside = Object.entries({ dataAbsentReason, interpretation, referenceRange }).map(
    ([name, each]) => {
      const text = valueInWords(name, each, words, whole).replaceAll("\n", ", ");
      return text === "" ? "" : `${words.label(name)}: ${text}`;
    },
  );
  const value = [membersOf(Object.entries(rest), words, whole), ...beside].filter(isSaid);
  return [valueInWords("", code, words, whole), value.join(" · ")].filter(isSaid).join(": ");
}

/** The range as it was given, with whom it is for and its own words where it has some. */
function rangeInWords(range: Members, words: Words, whole: Members): string {
  const say = (each: unknown) => valueInWords("", each, words, whole).replaceAll("\n", ", ");
  const [low, high] = [say(range.low), say(range.high)];
  const figures =
    low !== "" && high !== "" ? `${low} – ${high}` : low !== "" ? `≥ ${low}` : high && `≤ ${high}`;
  const text = typeof range.text === "string" ? range.text : "";
  const whom = [say(range.type), say(range.appliesTo), say(range.age)].filter(isSaid).join(", ");
  const said = [figures, text].filter(isSaid).join(" · ");
  return [whom, said].filter(isSaid).join(": ");
}

/** How often (FHIR R4, Timing.repeat): "2 × / 1 day(s)". */
function timingInWords(repeat: Members, words: Words, whole: Members): string {
  const { frequency = 1, frequencyMax, period, periodMax, periodUnit, ...rest } = repeat;
  if (figureOf(period) === undefined || typeof periodUnit !== "string")
    return membersOf(Object.entries(repeat), words, whole);
  const upTo = (...figures: readonly unknown[]) =>
    figures
      .map((each) => valueInWords("", each, words, whole))
      .filter(isSaid)
      .join(" – ");
  const often = `${upTo(frequency, frequencyMax)} × / ${upTo(period, periodMax)} ${words.time(periodUnit)}`;
  return [often, membersOf(Object.entries(rest), words, whole)].filter(isSaid).join(", ");
}

function referenceInWords(reference: string, words: Words, whole: Members): string {
  const contained = Array.isArray(whole.contained) ? whole.contained.filter(isMembers) : [];
  const found = contained.find(({ id }) => `#${String(id)}` === reference);
  const named = found?.code ?? found?.name;
  return (named === undefined ? "" : valueInWords("", named, words, {})) || words.unnamed;
}

function isQuantity(value: Members): boolean {
  const { value: figure, unit, comparator, currency } = value;
  if (figureOf(figure) !== undefined) return true;
  return (
    figure === undefined && [unit, comparator, currency].some((each) => typeof each === "string")
  );
}

function quantity(value: Members, words: Words): string {
  const figure = figureOf(value.value);
  const unit = [value.unit, value.currency, value.code].find((each) => typeof each === "string");
  // "Less than 5" is another result than "5".
  const said = [
    value.comparator,
    figure === undefined ? words.noValue : figureInWords(figure, words.language),
    unit,
    isOtherUnit(unit, value.code) ? words.coded(String(value.code)) : undefined,
  ];
  return said.filter((each) => typeof each === "string").join(" ");
}

const MEASURE = /^[kcdmunp]?(?:g|mol|L)(?:\/[kcdmunp]?(?:g|mol|L))?$/;

/** Whether the unit that is printed and the one for machines are amounts, and not the same: µg and mg. */
function isOtherUnit(unit: unknown, code: unknown): boolean {
  if (typeof unit !== "string" || typeof code !== "string") return false;
  const [printed, read] = [unit, code].map((each) =>
    each
      .trim()
      .replaceAll(/[µμ]|mc(?=g)/g, "u")
      .replaceAll(/l(?=\/|$)/g, (letter, at: number, all: string) =>
        all.slice(at - 2, at) === "mo" ? letter : "L",
      ),
  );
  return MEASURE.test(printed ?? "") && MEASURE.test(read ?? "") && printed !== read;
}

/** Codes whose words this page has: HL7's own, and those without words of their own. */
function isFhirCode(value: Members): value is Members & { readonly code: string } {
  const { code, system, display } = value;
  if (typeof code !== "string") return false;
  const isHl7 = typeof system === "string" && /^http:\/\/(?:terminology\.)?hl7\.org\//.test(system);
  return isHl7 || display === undefined;
}

function textInWords(element: string, text: string, { language }: Words): string {
  if (ADDRESSES.test(element)) return "";
  if (!DATES.test(element)) return text;
  const read = calendarDate(text);
  return read?.precision === "moment"
    ? writtenMomentInWords(text, language)
    : dateInWords(text, language);
}

/** What is said more than once, once with how often. */
function counted(texts: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const text of texts.filter(isSaid)) times.set(text, (times.get(text) ?? 0) + 1);
  return [...times].map(([text, count]) => (count === 1 ? text : `${text} (${count} ×)`));
}

function isSaid(text: string): boolean {
  return text !== "";
}
