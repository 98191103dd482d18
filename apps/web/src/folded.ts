const PLAIN = /^[\x20-\x7e]*$/;

/** Letters without case and accents, for finding. */
export function folded(text: string): string {
  // Most titles of most people have no accent, and then nothing need be taken apart.
  const small = text.toLowerCase();
  if (PLAIN.test(small)) return small;
  return small.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("œ", "oe").replaceAll("æ", "ae");
}
