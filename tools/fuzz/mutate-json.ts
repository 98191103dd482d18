// JSON changed by its tree (members gone, added, of another type, from elsewhere) and by its
// spelling (twice the same member, another order, spaces, escapes, numbers in another notation).

import type { Random } from "./random.ts";

/** Anything JSON can say. */
export type Tree = string | number | boolean | null | Tree[] | { [name: string]: Tree };

/** Values of other types, and the ends of their ranges. */
const VALUES: readonly (() => Tree)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1.5,
  () => 1e21,
  () => 1.7976931348623157e308,
  () => 2 ** 53,
  () => 2 ** 53 - 1,
  () => 2 ** 31,
  () => "",
  () => "\ud800",
  () => "\u0000",
  () => "é😀\u202e",
  () => "A".repeat(22),
  () => "A".repeat(43),
  () => "A".repeat(70_000),
  () => [],
  () => ({}),
  () => Array.from({ length: 1100 }, () => "A".repeat(22)),
  () => nested(20),
  () => nested(900),
];
/** Characters beyond which nothing grows further: above every limit of the readers. */
const HEAVIEST = 3_000_000;
const NAMES = ["__proto__", "constructor", "toString", "kid", "suite", "", "é", "\ud800", "op"];

/** The text of an original, changed; `other` lends parts. What is not JSON is left as it is. */
export function changedJson(random: Random, original: string, other: string): string {
  const tree = parsed(original);
  if (tree === undefined) return original;
  const lender = parsed(other) ?? tree;
  // One change in the tree, sometimes more, sometimes none and only its spelling is another.
  let next: Tree = tree;
  for (let changes = random.below(8); changes > 4 || changes === 1; changes--) {
    const grown = changedTree(random, next, lender);
    if (weightOf(grown) <= 2 * HEAVIEST) next = grown;
  }
  if (next === tree || random.once(4)) return spelled(random, next);
  return ordered(next);
}

function parsed(text: string): Tree | undefined {
  try {
    const tree: Tree = JSON.parse(text);
    return tree;
  } catch {
    return undefined;
  }
}

function changedTree(random: Random, tree: Tree, lender: Tree): Tree {
  // Half of the changes go deeper, so that every level is reached.
  if (typeof tree === "object" && tree !== null && !random.once(3)) {
    const within: Tree | undefined = inside(random, tree, lender);
    if (within !== undefined) return within;
  }
  if (typeof tree === "string") return changedString(random, tree, lender);
  if (typeof tree === "number" && random.once(2)) {
    return random.of([tree + 1, tree - 1, -tree, tree + 0.5, tree * 2, tree + 86_400_000]);
  }
  if (Array.isArray(tree)) return changedArray(random, tree, lender);
  if (typeof tree === "object" && tree !== null) return changedObject(random, tree, lender);
  return typeof tree === "boolean" && random.once(2) ? !tree : random.of(VALUES)();
}

function inside(
  random: Random,
  tree: Tree[] | { [name: string]: Tree },
  lender: Tree,
): Tree | undefined {
  const names = Object.keys(tree);
  if (names.length === 0) return undefined;
  const name = random.of(names);
  if (Array.isArray(tree)) {
    const at = Number(name);
    return tree.with(at, changedTree(random, tree[at] ?? null, lender));
  }
  return withMember(tree, name, changedTree(random, tree[name] ?? null, lender));
}

function changedString(random: Random, text: string, lender: Tree): Tree {
  const at = random.below(text.length + 1);
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return `${text.slice(0, at)}${random.of(["A", "_", "=", "é", " ", "\ud800", "."])}${text.slice(at + random.below(2))}`;
    case 2:
      return text + text;
    case 3:
      return anywhere(random, lender);
    case 4:
      return random.of(VALUES)();
    default: {
      const code = (text.charCodeAt(at) || 65) ^ (1 << random.below(7));
      return `${text.slice(0, at)}${String.fromCharCode(code)}${text.slice(at + 1)}`;
    }
  }
}

