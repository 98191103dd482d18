// Small faults that somebody could make, or put, into a source file: each is one place of the file
// written otherwise. Found in the text with comments and strings blanked, so that words are left
// alone; types, imports and messages are left alone too, since nothing runs there.

import { codeOnly } from "../tidy/code-only.ts";

export interface Mutation {
  /** From 1. */
  readonly line: number;
  /** The operator's name, and what stands there now. */
  readonly what: string;
  readonly mutated: string;
}

/** A stretch of the file and what stands there instead. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

interface Operator {
  readonly name: string;
  edits(code: string, text: string): Iterable<Edit>;
}

/** Calls that refuse; what they say to people is nobody's contract. */
const REFUSAL =
  /\b(?:refuse|malformed|cannotOpen|badArgument|sourceChanged|sizeChanged)\(|\bthrow new \w*Error\(/g;

const COMPARISONS: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
};

const OPERATORS: readonly Operator[] = [
  {
    name: "refusal dropped",
    *edits(code) {
      for (const { index, 0: call } of code.matchAll(REFUSAL)) {
        const before = code.slice(code.lastIndexOf("\n", index) + 1, index);
        if (/function\s*$/.test(before)) continue;
        // A node:test run does not check types: the hole need not be of the right one.
        const by = call.startsWith("throw") ? "void 0" : "(void 0)";
        yield { start: index, end: closing(code, index + call.length), by };
      }
    },
  },
  {
    name: "condition negated",
    *edits(code, text) {
      for (const { start, end } of conditions(code))
        yield { start, end, by: `!(${text.slice(start, end)})` };
    },
  },
  {
    name: "guard never taken",
    *edits(code) {
      for (const { start, end } of conditions(code)) yield { start, end, by: "false" };
    },
  },
  {
    name: "comparison moved",
    *edits(code) {
      for (const { index, 1: sign = "" } of code.matchAll(/ (===|!==|<=|>=|<|>) /g)) {
        const start = index + 1;
        yield { start, end: start + sign.length, by: COMPARISONS[sign] ?? sign };
      }
    },
  },
  {
    name: "and for or",
    *edits(code) {
      for (const { index, 0: sign } of code.matchAll(/&&|\|\|/g))
        yield { start: index, end: index + 2, by: sign === "&&" ? "||" : "&&" };
    },
  },
  {
    name: "arithmetic swapped",
    *edits(code) {
      for (const { index, 1: sign } of code.matchAll(/[\w)\]] ([-+]) [\w(]/g)) {
        const start = index + 2;
        yield { start, end: start + 1, by: sign === "+" ? "-" : "+" };
      }
    },
  },
  {
    name: "number off by one",
    *edits(code) {
      for (const { index, 0: digits } of code.matchAll(
        /(?<![\w.$"'`])(?:0x[0-9a-f]+|\d[\d_]*)(?![\w.])/gi,
      ))
        yield { start: index, end: index + digits.length, by: `(${digits} + 1)` };
    },
  },
  {
    name: "true for false",
    *edits(code) {
      for (const { index, 0: word } of code.matchAll(/(?<![\w.])(?:true|false)\b(?!\s*:)/g))
        yield { start: index, end: index + word.length, by: String(word === "false") };
    },
  },
  {
    name: "field of a context dropped",
    *edits(code) {
      for (const { index, 0: call } of code.matchAll(/\b(?:context|concat)\((?!\))/g)) {
        const end = closing(code, index + call.length) - 1;
        const comma = lastComma(code, index + call.length, end);
        if (comma !== undefined) yield { start: comma, end, by: "" };
      }
    },
  },
  {
    name: "label changed",
    *edits(code) {
      for (const { index, 0: found } of code.matchAll(
        /\b(?:context|hkdfSha256|subkey|label\w*)\([^()"\n]*"|\bconst [A-Z_]+(?:: string)? = "/g,
      )) {
        const start = index + found.length;
        yield { start, end: start, by: "~" };
      }
    },
  },
  {
    name: "call left out",
    *edits(code) {
      for (const { index, 1: indent = "", 2: call = "" } of code.matchAll(
        /^( +)((?:await )?[\w.#]+\()/gm,
      )) {
        const start = index + indent.length;
        const end = closing(code, start + call.length);
        const before = code.slice(0, index).trimEnd();
        if (code[end] === ";" && /[;{}]$/.test(before)) yield { start, end, by: "void 0" };
      }
    },
  },
  {
    name: "returns at once",
    *edits(code) {
      for (const { index, 0: head, 1: type = "" } of code.matchAll(
        /\)(?:: (boolean|void|Promise<void>|Promise<boolean>)) \{/g,
      )) {
        const start = index + head.length;
        const values = type.includes("boolean") ? ["true", "false"] : ["undefined"];
        for (const value of values) yield { start, end: start, by: ` return ${value};` };
      }
    },
  },
];

/** Every mutation of a file, in the order of its places. */
export function mutationsOf(text: string): Mutation[] {
  const code = codeOnly(text);
  const left = leftAlone(code);
  const found = OPERATORS.flatMap(({ name, edits }) =>
    [...edits(code, text)].map((edit) => ({ name, ...edit })),
  );
  return found
    .filter(({ name, start }) =>
      left.every(
        (span) =>
          start < span.start ||
          start >= span.end ||
          (name === "refusal dropped" && start === span.start),
      ),
    )
    .sort((a, b) => a.start - b.start || a.end - b.end || (a.by < b.by ? -1 : 1))
    .map(({ name, start, end, by }) => {
      const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, lineEnd(text, end));
      return {
        line: text.slice(0, start).split("\n").length,
        what: `${name}: ${line.replace(/\s+/g, " ").trim().slice(0, 110)} [${by.slice(0, 40)}]`,
        mutated: text.slice(0, start) + by + text.slice(end),
      };
    });
}

/** Types, imports and lists of exports; and what refusals say, but not the refusals. */
function leftAlone(code: string): { start: number; end: number }[] {
  const declarations = [
    /^(?:export )?interface [^{]*\{[\s\S]*?^\}/gm,
    /^(?:export )?type [\s\S]*?;$/gm,
    /^import [\s\S]*?;$/gm,
    /^export (?:type )?\{[\s\S]*?;$/gm,
  ].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(({ index, 0: all }) => ({
      start: index,
      end: index + all.length,
    })),
  );
  const refusals = [...code.matchAll(REFUSAL)].map(({ index, 0: call }) => ({
    start: index,
    end: closing(code, index + call.length),
  }));
  return [...declarations, ...refusals];
}

function* conditions(code: string): Generator<{ start: number; end: number }> {
  for (const { index, 0: head } of code.matchAll(/\bif \(/g)) {
    const start = index + head.length;
    yield { start, end: closing(code, start) - 1 };
  }
}

/** The offset behind the parenthesis that closes the one open before `from`. */
function closing(code: string, from: number): number {
  let depth = 1;
  for (let at = from; at < code.length; at++) {
    const character = code.charAt(at);
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return code.length;
}

/** The last comma between the arguments of a call; undefined where there is one argument. */
function lastComma(code: string, from: number, end: number): number | undefined {
  let depth = 0;
  let found: number | undefined;
  for (let at = from; at < end; at++) {
    const character = code.charAt(at);
    if ("([{".includes(character)) depth += 1;
    if (")]}".includes(character)) depth -= 1;
    if (character === "," && depth === 0 && /\S/.test(code.slice(at + 1, end))) found = at;
  }
  return found;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
