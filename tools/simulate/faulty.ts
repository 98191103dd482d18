// Runs simulations with one fault put into the engine as it is loaded; prints whether it was noticed.

import { registerHooks } from "node:module";
import process from "node:process";
import { FAULTS, withFault } from "./faults.ts";

const [, , index, seeds] = process.argv;
const fault = FAULTS[Number(index)];
if (fault === undefined) throw new RangeError("there is no such fault");
let changed = false;
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(`/packages/client/src/${fault.file}`)) return loaded;
    changed = true;
    return { ...loaded, source: withFault(String(loaded.source), fault) };
  },
});
const { simulateAll } = await import("./many.ts");
const { failed, run } = await simulateAll(fault.from ?? 1, Number(seeds), 1);
if (!changed) throw new Error("the fault was never loaded");
process.stdout.write(
  `${JSON.stringify({ name: fault.name, run, noticed: failed.length > 0, by: failed[0]?.message.split("\n")[0] })}\n`,
);
