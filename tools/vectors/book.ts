// A file of vectors: what a reader must accept, and what it must refuse and why.

import type { Fields, Value } from "../../packages/protocol/test/reference.ts";

export interface Book {
  /** The page, and the part of it, that the vectors are of. */
  readonly spec: string;
  /** What several cases name, by name. */
  readonly shared?: Fields;
  readonly accept: readonly Fields[];
  readonly refuse: readonly Fields[];
}

export interface Case {
  readonly name: string;
  readonly [member: string]: Value | undefined;
}

export function accepted(name: string, more: Fields): Case {
  return { name, ...more };
}

export function refused(name: string, code: string, field: string | undefined, more: Fields): Case {
  return { name, code, ...(field === undefined ? {} : { field }), ...more };
}

/** Long texts that several cases hold, each written once and called by a short name. */
export interface Shelf {
  take(text: string): string;
  takeAll(texts: readonly string[]): string[];
  readonly texts: Fields;
}

export function shelf(prefix: string): Shelf {
  const names = new Map<string, string>();
  const take = (text: string) => {
    const name = names.get(text) ?? `${prefix}${names.size}`;
    names.set(text, name);
    return name;
  };
  return {
    take,
    takeAll: (texts) => texts.map(take),
    get texts() {
      return Object.fromEntries([...names].map(([text, name]) => [name, text]));
    },
  };
}

/** One case a line, so that a change shows as the lines it changes. */
export function print(book: Book): string {
  const list = (cases: readonly Fields[]) =>
    cases.length === 0
      ? "[]"
      : `[\n${cases.map((each) => `    ${JSON.stringify(each)}`).join(",\n")}\n  ]`;
  const shared = Object.entries(book.shared ?? {}).map(
    ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return [
    "{",
    `  "spec": ${JSON.stringify(book.spec)},`,
    '  "made": "tools/vectors/main.ts",',
    ...(shared.length === 0 ? [] : [`  "shared": {\n${shared.join(",\n")}\n  },`]),
    `  "accept": ${list(book.accept)},`,
    `  "refuse": ${list(book.refuse)}`,
    "}\n",
  ].join("\n");
}
