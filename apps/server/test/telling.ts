import assert from "node:assert/strict";

/** How many times each way where an address is asked about. */
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
 * How far `above` may lie from a half: five and a half of its standard deviations where nothing
 * tells the two apart, which are 1/√(6n) of n times each way. 5 % for 2,000.
 */
export function boundOf(times: number): number {
  return 5.5 / Math.sqrt(6 * times);
}

/** So many of each kind, asked in the same stretch of time, count once by the fastest. */
const STRETCH = 10;

/** The fastest of each stretch: what else the machine does only ever adds to a time. */
function fastest(times: readonly number[]): number[] {
  return Array.from({ length: Math.floor(times.length / STRETCH) }, (_, i) =>
    Math.min(...times.slice(i * STRETCH, (i + 1) * STRETCH)),
  );
}

/**
 * How far known and unknown lie apart, in bounds: more than 1 either way is no chance. All times
 * show a small difference on a quiet machine, the fastest of each stretch on a busy one.
 */
export function apart(known: readonly number[], unknown: readonly number[]): number {
  const [fast, fastOthers] = [fastest(known), fastest(unknown)];
  const leans = [
    (above(known, unknown) - 0.5) / boundOf(known.length),
    (above(fast, fastOthers) - 0.5) / boundOf(fast.length),
  ];
  return leans.reduce((most, lean) => (Math.abs(lean) > Math.abs(most) ? lean : most));
}

/**
 * How far the times of two kinds of request lie apart, in bounds, as `apart` says. Ranks and no
 * milliseconds: a slow machine is slow for both. The two take turns, and up to three rounds: noise
 * that leans one way does not lean the same way three times.
 */
export async function telling(
  known: Ask,
  unknown: Ask,
  status: number,
  times: number,
): Promise<number> {
  const leans: number[] = [];
  for (let round = 0; round < 3; round++) {
    const took = { known: [] as number[], unknown: [] as number[] };
    for (let i = 0; i < times; i++) {
      // Which comes first changes each time, so that neither always follows the other.
      const order = i % 2 === 0 ? (["known", "unknown"] as const) : (["unknown", "known"] as const);
      for (const which of order) {
        took[which].push(await timeOf(which === "known" ? known : unknown, status));
      }
    }
    const lean = apart(took.known, took.unknown);
    if (Math.abs(lean) < 1) return Math.abs(lean);
    leans.push(lean);
  }
  // What leans to either side is noise; a difference leans to one.
  const isOneSided = leans.every((lean) => Math.sign(lean) === Math.sign(leans[0] ?? 0));
  return isOneSided ? Math.min(...leans.map(Math.abs)) : 0;
}

/** Nothing in how long an answer takes tells `known` from `unknown`. */
export async function assertTellsNothing(
  known: Ask,
  unknown: Ask,
  { status, times = TIMES }: { readonly status: number; readonly times?: number },
): Promise<void> {
  const lean = await telling(known, unknown, status, times);
  assert.ok(
    lean < 1,
    `told apart, ${lean.toFixed(1)} times as far as chance goes, ${times} times each way`,
  );
}
