// A key, seed or context of another length is a programmer's mistake: told by the argument's name,
// one byte short or long, before anything is derived from it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, hashOf, newId } from "@ecrin/protocol";
import {
  CryptoError,
  contentKeyOf,
  kitLoginSeed,
  kitSlot,
  kitToText,
  kitToWords,
  metadataKeyOf,
  openBox,
  openMetadata,
  openWrap,
  passkeySlot,
  passwordSlot,
  releaseOf,
  sealBox,
  sealMetadata,
  sealSlot,
  signerFrom,
  wrapTo,
  xwingPublicKey,
} from "../src/index.ts";

const of = (length: number): Bytes => new Uint8Array(length).fill(7);
const whole = of(32);
const place = { space: newId<"space">(), item: newId<"item">(), revision: newId<"revision">() };
const slotPlace = {
  account: newId<"account">(),
  slot: newId<"slot">(),
  identity: hashOf(whole),
};

/** What takes an argument of one length, its name, and that length. */
const TAKEN: readonly [name: string, length: number, take: (bytes: Bytes) => unknown][] = [
  ["an export key", 64, (bytes) => passwordSlot(bytes, whole)],
  ["a secret key", 32, (bytes) => passwordSlot(of(64), bytes)],
  ["a kit code", 32, kitSlot],
  ["a kit code", 32, kitLoginSeed],
  ["a kit code", 32, (bytes) => kitToWords(bytes, "fr")],
  ["a kit code", 32, kitToText],
  ["the output of a passkey's PRF", 32, passkeySlot],
  ["an account key", 32, (bytes) => sealSlot(kitSlot(whole), slotPlace, bytes)],
  ["an Ed25519 seed", 32, signerFrom],
  ["an X-Wing seed", 32, xwingPublicKey],
  ["an X-Wing seed", 32, (bytes) => openWrap(bytes, whole, of(1168))],
  ["a wrap's context", 32, (bytes) => openWrap(whole, bytes, of(1168))],
  ["an X-Wing key", 1216, (bytes) => wrapTo(bytes, whole, whole)],
  ["a wrap's context", 32, async (bytes) => wrapTo(await xwingPublicKey(whole), bytes, whole)],
  ["a box's key", 32, (bytes) => sealBox(bytes, "test", whole, whole)],
  ["a box's context", 32, (bytes) => sealBox(whole, "test", bytes, whole)],
  ["a box's key", 32, (bytes) => openBox(bytes, "test", whole, of(96))],
  ["a box's context", 32, (bytes) => openBox(whole, "test", bytes, of(96))],
  ["a release key", 32, (bytes) => releaseOf(bytes, place)],
  ["a revision's secret", 32, (bytes) => metadataKeyOf(bytes, whole)],
  ["a revision's context", 32, (bytes) => metadataKeyOf(whole, bytes)],
  ["a revision's secret", 32, (bytes) => contentKeyOf(bytes, whole, whole)],
  ["a release", 32, (bytes) => contentKeyOf(whole, bytes, whole)],
  ["a revision's context", 32, (bytes) => contentKeyOf(whole, whole, bytes)],
  ["a metadata key", 32, (bytes) => sealMetadata(bytes, whole, of(2))],
  ["a metadata key", 32, (bytes) => openMetadata(bytes, whole, of(600))],
];

for (const [name, length, take] of TAKEN) {
  test(`${name} of another length than ${length} bytes`, async () => {
    for (const wrong of [0, length - 1, length + 1])
      await assert.rejects(
        async () => await take(of(wrong)),
        (error) =>
          error instanceof CryptoError &&
          error.code === "bad-argument" &&
          error.message === `${name} is not ${length} bytes`,
        String(wrong),
      );
    // What is as long is taken: it may be refused as what it is, never as a mistake.
    await Promise.resolve(length)
      .then((right) => take(of(right)))
      .catch((error) => assert.notEqual(error.message, `${name} is not ${length} bytes`));
  });
}
