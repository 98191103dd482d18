// npm run demo:anchors: a server whose journal is anchored on this machine. The authority and the
// calendar are ours and prove nothing to anybody; every screen and export calls them a demonstration.

import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { startAuthority } from "./authority.ts";
import { EASY_WORK, startCalendar } from "./calendar.ts";

/** A block every so often; Bitcoin takes some ten minutes. */
const BLOCK_MS = 20_000;
const FIRST_BLOCK = 1;

const folder = resolve(process.env.ECRIN_DATA ?? ".ecrin", "demo-anchors");
await mkdir(folder, { recursive: true, mode: 0o700 });
const authority = await startAuthority("Écrin demonstration");
const calendar = await startCalendar();
const mining = setInterval(() => calendar.mine(FIRST_BLOCK), BLOCK_MS);
await writeFile(join(folder, "root.der"), authority.root);
const sources = {
  authorities: [{ name: "demonstration", url: authority.url, roots: ["root.der"] }],
  calendars: [calendar.url],
  headers: calendar.headers,
  demonstration: { leastWork: Number(EASY_WORK) },
};
const file = join(folder, "anchors.json");
await writeFile(file, JSON.stringify(sources, undefined, 2));
process.stdout.write(
  "A demonstration: these anchors are made on this machine and prove nothing to anybody.\n" +
    `time stamps ${authority.url}, calendar ${calendar.url}, roots and addresses in ${file}\n`,
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
  void Promise.all([authority, calendar].map((each) => each.stop())).then(() => {
    process.exitCode = code ?? 1;
  });
});
