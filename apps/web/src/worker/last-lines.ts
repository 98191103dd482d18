/** Of each journal that the page was given, the last line: what comes after it is news. */
const last = new Map<string, number>();

export function gaveLines(journal: string, line: number | undefined): void {
  if (line !== undefined) last.set(journal, line);
}

/** Asked for whenever a stream begins; undefined where nothing was given yet. */
export function lastLine(journal: string): () => number | undefined {
  return () => last.get(journal);
}
