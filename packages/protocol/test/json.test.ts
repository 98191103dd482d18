import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../src/index.ts";

const LONG = 70_000;

test("a long text of brackets is told to be too deep before anything is made of it", () => {
  const deep = "[".repeat(LONG);
  // Not even JSON: the depth was found first.
  for (const text of [deep, `{"a":${deep}`, `[${"{".repeat(LONG)}`, `["\\"]",${deep}`])
    assert.throws(() => parseJson(text, "answer"), /^ProtocolError: answer: is nested too deep/);
  const many = `[${Array(100).fill(`${"[".repeat(900)}1${"]".repeat(900)}`)}]`;
  assert.throws(() => parseJson(many, "answer"), /is nested too deep/);
});

test("any other text is read as the engine reads it", () => {
  const beside = JSON.stringify(Array.from({ length: LONG }, () => [{}]));
  const inText = JSON.stringify(["[{".repeat(LONG), { '"[\\': ["]"] }]);
  const few = `${"[".repeat(900)}1${"]".repeat(900)}`;
  const far = JSON.stringify([JSON.parse(few), "a".repeat(20 * LONG)]);
  for (const text of [beside, inText, few, far, "1", '{"a":null}'])
    assert.deepEqual(parseJson(text, "answer"), JSON.parse(text));
  for (const text of ["", "[", "{".repeat(1000), " ".repeat(LONG)])
    assert.throws(() => parseJson(text, "answer"), /^ProtocolError: answer: is not JSON/);
});
