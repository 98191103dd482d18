// npm run attack -- [--only N] [--mutations]   A malicious server against the real client.
import process from "node:process";
import { parseArgs } from "node:util";
import { cases } from "./cases.ts";
import { runMutations } from "./mutations.ts";
import { runCases } from "./run.ts";

const { values } = parseArgs({
  options: { only: { type: "string" }, mutations: { type: "boolean", default: false } },
});
const only = values.only === undefined ? undefined : values.only.split(",").map(Number);
const chosen = cases.filter((each) => only === undefined || only.includes(each.number));
const say = (line: string) => process.stdout.write(`${line}\n`);
const broken = values.mutations ? await runMutations(chosen, say) : await runCases(chosen, say);
process.exitCode = broken === 0 ? 0 : 1;
