import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { FileInput } from "../src/index.ts";
import { bytesOf } from "../src/index.ts";
import { Store } from "../src/store.ts";
import { type Ground, newPerson, refusal, startGround } from "./ground.ts";
import { HostileNetwork } from "./hostile.ts";

const MIB = 1 << 20;
const resume = "scan.dcm";
const isChanged = { code: "source-changed" };

let ground: Ground;
const network = new HostileNetwork();
before(async () => {
  ground = await startGround();
});
after(() => ground.stop());

/** Bytes that differ from place to place. */
function scan(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, i) => (i >> 8) ^ i);
}

function changedAt(bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> {
  const changed = bytes.slice();
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

async function* until(bytes: Uint8Array<ArrayBuffer>, end: number) {
  for (let at = 0; at < end; at += MIB) yield await Promise.resolve(bytes.slice(at, at + MIB));
  if (end < bytes.length) throw new Error("power cut");
}

/** A file that says something at each reading; the last of them at every later one. */
function file(...readings: { bytes: Uint8Array<ArrayBuffer>; end?: number }[]): FileInput {
  let read = 0;
  const open = () => {
    const { bytes, end } = readings[Math.min(read++, readings.length - 1)] ?? assert.fail();
    return until(bytes, end ?? bytes.length);
  };
  const size = readings[0]?.bytes.length ?? 0;
  return { title: "scan", mediaType: "application/dicom", content: { open, size } };
}

/** Requests to begin an upload, and parts sent. */
function sent() {
  const count = (method: string) =>
    network.exchanges.filter(
      (each) => each.method === method && each.path.startsWith("/v1/uploads"),
    ).length;
  return { begun: count("POST"), parts: count("PATCH") };
}

test("an interrupted upload goes on where it stood, and sends what it had written down or nothing", async () => {
  const alice = await newPerson(ground, "Alice", network.fetch);
  const record = await alice.account.record();
  const bytes = scan(20 * MIB);
  const cut = () => record.add(file({ bytes }, { bytes, end: 19 * MIB }), { resume });
  await assert.rejects(cut(), /power cut/);
  const before = sent();
  ground.ahead += 1000;
  const item = await record.add(file({ bytes }), { resume });
  assert.deepEqual(await bytesOf(await record.open(item)), bytes);
  assert.deepEqual(sent(), { ...before, parts: before.parts + 2 });

  // Changed behind what had been sent: that was written down all the same, and no part of it leaves.
  await assert.rejects(cut(), /power cut/);
  const then = sent();
  const changed = changedAt(bytes, 9 * MIB);
  await assert.rejects(record.add(file({ bytes: changed }), { resume }), isChanged);
  assert.deepEqual(sent(), then);
  // It was forgotten: the changed file is another revision.
  const other = await record.add(file({ bytes: changed }), { resume });
  assert.deepEqual(await bytesOf(await record.open(other)), changed);
  assert.equal(sent().begun, then.begun + 1);
});

test("a file that changes while it is sealed is refused, and nothing of the change leaves", async () => {
  const alice = await newPerson(ground, "Alice", network.fetch);
  const record = await alice.account.record();
  const bytes = scan(9 * MIB);
  const before = sent();
  const changing = file({ bytes }, { bytes: changedAt(bytes, 5) });
  await assert.rejects(record.add(changing, { resume }), isChanged);
  assert.deepEqual(sent(), { ...before, begun: before.begun + 1 });
});

test("what is read once never goes on, nor does what was begun before the digests of all were kept", async () => {
  const alice = await newPerson(ground, "Alice", network.fetch);
  const record = await alice.account.record();
  const bytes = scan(9 * MIB);
  const once = (end: number): FileInput => ({
    ...file({ bytes }),
    content: { stream: until(bytes, end), size: bytes.length },
  });
  const before = sent();
  await assert.rejects(record.add(once(9 * MIB - 1), { resume }), /power cut/);
  await record.add(once(9 * MIB), { resume });
  assert.equal(sent().begun, before.begun + 2);

  await assert.rejects(
    record.add(file({ bytes }, { bytes, end: 9 * MIB - 1 }), { resume }),
    /power cut/,
  );
  const store = await Store.open(alice.store, alice.password);
  for await (const [key] of store.entries("upload/")) {
    const kept = await store.getJson(key);
    assert.ok(typeof kept === "object" && kept !== null && "digests" in kept);
    const { digests, ...old } = kept;
    assert.ok(typeof digests === "string");
    await store.putJson(key, old);
  }
  await record.add(file({ bytes }), { resume });
  assert.equal(sent().begun, before.begun + 4);
});

test("a large file posted whose answer was lost is posted again as it was, its name sealed once", async () => {
  const alice = await newPerson(ground, "Alice", network.fetch);
  const record = await alice.account.record();
  const route = `POST /v1/spaces/${record.space}/revisions`;
  const file = (title: string) => ({
    title,
    mediaType: "application/dicom",
    content: new Uint8Array(300_000).fill(7),
  });
  network.losing(route, "answer");
  await assert.rejects(record.add(file("scan"), { resume }), refusal("offline"));
  // A moment later the date in the name would be another, under the same key and nonce.
  ground.ahead += 1000;
  const item = await record.add(file("SCAN"), { resume });
  const posted = network.exchanges
    .filter(({ method, path }) => `${method} ${path}` === route)
    .map(({ sent }) => JSON.parse(sent).revisions[0]);
  assert.equal(posted.length, 2);
  assert.equal(posted[1].metadata, posted[0].metadata);
  assert.equal(posted[1].statement, posted[0].statement);
  const names = (await record.list()).map((each) => [each.item, each.metadata.title]);
  assert.deepEqual(names, [[item, "scan"]]);
  // What came to its end is forgotten: the same name begins another.
  await record.add(file("scan"), { resume });
  assert.equal((await record.list()).length, 2);
});
