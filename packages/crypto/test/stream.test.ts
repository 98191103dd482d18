import assert from "node:assert/strict";
import { createHash, hkdfSync } from "node:crypto";
import { test } from "node:test";
import {
  layoutOfPlaintext,
  layoutOfStream,
  newSecret,
  openContentBytes,
  openSegment,
  openStream,
  plainLength,
  plainOffset,
  type Resume,
  type SealedSegment,
  type Source,
  type StreamFacts,
  sealContentBytes,
  sealStream,
  streamRoot,
} from "@ecrin/crypto";
import { context } from "@ecrin/protocol";
import fc from "fast-check";
import { bytesOf, segments, streamAesKey } from "./reference.ts";
import { cannotOpen, refusedAs } from "./refused.ts";
import { ownVectors, type Row } from "./vectors.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const { accept, refuse } = ownVectors("stream");
const ctx = context("revision", "place");
const SMALL = 120;

interface Sealed extends StreamFacts {
  readonly segments: Bytes[];
}

async function seal(
  key: Bytes,
  source: Source,
  size: number,
  resume?: Resume,
  segment = SMALL,
): Promise<Sealed> {
  const out: SealedSegment[] = [];
  const options = { size, segment, ...(resume === undefined ? {} : { resume }) };
  for await (const each of sealStream(key, ctx, source, options)) {
    out.push({ ...each, bytes: each.bytes.slice() });
  }
  assert.deepEqual(
    out.map((each) => each.index),
    out.map((_, i) => i),
  );
  assert.deepEqual(
    out.map((each) => each.last),
    out.map((_, i) => i === out.length - 1),
  );
  const wire = out.map((each) => each.bytes);
  const digests = out.map((each) => each.digest);
  const length = wire.reduce((sum, each) => sum + each.length, 0);
  return { segments: wire, digests, length, root: await streamRoot(digests), segment };
}

async function open(key: Bytes, source: Source, facts: StreamFacts, bound = ctx): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const part of openStream(key, bound, source, facts)) parts.push(part.slice());
  return bytesOf(Buffer.concat(parts));
}

function* cut(bytes: Bytes, size: number): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

function factsOf(row: Row): StreamFacts {
  return {
    length: row.number("length"),
    segment: row.number("segment"),
    root: row.bytes("root"),
    digests: row.texts("digests").map((each) => Buffer.from(each, "base64url")),
  };
}

for (const row of accept) {
  test(`stream vector: ${row.text("name")}`, async () => {
    const [key, bound, wire] = [row.bytes("key"), row.bytes("context"), row.bytes("stream")];
    const plain = row.bytes("plaintext");
    const facts = factsOf(row);
    assert.deepEqual(await open(key, [wire], facts, bound), plain);
    assert.deepEqual(await open(key, cut(wire, 1), facts, bound), plain);
    const again: Bytes[] = [];
    const header = wire.slice(0, 40);
    const options = { size: plain.length, segment: row.number("segment"), header };
    for await (const { bytes } of sealStream(key, bound, cut(plain, 7), options)) {
      again.push(bytes.slice());
    }
    assert.deepEqual(bytesOf(Buffer.concat(again)), wire);
    assert.deepEqual(bytesOf(await streamRoot(facts.digests)), row.bytes("root"));
  });
}

for (const row of refuse) {
  test(`stream vector refused: ${row.text("name")}`, async () => {
    const [key, bound, wire] = [row.bytes("key"), row.bytes("context"), row.bytes("stream")];
    await cannotOpen(() => open(key, [wire], factsOf(row), bound));
  });
}

