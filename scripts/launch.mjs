// Starts a script of this project on Node 24, whatever Node it was called with.
//
//   node scripts/launch.mjs apps/server/src/main.ts --demo
//
// Node 24 comes from npm as an optional dependency. It is looked up by path, because npm before
// 11.6 deletes node_modules/.bin/node as soon as two such packages stand in the lock file.
// Plain JavaScript, and nothing newer than Node 20 understands.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const WANTED = 24;
const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

/** The Node that npm installed for this platform, or the one running now if it is new enough. */
function findNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const folder = join(root, "node_modules", `node-${platform}-${process.arch}`, "bin");
  const binary = join(folder, process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(binary)) return binary;
  if (Number.parseInt(process.versions.node, 10) >= WANTED) return process.execPath;
  return undefined;
}

function fail(message) {
  process.stderr.write(`ecrin: ${message}\n`);
  process.exit(1);
}

const [script, ...rest] = process.argv.slice(2);
if (script === undefined) fail("usage: node scripts/launch.mjs SCRIPT [ARGUMENT…]");

const target = resolve(root, script);
if (!existsSync(target)) fail(`${script} does not exist.`);

const node = findNode();
if (node === undefined) {
  fail(
    `Node ${WANTED} is needed and this is ${process.version} on ${process.platform}-${process.arch}.\n` +
      "`npm ci` brings it along on linux-x64, linux-arm64 and win-x64 (without --omit=optional).\n" +
      `Elsewhere install Node ${WANTED} from https://nodejs.org and run this again.`,
  );
}

const env = {
  // What was compiled stays beside what was installed: a second less at each start after the first.
  NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compiled"),
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`,
  ECRIN_LAUNCHER: String(process.pid),
};
const flags = ["--disable-warning=ExperimentalWarning"];
const tether = ["--import", pathToFileURL(join(here, "tether.mjs")).href];

// The channel only tells the script when this process is gone: after a `kill -9` of the launcher
// nothing must stay behind holding the port.
const child = spawn(node, [...flags, ...tether, target, ...rest], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  env,
});

// Ctrl-C reaches the whole foreground group by itself; passing it on again would count as two.
const interactive = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !interactive) child.kill(signal);
  });
}

child.on("error", (error) => fail(`${node} does not start: ${error.message}`));
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.exit(128 + (constants.signals[signal] ?? 0));
});
