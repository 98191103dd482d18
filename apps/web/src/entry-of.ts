/**
 * What a table has for a name that somebody else chose; undefined where it has nothing. Every object
 * of JavaScript has a `constructor`, which is no entry of any table.
 */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
