import assert from "node:assert/strict";

/** How many times each way. */
export const TIMES = 2000;

/** A request and the status it is answered with. */
export type Ask = () => Promise<Request> | Request;

/** Milliseconds until the whole answer is there. */
async function timeOf(ask: Ask, status: number): Promise<number> {
  const request = await ask();
  const start = performance.now();
  const response = await fetch(request);
  await response.arrayBuffer();
  const took = performance.now() - start;
  assert.equal(response.status, status);
  return took;
}

/**
 * How often a time from `a` is above one from `b`: 0.5 where nothing tells them apart
 * (the common-language effect size of the Mann-Whitney statistic, ties counted half).
 */
export function above(a: readonly number[], b: readonly number[]): number {
  const sorted = [...b].sort((x, y) => x - y);
  let sum = 0;
  for (const value of a) {
    sum += (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / 2;
  }
  return sum / (a.length * b.length);
}

function countBelow(sorted: readonly number[], value: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const each = sorted[middle] ?? 0;
    if (each < value || (orEqual && each === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * How much better than by chance the times of two kinds of request are told apart, 0 to 0.5.
 * Three rounds; noise that leans one way does not lean the same way three times.
 */
export async function telling(known: Ask, unknown: Ask, status: number): Promise<number> {
  const leans: number[] = [];
  for (let round = 0; round < 3; round++) {
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let i = 0; i < TIMES; i++) {
      // Which comes first changes each time, so that neither always follows the other.
      const order = i % 2 === 0 ? (["known", "unknown"] as const) : (["unknown", "known"] as const);
      for (const which of order) {
        times[which].push(await timeOf(which === "known" ? known : unknown, status));
      }
    }
    const lean = Math.abs(above(times.known, times.unknown) - 0.5);
    leans.push(lean);
    if (lean < 0.05) return lean;
  }
  return Math.min(...leans);
}
