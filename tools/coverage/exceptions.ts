// Branches of parsers that no test goes through, and why none can.

const EXCEPTIONS: readonly (readonly [file: string, begins: string, why: string])[] = [];

/** Whether a stretch that was missed is one of those that cannot be reached. */
export function isExcepted(file: string, source: string): boolean {
  return EXCEPTIONS.some(([path, begins]) => file.endsWith(path) && source.startsWith(begins));
}
