import { type AttackCase, Broken } from "./case.ts";
import { openStage, type Stage } from "./stage.ts";
import { sweep } from "./sweep.ts";

/** What came of one case. */
export interface Outcome {
  /** Why the promise broke; absent where it held. */
  readonly broke?: string;
  /** A figure to publish. */
  readonly figure?: string;
}

const HEAD = " no  promise  outcome  attack";

/**
 * Runs cases one after the other on one stage, honest again before each, and looks at the end
 * for every canary in data folder, log and traffic. @returns how many promises broke
 */
export async function runCases(
  cases: readonly AttackCase[],
  say: (line: string) => void,
): Promise<number> {
  const stage = await openStage();
  let broken = 0;
  try {
    say(HEAD);
    for (const each of cases) {
      const outcome = await runCase(each, stage);
      if (outcome.broke !== undefined) broken += 1;
      for (const line of linesOf(each, outcome)) say(line);
    }
    const { canaries, forms, bytes, found } = await sweep(stage);
    const size = `${Math.round(bytes / 1e6)} MB of data folder, log and traffic`;
    say("");
    say(`${canaries} canaries in ${forms} forms: ${found.length} found in ${size}`);
    for (const sighting of found) say(`  ${sighting}`);
    say(`${cases.length - broken} of ${cases.length} hold`);
    return broken + (found.length > 0 ? 1 : 0);
  } finally {
    await stage.stop();
  }
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

function linesOf({ number, promise, title }: AttackCase, { broke, figure }: Outcome): string[] {
  const start = `${String(number).padStart(3)}  ${promise}        ${broke === undefined ? "holds " : "BROKEN"}   ${title}`;
  const more = [broke, figure].filter((line) => line !== undefined);
  return [start, ...more.map((line) => `                        ${line}`)];
}
