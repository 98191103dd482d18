// npm run witness: a small witness for other people's Écrin services (spec/witness.md).
//
//   npm run witness -- --name witness.example/w1 [--folder F] [--port P] [--log VKEY]…

import { resolve } from "node:path";
import process from "node:process";
import { optionsOf } from "../options.ts";
import { startWitness } from "./server.ts";

const values = optionsOf(import.meta.url, {
  name: { type: "string" },
  folder: { type: "string", default: ".ecrin-witness" },
  port: { type: "string", default: "4190" },
  log: { type: "string", multiple: true, default: [] },
});
if (values.name === undefined) {
  process.stderr.write(
    "npm run witness -- --name witness.example/w1 [--folder F] [--port P] [--log VKEY]…\n",
  );
  process.exit(2);
}
const witness = await startWitness(
  { name: values.name, folder: resolve(values.folder), logs: values.log },
  Number(values.port),
);
process.stdout.write(`${witness.vkey}\nlistening at ${witness.url}\n`);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void witness.stop().then(() => process.exit(0)));
