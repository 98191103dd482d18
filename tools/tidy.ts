// Style as a test: what STYLE.md asks and a program can see. Prints one line per finding and exits
// with 1 if there is any.

import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { linkFindings } from "./tidy/links.ts";
import { dependencyFindings, lawFindings, lockFindings } from "./tidy/packages.ts";
import { sourceFindings } from "./tidy/sources.ts";
import { readTree } from "./tidy/tree.ts";

const tree = readTree(dirname(dirname(fileURLToPath(import.meta.url))));
const findings = [
  ...sourceFindings(tree),
  ...lawFindings(tree),
  ...dependencyFindings(tree),
  ...lockFindings(tree),
  ...linkFindings(tree),
];
for (const { path, line, message } of findings) {
  process.stdout.write(`${path}:${line}: ${message}\n`);
}
process.exitCode = findings.length === 0 ? 0 : 1;
