import type { Metadata } from "@ecrin/protocol";
import type { Words } from "./words.ts";

/**
 * A text that somebody else wrote, as a terminal may show it: control
 * characters and those that turn the direction of writing could make a line
 * say something else than it holds.
 */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/** The same of a text of many lines: line feeds and tabs stay, carriage returns go. */
export function shownText(text: string): string {
  return text.replaceAll("\r", "").replace(/[^\n\t]+/g, shown);
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

/** A moment, where the clock of this machine is. */
export function momentIn({ locale }: Words, at: number): string {
  return new Date(at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}

/** A moment with its day of the week: for what is being decided. */
export function fullMomentIn({ locale }: Words, at: number): string {
  return new Date(at).toLocaleString(locale, { dateStyle: "full", timeStyle: "short" });
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
  return types[type] ?? shown(type);
}
