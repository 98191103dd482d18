// Takes each refusal out of the protocol, one at a time, and runs its tests: a refusal that no test
// misses is reported. Works on a copy in a temporary folder; not part of `npm test`.
//
//   node tools/mutate/main.ts [file…]        default: the files that judge
//
// Exits with 1 when less than 95 of 100 were noticed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mutationsOf } from "./mutations.ts";

const JUDGES = [
  "account.ts",
  "reduce.ts",
  "revision.ts",
  "link.ts",
  "link-set.ts",
  "read.ts",
  "space.ts",
  "statement.ts",
  "canonical.ts",
  "bytes.ts",
  "journal.ts",
  "items.ts",
  "contact.ts",
];
const NOTICED_AT_LEAST = 0.95;
/** A mutation that makes a test wait for ever is noticed too. */
const PATIENCE = 60_000;

const root = fileURLToPath(new URL("../../", import.meta.url));
const files = process.argv.length > 2 ? process.argv.slice(2) : JUDGES;
const copy = mkdtempSync(join(tmpdir(), "ecrin-mutate-"));
const source = join(copy, "packages/protocol/src");

function makeCopy(): void {
  mkdirSync(join(copy, "packages"), { recursive: true });
  cpSync(join(root, "packages/protocol"), join(copy, "packages/protocol"), { recursive: true });
  cpSync(join(root, "vectors/protocol"), join(copy, "vectors/protocol"), { recursive: true });
  cpSync(join(root, "package.json"), join(copy, "package.json"));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
}

/** Whether the copy's tests pass: file after file, and no further than the first that fails. */
async function testsPass(): Promise<boolean> {
  for (const file of globSync("packages/protocol/test/*.test.ts", { cwd: copy }).sort()) {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--test", file],
      { cwd: copy, stdio: "ignore", timeout: PATIENCE },
    );
    const [code] = await once(child, "exit");
    if (code !== 0) return false;
  }
  return true;
}

async function run(): Promise<number> {
  makeCopy();
  if (!(await testsPass())) {
    console.error("the tests fail before anything is taken out");
    return 1;
  }
  const survivors: string[] = [];
  let tried = 0;
  for (const file of files) {
    const path = join(source, file);
    const text = readFileSync(path, "utf8");
    for (const { line, what, mutated } of mutationsOf(text)) {
      writeFileSync(path, mutated);
      tried += 1;
      if (await testsPass()) survivors.push(`${file}:${line}  ${what}`);
    }
    writeFileSync(path, text);
  }
  for (const survivor of survivors) console.log(`not noticed  ${survivor}`);
  console.log(`${tried - survivors.length} of ${tried} noticed`);
  return tried > 0 && (tried - survivors.length) / tried >= NOTICED_AT_LEAST ? 0 : 1;
}

try {
  process.exitCode = await run();
} finally {
  rmSync(copy, { recursive: true, force: true });
}
