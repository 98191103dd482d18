// Runs inside Chromium: the same stage and the same cases as in Node, with the client as a browser
// has it. `askHost` leads to the machine behind the stage.

import { type Ask, hostOver } from "./bridge.ts";
import { cases } from "./cases.ts";
import type { Sweep } from "./host.ts";
import { type Outcome, runCase } from "./outcome.ts";
import { layStage } from "./stage.ts";
import { sweep } from "./sweep.ts";

declare global {
  var askHost: Ask | undefined;
  /** Lays a stage in the page. */
  var layHere: (() => Promise<void>) | undefined;
  var attackHere: AttackHere | undefined;
}

/** What Node calls, on a stage that has been laid in the page. */
interface AttackHere {
  run(place: number): Promise<Outcome>;
  sweep(): Promise<Sweep>;
}

globalThis.layHere = async () => {
  if (globalThis.askHost === undefined) throw new Error("no way to the host");
  const stage = await layStage(hostOver(location.origin, globalThis.askHost));
  globalThis.attackHere = {
    async run(place) {
      const attack = cases[place];
      if (attack === undefined) throw new RangeError(`no case ${place}`);
      return await runCase(attack, stage);
    },
    sweep: () => sweep(stage),
  };
};
