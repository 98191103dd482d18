import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";

/** Something that a fault may be noticed by: tests or the compiler. */
interface Check {
  readonly name: string;
  readonly arguments: readonly string[];
}

/** A fault that makes a test wait for ever is noticed too. */
const PATIENCE = 240_000;
const TSC = "node_modules/typescript/bin/tsc";
const VECTORS = ["tools/vectors/vectors.test.ts", "tools/vectors/whole-record.test.ts"];

/** What derives keys of passwords: each test of theirs takes as long as all others together. */
const SLOW = /opaque|password|unlock|argon2/;

/**
 * What is run against a fault in a file, quickest first: the tests of the file's own name, those of
 * its package, the vectors, the compiler, and the client's tests that need no server.
 */
function checksFor(copy: string, file: string): Check[] {
  const [, name = ""] = file.split("/");
  const tests = (of: string) => globSync(`packages/${of}/test/*.test.ts`, { cwd: copy }).sort();
  const own = tests(name).filter((test) => basename(test).startsWith(basename(file, ".ts")));
  const rest = tests(name).filter(
    (test) => !own.includes(test) && (SLOW.test(file) || !SLOW.test(basename(test))),
  );
  const alone = tests("client").filter(
    (test) => !readFileSync(join(copy, test), "utf8").includes("./ground.ts"),
  );
  const checks = [
    together("its own tests", own),
    together("its package's tests", rest),
    together("the vectors", VECTORS),
    { name: "the compiler", arguments: [TSC, "-p", `packages/${name}`] },
    together("the client's tests", alone),
  ];
  return checks.filter((check) => check.arguments.length > 0);
}

/** Test files in one process; none where there are none. */
function together(name: string, files: readonly string[]): Check {
  if (files.length === 0) return { name, arguments: [] };
  return { name, arguments: ["--test", "--test-isolation=none", ...files] };
}

/**
 * Puts a fault into a copy of the project and takes it out again.
 * @returns what noticed it; undefined where nothing did
 */
export async function noticedBy(
  copy: string,
  file: string,
  mutated: string,
): Promise<string | undefined> {
  const path = join(copy, file);
  const text = await readFile(path, "utf8");
  await writeFile(path, mutated);
  try {
    for (const check of checksFor(copy, file))
      if (!(await passes(copy, check.arguments))) return check.name;
    return undefined;
  } finally {
    await writeFile(path, text);
  }
}

async function passes(copy: string, given: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...given], {
    cwd: copy,
    stdio: "ignore",
    timeout: PATIENCE,
    env: { ...process.env, TMPDIR: dirname(copy) },
  });
  const [code] = await once(child, "exit");
  return code === 0;
}
