// npm run demo:anchors: a server whose journal is anchored on this machine. The authority and the
// calendar are ours and prove nothing to anybody; every screen and export calls them a demonstration.

import { spawn } from "node:child_process";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { startDemonstration } from "./demonstration.ts";

/** A block every so often; Bitcoin takes some ten minutes. */
const BLOCK_MS = 20_000;
const FIRST_BLOCK = 1;

const folder = resolve(process.env.ECRIN_DATA ?? ".ecrin", "demo-anchors");
const { file, authority, calendar, stop } = await startDemonstration(folder).catch(
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
const mining = setInterval(() => calendar.mine(FIRST_BLOCK), BLOCK_MS);
process.stdout.write(
  "A demonstration: these anchors are made on this machine and prove nothing to anybody.\n" +
    `time stamps ${authority}, calendar ${calendar.url}, roots and addresses in ${file}\n`,
);

const main = fileURLToPath(new URL("../../apps/server/src/main.ts", import.meta.url));
const server = spawn(
  process.execPath,
  ["--disable-warning=ExperimentalWarning", main, ...process.argv.slice(2)],
  { stdio: "inherit", env: { ...process.env, ECRIN_ANCHORS: file } },
);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void server.kill(signal));
server.on("exit", (code) => {
  clearInterval(mining);
  void stop().then(() => {
    process.exitCode = code ?? 1;
  });
});
