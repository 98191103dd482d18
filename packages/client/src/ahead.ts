/**
 * Work begun before its turn. Whoever awaits it learns of its failure; where something before it
 * fails, nobody awaits it any more, and that is no error of its own.
 */
export function ahead<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
