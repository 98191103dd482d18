import assert from "node:assert/strict";
import { test } from "node:test";
import { newSecret, openWrap, WRAP_OVERHEAD, wrapTo, xwingPublicKey } from "@ecrin/crypto";
import { context } from "@ecrin/protocol";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256 } from "hpke";
import * as native from "../src/xwing.node.ts";
import * as noble from "../src/xwing.web.ts";
import { bytesOf, hpkeSeal, xwingEncapsulate } from "./reference.ts";
import { cannotOpen, refusedAs } from "./refused.ts";
import { ownVectors } from "./vectors.ts";

const { accept, refuse } = ownVectors("wrap");
const ctx = context("wrap space key", "space", 1);
const hex = (text: string) => bytesOf(Buffer.from(text, "hex"));

/**
 * draft-connolly-cfrg-xwing-kem, appendix C: seed, randomness of the encapsulation, shared secret.
 */
const XWING_DRAFT = [
  {
    seed: "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
    randomness:
      "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2" +
      "35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2",
    shared: "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
  },
  {
    seed: "badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea",
    randomness:
      "17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdef" +
      "aee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d",
    shared: "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
  },
];

for (const [i, { seed, randomness, shared }] of XWING_DRAFT.entries()) {
  test(`X-Wing draft vector ${i + 1} opens, under an HPKE written from RFC 9180`, async () => {
    const publicKey = await xwingPublicKey(hex(seed));
    const made = xwingEncapsulate(publicKey, hex(randomness));
    assert.equal(made.shared.toString("hex"), shared);
    const secret = newSecret();
    const wrap = Buffer.concat([made.encapsulated, hpkeSeal(hex(shared), ctx, secret)]);
    assert.deepEqual(await openWrap(hex(seed), ctx, wrap), secret);
  });
}

for (const row of accept) {
  test(`wrap vector: ${row.text("name")}`, async () => {
    const [seed, bound, secret] = [row.bytes("seed"), row.bytes("context"), row.bytes("secret")];
    assert.deepEqual(await xwingPublicKey(seed), row.bytes("publicKey"));
    assert.deepEqual(await openWrap(seed, bound, row.bytes("wrap")), secret);
    const own = await wrapTo(row.bytes("publicKey"), bound, secret);
    assert.equal(own.length, secret.length + WRAP_OVERHEAD);
    assert.deepEqual(await openWrap(seed, bound, own), secret);
  });
}

for (const row of refuse) {
  test(`wrap vector refused: ${row.text("name")}`, async () => {
    await cannotOpen(() => openWrap(row.bytes("seed"), row.bytes("context"), row.bytes("wrap")));
  });
}

test("Node's X-Wing and the browsers' open each other's wraps and give one public key", async () => {
  const suites = [native, noble].map(
    ({ xwingKem }) => new CipherSuite(xwingKem, KDF_HKDF_SHA256, AEAD_AES_256_GCM),
  );
  const seed = newSecret();
  const publicKey = await native.xwingKeyOf(seed);
  assert.deepEqual(await noble.xwingKeyOf(seed), publicKey);
  const secret = newSecret();
  for (const maker of suites) {
    const to = await maker.DeserializePublicKey(publicKey);
    const { encapsulatedSecret, ciphertext } = await maker.Seal(to, secret, { info: ctx });
    for (const reader of suites) {
      const key = await reader.DeserializePrivateKey(seed);
      const opened = await reader.Open(key, encapsulatedSecret, ciphertext, { info: ctx });
      assert.deepEqual(new Uint8Array(opened), secret);
    }
    const wrap = Buffer.concat([encapsulatedSecret, ciphertext]);
    assert.deepEqual(await openWrap(seed, ctx, wrap), secret);
  }
});

test("a wrap of a 32-byte secret is 1,168 bytes, and a flipped byte anywhere is refused", async () => {
  const seed = newSecret();
  const wrap = await wrapTo(await xwingPublicKey(seed), ctx, newSecret());
  assert.equal(wrap.length, 1168);
  for (let at = 0; at < wrap.length; at += 13) {
    const changed = wrap.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    await cannotOpen(() => openWrap(seed, ctx, changed), `byte ${at}`);
  }
});

test("a key that is none, and lengths that fit nothing, are mistakes", async () => {
  const key = await xwingPublicKey(newSecret());
  await refusedAs("bad-argument", () => wrapTo(key.slice(1), ctx, newSecret()));
  await refusedAs("bad-argument", () => wrapTo(key, ctx.slice(1), newSecret()));
  await refusedAs("bad-argument", () => openWrap(newSecret().slice(1), ctx, new Uint8Array(1168)));
  await refusedAs("bad-argument", () => openWrap(newSecret(), ctx.slice(1), new Uint8Array(1168)));
  await refusedAs("bad-argument", () => xwingPublicKey(newSecret().slice(1)));
});

// FIPS 203 section 7.2: a coefficient is below 3,329, wherever in the key it stands.
test("a key with one coefficient that is not below the modulus is refused", async () => {
  const key = await xwingPublicKey(newSecret());
  const set = (at: number, low: number, high: number) => {
    const copy = key.slice();
    const three = [low & 255, (low >> 8) | ((high & 15) << 4), high >> 4];
    copy.set(three, at);
    return copy;
  };
  for (const at of [0, 576, 1149]) {
    await refusedAs("bad-argument", () => wrapTo(set(at, 3329, 0), ctx, newSecret()));
    await refusedAs("bad-argument", () => wrapTo(set(at, 0, 3329), ctx, newSecret()));
    await refusedAs("bad-argument", () => wrapTo(set(at, 4095, 4095), ctx, newSecret()));
    assert.equal((await wrapTo(set(at, 3328, 3328), ctx, newSecret())).length, 1168);
  }
});

test("a wrap to an X25519 point of small order is refused", async () => {
  const key = await xwingPublicKey(newSecret());
  const low = key.slice().fill(0, 1184);
  await refusedAs("bad-argument", () => wrapTo(low, ctx, newSecret()));
});
