// One worker's part of a run: every inputs whose index is its own, target by target.

import type { Input } from "./mutate.ts";
import { type Finding, inputOf, judge, selfTest, type Target, type Verdict } from "./target.ts";

/** What became of a target's inputs. */
export type Tally = Record<Verdict, number>;

export interface Part {
  readonly tallies: readonly (readonly [target: string, tally: Tally])[];
  readonly findings: readonly Finding[];
}

export interface Plan {
  readonly seed: number;
  readonly counts: ReadonlyMap<string, number>;
  /** This worker's number, and how many there are. */
  readonly worker: number;
  readonly workers: number;
}

/** Findings kept of one target: the first few say enough. */
const KEPT = 5;

export async function run(targets: readonly Target[], plan: Plan): Promise<Part> {
  const findings: Finding[] = [];
  const tallies: [string, Tally][] = [];
  for (const target of targets) {
    const tally: Tally = { refused: 0, equivalent: 0, accepted: 0, crashed: 0, slow: 0 };
    const found = await selfTest(target);
    const count = plan.counts.get(target.name) ?? 0;
    for (let index = plan.worker; index < count; index += plan.workers) {
      const input = inputOf(target, plan.seed, index);
      const { verdict, detail } = await judge(target, input);
      tally[verdict] += 1;
      if (verdict === "refused" || verdict === "equivalent" || found.length >= KEPT) continue;
      found.push({ target: target.name, verdict, input: kept(input), detail });
    }
    findings.push(...found);
    tallies.push([target.name, tally]);
  }
  return { tallies, findings };
}

function kept(input: Input): Input {
  return typeof input === "string" ? input : input.slice();
}
