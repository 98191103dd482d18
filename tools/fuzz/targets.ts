// Every target, in the order of the report.

import { ownVectors } from "../../packages/crypto/test/vectors.ts";
import { chainTargets } from "./chains.ts";
import { doorTargets } from "./doors.ts";
import { encodingTargets } from "./encodings.ts";
import { routeTargets } from "./routes.ts";
import { sealedTargets } from "./sealed.ts";
import { statementTargets } from "./statements.ts";
import type { Target } from "./target.ts";
import { makeWorld } from "./world.ts";

export async function makeTargets(): Promise<Target[]> {
  const world = await makeWorld();
  return [
    ...encodingTargets(),
    ...(await statementTargets(world)),
    ...(await chainTargets(world)),
    ...(await sealedTargets(ownVectors("wrap").accept, ownVectors("slot").accept)),
    ...routeTargets(world),
    ...(await doorTargets()),
  ];
}

/** How many of `total` inputs each target gets: by its share, at least one. */
export function countsOf(targets: readonly Target[], total: number): Map<string, number> {
  const whole = targets.reduce((sum, target) => sum + (target.share ?? 1), 0);
  const counts = new Map(
    targets.map((target) => [
      target.name,
      Math.max(1, Math.floor((total * (target.share ?? 1)) / whole)),
    ]),
  );
  const [first] = targets;
  const given = [...counts.values()].reduce((sum, count) => sum + count, 0);
  // What rounding left over goes to the first, so that the total is the one asked for.
  if (first !== undefined && given < total)
    counts.set(first.name, (counts.get(first.name) ?? 0) + total - given);
  return counts;
}
