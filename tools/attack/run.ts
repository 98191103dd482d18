import type { AttackCase } from "./case.ts";
import { type Ground, type GroundName, openGround } from "./ground.ts";
import type { Outcome } from "./outcome.ts";

/** A case and its place in the list, by which every ground knows it. */
export interface Placed {
  readonly place: number;
  readonly attack: AttackCase;
}

const COLUMN = 9;

/**
 * Runs cases one after the other, each on every ground at the same time, honest again before
 * each, and looks at the end for every canary in data folder, log and traffic of each ground.
 * @returns how many promises broke
 */
export async function runCases(
  cases: readonly Placed[],
  names: readonly GroundName[],
  say: (line: string) => void,
): Promise<number> {
  const grounds: Ground[] = [];
  try {
    for (const name of names) grounds.push(await openGround(name));
    say(` no  promise  ${names.map((name) => name.padEnd(COLUMN)).join("")}attack`);
    const broken = new Map(grounds.map((ground) => [ground, 0]));
    for (const each of cases) {
      const outcomes = await Promise.all(grounds.map((ground) => ground.run(each.place)));
      for (const [i, { broke }] of outcomes.entries()) {
        const ground = grounds[i];
        if (ground !== undefined && broke !== undefined)
          broken.set(ground, (broken.get(ground) ?? 0) + 1);
      }
      for (const line of linesOf(each.attack, outcomes)) say(line);
    }
    say("");
    let bad = 0;
    for (const [ground, count] of broken) {
      bad += count + (await sweepOf(ground, say));
      say(`${ground.name}: ${cases.length - count} of ${cases.length} hold`);
    }
    return bad;
  } finally {
    for (const ground of grounds) await ground.stop();
  }
}

async function sweepOf(ground: Ground, say: (line: string) => void): Promise<number> {
  const { canaries, forms, bytes, found } = await ground.sweep();
  const size = `${Math.round(bytes / 1e6)} MB of data folder, log and traffic`;
  say(`${ground.name}: ${canaries} canaries in ${forms} forms: ${found.length} found in ${size}`);
  for (const sighting of found) say(`  ${sighting}`);
  return found.length > 0 ? 1 : 0;
}

function linesOf({ number, promise, title }: AttackCase, outcomes: readonly Outcome[]): string[] {
  const verdicts = outcomes.map(({ broke }) =>
    (broke === undefined ? "holds" : "BROKEN").padEnd(COLUMN),
  );
  const start = `${String(number).padStart(3)}  ${promise}        ${verdicts.join("")}${title}`;
  const more = new Set(
    outcomes.flatMap(({ broke, figure }) => [broke, figure].filter((line) => line !== undefined)),
  );
  return [start, ...[...more].map((line) => `${" ".repeat(14 + COLUMN * outcomes.length)}${line}`)];
}
