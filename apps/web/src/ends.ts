// When an access ends that is chosen by a word, as two pages offer it: for a share, and for a code
// that is shown. All in milliseconds since 1970, by the clock of this device and the hours of where
// it is.

const MINUTE = 60_000;

/** The last minute of this day. Shortly before midnight that would be over at once: half an hour then. */
export function tonight(now: number): number {
  const end = new Date(now);
  end.setHours(23, 59, 0, 0);
  return Math.max(end.getTime(), now + 30 * MINUTE);
}

/** This hour and minute, so many days on. */
export function inDays(now: number, days: number): number {
  const end = new Date(now);
  end.setSeconds(0, 0);
  end.setDate(end.getDate() + days);
  return end.getTime();
}

/** This hour and minute on the same day of the next month; on its last day where it has no such day. */
export function inAMonth(now: number): number {
  const end = new Date(now);
  const day = end.getDate();
  end.setSeconds(0, 0);
  end.setMonth(end.getMonth() + 1);
  if (end.getDate() !== day) end.setDate(0);
  return end.getTime();
}

/** The last minute of a day as a calendar field gives it; undefined for what is no day. */
export function endOfDay(day: string): number | undefined {
  const at = new Date(`${day}T23:59:00`).getTime();
  return Number.isNaN(at) ? undefined : at;
}
