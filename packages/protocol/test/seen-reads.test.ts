import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hash } from "../src/index.ts";
import { SeenReads } from "../src/seen-reads.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const hashWith = (character: string) => `AAAAA${character}${"A".repeat(37)}` as Hash;

test("hashes that differ in one character are two, and one that comes again is seen", () => {
  const seen = new SeenReads(64);
  for (const character of ALPHABET) assert.equal(seen.add(hashWith(character)), true, character);
  for (const character of ALPHABET) assert.equal(seen.add(hashWith(character)), false, character);
});

test("more than were announced are refused, and so is a number no export has", () => {
  const seen = new SeenReads(1);
  const add = () => [...ALPHABET].map((character) => seen.add(hashWith(character)));
  assert.throws(add, { code: "statement-refused", field: "entries" });
  assert.throws(() => new SeenReads(2 ** 26), { code: "statement-refused", field: "entries" });
});
