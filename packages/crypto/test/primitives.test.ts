import assert from "node:assert/strict";
import { test } from "node:test";
import { hkdfSha256, hmacSha256, signBytes, signerFrom, signingKeyOf } from "@ecrin/crypto";
import { type SigningKey, toBase64url, utf8, verifyBytes } from "@ecrin/protocol";
import * as node from "../src/aead.node.ts";
import * as web from "../src/aead.web.ts";
import * as nodeMac from "../src/hmac.node.ts";
import * as webMac from "../src/hmac.web.ts";
import { bytesOf, gcm, hkdf, hmac, pattern } from "./reference.ts";
import { cannotOpen, refusedAs } from "./refused.ts";

// The vectors that the documents themselves publish, through the entry points of this package.
// wycheproof.test.ts runs far more of them.

const hex = (text: string) => bytesOf(Buffer.from(text.replaceAll(" ", ""), "hex"));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const HMAC_SHA256 = [
  {
    name: "RFC 4231 case 1",
    key: "0b".repeat(20),
    message: toHex(utf8("Hi There")),
    mac: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  },
  {
    name: "RFC 4231 case 2",
    key: toHex(utf8("Jefe")),
    message: toHex(utf8("what do ya want for nothing?")),
    mac: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  },
  {
    name: "RFC 4231 case 6",
    key: "aa".repeat(131),
    message: toHex(utf8("Test Using Larger Than Block-Size Key - Hash Key First")),
    mac: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  },
];

const HKDF_SHA256 = [
  {
    name: "RFC 5869 A.1",
    input: "0b".repeat(22),
    salt: "000102030405060708090a0b0c",
    info: "f0f1f2f3f4f5f6f7f8f9",
    key:
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf" + "34007208d5b887185865",
  },
  {
    name: "RFC 5869 A.3",
    input: "0b".repeat(22),
    salt: "",
    info: "",
    key:
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d" + "9d201395faa4b61a96c8",
  },
];

const ED25519 = [
  {
    name: "RFC 8032 7.1 test 1",
    seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    name: "RFC 8032 7.1 test 2",
    seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
];

const AES_256_GCM = [
  {
    name: "GCM specification, test case 13",
    key: "00".repeat(32),
    nonce: "00".repeat(12),
    aad: "",
    plain: "",
    sealed: "530f8afbc74536b9a963b4f1c4cb738b",
  },
  {
    name: "GCM specification, test case 14",
    key: "00".repeat(32),
    nonce: "00".repeat(12),
    aad: "",
    plain: "00".repeat(16),
    sealed: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
  },
  {
    name: "GCM specification, test case 16",
    key: "feffe9928665731c6d6a8f9467308308".repeat(2),
    nonce: "cafebabefacedbaddecaf888",
    aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    plain:
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    sealed:
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" +
      "76fc6ece0f4e1768cddf8853bb2d551b",
  },
];

for (const { name, key, message, mac } of HMAC_SHA256) {
  test(`HMAC-SHA256, ${name}`, () => {
    assert.equal(toHex(hmacSha256(hex(key), hex(message))), mac);
  });
}

for (const { name, input, salt, info, key } of HKDF_SHA256) {
  test(`HKDF-SHA256, ${name}`, () => {
    const made = hkdfSha256(hex(input), hex(salt), hex(info), key.length / 2);
    assert.equal(toHex(made), key);
  });
}

for (const { name, seed, key, message, signature } of ED25519) {
  test(`Ed25519, ${name}`, async () => {
    const publicKey = await signingKeyOf(hex(seed));
    assert.equal(publicKey, toBase64url(hex(key)));
    const made = await signBytes(await signerFrom(hex(seed)), hex(message));
    assert.equal(toHex(made), signature);
    assert.ok(await verifyBytes(publicKey, made, hex(message)));
  });
}

for (const [engine, { aesGcm }] of Object.entries({ node, web })) {
  for (const { name, key, nonce, aad, plain, sealed } of AES_256_GCM) {
    test(`AES-256-GCM by ${engine}, ${name}`, async () => {
      const aead = await aesGcm(hex(key));
      assert.equal(toHex(await aead.seal(hex(nonce), hex(aad), hex(plain))), sealed);
      assert.equal(toHex(await aead.open(hex(nonce), hex(aad), hex(sealed))), plain);
    });
  }

  test(`AES-256-GCM by ${engine} refuses every flipped bit, every cut, another nonce and aad`, async () => {
    const key = bytesOf(pattern("key", 32));
    const nonce = bytesOf(pattern("nonce", 12));
    const aad = bytesOf(pattern("aad", 20));
    const aead = await aesGcm(key);
    const sealed = await aead.seal(nonce, aad, bytesOf(pattern("plain", 33)));
    assert.deepEqual(sealed, bytesOf(gcm(key, nonce, aad, pattern("plain", 33))));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await cannotOpen(async () => await aead.open(nonce, aad, changed), `bit ${bit}`);
    }
    for (let length = 0; length < sealed.length; length++) {
      await cannotOpen(async () => await aead.open(nonce, aad, sealed.slice(0, length)));
    }
    await cannotOpen(async () => await aead.open(bytesOf(pattern("other", 12)), aad, sealed));
    await cannotOpen(async () => await aead.open(nonce, aad.slice(1), sealed));
  });

  test(`AES-256-GCM by ${engine} writes where it is told to, at every length around its pieces`, async () => {
    const aead = await aesGcm(bytesOf(pattern("key", 32)));
    const nonce = new Uint8Array(12);
    const none = new Uint8Array();
    const room = new Uint8Array(300_000);
    for (const length of [0, 1, 131_071, 131_072, 131_073, 262_144, 262_145]) {
      const plain = bytesOf(pattern("long", length));
      const sealed = (await aead.seal(nonce, none, plain, room)).slice();
      assert.ok(
        Buffer.from(sealed).equals(gcm(pattern("key", 32), nonce, none, plain)),
        `${length}`,
      );
      assert.ok(Buffer.from(await aead.open(nonce, none, sealed, room)).equals(plain));
    }
    const sealed = (await aead.seal(nonce, none, bytesOf(pattern("long", 500)))).slice();
    sealed[515] = (sealed[515] ?? 0) ^ 1;
    room.fill(0);
    await cannotOpen(async () => await aead.open(nonce, none, sealed, room));
    assert.ok(
      room.every((byte) => byte === 0),
      "what did not open must not stay in the room",
    );
  });
}

