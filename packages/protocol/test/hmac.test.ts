import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { hmacSha256, nodeHash } from "../src/index.ts";

test("HMAC-SHA256 is OpenSSL's, for shorter and longer messages in any order", () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => 7 * i);
  const mac = hmacSha256(key);
  for (const length of [64, 0, 1, 63, 65, 200, 64, 199, 1000, 3]) {
    const message = Uint8Array.from({ length }, (_, i) => i);
    const wanted = createHmac("sha256", key).update(message).digest("hex");
    assert.equal(Buffer.from(mac(message)).toString("hex"), wanted, `${length} bytes`);
  }
});

test("a node of a tree is made of two hashes, and of nothing shorter or longer", () => {
  const hash = new Uint8Array(32);
  assert.equal(nodeHash(hash, hash).length, 32);
  for (const other of [new Uint8Array(31), new Uint8Array(33), new Uint8Array(0)]) {
    assert.throws(() => nodeHash(other, hash), { code: "malformed" });
    assert.throws(() => nodeHash(hash, other), { code: "malformed" });
  }
});