function changedArray(random: Random, list: Tree[], lender: Tree): Tree {
  const at = random.below(list.length);
  const some = list[at] ?? random.of(VALUES)();
  switch (random.below(6)) {
    case 0:
      return list.toSpliced(at, 1);
    case 1:
      return list.toSpliced(at, 0, some);
    case 2:
      return list.toReversed();
    case 3:
      return [...list, anywhere(random, lender)];
    case 4:
      return Array.from({ length: random.of([9, 17, 501, 1001]) }, () => some).slice(
        0,
        Math.max(1, HEAVIEST / weightOf(some)),
      );
    default:
      return random.of(VALUES)();
  }
}

/** About how many characters a value takes; counted no further than the heaviest allowed. */
function weightOf(tree: Tree): number {
  if (typeof tree === "string") return tree.length + 2;
  if (typeof tree !== "object" || tree === null) return 8;
  let weight = 2;
  for (const each of Object.values(tree)) {
    weight += weightOf(each);
    if (weight > HEAVIEST) return weight;
  }
  return weight;
}

function changedObject(random: Random, object: { [name: string]: Tree }, lender: Tree): Tree {
  const names = Object.keys(object);
  const name = names.length === 0 ? "a" : random.of(names);
  switch (random.below(6)) {
    case 0:
    case 1:
      return Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));
    case 2:
      return withMember(object, random.of(NAMES), anywhere(random, lender));
    case 3:
      return withMember(object, name, anywhere(random, lender));
    case 4: {
      const second = names.length === 0 ? "b" : random.of(names);
      const [here, there] = [object[name] ?? null, object[second] ?? null];
      return withMember(withMember(object, name, there), second, here);
    }
    default:
      return random.of(VALUES)();
  }
}

/** As `{ ...object, [name]: value }`, also for the name `__proto__`. */
function withMember(
  object: { [name: string]: Tree },
  name: string,
  value: Tree,
): { [name: string]: Tree } {
  return Object.fromEntries([...Object.entries(object), [name, value]]);
}

/** Any value in a tree. */
function anywhere(random: Random, tree: Tree): Tree {
  let at = tree;
  for (let depth = random.below(6); depth > 0 && typeof at === "object" && at !== null; depth--) {
    const values: Tree[] = Object.values(at);
    if (values.length === 0) break;
    at = random.of(values);
  }
  return at;
}

function nested(levels: number): Tree {
  let tree: Tree = 1;
  for (let i = 0; i < levels; i++) tree = [tree];
  return tree;
}

/** JSON with its members in order, as statements have it. */
export function ordered(tree: Tree): string {
  return JSON.stringify(sorted(tree));
}

function sorted(tree: Tree): Tree {
  if (typeof tree !== "object" || tree === null) return tree;
  // Deeper than this nothing is sorted, so that the sorting itself does not run out of stack.
  if (Array.isArray(tree)) return tree.length === 1 ? tree : tree.map(sorted);
  return Object.fromEntries(
    Object.keys(tree)
      .sort()
      .map((name) => [name, sorted(tree[name] ?? null)]),
  );
}

/** The same tree, written in a way in which nobody should write it. */
function spelled(random: Random, tree: Tree): string {
  const text = ordered(tree);
  const at = random.below(text.length + 1);
  switch (random.below(7)) {
    case 0:
      return text.replace(
        /\{("[^"]*":)/,
        (whole, member: string) => `{${member}1,${whole.slice(1)}`,
      );
    case 1:
      return typeof tree === "object" && tree !== null && !Array.isArray(tree)
        ? JSON.stringify(Object.fromEntries(Object.entries(tree).reverse()))
        : text;
    case 2:
      return text.replaceAll(",", random.of([", ", ",\n", ",\t"]));
    case 3:
      return text.replace(/[A-Za-z]/, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
    case 4:
      return text.replace(/:(\d+)/, (_, digits: string) =>
        random.of([
          `:${digits}.0`,
          `:${digits}e0`,
          `:0${digits}`,
          `:-${digits}`,
          `:${digits}00000000000000000`,
        ]),
      );
    case 5:
      return `${text.slice(0, at)}${random.of([" ", "\u0000", ",", "}", "/**/", "\ufeff"])}${text.slice(at)}`;
    default:
      return random.of([
        `${"[".repeat(2_000)}1${"]".repeat(2_000)}`,
        ` ${text}`,
        `${text}\n`,
        `${text}${text}`,
        `[${text}]`,
        text.slice(0, at),
      ]);
  }
}
