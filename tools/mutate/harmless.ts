// Faults that are none: the program does the same with them, so no test can tell. Each was looked
// at, and says why.

const HARMLESS: readonly (readonly [file: string, holds: string, why: string])[] = [
  [
    "seen-reads.ts",
    "number off by one: return [high, (low | 1) >>> 0]",
    "of two hashes 51 bits tell them apart instead of 52",
  ],
];

/** Whether a fault, named by its operator and its line, was found to change nothing. */
export function isHarmless(file: string, what: string): boolean {
  return HARMLESS.some(([path, holds]) => file.endsWith(path) && what.includes(holds));
}
