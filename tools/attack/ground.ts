import { openBrowserGround } from "./browser.ts";
import { cases } from "./cases.ts";
import { openHost, type Sweep } from "./host.ts";
import { type Outcome, runCase } from "./outcome.ts";
import { layStage } from "./stage.ts";
import { sweep } from "./sweep.ts";

/** Where the real client runs. The server is in Node either way. */
export const GROUNDS = ["node", "browser"] as const;
export type GroundName = (typeof GROUNDS)[number];

/** A stage somewhere, with a server of its own. */
export interface Ground {
  readonly name: GroundName;
  /** Runs the case at a place of the list. */
  run(place: number): Promise<Outcome>;
  sweep(): Promise<Sweep>;
  stop(): Promise<void>;
}

export async function openGround(name: GroundName): Promise<Ground> {
  return name === "node" ? await openNodeGround() : await openBrowserGround();
}

async function openNodeGround(): Promise<Ground> {
  const host = await openHost();
  const stage = await layStage(host).catch(async (error: unknown) => {
    await host.stop();
    throw error;
  });
  return {
    name: "node",
    async run(place) {
      const attack = cases[place];
      if (attack === undefined) throw new RangeError(`no case ${place}`);
      return await runCase(attack, stage);
    },
    sweep: () => sweep(stage),
    stop: () => host.stop(),
  };
}
