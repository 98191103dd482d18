import type { Profiler } from "node:inspector/promises";

/** What one process counted in a file. */
export interface Script {
  readonly file: string;
  readonly functions: readonly Profiler.FunctionCoverage[];
}

/** A stretch of a file that no process entered. */
export interface Missed {
  readonly file: string;
  readonly line: number;
  readonly source: string;
}

/**
 * The branches of a file, over all processes: V8's ranges, in the order in which it nests them.
 * A file that nobody loaded is missed whole.
 */
export function branchesOf(
  file: string,
  source: string,
  scripts: readonly Script[],
): { readonly branches: number; readonly missed: readonly Missed[] } {
  const entered = new Uint8Array(source.length);
  const ranges = new Set<string>();
  for (const { functions } of scripts) {
    for (const [i, count] of counted(functions, source.length).entries())
      if (count > 0) entered[i] = 1;
    for (const each of functions.flatMap((one) => one.ranges))
      ranges.add(`${each.startOffset} ${each.endOffset}`);
  }
  const missed = stretches(file, source, entered);
  return { branches: Math.max(ranges.size, missed.length), missed };
}

/** How often each character was reached: an inner range says it better than the one around it. */
function counted(functions: readonly Profiler.FunctionCoverage[], length: number): Uint32Array {
  const counts = new Uint32Array(length);
  const ranges = functions.flatMap((each) => each.ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of ranges)
    counts.fill(count, startOffset, endOffset);
  return counts;
}

function stretches(file: string, source: string, entered: Uint8Array): Missed[] {
  const found: Missed[] = [];
  for (let at = 0; at < source.length; at++) {
    if (entered[at] === 1) continue;
    let end = at;
    while (end < source.length && entered[end] !== 1) end++;
    const text = source.slice(at, end).replace(/\s+/g, " ").trim();
    // Types and closing brackets are nothing that could be run.
    if (/[A-Za-z]/.test(text)) {
      const begins = at + (/^\s*/.exec(source.slice(at, end))?.[0].length ?? 0);
      const line = source.slice(0, begins).split("\n").length;
      found.push({ file, line, source: text.slice(0, 100) });
    }
    at = end;
  }
  return found;
}
