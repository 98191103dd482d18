import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { parseSigningKey, verifyBytes } from "../src/index.ts";

// A few signatures are looked at where they are asked for, more of them in the pool's threads, 64
// together: each answer is that of its own question whichever way it went.

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const key = parseSigningKey(publicKey.export({ format: "jwk" }).x, "key");
const bytesOf = (i: number) => new Uint8Array(Buffer.from(`statement ${i}`));

for (const count of [1, 8, 9, 64, 65, 150]) {
  test(`of ${count} signatures asked for in one turn every seventh is wrong`, {
    timeout: 20_000,
  }, async () => {
    const isWrong = (i: number) => i % 7 === 0;
    const held = await Promise.all(
      Array.from({ length: count }, (_, i) => {
        const signature = new Uint8Array(sign(null, bytesOf(i), privateKey));
        return verifyBytes(key, signature, bytesOf(isWrong(i) ? i + 1 : i));
      }),
    );
    assert.deepEqual(
      held,
      held.map((_, i) => !isWrong(i)),
    );
  });
}
