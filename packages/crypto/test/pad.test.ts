import assert from "node:assert/strict";
import { test } from "node:test";
import { type CryptoError, pad, paddedLength, unpad } from "@ecrin/crypto";
import fc from "fast-check";
import { padStream, unpadStream } from "../src/pad.ts";
import { cannotOpen, refusedAs } from "./refused.ts";
import { ownVectors } from "./vectors.ts";

const { accept, refuse } = ownVectors("pad");
type Bytes = Uint8Array<ArrayBuffer>;

async function gather(stream: AsyncIterable<Bytes>): Promise<Bytes> {
  const parts: Bytes[] = [];
  for await (const part of stream) parts.push(part.slice());
  return new Uint8Array(Buffer.concat(parts));
}

function* cut(bytes: Bytes, size: number): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

for (const row of accept) {
  test(`padding vector: ${row.text("name")}`, () => {
    const floor = row.number("floor");
    if (row.has("size")) {
      assert.equal(paddedLength(row.number("size"), floor), row.number("paddedSize"));
      return;
    }
    assert.deepEqual(pad(row.bytes("content"), floor), row.bytes("padded"));
    assert.deepEqual(unpad(row.bytes("padded"), floor), row.bytes("content"));
  });
}

for (const row of refuse) {
  test(`padding vector refused: ${row.text("name")}`, async () => {
    const padded = row.bytes("padded");
    await cannotOpen(() => unpad(padded, row.number("floor")));
    if (row.number("floor") !== 4096) return;
    await cannotOpen(() => gather(unpadStream(cut(padded, 1000), padded.length)));
  });
}

test("padding comes off again, whole and as a stream of any chunks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.nat(5000), fc.integer({ min: 60_000, max: 140_000 })),
      fc.integer({ min: 1, max: 50_000 }),
      async (size, chunk) => {
        const content = new Uint8Array(size).fill(7);
        const padded = pad(content, 4096);
        assert.deepEqual(unpad(padded, 4096), content);
        assert.deepEqual(await gather(padStream(cut(content, chunk), size)), padded);
        const back = await gather(unpadStream(cut(padded, chunk), padded.length));
        assert.deepEqual(back, content);
      },
    ),
    { numRuns: 60 },
  );
});

test("a padded size never shrinks as the content grows, and beyond 64 KiB adds at most 12 %", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), fc.nat(2 ** 20), (size, more) => {
      assert.ok(paddedLength(size) <= paddedLength(size + more));
      assert.ok(paddedLength(size) >= size + 8);
      if (size > 65_536) assert.ok(paddedLength(size) <= 1.12 * (size + 8));
    }),
  );
});

test("a wrong size is refused before a byte is released", async () => {
  const padded = pad(new Uint8Array(5000), 4096);
  let released = 0;
  await cannotOpen(async () => {
    for await (const part of unpadStream([padded.subarray(0, 4096)], 4096)) released += part.length;
  });
  assert.equal(released, 0);
});

test("a padded stream that is shorter or longer than stated is refused, and let go", async () => {
  const content = new Uint8Array(5000).fill(1);
  const padded = pad(content, 4096);
  let closed = 0;
  function* chunks(bytes: Bytes): Generator<Bytes> {
    try {
      yield* cut(bytes, 100);
    } finally {
      closed++;
    }
  }
  const longer = new Uint8Array(padded.length + 1);
  longer.set(padded);
  const wrong = [padded.slice(0, 7), padded.slice(0, 3000), padded.slice(0, 6000), longer];
  for (const bytes of wrong) {
    await cannotOpen(() => gather(unpadStream(chunks(bytes), padded.length)), `${bytes.length}`);
  }
  for await (const _ of unpadStream(chunks(padded), padded.length)) break;
  assert.equal(closed, wrong.length + 1);
});

test("padding of no byte and of one comes and goes", async () => {
  for (const size of [4086, 4087, 4088, 4089, 65_527, 65_528]) {
    const content = new Uint8Array(size).fill(5);
    const padded = await gather(padStream([content], size));
    assert.deepEqual(padded, pad(content, 4096));
    assert.deepEqual(await gather(unpadStream([padded], padded.length)), content);
  }
});

test("a source that is shorter or longer than announced is refused", async () => {
  const content = new Uint8Array(100);
  await refusedAs("source-changed", () => gather(padStream([content], 101)));
  const error: CryptoError = await refusedAs("source-changed", () =>
    gather(padStream([content], 99)),
  );
  assert.equal(error.cause, undefined);
  await refusedAs("bad-argument", () => paddedLength(-1));
  await refusedAs("bad-argument", () => paddedLength(0.5));
});

test("one byte of padding that is not zero is found wherever it lies", async () => {
  const padded = pad(new Uint8Array(3), 512);
  for (let start = 0; start < 4; start++) {
    const room = new Uint8Array(padded.length + 4).subarray(start, start + padded.length);
    for (let at = 11; at < padded.length; at++) {
      room.set(padded);
      assert.equal(unpad(room, 512).length, 3);
      room[at] = 1 + (at % 255);
      await cannotOpen(() => unpad(room, 512));
      await cannotOpen(() => gather(unpadStream(cut(room, 5), room.length)));
    }
  }
});
