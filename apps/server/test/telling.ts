import assert from "node:assert/strict";
import { Agent, request } from "node:http";

/** How many pairs where an address is asked about. */
export const TIMES = 2000;

/** What is sent, made before any time is taken. */
export interface Asked {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Ask = () => Promise<Asked> | Asked;

/** Milliseconds of two answers, one of each kind, asked one after the other on one connection. */
export interface Pair {
  readonly known: number;
  readonly unknown: number;
}

/** Milliseconds until the whole answer is there. */
async function timeOf(agent: Agent, { url, method, headers, body }: Asked, status: number) {
  return await new Promise<number>((resolve, reject) => {
    let start = 0;
    const asking = request(url, { agent, method, headers }, (answer) => {
      answer.resume().once("end", () => {
        const took = performance.now() - start;
        if (answer.statusCode === status) resolve(took);
        else reject(new assert.AssertionError({ actual: answer.statusCode, expected: status }));
      });
    });
    asking.once("error", reject);
    start = performance.now();
    asking.end(body);
  });
}

/** Pairs on one connection; which of the two goes first is drawn each time, so neither follows the other by rule. */
async function pairsOf(known: Ask, unknown: Ask, status: number, times: number): Promise<Pair[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const pairs: Pair[] = [];
    for (let i = 0; i < times; i++) {
      const [one, other] = [await known(), await unknown()];
      if (Math.random() < 0.5) {
        const first = await timeOf(agent, one, status);
        pairs.push({ known: first, unknown: await timeOf(agent, other, status) });
      } else {
        const first = await timeOf(agent, other, status);
        pairs.push({ known: await timeOf(agent, one, status), unknown: first });
      }
    }
    return pairs;
  } finally {
    agent.destroy();
  }
}

/**
 * How far differences lean to one side, in standard deviations of what they would do if nothing
 * told the two kinds apart (Wilcoxon's signed-rank statistic; ties share their ranks). The order
 * in a pair is drawn, so then each sign is a toss, however the machine's noise is shaped.
 */
export function lean(differences: readonly number[]): number {
  const sorted = differences.filter((each) => each !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  let [sum, squares] = [0, 0];
  for (let from = 0; from < sorted.length; ) {
    const size = Math.abs(sorted[from] ?? 0);
    let to = from;
    while (to < sorted.length && Math.abs(sorted[to] ?? 0) === size) to += 1;
    const rank = (from + 1 + to) / 2;
    for (const each of sorted.slice(from, to)) sum += Math.sign(each) * rank;
    squares += (to - from) * rank * rank;
    from = to;
  }
  return squares === 0 ? 0 : sum / Math.sqrt(squares);
}

/** So many pairs, asked in the same stretch of time, count once by the fastest of each kind. */
const STRETCH = 8;

/** Of each stretch the fastest: what else the machine does only ever adds to a time. */
function fastest(pairs: readonly Pair[]): number[] {
  return Array.from({ length: Math.floor(pairs.length / STRETCH) }, (_, i) => {
    const stretch = pairs.slice(i * STRETCH, (i + 1) * STRETCH);
    const least = (kind: keyof Pair) => Math.min(...stretch.map((each) => each[kind]));
    return least("known") - least("unknown");
  });
}

/** Once in 30,000 times by chance; three times to the same side once in 10^13. */
const BOUND = 4;
const ROUNDS = 3;

/**
 * How far known and unknown lie apart, in bounds: more than 1 three times is no chance. All pairs
 * show a small difference on a quiet machine, the fastest of each stretch on a busy one.
 */
export function apart(pairs: readonly Pair[]): number {
  const all = lean(pairs.map(({ known, unknown }) => known - unknown)) / BOUND;
  const fast = lean(fastest(pairs)) / BOUND;
  return Math.abs(all) > Math.abs(fast) ? all : fast;
}

/**
 * How far the times of two kinds of request lie apart, in bounds, as `apart` says. Ranks and no
 * milliseconds: a slow machine is slow for both. Up to three rounds: noise that leans one way does
 * not lean the same way three times.
 */
export async function telling(
  known: Ask,
  unknown: Ask,
  status: number,
  times: number,
): Promise<number> {
  const leans: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const far = apart(await pairsOf(known, unknown, status, times));
    if (Math.abs(far) < 1) return Math.abs(far);
    leans.push(far);
  }
  // What leans to either side is noise; a difference leans to one.
  const isOneSided = leans.every((each) => Math.sign(each) === Math.sign(leans[0] ?? 0));
  return isOneSided ? Math.min(...leans.map(Math.abs)) : 0;
}

/** Half of the differences lie within so many milliseconds of one another: the noise of this machine, now. */
export async function noiseOf(ask: Ask, status: number, times: number): Promise<number> {
  const pairs = await pairsOf(ask, ask, status, times);
  const sorted = pairs.map(({ known, unknown }) => known - unknown).sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * sorted.length)] ?? 0;
  return at(0.75) - at(0.25);
}

/** Nothing in how long an answer takes tells `known` from `unknown`. */
export async function assertTellsNothing(
  known: Ask,
  unknown: Ask,
  { status, times = TIMES }: { readonly status: number; readonly times?: number },
): Promise<void> {
  const far = await telling(known, unknown, status, times);
  assert.ok(
    far < 1,
    `told apart, ${far.toFixed(1)} times as far as chance goes, ${times} times each way`,
  );
}
