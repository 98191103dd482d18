// How things are measured: warmed up, ours and the baseline in turn, the median of each, and how
// far the middle half of the ratios lies apart.

/** What a bar asks for. */
export interface Bar {
  readonly least?: number;
  readonly most?: number;
}

/** A line of the table. */
export interface Line {
  readonly name: string;
  readonly what: string;
  /** Absent: reported, whatever it is. */
  readonly bar?: Bar;
}

export interface Measured {
  readonly name: string;
  readonly value: number;
  /** Half of the middle half of the ratios, in parts of the value; absent where there is one figure. */
  readonly noise?: number;
  /** The figures behind it. */
  readonly note: string;
}

/** Full size, or so small that it only shows that it runs. */
export type Size = "whole" | "tiny";

/** Lines that share what has to be built first. */
export interface Group {
  readonly lines: readonly Line[];
  measure(wanted: ReadonlySet<string>, size: Size): AsyncGenerator<Measured, void, undefined>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this part of the values lies, between neighbours. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (low === undefined || high === undefined) throw new RangeError("no values");
  return low + (high - low) * (at - Math.floor(at));
}

/** Milliseconds of one piece of work. */
export async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export interface Times {
  readonly ours: readonly number[];
  readonly base: readonly number[];
}

/** Times of ours and of the baseline in turn, after one of each that does not count. */
export async function inTurn(
  repetitions: number,
  ours: () => unknown,
  base: () => unknown,
): Promise<Times> {
  await ours();
  await base();
  const times = { ours: [] as number[], base: [] as number[] };
  for (let i = 0; i < repetitions; i++) {
    // Whoever goes first in a pair changes, so that neither always follows the other's garbage.
    const first = i % 2 === 0;
    if (first) times.ours.push(await time(ours));
    times.base.push(await time(base));
    if (!first) times.ours.push(await time(ours));
  }
  return times;
}

/** Our time over the baseline's: for "at most" bars. */
export function timeRatio(name: string, { ours, base }: Times, note = ""): Measured {
  return ratio(name, ours, base, `${ms(ours)} over ${ms(base)}${note}`);
}

/** Our speed over the baseline's on the same bytes: for "at least" bars. */
export function speedRatio(name: string, { ours, base }: Times, bytes: number): Measured {
  const note = `${rate(bytes, ours)} over ${rate(bytes, base)}`;
  return ratio(name, base, ours, note);
}

function ratio(
  name: string,
  above: readonly number[],
  below: readonly number[],
  note: string,
): Measured {
  const value = median(above) / median(below);
  const pairs = above.map((each, i) => each / (below[i] ?? Number.NaN));
  const noise = (quantile(pairs, 0.75) - quantile(pairs, 0.25)) / 2 / value;
  return { name, value, noise, note };
}

export function ms(times: readonly number[]): string {
  const value = median(times);
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

function rate(bytes: number, times: readonly number[]): string {
  return `${(bytes / 1e9 / (median(times) / 1000)).toFixed(2)} GB/s`;
}

/** Whether a value keeps its bar. */
export function keeps(value: number, { least, most }: Bar): boolean {
  return (least === undefined || value >= least) && (most === undefined || value <= most);
}
