import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { SAMPLES_FOLDER, sampleFiles } from "../src/samples/files.ts";

/** The pixels of a PNG with one IDAT chunk: how they are packed may differ between versions of zlib. */
function pixels(png: Uint8Array): Buffer {
  const at = Buffer.from(png).indexOf("IDAT");
  const length = Buffer.from(png).readUInt32BE(at - 4);
  return inflateSync(png.subarray(at + 4, at + 4 + length));
}

test("the committed samples are what their script makes", async () => {
  for (const { name, bytes } of await sampleFiles()) {
    const committed = await readFile(join(SAMPLES_FOLDER, name));
    if (name.endsWith(".png")) assert.deepEqual(pixels(committed), pixels(bytes), name);
    else assert.ok(committed.equals(bytes), `${name} differs: run apps/cli/src/samples/make.ts`);
  }
});

test("every reference of the bundle leads to one of its resources", async () => {
  const text = await readFile(join(SAMPLES_FOLDER, "suivi-2025-2026.fhir.json"), "utf8");
  const urls = new Set([...text.matchAll(/"fullUrl": "([^"]+)"/g)].map((match) => match[1]));
  const references = [...text.matchAll(/"reference": "([^"]+)"/g)].map((match) => match[1]);
  assert.equal(urls.size, 30);
  assert.ok(references.length > 30);
  for (const reference of references) assert.ok(urls.has(reference), reference);
});
