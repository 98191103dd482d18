import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson, parseCanonical } from "../src/canonical.ts";

const LONG = 70_000;

test("a long text is told to be nested too deep before anything is made of it", () => {
  const deep = "[".repeat(LONG);
  // Not even JSON: the depth was found first.
  assert.throws(() => parseCanonical(deep), /is nested too deep/);
  assert.throws(() => parseCanonical(`{"a":${deep}`), /is nested too deep/);
  assert.throws(() => parseCanonical("[[[".padEnd(LONG)), /is not JSON/);
});

test("brackets inside texts, and side by side, are no depth", () => {
  const inText = canonicalJson(['["\\'.repeat(LONG)]);
  assert.equal(canonicalJson(parseCanonical(inText)), inText);
  const beside = canonicalJson(Array.from({ length: LONG }, () => [{}]));
  assert.equal(canonicalJson(parseCanonical(beside)), beside);
});
