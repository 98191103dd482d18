import assert from "node:assert/strict";
import { test } from "node:test";
import { BOX_OVERHEAD, newSecret, openBox, sealBox } from "@ecrin/crypto";
import { context } from "@ecrin/protocol";
import fc from "fast-check";
import { sealBoxWithSalt } from "../src/box.ts";
import { cannotOpen, refusedAs } from "./refused.ts";
import { ownVectors } from "./vectors.ts";

const { accept, refuse } = ownVectors("box");
const ctx = context("revision secret", "place", 1);

for (const row of accept) {
  test(`box vector: ${row.text("name")}`, async () => {
    const [key, bound, box] = [row.bytes("key"), row.bytes("context"), row.bytes("box")];
    const plain = row.bytes("plaintext");
    assert.deepEqual(await openBox(key, row.text("label"), bound, box), plain);
    const again = await sealBoxWithSalt(box.slice(0, 32), key, row.text("label"), bound, plain);
    assert.deepEqual(again, box);
  });
}

for (const row of refuse) {
  test(`box vector refused: ${row.text("name")}`, async () => {
    await cannotOpen(() =>
      openBox(row.bytes("key"), row.text("label"), row.bytes("context"), row.bytes("box")),
    );
  });
}

test("every flipped bit of a box is refused", async () => {
  const key = newSecret();
  const box = await sealBox(key, "revision secret", ctx, newSecret());
  for (let bit = 0; bit < box.length * 8; bit++) {
    const changed = box.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    await cannotOpen(() => openBox(key, "revision secret", ctx, changed), `bit ${bit}`);
  }
});

test("a box gives back what went in, is 48 bytes longer and never the same twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (some) => {
      const plain = new Uint8Array(some);
      const key = newSecret();
      const [box, other] = [
        await sealBox(key, "keyring", ctx, plain),
        await sealBox(key, "keyring", ctx, plain),
      ];
      assert.equal(box.length, plain.length + BOX_OVERHEAD);
      assert.notDeepEqual(box, other);
      assert.deepEqual(await openBox(key, "keyring", ctx, box), plain);
    }),
    { numRuns: 50 },
  );
});

test("ten thousand boxes open in parallel within ten seconds", async () => {
  const key = newSecret();
  const plain = newSecret();
  const boxes = await Promise.all(
    Array.from({ length: 10_000 }, () => sealBox(key, "revision secret", ctx, plain)),
  );
  const start = performance.now();
  const opened = await Promise.all(boxes.map((box) => openBox(key, "revision secret", ctx, box)));
  const took = performance.now() - start;
  assert.ok(opened.every((each) => Buffer.from(each).equals(plain)));
  assert.ok(took < 10_000, `${took} ms`);
});

test("a box without a whole key, a label or a whole context is a mistake", async () => {
  const plain = new Uint8Array(1);
  await refusedAs("bad-argument", () => sealBox(new Uint8Array(31), "keyring", ctx, plain));
  await refusedAs("bad-argument", () => sealBox(newSecret(), "", ctx, plain));
  await refusedAs("bad-argument", () => sealBox(newSecret(), "keyring", new Uint8Array(), plain));
});
