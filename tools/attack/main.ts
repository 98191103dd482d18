// A malicious server against the real client.
//
//   npm run attack                     every case, then a look for canaries in all that a server has
//   npm run attack -- --only 4,17      some of them
//   npm run attack -- --in browser     with the client in Chromium only; --in node likewise
//   npm run attack -- --mutations      each case again without its countermeasure: it must turn red
//   npm run attack -- --server FILE    the standard journey through somebody else's hostile server

import process from "node:process";
import { optionsOf } from "../options.ts";
import { cases } from "./cases.ts";
import { GROUNDS } from "./ground.ts";
import { runMutations } from "./mutations.ts";
import { runCases } from "./run.ts";
import { runStranger } from "./stranger.ts";

const values = optionsOf(import.meta.url, {
  only: { type: "string" },
  in: { type: "string" },
  place: { type: "string" },
  mutations: { type: "boolean", default: false },
  server: { type: "string" },
});
const numbers = values.only?.split(",").map(Number);
const chosen = cases
  .map((attack, place) => ({ attack, place }))
  .filter(({ attack, place }) => {
    if (values.place !== undefined) return place === Number(values.place);
    return numbers === undefined || numbers.includes(attack.number);
  });
const grounds = GROUNDS.filter((name) => values.in === undefined || name === values.in);
const say = (line: string) => process.stdout.write(`${line}\n`);

async function broken(): Promise<number> {
  if (grounds.length === 0) throw new Error(`--in takes one of: ${GROUNDS.join(", ")}`);
  if (values.server !== undefined) return await runStranger(values.server, say);
  if (values.mutations) return await runMutations(chosen, grounds, say);
  return await runCases(chosen, grounds, say);
}

process.exitCode = (await broken()) === 0 ? 0 : 1;
