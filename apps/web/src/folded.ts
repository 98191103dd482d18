const PLAIN = /^[\x20-\x7e]*$/;

/** Letters without case and accents, for finding. */
export function folded(text: string): string {
  // Most titles of most people have no accent, and then nothing need be taken apart.
  return (PLAIN.test(text) ? text : text.normalize("NFKD").replace(/\p{M}/gu, "")).toLowerCase();
}
