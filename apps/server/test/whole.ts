// Whether a journal is in order as a whole, by other means than those it was written with.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { leafHash } from "@ecrin/protocol";
import type { Ground } from "./harness.ts";

/** Everything in the journal is in order: no gap, no double, every hash and tag as its page says. */
export async function checkWhole({ admin, macState }: Ground): Promise<number> {
  const leaves = await admin<
    { index: number; commitment: Buffer; leaf: Buffer; tag: Buffer }[]
  >`select index, commitment, leaf, tag from journal_leaves order by index`;
  let tag: Buffer = Buffer.alloc(32);
  // A fresh database begins in epoch 1 (spec/log.md, The chain of tags and its keys).
  const hmac = (key: Uint8Array, text: string) => createHmac("sha256", key).update(text).digest();
  const key = hmac(hmac(macState, "ecrin-1 chain next"), "ecrin-1 chain key");
  for (const [i, row] of leaves.entries()) {
    assert.equal(row.index, i);
    assert.deepEqual(row.leaf, Buffer.from(leafHash(row.commitment)));
    tag = createHmac("sha256", key).update(tag).update(row.leaf).digest();
    assert.deepEqual(row.tag, tag);
  }
  const [head] = await admin<{ size: number; tag: Buffer }[]>`select size, tag from journal_head`;
  assert.equal(head?.size, leaves.length);
  assert.deepEqual(head?.tag, tag);
  return leaves.length;
}
