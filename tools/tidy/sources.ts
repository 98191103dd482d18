// Rules about source files: STYLE.md as far as a program can read it.

import { codeOnly } from "./code-only.ts";
import { type Finding, lineAt, type Tree } from "./tree.ts";

const LONGEST = 500;
const LONGEST_TEST = 700;

const SOURCE = /\.(?:ts|tsx|mjs)$/;
const TEST = /\.test\.tsx?$/;
const PROSE = /\.(?:ts|tsx|mjs|md|css|html|sql|http)$/;

/** Names that say where a thing was put and not what it is. */
const VAGUE = /^(?:utils?|helpers?|common|misc|manager|services?)$/;

/** Written with a class so that this file does not find itself. */
const UNFINISHED = /\b(?:T[O]DO|F[I]XME|X[X]X)\b/g;

/** Patterns over code with comments and strings blanked. */
const IN_CODE: readonly (readonly [RegExp, string])[] = [
  [/(?<![.\w$])any(?![\w$(:])/g, "`any` switches the compiler off"],
  [/\bas\s+unknown\s+as\b/g, "`as unknown as` switches the compiler off"],
  [/\bexport\s*\*/g, "`export *` hides what a package offers; name the exports"],
];

const IN_COMMENTS: readonly (readonly [RegExp, string])[] = [
  [/@ts-(?:ignore|nocheck)\b/g, "the compiler is not silenced"],
];

const IN_TESTS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:test|it|describe|suite|t)\.only\b/g, "`only` hides every other test"],
  [/\bonly\s*:\s*true\b/g, "`only` hides every other test"],
  [/\b(?:test|it|describe|suite)\.(?:skip|todo)\b/g, "a test is run, or skipped with a reason"],
  [/\b(?:skip|todo)\s*:\s*true\b/g, "a test is run, or skipped with a reason"],
  [/\.(?:skip|todo)\(\s*\)/g, "a skip gives its reason"],
];

function matches(
  path: string,
  text: string,
  patterns: readonly (readonly [RegExp, string])[],
): Finding[] {
  return patterns.flatMap(([pattern, message]) =>
    [...text.matchAll(pattern)].map((match) => ({
      path,
      line: lineAt(text, match.index),
      message,
    })),
  );
}

function nameFindings(path: string): Finding[] {
  const parts = path.split("/").map((part) => part.replace(/\..*$/, ""));
  return parts
    .filter((part) => part.split("-").some((word) => VAGUE.test(word)) && part !== "service-worker")
    .map((part) => ({ path, line: 1, message: `"${part}" does not say what is inside` }));
}

function lengthFindings(path: string, text: string): Finding[] {
  const most = TEST.test(path) ? LONGEST_TEST : LONGEST;
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines <= most) return [];
  return [{ path, line: most + 1, message: `${lines} lines; ${most} are the most` }];
}

/** Everything the rules have against the source files of a tree. */
export function sourceFindings(tree: Tree): Finding[] {
  return tree.paths
    .filter((path) => PROSE.test(path))
    .flatMap((path) => {
      const text = tree.text(path);
      const found = matches(path, text, [
        [UNFINISHED, "unfinished work is an issue, not a comment"],
      ]);
      if (!SOURCE.test(path)) return found;
      const code = codeOnly(text);
      found.push(
        ...nameFindings(path),
        ...lengthFindings(path, text),
        ...matches(path, text, IN_COMMENTS),
        ...matches(path, code, IN_CODE),
      );
      if (TEST.test(path)) found.push(...matches(path, code, IN_TESTS));
      return found;
    });
}
