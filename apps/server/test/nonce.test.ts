import assert from "node:assert/strict";
import { test } from "node:test";
import { createNonces, NONCE_MS } from "../src/nonce.ts";
import { hmacSha256 } from "../src/tag.ts";

const NOW = Date.UTC(2026, 10, 29);
const mac = hmacSha256(new Uint8Array(32).fill(1));

test("a nonce is good for ten minutes, with every process that has the same key", () => {
  const [one, other] = [createNonces(mac), createNonces(mac)];
  const nonce = one.make(NOW);
  for (const nonces of [one, other]) {
    assert.ok(nonces.isGood(nonce, NOW));
    assert.ok(nonces.isGood(nonce, NOW + NONCE_MS));
    assert.ok(!nonces.isGood(nonce, NOW + NONCE_MS + 1));
  }
  assert.ok(!createNonces(hmacSha256(new Uint8Array(32))).isGood(nonce, NOW));
});

test("a process whose clock is a little behind takes what another has made", () => {
  const [ahead, behind] = [createNonces(mac), createNonces(mac)];
  assert.ok(behind.isGood(ahead.make(NOW), NOW - 5000));
  assert.ok(!behind.isGood(ahead.make(NOW), NOW - 5001));
});

test("whoever changes a letter of a nonce has none", () => {
  const nonces = createNonces(mac);
  const nonce = nonces.make(NOW);
  for (let i = 0; i < nonce.length; i++) {
    const letter = nonce[i] === "A" ? "B" : "A";
    assert.ok(!nonces.isGood(nonce.slice(0, i) + letter + nonce.slice(i + 1), NOW), String(i));
  }
  assert.ok(!nonces.isGood("", NOW));
  assert.ok(!nonces.isGood(`${nonce}A`, NOW));
});