// Tink's own test vector for AES-GCM-HKDF streaming with 32-byte derived keys and two segments
// (tink-java, AesGcmHkdfStreamingTestUtil, createTestVector7, Apache-2.0). Its key derivation is by
// HKDF-SHA1, which ours is not; header, cut, nonces and tags are the same format.
test("Tink's published vector has the segments our streams have", () => {
  const input = Buffer.from(
    "00112233445566778899aabbccddeeff6eb56cdc726dfbe5d57f2fcdc6e9345b",
    "hex",
  );
  const wire = Buffer.from(
    "28782994617714a80fa085e15051a16854522330d6d0f26c049b2192f09cdd98b2eb90c753bfff277a" +
      "29e54fa4afb15d648c28477eb07f012535c767f5fdce24ffffae318480c1d37357d6d3c511159318af" +
      "a09ef38aa3f5456fd7817c5c02dd6e1a7fef174c8bd24e38b5982ac105497c0101ac5581fe5b",
    "hex",
  );
  assert.equal(wire[0], 40);
  assert.equal(layoutOfPlaintext(64, 120).count, 1);
  assert.equal(layoutOfPlaintext(64, 120).sealed, wire.length);
  const plain = Buffer.from(Array.from({ length: 8 }, (_, i) => `BLOCK ${i + 1}.`).join(""));
  const header = wire.subarray(0, 40);
  const salt = header.subarray(1, 33);
  const key = bytesOf(Buffer.from(hkdfSync("sha1", input, salt, Buffer.from([0, 1, 2, 3]), 32)));
  assert.deepEqual(Buffer.concat(segments(key, header, plain, 120)), wire);
});

test("a stream comes back at every size around the segments' borders, in any chunks", async () => {
  const key = newSecret();
  const sizes = [0, 1, 63, 64, 65, 167, 168, 169, 271, 272, 273, 800, 1000];
  for (const size of sizes) {
    const plain = bytesOf(createHash("shake256", { outputLength: size || 1 }).digest());
    const content = plain.slice(0, size);
    for (const chunk of [1, 7, 64, 104, 4000]) {
      const sealed = await seal(key, cut(content, chunk), size);
      assert.equal(sealed.segments.length, layoutOfPlaintext(size, SMALL).count);
      assert.equal(sealed.length, layoutOfPlaintext(size, SMALL).sealed);
      const wire = bytesOf(Buffer.concat(sealed.segments));
      assert.deepEqual(await open(key, cut(wire, chunk), sealed), content);
    }
  }
});

test("content larger than the pipeline comes back at the real segment size", async () => {
  const key = newSecret();
  const size = 7 * 1_048_576 + 12_345;
  const content = new Uint8Array(size);
  for (let at = 0; at < size; at += 4099) content[at] = at % 251;
  const sealed = await sealContentBytes(key, ctx, content);
  assert.equal(sealed.length, sealed.bytes.length);
  const opened = await openContentBytes(key, ctx, sealed.bytes, sealed);
  assert.ok(Buffer.from(opened).equals(content));
  const changed = sealed.bytes.slice();
  changed[5_000_000] = (changed[5_000_000] ?? 0) ^ 1;
  await cannotOpen(() => openContentBytes(key, ctx, changed, sealed));
});

test("a flipped byte anywhere is refused, and nothing of its segment is released", async () => {
  const key = newSecret();
  const content = new Uint8Array(300).fill(9);
  const sealed = await seal(key, [content], content.length);
  const wire = bytesOf(Buffer.concat(sealed.segments));
  for (let at = 0; at < wire.length; at++) {
    const changed = wire.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x80;
    let released = 0;
    await cannotOpen(async () => {
      for await (const part of openStream(key, ctx, [changed], sealed)) released += part.length;
    }, `byte ${at}`);
    const whole = Math.floor(at / SMALL);
    assert.equal(released, whole === 0 ? 0 : 64 + 104 * (whole - 1), `byte ${at}`);
  }
});

test("segments in another order, doubled, dropped or cut are refused", async () => {
  const key = newSecret();
  const content = new Uint8Array(1000).fill(3);
  const sealed = await seal(key, [content], content.length);
  const count = sealed.segments.length;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(count - 1), { maxLength: count + 2 }), async (order) => {
      fc.pre(order.length !== count || order.some((from, to) => from !== to));
      const picked = order.map((at) => sealed.segments[at] ?? new Uint8Array());
      await cannotOpen(() => open(key, picked, sealed));
    }),
    { numRuns: 200 },
  );
  const wire = bytesOf(Buffer.concat(sealed.segments));
  for (let length = 0; length < wire.length; length += 11) {
    await cannotOpen(() => open(key, [wire.slice(0, length)], sealed), `cut at ${length}`);
  }
});