test("our HMAC and HKDF are OpenSSL's at every length", async () => {
  for (const length of [0, 1, 31, 32, 33, 63, 64, 65, 100, 200]) {
    const [key, data] = [pattern("key", length), pattern("data", length)];
    const mac = bytesOf(hmac(key, data));
    assert.deepEqual(nodeMac.hmacSha256(key, data), mac);
    assert.deepEqual(webMac.hmacSha256(key, data), mac);
    if (length === 0) continue;
    const made = hkdfSha256(pattern("ikm", 32), key, data, length);
    assert.deepEqual(made, bytesOf(hkdf(pattern("ikm", 32), key, data, length)));
  }
  const most = hkdfSha256(new Uint8Array(1), new Uint8Array(), new Uint8Array(), 255 * 32);
  assert.equal(most.length, 8160);
  assert.equal(hkdfSha256(new Uint8Array(1), new Uint8Array(), new Uint8Array()).length, 32);
  for (const length of [0, -1, 1.5, 255 * 32 + 1]) {
    await refusedAs("bad-argument", () =>
      hkdfSha256(new Uint8Array(1), new Uint8Array(), new Uint8Array(), length),
    );
  }
});

// RFC 8032 section 5.1.7: S is below the group's order, so a signature has one form.
test("a signature with the group's order added to S is refused", async () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const seed = bytesOf(pattern("seed", 32));
  const key: SigningKey = await signingKeyOf(seed);
  const message = utf8("a message");
  const signature = await signBytes(await signerFrom(seed), message);
  let s = 0n;
  for (let i = 63; i >= 32; i--) s = (s << 8n) | BigInt(signature[i] ?? 0);
  const other = signature.slice();
  for (let i = 32, rest = s + order; i < 64; i++, rest >>= 8n) other[i] = Number(rest & 255n);
  assert.ok(await verifyBytes(key, signature, message));
  assert.equal(await verifyBytes(key, other, message), false);
  for (let bit = 0; bit < 512; bit += 7) {
    const changed = signature.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(await verifyBytes(key, changed, message), false, `bit ${bit}`);
  }
});
