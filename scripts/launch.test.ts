import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const launcher = join(here, "launch.mjs");

let folder = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-launch-"));
  const said =
    "{ version: process.version, args: process.argv.slice(2), path: process.env.PATH, cache: module.getCompileCacheDir() }";
  await writeFile(
    join(folder, "say.ts"),
    `import * as module from "node:module"; console.log(JSON.stringify(${said})); process.exit(7);`,
  );
  const stay = 'console.log("up"); setInterval(() => {}, 60_000);';
  await writeFile(join(folder, "stay.ts"), stay);
  const caught = 'process.on("SIGTERM", () => { console.log("asked"); process.exit(5); });';
  await writeFile(join(folder, "catch.ts"), `${caught} ${stay}`);
});

after(() => rm(folder, { recursive: true, force: true }));

function launch(script: string, args: string[] = [], started = launcher): ChildProcess {
  return spawn(process.execPath, [started, join(folder, script), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The next thing a process prints. */
async function line(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout);
  const [chunk] = await once(child.stdout, "data");
  return String(chunk).trim();
}

test("runs TypeScript on Node 24, with the arguments and the exit code as they are", async () => {
  const child = launch("say.ts", ["a", "b c", "--demo"]);
  const exit = once(child, "exit");
  const said = JSON.parse(await line(child));
  assert.deepEqual(await exit, [7, null]);
  assert.match(said.version, /^v24\./);
  assert.deepEqual(said.args, ["a", "b c", "--demo"]);
  assert.match(said.path.split(":")[0], /bin$/);
  assert.ok(said.cache.startsWith(join(dirname(here), "node_modules", ".cache", "compiled")));
});

test("passes signals on, and says which one ended the script", async () => {
  const caught = launch("catch.ts");
  assert.equal(await line(caught), "up");
  caught.kill("SIGTERM");
  assert.deepEqual(await once(caught, "exit"), [5, null]);

  const ended = launch("stay.ts");
  assert.equal(await line(ended), "up");
  ended.kill("SIGTERM");
  assert.deepEqual(await once(ended, "exit"), [143, null]);
});

test("takes the script with it when it is killed", async () => {
  const child = launch("catch.ts");
  assert.equal(await line(child), "up");
  child.kill("SIGKILL");
  assert.equal(await line(child), "asked");
});

test("refuses a script that is not there", async () => {
  const child = launch("none.ts");
  assert.deepEqual(await once(child, "exit"), [1, null]);
});

test("falls back to the Node it runs on where npm brought none", async () => {
  const elsewhere = join(folder, "scripts");
  await mkdir(elsewhere);
  await cp(launcher, join(elsewhere, "launch.mjs"));
  await cp(join(here, "tether.mjs"), join(elsewhere, "tether.mjs"));
  const child = launch("say.ts", [], join(elsewhere, "launch.mjs"));
  const exit = once(child, "exit");
  assert.equal(JSON.parse(await line(child)).version, process.version);
  assert.deepEqual(await exit, [7, null]);
});
