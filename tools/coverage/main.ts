// `npm run coverage`: which branches of what reads others' bytes the tests go through.
//
//   npm run coverage                    every parser and opener; exits with 1 when one is missed
//   npm run coverage -- --only stream   only files whose path holds this
//   npm run coverage -- --keep FOLDER   counts made before, by NODE_V8_COVERAGE
//
// V8's own block coverage of the tests of protocol, crypto, timestamp, client and server, of the attacks in
// Node, of the data folders given out, and of the
// quick version of `npm run fuzz`. What is left out, and why, stands in exceptions.ts.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { optionsOf } from "../options.ts";
import { branchesOf, type Script } from "./branches.ts";
import { isExcepted, isHeld } from "./exceptions.ts";

const TESTS = [
  "packages/{protocol,crypto,timestamp,client}/test/*.test.ts",
  "tools/{fuzz,vectors,fixtures}/*.test.ts",
  "tools/attack/attack.test.ts",
  "apps/server/test/*.test.ts",
];
const PARSERS = [
  "packages/protocol/src/!(index|routes).ts",
  "packages/crypto/src/{box,content,feed,kit,opaque,pad,segments,slot,stream,unlock,wrap}.ts",
  "packages/timestamp/src/{check,token}.ts",
  "packages/client/src/{fhir,journal,keyring,release}.ts",
  "apps/server/src/{input,nonce,proof,token}.ts",
];

const values = optionsOf(import.meta.url, {
  only: { type: "string", default: "" },
  keep: { type: "string" },
});
const root = fileURLToPath(new URL("../../", import.meta.url));
const find = (patterns: readonly string[]) => globSync(patterns, { cwd: root }).sort();
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Runs every test file in a process of its own, which leaves its counts in `folder`. */
async function runTests(folder: string): Promise<boolean> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--test", "--test-reporter=dot", ...find(TESTS)],
    {
      cwd: root,
      stdio: "ignore",
      // Of what comes out of the cache V8 counts functions only.
      env: { ...process.env, NODE_V8_COVERAGE: folder, NODE_DISABLE_COMPILE_CACHE: "1" },
    },
  );
  const [code] = await once(child, "exit");
  return code === 0;
}

/** What each process counted in the parsers. */
async function countsIn(folder: string, files: readonly string[]): Promise<Script[]> {
  const wanted = new Map(
    files.map((file) => [new URL(file, new URL("../../", import.meta.url)).href, file]),
  );
  const scripts: Script[] = [];
  for (const name of await readdir(folder)) {
    const { result } = JSON.parse(await readFile(join(folder, name), "utf8")) as {
      result: (Omit<Script, "file"> & { url: string })[];
    };
    for (const { url, functions } of result) {
      const file = wanted.get(url);
      if (file !== undefined) scripts.push({ file, functions });
    }
  }
  return scripts;
}

async function run(folder: string): Promise<number> {
  const files = find(PARSERS).filter((file) => file.includes(values.only));
  if (values.keep === undefined && !(await runTests(folder))) {
    say("a test failed: see `npm test`");
    return 1;
  }
  const scripts = await countsIn(values.keep ?? folder, files);
  say(`${"file".padEnd(44)}branches  reached  excepted  missed`);
  const sums = [0, 0, 0, 0];
  const lines: string[] = [];
  let open = 0;
  for (const file of files) {
    const own = scripts.filter((each) => each.file === file);
    const { branches, missed } = branchesOf(file, await readFile(join(root, file), "utf8"), own);
    const rest = missed.filter(({ source }) => !isExcepted(file, source));
    const figures = [branches, branches - missed.length, missed.length - rest.length, rest.length];
    for (const [i, figure] of figures.entries()) sums[i] = (sums[i] ?? 0) + figure;
    say(row(file, figures));
    lines.push(...rest.map(({ line, source }) => `  ${file}:${line}  ${source}`));
    if (isHeld(file)) open += rest.length;
  }
  say(row("in all", sums));
  for (const line of lines) say(line);
  say(`${open} missed in files that are held to all of them`);
  return open === 0 ? 0 : 1;
}

function row(name: string, figures: readonly number[]): string {
  const [branches = 0, reached = 0, excepted = 0, missed = 0] = figures;
  return `${name.padEnd(44)}${String(branches).padStart(8)}${String(reached).padStart(9)}${String(excepted).padStart(10)}${String(missed).padStart(8)}`;
}

const folder = await mkdtemp(join(tmpdir(), "ecrin-coverage-"));
try {
  process.exitCode = await run(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
