import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The files that the rules look at: paths with `/`, relative to the root of the project. */
export interface Tree {
  readonly paths: readonly string[];
  text(path: string): string;
}

/** One thing that is not as it should be. `line` counts from 1. */
export interface Finding {
  path: string;
  line: number;
  message: string;
}

const LEFT_OUT = new Set(["node_modules", ".git", ".ecrin", "dist", "coverage"]);

/** The project on disk, without what is installed, built or kept as data. */
export function readTree(root: string): Tree {
  const entries = globSync("**/*", {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) => LEFT_OUT.has(entry.name),
  });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
  return { paths, text: (path) => readFileSync(join(root, path), "utf8") };
}

/** The line on which an offset of a text stands, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}
