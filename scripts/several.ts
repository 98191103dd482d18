// Several files of tests in one process: `several.ts FILE…`. A process of its own for each spends
// more of its time on loading what it tests than on testing it. Each is a suite, with what it does
// before and after its tests; one begins when the one before has ended.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import process from "node:process";
import { after, describe } from "node:test";
import { pathToFileURL } from "node:url";

// Loaded within the suite's own function, and so not by `import()`: its tests belong to the suite then.
const load = createRequire(import.meta.url);
const files = process.argv.slice(2);
if (files.length === 1) {
  failIfEndedEarly();
  await import(pathToFileURL(resolve(files[0] ?? "")).href);
} else for (const file of files) describe(file, () => load(resolve(file)));

/** A process that a test ends in good order would pass, with the tests that are still to come. */
function failIfEndedEarly(): void {
  let isOver = false;
  after(() => {
    isOver = true;
  });
  process.on("exit", (code) => {
    if (code !== 0 || isOver) return;
    process.stderr.write("the process has ended before its tests\n");
    process.exitCode = 1;
  });
}
