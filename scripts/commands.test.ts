import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

test("every command of package.json and of the README is in the repository", async () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    await readFile(join(root, "package.json"), "utf8"),
  );
  const isThere = await inRepository();
  for (const [name, command] of Object.entries(scripts)) {
    const named = command.match(/\S+\.(?:ts|mjs|js)\b/g) ?? [];
    for (const file of named.filter((each) => !each.startsWith("node_modules/")))
      assert.ok(isThere(file), `${name} runs ${file}`);
  }
  const readme = await readFile(join(root, "README.md"), "utf8");
  const told = [...readme.matchAll(/npm run (?:-s )?([a-z:-]+)/g)].map(([, name = ""]) => name);
  assert.ok(told.length > 5);
  for (const name of told) assert.ok(name in scripts, `the README tells of npm run ${name}`);
});

test("a file of tests is run by its name, and an unknown name is told, not passed over", async () => {
  // Node's runner runs nothing where it believes itself started by another.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const named = (...names: string[]) =>
    promisify(execFile)(process.execPath, [join(root, "scripts/test.ts"), ...names], { env });
  const { stdout } = await named("scripts/run-files.test.ts");
  assert.match(stdout, /^✔ tools .* [1-9]\d* passed$/m);
  assert.match(stdout, /^[1-9] passed, 0 failed/m);
  await assert.rejects(named("scripts/run-files.test.ts", "scripts/nothing.test.ts"), {
    code: 1,
    stderr: /no such step or file of tests: scripts\/nothing\.test\.ts;/,
  });
});

/** Asked of git where there is one: a file that it ignores is on this disk and in no clone. */
async function inRepository(): Promise<(file: string) => boolean> {
  try {
    const { stdout } = await promisify(execFile)("git", ["ls-files"], { cwd: root });
    const files = new Set(stdout.split("\n"));
    return (file) => files.has(file);
  } catch {
    return (file) => existsSync(join(root, file));
  }
}
