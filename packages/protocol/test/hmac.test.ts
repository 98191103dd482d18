import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { hmacSha256 } from "../src/index.ts";

test("HMAC-SHA256 is OpenSSL's, for shorter and longer messages in any order", () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => 7 * i);
  const mac = hmacSha256(key);
  for (const length of [64, 0, 1, 63, 65, 200, 64, 199, 1000, 3]) {
    const message = Uint8Array.from({ length }, (_, i) => i);
    const wanted = createHmac("sha256", key).update(message).digest("hex");
    assert.equal(Buffer.from(mac(message)).toString("hex"), wanted, `${length} bytes`);
  }
});
