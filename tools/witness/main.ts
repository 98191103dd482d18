// `npm run witness`: a small witness for the journal of somebody else's Écrin service (spec/witness.md).
//
//   npm run witness -- --name witness.example/w1 --log VKEY
//                          cosigns that log; VKEY is what its /v1/log/witnesses tells
//   --log VKEY             another log; as often as wanted
//   --folder F             where its key and what it has seen are kept: .ecrin-witness
//   --port P               where it listens on this machine: 4190

import { resolve } from "node:path";
import process from "node:process";
import { optionsOf } from "../options.ts";
import { startWitness } from "./server.ts";

const { name, folder, port, log } = optionsOf(import.meta.url, {
  name: { type: "string", default: "witness.example/w1" },
  folder: { type: "string", default: ".ecrin-witness" },
  port: { type: "string", default: "4190" },
  log: { type: "string", multiple: true, default: [] },
});
const witness = await startWitness({ name, folder: resolve(folder), logs: log }, Number(port));
process.stdout.write(`${witness.vkey}\nlistening at ${witness.url}\n`);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void witness.stop().then(() => process.exit(0)));
