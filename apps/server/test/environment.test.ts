// What an operator sets, and what of it is taken.

import assert from "node:assert/strict";
import { test } from "node:test";
import { given, originOf, switchOf } from "../src/environment.ts";

test("a variable that is set to nothing is not set", () => {
  assert.equal(given("HOST", { HOST: "" }), undefined);
  assert.equal(given("HOST", {}), undefined);
  assert.equal(given("HOST", { HOST: "0.0.0.0" }), "0.0.0.0");
});

test("an origin is scheme, host and port, as proofs name it", () => {
  for (const [text, origin] of [
    ["https://ecrin.example", "https://ecrin.example"],
    ["https://ecrin.example/", "https://ecrin.example"],
    ["https://Ecrin.Example:443", "https://ecrin.example"],
    ["http://localhost:4180", "http://localhost:4180"],
  ] as const)
    assert.equal(originOf(text), origin);
  for (const text of [
    "ecrin.example",
    "ecrin.example:4180",
    "https://",
    "https://ecrin.example/page",
    "https://ecrin.example/?a",
    "https://somebody@ecrin.example",
    "ftp://ecrin.example",
    "file:///etc",
  ])
    assert.equal(originOf(text), undefined, text);
});

test("a switch is on for yes, off for no, and neither for another word", () => {
  assert.deepEqual(["1", "on", "TRUE", "yes"].map(switchOf), [true, true, true, true]);
  assert.deepEqual(["0", "off", "False", "no"].map(switchOf), [false, false, false, false]);
  assert.deepEqual(["", "2", "nginx"].map(switchOf), [undefined, undefined, undefined]);
});
