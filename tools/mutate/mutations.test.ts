import assert from "node:assert/strict";
import { test } from "node:test";
import { mutationsOf } from "./mutations.ts";

const SOURCE = `import { refuse } from "./errors.ts";
// refuse("in a comment") if (a < 9) return true;
export interface Limits {
  readonly most: 4 | 5;
}
const LABEL = "a label";
export function check(a: number, b: boolean): boolean {
  if (a < 0 && b) refuse("below (zero", \`\${a + 1}\`);
  note(a);
  const ctx = context("check", LABEL, a + 2);
  return a === 7;
}
`;

const found = mutationsOf(SOURCE);
/** The lines that a fault changes, as they are then. */
const changed = found.map(({ mutated }) => {
  const before = SOURCE.split("\n");
  return mutated
    .split("\n")
    .filter((line, i) => line !== before[i])
    .join("\n")
    .trim();
});
const made = (line: string) =>
  assert.ok(changed.includes(line), `${line}\n\n${changed.join("\n")}`);

test("makes every fault it has an operator for", () => {
  made("if (a < 0 && b) (void 0);");
  made('if (!(a < 0 && b)) refuse("below (zero", `${a + 1}`);');
  made('if (false) refuse("below (zero", `${a + 1}`);');
  made('if (a <= 0 && b) refuse("below (zero", `${a + 1}`);');
  made('if (a < 0 || b) refuse("below (zero", `${a + 1}`);');
  made('if (a < (0 + 1) && b) refuse("below (zero", `${a + 1}`);');
  made("void 0;");
  made('const ctx = context("check", LABEL);');
  made('const ctx = context("~check", LABEL, a + 2);');
  made('const ctx = context("check", LABEL, a - 2);');
  made('const LABEL = "~a label";');
  made("return a !== 7;");
  made("export function check(a: number, b: boolean): boolean { return true;");
  made("export function check(a: number, b: boolean): boolean { return false;");
});

test("leaves comments, types, imports and messages alone", () => {
  const touched = found.map(({ line }) => line);
  assert.deepEqual(
    [1, 2, 3, 4, 5].filter((line) => touched.includes(line)),
    [],
  );
  assert.ok(changed.every((line) => !line.includes("a - 1") && !line.includes("${a + (1 + 1)}")));
});

test("each fault changes one line and says which", () => {
  const before = SOURCE.split("\n");
  for (const { line, mutated } of found) {
    const after = mutated.split("\n");
    assert.equal(after.length, before.length);
    assert.deepEqual(
      before.flatMap((text, i) => (text === after[i] ? [] : [i + 1])),
      [line],
    );
  }
});
