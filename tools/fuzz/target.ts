// A target: something that reads what others made, its right inputs, and what it may answer to
// any other.

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { changed, type Input, type Terms } from "./mutate.ts";
import { numberOf, Random } from "./random.ts";

/** The classes of errors that a target refuses with. */
export type Refusals = readonly (new (...parts: never[]) => Error)[];

export interface Target {
  readonly name: string;
  /** How often, compared with others; 1 unless said. */
  readonly share?: number;
  readonly terms: Terms;
  /** Inputs that are accepted: the self-test makes sure of it. */
  readonly originals: readonly Input[];
  /** Turns an input into what `open` takes, where that is work of ours: signing it anew, for example. Not timed. */
  readonly prepare?: (input: Input) => Promise<Input>;
  /** Refuses by throwing one of `refusals`; whatever it answers counts as accepted. */
  open(input: Input): unknown;
  readonly refusals: Refusals;
  /**
   * Whether an input that is not an original, and was accepted, says exactly what was read out of it
   * and nothing an original would not say. Absent: no such input is.
   */
  readonly equivalent?: (input: Input, result: unknown) => boolean;
  /** Milliseconds that one input may take; 50 unless said. */
  readonly slow?: number;
}

/** What became of one input. */
export type Verdict = "refused" | "equivalent" | "accepted" | "crashed" | "slow";

/** An input that should not have had its verdict. */
export interface Finding {
  readonly target: string;
  readonly verdict: "accepted" | "crashed" | "slow" | "original refused";
  readonly input: Input;
  /** The error's name and message, or the milliseconds. */
  readonly detail: string;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly detail: string;
}

const SLOW_MS = 50;
/**
 * What seems slow is tried again, with pauses, and beside work of a known size: even the thread's
 * own clock runs faster where others take its caches and the other half of its core.
 */
const SLOW_AGAIN = 12;
const PAUSE_MS = 15;
const REROLLS = 50;

/** Input number `index` of a target under a seed: never one of the originals. */
export function inputOf(target: Target, seed: number, index: number): Input {
  const random = new Random(seed, numberOf(target.name), index);
  for (let roll = 0; roll < REROLLS; roll++) {
    const input = changed(random, target.terms, target.originals);
    if (!isOriginal(target, input)) return input;
  }
  throw new RangeError(`${target.name}: nothing changes`);
}

/** Gives a target one input and judges what it does with it. */
export async function judge(target: Target, input: Input): Promise<Judgement> {
  const most = target.slow ?? SLOW_MS;
  const prepared = (await target.prepare?.(input)) ?? input;
  const { ms, ...first } = await attempt(target, input, prepared);
  let least = ms;
  for (let i = 0; i < SLOW_AGAIN && least > most; i++) {
    // So much is no noise.
    if (i >= 3 && least > 3 * most) break;
    await sleep(PAUSE_MS);
    const again = await attempt(target, input, prepared);
    least = Math.min(least, again.ms / crowding());
  }
  return least <= most ? first : { verdict: "slow", detail: `${least.toFixed(0)} ms` };
}

let quiet = Number.POSITIVE_INFINITY;

/** How many times longer than at its best this thread takes for the same work just now. */
function crowding(): number {
  const start = process.threadCpuUsage();
  let sum = 0;
  for (let i = 0; i < 2_000_000; i++) sum = (sum * 31 + i) | 0;
  const { user, system } = process.threadCpuUsage(start);
  // The sum is looked at, so that the loop is run.
  const now = sum === 0.5 ? 0 : user + system;
  quiet = Math.min(quiet, now);
  return now / quiet;
}
for (let i = 0; i < 20; i++) crowding();

/** What a target says to its own originals: an empty list where all is well. */
export async function selfTest(target: Target): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const input of target.originals) {
    try {
      await target.open((await target.prepare?.(input)) ?? input);
    } catch (error) {
      findings.push({
        target: target.name,
        verdict: "original refused",
        input,
        detail: nameOf(error),
      });
    }
  }
  return findings;
}

/** One try; milliseconds are those of this thread's processor, which others on the machine do not use up. */
async function attempt(
  target: Target,
  input: Input,
  prepared: Input,
): Promise<Judgement & { ms: number }> {
  // Targets may keep or change what they are given.
  const given = typeof prepared === "string" ? prepared : prepared.slice();
  const start = process.threadCpuUsage();
  const spent = () => {
    const { user, system } = process.threadCpuUsage(start);
    return (user + system) / 1000;
  };
  let result: unknown;
  try {
    const opening = target.open(given);
    result = opening instanceof Promise ? await opening : opening;
  } catch (error) {
    const ms = spent();
    const ours = target.refusals.some((refusal) => error instanceof refusal);
    if (ours) return { verdict: "refused", detail: "", ms };
    return { verdict: "crashed", detail: nameOf(error), ms };
  }
  const ms = spent();
  if (isOriginal(target, input)) return { verdict: "equivalent", detail: "", ms };
  try {
    const right = target.equivalent?.(input, result) ?? false;
    return { verdict: right ? "equivalent" : "accepted", detail: "", ms };
  } catch (error) {
    // What was taken in cannot even be compared.
    return { verdict: "accepted", detail: nameOf(error), ms };
  }
}

function isOriginal(target: Target, input: Input): boolean {
  return target.originals.some((original) => sameInput(original, input));
}

export function sameInput(a: Input, b: Input): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : typeof error;
}

/** A text, or a mistake of whoever wrote the target. */
export function text(input: Input): string {
  if (typeof input !== "string") throw new TypeError("this target takes text");
  return input;
}

/** Bytes, likewise. */
export function bytes(input: Input): Uint8Array<ArrayBuffer> {
  if (typeof input === "string") throw new TypeError("this target takes bytes");
  return input;
}
