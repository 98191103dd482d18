import assert from "node:assert/strict";
import { test } from "node:test";
import {
  kitLoginSeed,
  kitSlot,
  newSecret,
  openSlot,
  passkeySlot,
  passwordSlot,
  type SealedSlot,
  type SlotPlace,
  sealSlot,
  wrapTo,
} from "@ecrin/crypto";
import { context, newId, parseHash, parseId, toBase64url } from "@ecrin/protocol";
import { cannotOpen, refusedAs } from "./refused.ts";
import { ownVectors, type Row } from "./vectors.ts";

const { accept, refuse } = ownVectors("slot");

function secretsOf(row: Row) {
  if (row.text("kind") === "kit") return kitSlot(row.bytes("kit"));
  if (row.text("kind") === "passkey") return passkeySlot(row.bytes("prf"));
  return passwordSlot(row.bytes("exportKey"), row.bytes("secretKey"));
}

function placeOf(row: Row): SlotPlace {
  return {
    account: parseId<"account">(row.text("account"), "account"),
    slot: parseId<"slot">(row.text("slot"), "slot"),
    identity: parseHash(row.text("identity"), "identity"),
  };
}

function sealedOf(row: Row): SealedSlot {
  return { key: row.bytes("key"), wrap: row.bytes("wrap"), mac: row.bytes("mac") };
}

for (const row of accept) {
  test(`slot vector: ${row.text("name")}`, async () => {
    const opened = await openSlot(secretsOf(row), placeOf(row), sealedOf(row));
    assert.deepEqual(opened, row.bytes("accountKey"));
    const own = await sealSlot(secretsOf(row), placeOf(row), opened);
    assert.deepEqual(own.key, row.bytes("key"));
    assert.deepEqual(await openSlot(secretsOf(row), placeOf(row), own), opened);
    if (row.has("loginSeed")) {
      assert.deepEqual(kitLoginSeed(row.bytes("kit")), row.bytes("loginSeed"));
    }
  });
}

for (const row of refuse) {
  test(`slot vector refused: ${row.text("name")}`, async () => {
    await cannotOpen(() => openSlot(secretsOf(row), placeOf(row), sealedOf(row)));
  });
}

test("what a kit gives for slot, MAC and login has nothing in common, nor with a password's", () => {
  const kit = newSecret();
  const [a, b] = [kitSlot(kit), passwordSlot(new Uint8Array(64), kit)];
  const all = [a.seed, a.macKey, kitLoginSeed(kit), b.seed, b.macKey].map((each) =>
    Buffer.from(each).toString("hex"),
  );
  assert.equal(new Set(all).size, all.length);
});

test("a slot is of one kind: its parts under the other kind's name are refused", async () => {
  const place = { account: newId<"account">(), slot: newId<"slot">(), identity: anyHash() };
  const secrets = kitSlot(newSecret());
  const sealed = await sealSlot(secrets, place, newSecret());
  await cannotOpen(() => openSlot({ ...secrets, kind: "password" }, place, sealed));
});

test("an account key that is not 32 bytes is neither sealed nor opened", async () => {
  const place = { account: newId<"account">(), slot: newId<"slot">(), identity: anyHash() };
  const secrets = kitSlot(newSecret());
  await refusedAs("bad-argument", () => sealSlot(secrets, place, new Uint8Array(16)));
  await refusedAs("bad-argument", () => kitSlot(new Uint8Array(16)));
  await refusedAs("bad-argument", () => kitLoginSeed(new Uint8Array(33)));
  await refusedAs("bad-argument", () => passwordSlot(new Uint8Array(32), newSecret()));
  await refusedAs("bad-argument", () => passwordSlot(new Uint8Array(64), new Uint8Array(31)));
});

test("a server that wraps its own account key to the slot's public key is refused", async () => {
  const place = { account: newId<"account">(), slot: newId<"slot">(), identity: anyHash() };
  const secrets = passwordSlot(new Uint8Array(64).fill(1), newSecret());
  const sealed = await sealSlot(secrets, place, newSecret());
  const ctx = context("slot", place.account, place.slot, "password");
  const wrap = await wrapTo(sealed.key, ctx, newSecret());
  await cannotOpen(() => openSlot(secrets, place, { ...sealed, wrap }));
});

function anyHash() {
  return parseHash(toBase64url(newSecret()), "hash");
}
