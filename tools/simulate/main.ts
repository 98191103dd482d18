// `npm run simulate`: three devices, one server, and everything that can go wrong between them.
//
//   npm run simulate                          10,000 seeds
//   npm run simulate -- --seeds 200 --from 7  fewer, and others
//
// A seed that fails is printed, and fails again when it is run alone. Exits with 1 then.

import process from "node:process";
import { optionsOf } from "../options.ts";
import { simulateSideBySide } from "./side-by-side.ts";

const { seeds, from } = optionsOf(import.meta.url, {
  seeds: { type: "string", default: "10000" },
  from: { type: "string", default: "1" },
});
const parts = await simulateSideBySide(Number(from), Number(seeds));
for (const { told, failed } of parts) {
  process.stdout.write(`${told}\n`);
  for (const { seed, message } of failed) process.stdout.write(`seed ${seed}: ${message}\n`);
}
process.exitCode = parts.every(({ failed }) => failed.length === 0) ? 0 : 1;
