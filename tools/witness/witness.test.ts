// What a witness answers, as C2SP tlog-witness says it must.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  consistencySpans,
  cosignedAt,
  formatAddCheckpoint,
  formatCheckpoint,
  formatNote,
  hashOf,
  leafHash,
  logIdOf,
  noteKeyId,
  originOf,
  parseNote,
  type ReadHashes,
  sha256,
  spanRoot,
  spanRoots,
  utf8,
} from "@ecrin/protocol";
import { signerOf } from "../../apps/server/src/signer.ts";
import { verifierKeyOf } from "./ground.ts";
import { openWitness, type Witness } from "./witness.ts";

const AT = 1_790_000_000_000;
const signer = signerOf(new Uint8Array(32).fill(7));
const stranger = signerOf(new Uint8Array(32).fill(8));
const origin = originOf(logIdOf(signer.key));

let folder = "";
let made = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-witness-"));
});
after(() => rm(folder, { recursive: true, force: true }));

async function fresh(place = String(made++)): Promise<{ witness: Witness; place: string }> {
  const logs = [verifierKeyOf(signer.key)];
  const options = { name: "w.example", folder: join(folder, place), logs, now: () => AT };
  return { witness: await openWitness(options), place };
}

/** Leaves of a history; another one parts from it at a place. */
const leavesOf =
  (parts = Number.POSITIVE_INFINITY): ReadHashes =>
  (level, from, to) => {
    assert.equal(level, 0);
    const leaf = (i: number) => leafHash(utf8(`${i < parts ? "" : "other "}${i}`));
    return Promise.resolve(Array.from({ length: to - from }, (_, i) => leaf(from + i)));
  };

interface Asked {
  readonly old: number;
  readonly size: number;
  readonly parts?: number;
  readonly by?: typeof signer;
  readonly of?: string;
  readonly hashes?: readonly Uint8Array<ArrayBuffer>[];
  readonly root?: Uint8Array<ArrayBuffer>;
}

async function request({ old, size, parts, by = signer, of = origin, hashes, root }: Asked) {
  const read = leavesOf(parts);
  const rootOf =
    size === 0 ? sha256(new Uint8Array()) : await spanRoot({ from: 0, to: size }, read);
  const text = formatCheckpoint({ origin: of, size, root: hashOf(root ?? rootOf) });
  const signature = await by.signBytes(utf8(text));
  const line = { name: of, id: noteKeyId(of, signer.key), signature };
  const proof = old > size ? [] : await spanRoots(consistencySpans(old, size), read);
  return formatAddCheckpoint({
    old,
    hashes: hashes ?? proof,
    checkpoint: formatNote({ text, signatures: [line] }),
  });
}

const statusOf = async (witness: Witness, asked: Asked) =>
  (await witness.add(await request(asked))).status;

test("it cosigns what goes on from what it has seen, with its time", async () => {
  const { witness } = await fresh();
  for (const [old, size] of [
    [0, 0],
    [0, 3],
    [3, 3],
    [3, 40],
    [40, 64],
  ] as const) {
    const body = await request({ old, size });
    const { status, body: lines } = await witness.add(body);
    assert.equal(status, 200);
    const checkpoint = body.slice(body.indexOf("\n\n") + 2);
    assert.equal(await cosignedAt(parseNote(checkpoint + lines), witness.key), AT);
    const hash = Buffer.from(sha256(utf8(origin))).toString("hex");
    assert.equal(await witness.last(hash), checkpoint + lines);
  }
  assert.equal(await witness.last("00".repeat(32)), undefined);
  assert.equal(await witness.last("../seed"), undefined);
});

test("it says how far it has seen, and takes no step back", async () => {
  const { witness } = await fresh();
  assert.equal(await statusOf(witness, { old: 0, size: 9 }), 200);
  for (const asked of [
    { old: 0, size: 12 },
    { old: 8, size: 12 },
    { old: 0, size: 5 },
    { old: 5, size: 5 },
  ]) {
    const said = await witness.add(await request(asked));
    assert.deepEqual([said.status, said.type, said.body], [409, "text/x.tlog.size", "9\n"]);
  }
  assert.equal(await statusOf(witness, { old: 9, size: 5 }), 400);
});

test("another history, a wrong proof or a wrong empty tree is not cosigned", async () => {
  const { witness } = await fresh();
  const root = sha256(utf8("not empty"));
  assert.equal(await statusOf(witness, { old: 0, size: 0, root }), 422);
  const extra = [sha256(utf8("x"))];
  assert.equal(await statusOf(witness, { old: 0, size: 9, hashes: extra }), 422);
  assert.equal(await statusOf(witness, { old: 0, size: 9 }), 200);
  assert.equal(await statusOf(witness, { old: 9, size: 9, parts: 4 }), 422);
  assert.equal(await statusOf(witness, { old: 9, size: 20, parts: 4 }), 422);
  assert.equal(await statusOf(witness, { old: 9, size: 20, hashes: [] }), 422);
  // And it still stands where it stood.
  assert.equal(await statusOf(witness, { old: 9, size: 20, parts: 9 }), 200);
  assert.equal(await statusOf(witness, { old: 20, size: 30 }), 422);
});

test("a log it does not know, a signature that is none, and what is no request", async () => {
  const { witness } = await fresh();
  assert.equal(await statusOf(witness, { old: 0, size: 1, of: "another.example" }), 404);
  assert.equal(await statusOf(witness, { old: 0, size: 1, by: stranger }), 403);
  const body = await request({ old: 0, size: 1 });
  assert.equal((await witness.add(body.replaceAll(` ${origin} `, " other.example "))).status, 403);
  for (const wrong of [
    "",
    "old 1",
    body.replace("old 0", "old 00"),
    body.replace("\n1\n", "\n01\n"),
  ])
    assert.equal((await witness.add(wrong)).status, 400);
});

test("it remembers across a restart, with the same key", async () => {
  const { witness, place } = await fresh();
  assert.equal(await statusOf(witness, { old: 0, size: 9 }), 200);
  const { witness: again } = await fresh(place);
  assert.equal(again.vkey, witness.vkey);
  assert.equal(await statusOf(again, { old: 9, size: 12, parts: 4 }), 422);
  assert.equal(await statusOf(again, { old: 0, size: 12 }), 409);
  assert.equal(await statusOf(again, { old: 9, size: 12 }), 200);
});

test("of two at once only one goes on from the same size", async () => {
  const { witness } = await fresh();
  await witness.add(await request({ old: 0, size: 5 }));
  const both = await Promise.all([
    statusOf(witness, { old: 5, size: 30 }),
    statusOf(witness, { old: 5, size: 20 }),
    statusOf(witness, { old: 5, size: 30, parts: 6 }),
  ]);
  assert.deepEqual(both.toSorted(), [200, 409, 409]);
});
