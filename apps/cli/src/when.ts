const UNITS: Readonly<Record<string, number>> = {
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  j: 86_400_000,
  w: 7 * 86_400_000,
};
const SPAN = /^(\d{1,4})\s*(min|h|d|j|w)$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * The moment a text means, in milliseconds since 1970: a span from now (`2h`,
 * `3d`, `3j`), `tomorrow` or `demain`, a date (both until the end of that day,
 * where the clock of this machine is), or an ISO date and time.
 * @returns undefined for a text that means none
 */
export function parseWhen(text: string, now: number): number | undefined {
  const said = text.trim().toLowerCase();
  const span = SPAN.exec(said);
  if (span !== null) return now + Number(span[1]) * (UNITS[span[2] ?? ""] ?? Number.NaN);
  const today = new Date(now);
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()];
  if (said === "today" || said === "aujourd'hui") return endOfDay(year, month, day);
  if (said === "tomorrow" || said === "demain") return endOfDay(year, month, day + 1);
  const date = DATE.exec(said);
  if (date !== null) return realDay(Number(date[1]), Number(date[2]), Number(date[3]));
  const at = INSTANT.test(text.trim()) ? Date.parse(text.trim().replace(" ", "T")) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function endOfDay(year: number, month: number, day: number): number {
  return new Date(year, month, day, 23, 59, 59).getTime();
}

/** JavaScript would take 30 February for 2 March. */
function realDay(year: number, month: number, day: number): number | undefined {
  const end = new Date(endOfDay(year, month - 1, day));
  return end.getMonth() === month - 1 && end.getDate() === day ? end.getTime() : undefined;
}

/** The beginning of the day, or the moment, that a date means. @returns undefined for a text that means none */
export function parseSince(text: string): number | undefined {
  const date = DATE.exec(text.trim());
  if (date === null) return INSTANT.test(text.trim()) ? parseWhen(text, 0) : undefined;
  const end = realDay(Number(date[1]), Number(date[2]), Number(date[3]));
  return end === undefined ? undefined : new Date(end).setHours(0, 0, 0, 0);
}
