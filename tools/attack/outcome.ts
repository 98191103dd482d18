import { type AttackCase, Broken } from "./case.ts";
import type { Stage } from "./stage.ts";

/** What came of one case. */
export interface Outcome {
  /** Why the promise broke; absent where it held. */
  readonly broke?: string;
  /** A figure to publish. */
  readonly figure?: string;
}

/** Runs a case on a stage where others may have run before. */
export async function runCase({ run }: AttackCase, stage: Stage): Promise<Outcome> {
  stage.network.calm();
  try {
    const figure = await run(stage);
    stage.network.checkTampers();
    return figure === undefined ? {} : { figure };
  } catch (error) {
    return { broke: reasonOf(error, stage) };
  } finally {
    stage.network.calm();
  }
}

/** An attack that failed by itself comes first: it explains whatever its victim said. */
function reasonOf(error: unknown, { network }: Stage): string {
  try {
    network.checkTampers();
  } catch (own) {
    if (own instanceof Broken) return own.message;
  }
  return error instanceof Error ? error.message : "failed";
}
