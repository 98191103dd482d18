import assert from "node:assert/strict";
import { test } from "node:test";
import {
  commitTo,
  contentKeyOf,
  equalSecret,
  metadataKeyOf,
  newSecret,
  openMetadata,
  releaseOf,
  sealMetadata,
} from "@ecrin/crypto";
import {
  context,
  hashOf,
  newId,
  parseId,
  type RevisionPayload,
  revisionCommitContext,
  revisionContext,
} from "@ecrin/protocol";
import { cannotOpen, refusedAs } from "./refused.ts";
import { ownVectors, type Row } from "./vectors.ts";

const { accept, refuse } = ownVectors("revision");

/** A header with the ids of a vector; what it says beside them does not enter the secrets. */
function factOf(row: Row): RevisionPayload {
  const head = { hash: hashOf(context("any")), seq: 0 };
  return {
    suite: "ecrin-1",
    op: "delete",
    space: parseId<"space">(row.text("space"), "space"),
    item: parseId<"item">(row.text("item"), "item"),
    revision: parseId<"revision">(row.text("revision"), "revision"),
    parents: row.texts("parents").map((each) => parseId<"revision">(each, "parents")),
    by: { account: parseId<"account">(row.text("author"), "author"), device: newId(), head },
    at: 0,
    spaceHead: head,
    epoch: 1,
  } as RevisionPayload;
}

for (const row of accept) {
  test(`revision vector: ${row.text("name")}`, async () => {
    const fact = factOf(row);
    const ctx = revisionContext(fact);
    assert.deepEqual(ctx, row.bytes("context"));
    const secret = row.bytes("secret");
    const release = releaseOf(row.bytes("releaseKey"), fact);
    assert.deepEqual(release, row.bytes("release"));
    const metadataKey = metadataKeyOf(secret, ctx);
    assert.deepEqual(metadataKey, row.bytes("metadataKey"));
    const contentKey = contentKeyOf(secret, release, ctx);
    assert.deepEqual(contentKey, row.bytes("contentKey"));
    const commitSecret = commitTo(secret, revisionCommitContext(fact, "revision secret"));
    assert.deepEqual(commitSecret, row.bytes("commitSecret"));
    const commitContent = commitTo(contentKey, revisionCommitContext(fact, "content key"));
    assert.deepEqual(commitContent, row.bytes("commitContent"));
    assert.deepEqual(
      await openMetadata(metadataKey, ctx, row.bytes("metadata")),
      row.bytes("json"),
    );
    const sealed = await sealMetadata(metadataKey, ctx, row.bytes("json"));
    assert.deepEqual(sealed, row.bytes("metadata"));
  });
}

for (const row of refuse) {
  test(`metadata vector refused: ${row.text("name")}`, async () => {
    await cannotOpen(() =>
      openMetadata(row.bytes("metadataKey"), row.bytes("context"), row.bytes("metadata")),
    );
  });
}

test("neither R nor h alone gives the content key, and nothing gives another's", () => {
  const ctx = context("revision", "a");
  const [secret, release] = [newSecret(), newSecret()];
  const keys = [
    contentKeyOf(secret, release, ctx),
    contentKeyOf(release, secret, ctx),
    contentKeyOf(secret, newSecret(), ctx),
    contentKeyOf(newSecret(), release, ctx),
    contentKeyOf(secret, release, context("revision", "b")),
    metadataKeyOf(secret, ctx),
    metadataKeyOf(secret, context("revision", "b")),
  ].map((key) => Buffer.from(key).toString("hex"));
  assert.equal(new Set(keys).size, keys.length);
});

test("releases differ by space, item and revision", () => {
  const key = newSecret();
  const place = { space: newId<"space">(), item: newId<"item">(), revision: newId<"revision">() };
  const all = [
    place,
    { ...place, space: newId<"space">() },
    { ...place, item: newId<"item">() },
    { ...place, revision: newId<"revision">() },
  ].map((each) => Buffer.from(releaseOf(key, each)).toString("hex"));
  assert.equal(new Set(all).size, all.length);
});

test("secrets of a wrong length are mistakes", async () => {
  const short = new Uint8Array(31);
  const whole = newSecret();
  await refusedAs("bad-argument", () => metadataKeyOf(short, whole));
  await refusedAs("bad-argument", () => metadataKeyOf(whole, short));
  await refusedAs("bad-argument", () => contentKeyOf(short, whole, whole));
  await refusedAs("bad-argument", () => contentKeyOf(whole, short, whole));
  await refusedAs("bad-argument", () => contentKeyOf(whole, whole, short));
  const place = { space: newId<"space">(), item: newId<"item">(), revision: newId<"revision">() };
  await refusedAs("bad-argument", () => releaseOf(short, place));
  await refusedAs("bad-argument", () => sealMetadata(short, whole, new Uint8Array()));
  await refusedAs("bad-argument", () => openMetadata(short, whole, new Uint8Array(600)));
});

test("secrets are compared whole", () => {
  const secret = newSecret();
  assert.ok(equalSecret(secret, secret.slice()));
  assert.ok(!equalSecret(secret, secret.slice(1)));
  for (const at of [0, 15, 31]) {
    const other = secret.slice();
    other[at] = (other[at] ?? 0) ^ 1;
    assert.ok(!equalSecret(secret, other));
  }
});
