import type { AttackCase } from "./case.ts";
import { openStage } from "./stage.ts";

/** Runs cases one after the other on one stage, honest again before each. @returns how many promises broke */
export async function runCases(
  cases: readonly AttackCase[],
  say: (line: string) => void,
): Promise<number> {
  const stage = await openStage();
  let broken = 0;
  try {
    for (const { number, title, promise, run } of cases) {
      stage.network.calm();
      const outcome = await attempt(() => run(stage));
      if (outcome !== undefined) broken += 1;
      say(
        `${String(number).padStart(3)}  ${promise}  ${outcome === undefined ? "holds " : "BROKEN"}  ${title}${outcome === undefined ? "" : `: ${outcome}`}`,
      );
    }
  } finally {
    await stage.stop();
  }
  say(`\n${cases.length - broken} of ${cases.length} hold`);
  return broken;
}

async function attempt(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "failed";
  }
}
