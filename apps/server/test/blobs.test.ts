// Files of ciphertext: what a disk takes in parts, and what nobody reads.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, open, readdir, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Blobs, openBlobs } from "../src/blobs.ts";

let folder: string;
let blobs: Blobs;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-blobs-"));
  blobs = await openBlobs(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

const newName = () => randomBytes(24).toString("base64url");

async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

test("a disk that takes a part of what it is given is given the rest", async (t) => {
  const probe = await open(join(folder, "probe"), "w");
  const handles = Object.getPrototypeOf(probe) as typeof probe;
  const write = handles.write;
  await probe.close();
  // As a disk does that fills up while something is freed.
  t.mock.method(handles, "write", function (this: typeof probe, ...args: unknown[]) {
    const [bytes, from, length, at] = args as [Uint8Array, number, number, number];
    return Reflect.apply(write, this, [bytes, from, Math.min(7, length), at]);
  });
  const [one, two] = [randomBytes(20), randomBytes(5)];
  const name = newName();
  await blobs.create(name);
  assert.equal(await blobs.append(name, 0, chunks(one, two)), 25);
  assert.equal(await blobs.size(name), 25);
  const parts: Uint8Array[] = [];
  for await (const part of blobs.read(name, 0, 25)) parts.push(part);
  assert.deepEqual(Buffer.concat(parts), Buffer.concat([one, two]));
});

test("what is never read is never opened", async () => {
  const name = newName();
  await blobs.create(name);
  await blobs.append(name, 0, chunks(randomBytes(100)));
  const unread = Array.from({ length: 50 }, () => blobs.read(name, 0, 100));
  // A file that is being opened is open once another, asked for later, is.
  await blobs.size(name);
  for await (const _ of blobs.read(name, 0, 100));
  const links = await Promise.all(
    (await readdir("/proc/self/fd")).map((fd) =>
      readlink(`/proc/self/fd/${fd}`).catch(() => undefined),
    ),
  );
  assert.equal(links.filter((link) => link?.endsWith(name)).length, 0);
  for (const each of unread) await each.cancel();
});
