// Every target, in the order of the report.

import { ownVectors } from "../../packages/crypto/test/vectors.ts";
import { chainTargets } from "./chains.ts";
import { doorTargets } from "./doors.ts";
import { encodingTargets } from "./encodings.ts";
import { exportTargets } from "./export.ts";
import { fhirTargets } from "./fhir.ts";
import { logTargets } from "./log.ts";
import { routeTargets } from "./routes.ts";
import { sealedTargets } from "./sealed.ts";
import { shownTargets } from "./shown.ts";
import { statementTargets } from "./statements.ts";
import type { Target } from "./target.ts";
import { vectorTargets } from "./vectors.ts";
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
    ...(await logTargets()),
    ...(await exportTargets()),
    ...fhirTargets(),
    ...shownTargets(),
    ...(await vectorTargets()).targets,
  ];
}

/** How many of at least `total` inputs each target gets: by its share. */
export function countsOf(targets: readonly Target[], total: number): Map<string, number> {
  const whole = targets.reduce((sum, target) => sum + (target.share ?? 1), 0);
  return new Map(
    targets.map((target) => [target.name, Math.ceil((total * (target.share ?? 1)) / whole)]),
  );
}