test("the list of digests is checked against the root, and the length against both", async () => {
  const key = newSecret();
  const content = new Uint8Array(300);
  const sealed = await seal(key, [content], content.length);
  const other = await seal(key, [content], content.length);
  await cannotOpen(() => open(key, other.segments, sealed));
  await cannotOpen(() => open(key, other.segments, { ...sealed, digests: other.digests }));
  await cannotOpen(() =>
    open(key, sealed.segments, { ...sealed, digests: sealed.digests.slice(1) }),
  );
  for (const length of [-1, 0, 0.5, 39, 55, sealed.length - 1, sealed.length + 1, 2 ** 60]) {
    await cannotOpen(() => open(key, sealed.segments, { ...sealed, length }), `${length}`);
  }
  await cannotOpen(() => open(key, sealed.segments, sealed, context("revision", "elsewhere")));
  await cannotOpen(() => open(newSecret(), sealed.segments, sealed));
});

test("a length that would hold one segment more, and nothing in it, is refused", async () => {
  const key = newSecret();
  const sealed = await seal(key, [new Uint8Array(168)], 168);
  assert.equal(sealed.length, 240);
  await cannotOpen(() => open(key, sealed.segments, { ...sealed, length: 256 }));
});

test("a layout says where each segment's plaintext begins, and refuses what the counter cannot count", async () => {
  const layout = layoutOfPlaintext(400, SMALL);
  const lengths = Array.from({ length: layout.count }, (_, i) => plainLength(layout, i));
  const offsets = Array.from({ length: layout.count }, (_, i) => plainOffset(layout, i));
  assert.deepEqual(lengths, [64, 104, 104, 104, 24]);
  assert.deepEqual(offsets, [0, 64, 168, 272, 376]);
  assert.deepEqual(layoutOfStream(layout.sealed, SMALL), layout);
  assert.equal(layoutOfPlaintext(10 * 2 ** 30).count, 10_241);
  // Segments of 57 bytes hold one byte, then 41 each.
  const most = 1 + 41 * (2 ** 32 - 1);
  assert.equal(layoutOfPlaintext(most, 57).count, 2 ** 32);
  for (const [plain, segment] of [
    [most + 1, 57],
    [-1, 57],
    [0.5, 57],
    [2 ** 53, 57],
    [1, 57.5],
  ]) {
    await refusedAs("bad-argument", () => layoutOfPlaintext(plain ?? 0, segment));
  }
});

test("one segment opens alone, at its own place only", async () => {
  const key = newSecret();
  const content = new Uint8Array(500).map((_, i) => i);
  const sealed = await seal(key, [content], content.length);
  const header = (sealed.segments[0] ?? new Uint8Array()).slice(0, 40);
  const alone: Bytes[] = [];
  for (const [index, bytes] of sealed.segments.entries()) {
    alone.push(await openSegment(key, ctx, header, index, bytes, sealed));
    for (const place of [index - 1, index + 1, index + 0.5, sealed.segments.length]) {
      await cannotOpen(() => openSegment(key, ctx, header, place, bytes, sealed));
    }
  }
  assert.deepEqual(bytesOf(Buffer.concat(alone)), content);
  const wrong = header.slice();
  wrong[20] = (wrong[20] ?? 0) ^ 1;
  const second = sealed.segments[1] ?? new Uint8Array();
  await cannotOpen(() => openSegment(key, ctx, wrong, 1, second, sealed));
});

test("a segment that opens under the key, yet is not the one signed, is refused", async () => {
  const key = newSecret();
  const sealed = await seal(key, [new Uint8Array(200)], 200);
  const [first = new Uint8Array(), second = new Uint8Array()] = sealed.segments;
  const header = first.slice(0, 40);
  // Whoever has the key can seal something else with the very same nonce.
  const forged = segments(
    streamAesKey(key, header, ctx),
    header,
    new Uint8Array(200).fill(1),
    SMALL,
  );
  const [otherFirst, otherSecond] = forged.map(bytesOf);
  assert.ok(otherFirst !== undefined && otherSecond !== undefined);
  await cannotOpen(() => open(key, [otherFirst, second], sealed));
  await cannotOpen(() => open(key, [first, otherSecond], sealed));
  await cannotOpen(() => openSegment(key, ctx, header, 1, otherSecond, sealed));
  await cannotOpen(() => openSegment(key, ctx, first.slice(0, 41), 1, second, sealed));
  await cannotOpen(() => openSegment(key, ctx, first.slice(0, 39), 1, second, sealed));
  const nameless = header.slice();
  nameless[0] = 24;
  await cannotOpen(() => openSegment(key, ctx, nameless, 1, second, sealed));
  assert.equal((await openSegment(key, ctx, header, 1, second, sealed)).length, 104);
});

