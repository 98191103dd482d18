// What must hold for every value, not only for those of the vectors.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  appendLeaf,
  canonicalJson,
  context,
  decodeFrontier,
  EMPTY_FRONTIER,
  encodeFrontier,
  fromBase64url,
  frontierRoot,
  inOrder,
  type Json,
  METADATA_FLOOR,
  ProtocolError,
  paddedSize,
  parseCanonical,
  sameFrontier,
  toBase64url,
  u32,
} from "../src/index.ts";
import { canonical, merkleTreeHash, context as referenceContext, type Value } from "./reference.ts";

const name = fc.string({ unit: "grapheme", maxLength: 8 });
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n)),
    fc.boolean(),
    name,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(name, tie("value"), { maxKeys: 5 }),
  ),
}));

function isMalformed(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === "malformed";
}

/** What comes of a text: a value, or a refusal. Any other error is a bug. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(isMalformed(error), String(error));
    return undefined;
  }
}

test("canonical JSON comes back as it went, and is what the reference writes", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const text = canonicalJson(value as Json);
      assert.equal(text, canonical(value));
      assert.deepEqual(parseCanonical(text), JSON.parse(text));
      assert.equal(canonicalJson(parseCanonical(text)), text);
    }),
  );
});

test("of all ways to write a value, canonical JSON is the one accepted", () => {
  fc.assert(
    fc.property(anyValue, fc.nat(4), (value, space) => {
      const text = JSON.stringify(value, null, space);
      assert.equal(tried(() => parseCanonical(text)) !== undefined, text === canonical(value));
    }),
  );
});

test("a character changed anywhere gives another value or a refusal, never the same", () => {
  fc.assert(
    fc.property(
      anyValue,
      fc.nat(),
      fc.string({ minLength: 1, maxLength: 1 }),
      (value, at, other) => {
        const text = canonical(value);
        const place = at % text.length;
        const changed = text.slice(0, place) + other + text.slice(place + 1);
        fc.pre(changed !== text);
        const read = tried(() => parseCanonical(changed));
        if (read !== undefined) assert.notDeepEqual(read, JSON.parse(text));
      },
    ),
  );
});

test("base64url comes back as it went, and is Node's", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = toBase64url(bytes);
      assert.equal(text, Buffer.from(bytes).toString("base64url"));
      assert.deepEqual(Buffer.from(fromBase64url(text)), Buffer.from(bytes));
    }),
  );
  const long = Buffer.alloc(30_000, 7);
  assert.equal(toBase64url(long), long.toString("base64url"));
});

test("bytes have one text: whatever is accepted is written again the same", () => {
  const letters = fc.constantFrom(..."ABZaz09-_+/=\n é".split(""));
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 12 }), (text) => {
      const bytes = tried(() => fromBase64url(text));
      if (bytes !== undefined) assert.equal(toBase64url(bytes), text);
      const node = Buffer.from(text, "base64url");
      assert.equal(bytes !== undefined, node.toString("base64url") === text);
    }),
    { numRuns: 1000 },
  );
});

test("32 bits are written as a DataView writes them, whatever the number", () => {
  const whole = fc.oneof(
    fc.constantFrom(0, 0xff, 0x100, 0xffff, 0x1_0000, 0xff_ffff, 0x100_0000, 0xffff_ffff),
    fc.integer({ min: 0, max: 0xffff_ffff }),
  );
  fc.assert(
    fc.property(whole, (value) => {
      const expected = new DataView(new ArrayBuffer(4));
      expected.setUint32(0, value);
      assert.deepEqual(u32(value), new Uint8Array(expected.buffer));
    }),
  );
});

test("a context tells parts of more than 16 MiB by their whole length", () => {
  const part = new Uint8Array(0x101_0101);
  assert.deepEqual(context("x", part, "y"), Uint8Array.from(referenceContext("x", part, "y")));
});

test("a tree that grows leaf by leaf has the root of RFC 6962 at every size", () => {
  let tree = EMPTY_FRONTIER;
  const leaves: Uint8Array[] = [];
  for (let size = 0; size <= 130; size++) {
    assert.deepEqual(Buffer.from(frontierRoot(tree)), merkleTreeHash(leaves), `${size} leaves`);
    const stored = decodeFrontier(size, encodeFrontier(tree));
    assert.ok(sameFrontier(stored, tree));
    const leaf = Buffer.from(`leaf ${size}`);
    leaves.push(leaf);
    const next = appendLeaf(stored, leaf);
    assert.ok(!sameFrontier(next, tree));
    tree = next;
  }
});

test("a frontier that does not fit its size is refused", () => {
  for (const size of [1, 2, 4, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => decodeFrontier(size, new Uint8Array(64)), isMalformed, String(size));
  assert.throws(() => appendLeaf({ size: 1, nodes: [] }, new Uint8Array()), isMalformed);
});

test("padding never shrinks, never wastes more than an eighth above 64 KiB, and knows few sizes", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.constantFrom(4096, METADATA_FLOOR), (size, floor) => {
      const padded = paddedSize(size, floor);
      assert.ok(padded >= size && padded >= floor);
      assert.equal(paddedSize(padded, floor), padded);
      if (size > 65_536) assert.ok(padded - size <= size / 8);
      else assert.ok(Number.isInteger(Math.log2(padded)));
    }),
  );
});

test("the order of wraps is that of their names, whatever the locale says", () => {
  const wrap = fc.record({
    secret: fc.constantFrom("release" as const, "space" as const),
    recipient: fc.constantFrom("server" as const),
    identity: fc.constant(""),
    tag: fc.string({ unit: fc.constantFrom("a", "B", "_", "-", "1"), maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(wrap), (wraps) => {
      const ordered = inOrder(
        wraps.map((each) => ({ ...each, recipient: each.tag as "server", identity: "" as never })),
      );
      const names = ordered.map((each) => `${each.secret} ${each.recipient}`);
      assert.deepEqual(names, [...names].sort());
    }),
  );
});
