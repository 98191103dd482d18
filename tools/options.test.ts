// Every tool that takes options: what it prints when asked for help, and when it is given something
// it does not know.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const mains = globSync("tools/*/main.ts", { cwd: root }).sort();
const withOptions = mains.filter((file) =>
  readFileSync(join(root, file), "utf8").includes("optionsOf("),
);

function ask(file: string, ...args: string[]) {
  return spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", file, ...args], {
    cwd: root,
    encoding: "utf8",
  });
}

test("no tool reads its options on its own", () => {
  assert.ok(withOptions.length >= 7, withOptions.join(" "));
  for (const file of mains) {
    const source = readFileSync(join(root, file), "utf8");
    assert.ok(!source.includes("parseArgs"), `${file} reads its options by optionsOf`);
  }
});

test("--help says how a tool is called", () => {
  const { status, stdout, stderr } = ask("tools/bench/main.ts", "--help");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^`npm run bench`: .*\n/);
  assert.match(stdout, /^ {2}npm run bench -- --only seal\. /m);
  assert.ok(!stdout.includes("//") && !stdout.includes("import "), stdout);
});

for (const file of withOptions) {
  const command = file.split("/")[1] ?? "";
  test(`${command} names an option that it does not know, and says how it is called`, () => {
    const { status, stdout, stderr } = ask(file, "--no-such-option");
    assert.equal(status, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^Unknown option '--no-such-option'/);
    assert.match(stderr, new RegExp(`npm run ${command}`));
    assert.doesNotMatch(stderr, /^ +at /m, "a stack trace is no answer");
  });
}
