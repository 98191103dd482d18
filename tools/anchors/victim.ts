// A process of its own that writes, signs and anchors, and kills itself at a step.

import process from "node:process";
import type { AnchoringStep } from "../../apps/server/src/anchors.ts";
import { type AnchorTask, openPlace } from "./place.ts";

const { step, ...task }: AnchorTask & { readonly step: AnchoringStep } = JSON.parse(
  process.argv[2] ?? "",
);
const place = await openPlace(task, (reached) => {
  if (reached === step) process.kill(process.pid, "SIGKILL");
});
await place.work();
process.stdout.write("alive\n");
await place.end();
