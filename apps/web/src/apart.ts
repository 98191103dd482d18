/** Letters that are written from the right (Unicode, Bidi_Class R and AL), by their blocks. */
const FROM_RIGHT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A name as it stands in a sentence: one that is written from the right takes nothing of what stands
 * beside it along (Unicode UAX 9, FSI and PDI).
 */
export function apart(name: string): string {
  return FROM_RIGHT.test(name) ? `\u2068${name}\u2069` : name;
}
