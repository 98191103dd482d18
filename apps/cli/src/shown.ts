import { allSeen, cutTo, inOneLine } from "@ecrin/client";
import type { Metadata } from "@ecrin/protocol";
import type { Words } from "./words.ts";

/**
 * A text that somebody else wrote, as a terminal may show it: control
 * characters, those that turn the direction of writing and those that nobody
 * sees could make a line say something else than it holds, and so could room
 * that pushes the rest of it into the next.
 */
export function shown(text: string): string {
  return inOneLine(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "\ufffd"));
}

/** The same of a text of many lines: line feeds and tabs stay, carriage returns go. */
export function shownText(text: string): string {
  return text.replaceAll("\r", "").replace(/[^\n\t]+/g, allSeen);
}

/** Longer than what a document is called, and shorter than what could be told beside it. */
const LONGEST_TITLE = 120;

/** What a document is called, as it stands in a row or a sentence. */
export function titleIn(title: string): string {
  return cutTo(LONGEST_TITLE, shown(title));
}

/** The word that a table has for a name of somebody else's choice; undefined where it has none. */
export function wordIn(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}

/** A value as one line of JSON that a terminal shows as it is. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    (letter) => letter.split("").map(escaped).join(""),
  );
}

/** Half of a character of UTF-16, or one, as JSON may have it (RFC 8259, section 7). */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Columns side by side, each as wide as its widest cell; the last is left as it is. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, [...cell].length);
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell + " ".repeat(Math.max(0, (widths[i] ?? 0) - [...cell].length)))
      .join("  ")
      .trimEnd(),
  );
}

/** The first of a month, as French writes it and `Intl` does not: 1er. */
const FIRST = /(?<!\S)1(?=\s(?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc))/gu;

/** What `Intl` says of a day, as it is written. */
export function asWritten(moment: string): string {
  return moment.replace(FIRST, "1er");
}

/** A moment, where the clock of this machine is. */
export function momentIn({ locale }: Words, at: number): string {
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  return asWritten(new Date(at).toLocaleString(locale, style));
}

/** A moment with its day of the week: for what is being decided. */
export function fullMomentIn({ locale }: Words, at: number): string {
  const style = { dateStyle: "full", timeStyle: "short" } as const;
  return asWritten(new Date(at).toLocaleString(locale, style));
}

/** Seconds to wait as one would say them, never fewer: minutes, or hours from an hour and a half on. */
export function waitIn({ locale }: Words, seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  const [count, unit] = minutes > 90 ? [Math.ceil(minutes / 60), "hour"] : [minutes, "minute"];
  return count.toLocaleString(locale, { style: "unit", unit, unitDisplay: "long" });
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** A size in bytes, in powers of 1,000. */
export function sizeIn({ locale }: Words, bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 10 ? 0 : 1;
  return `${value.toLocaleString(locale, { maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

/** The day of a document as FHIR has it: a year, a month, a day, or an instant. */
export function dayOf(metadata: Metadata, at: number): string {
  return shown(metadata.date ?? new Date(at).toISOString()).slice(0, 10);
}

/** What an item is, in a word. */
export function typeIn({ types }: Words, { type }: Metadata): string {
  return wordIn(types, type) ?? shown(type);
}
