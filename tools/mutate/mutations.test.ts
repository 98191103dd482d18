import assert from "node:assert/strict";
import { test } from "node:test";
import { mutationsOf } from "./mutations.ts";

const SOURCE = `// refuse("in a comment")
export function check(a: number): number {
  if (a < 0) refuse("below (zero", "a");
  if (a > 9) {
    throw new ProtocolError("fork", \`not \${a}\`, {
      field: "a",
    });
  }
  return map.get(a) ?? malformed("a", "none");
}
`;

test("each refusal is taken out alone, with all its arguments", () => {
  const found = mutationsOf(SOURCE);
  assert.deepEqual(
    found.map((each) => each.line),
    [3, 5, 9],
  );
  assert.match(found[0]?.mutated ?? "", /if \(a < 0\) \(void 0\);\n {2}if \(a > 9\) \{\n {4}throw/);
  assert.match(found[1]?.mutated ?? "", /\{\n {4}void 0;\n {2}\}/);
  assert.match(found[2]?.mutated ?? "", /\?\? \(void 0\);/);
});