test("resuming gives the same bytes again, and refuses a source that has changed", async () => {
  const key = newSecret();
  const content = new Uint8Array(700).fill(1);
  const sealed = await seal(key, [content], content.length);
  const header = (sealed.segments[0] ?? new Uint8Array()).slice(0, 40);
  const digests = sealed.digests.map((each) => bytesOf(each));
  const again = await seal(key, cut(content, 33), content.length, { header, digests });
  assert.deepEqual(again.segments, sealed.segments);

  const changed = content.slice();
  changed[200] = 2;
  let left = 0;
  await refusedAs("source-changed", async () => {
    const options = { size: content.length, segment: SMALL, resume: { header, digests } };
    for await (const { bytes } of sealStream(key, ctx, [changed], options)) left += bytes.length;
  });
  assert.equal(left, 2 * SMALL, "the segment that changed must not leave");
  // A file that has grown: its last segment is not the last any more.
  const grown = bytesOf(Buffer.concat([content, content]));
  await refusedAs("source-changed", () => seal(key, [grown], grown.length, { header, digests }));
  // What is not written down of a stream might leave twice, and differ.
  for (const part of [[], digests.slice(0, -1)]) {
    let out = 0;
    const options = { size: content.length, segment: SMALL, resume: { header, digests: part } };
    await refusedAs("source-changed", async () => {
      for await (const { bytes } of sealStream(key, ctx, [content], options)) out += bytes.length;
    });
    assert.equal(out, 0);
  }
});

test("a source that is shorter or longer than announced is refused before the last segment", async () => {
  const key = newSecret();
  for (const size of [250, 350]) {
    const out: number[] = [];
    await refusedAs("source-changed", async () => {
      const source = [new Uint8Array(300)];
      for await (const { index } of sealStream(key, ctx, source, { size, segment: SMALL })) {
        out.push(index);
      }
    });
    assert.ok(!out.includes(layoutOfPlaintext(size, SMALL).count - 1));
  }
});

test("two sealings of the same content have nothing in common", async () => {
  const key = newSecret();
  const [a, b] = [
    await seal(key, [new Uint8Array(64)], 64),
    await seal(key, [new Uint8Array(64)], 64),
  ];
  assert.notDeepEqual(a.segments[0]?.slice(0, 40), b.segments[0]?.slice(0, 40));
  assert.notDeepEqual(a.segments[0]?.slice(40), b.segments[0]?.slice(40));
});

test("a source that its reader leaves is closed, and one that reuses its chunks is read right", async () => {
  const key = newSecret();
  let closed = false;
  const chunk = new Uint8Array(50);
  function* reusing(): Generator<Bytes> {
    try {
      for (let i = 0; i < 20; i++) yield chunk.fill(i);
    } finally {
      closed = true;
    }
  }
  for await (const { index } of sealStream(key, ctx, reusing(), { size: 1000, segment: SMALL })) {
    if (index === 1) break;
  }
  assert.ok(closed);
  const sealed = await seal(key, reusing(), 1000);
  const expected = Array.from({ length: 1000 }, (_, i) => Math.floor(i / 50));
  const wire = sealed.segments;
  const room = new Uint8Array(SMALL);
  let left = 0;
  function* reused(): Generator<Bytes> {
    try {
      for (const each of wire) {
        room.set(each);
        yield room.subarray(0, each.length);
      }
    } finally {
      left++;
    }
  }
  for await (const _ of openStream(key, ctx, reused(), sealed)) break;
  assert.equal(left, 1);
  assert.deepEqual([...(await open(key, reused(), sealed))], expected);
});

test("keys, contexts and segments of a wrong length are mistakes", async () => {
  const one = [new Uint8Array(1)];
  const first = (key: Bytes, bound: Bytes, segment: number) =>
    sealStream(key, bound, one, { size: 1, segment }).next();
  await refusedAs("bad-argument", () => first(new Uint8Array(16), ctx, SMALL));
  await refusedAs("bad-argument", () => first(newSecret(), ctx.slice(1), SMALL));
  await refusedAs("bad-argument", () => first(newSecret(), ctx, 56));
});
