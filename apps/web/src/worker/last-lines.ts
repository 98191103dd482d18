/**
 * Of each journal that the page was given, the last line: what comes after it is news. Under its
 * subject, or under what an account did in others' records.
 */
const last = new Map<string, number>();

/** What stands for the acts of an account. */
export function actsOf(account: string): string {
  return `acts of ${account}`;
}

export function gaveLines(journal: string, line: number | undefined): void {
  if (line !== undefined) last.set(journal, line);
}

/** Asked for whenever a stream begins; undefined where nothing was given yet. */
export function lastLine(journal: string): () => number | undefined {
  return () => last.get(journal);
}
