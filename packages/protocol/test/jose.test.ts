// jose as a peer: what others verify of ours, and what they make that we refuse.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CompactSign, compactVerify, importJWK } from "jose";
import {
  assembleStatement,
  canonicalJson,
  checkSignature,
  type Json,
  ProtocolError,
  parseStatement,
  type SigningKey,
  STATEMENT_KINDS,
  signingInputFor,
  toBase64url,
  verifyBytes,
} from "../src/index.ts";
import { BEGIN } from "./people.ts";
import { b64, hashNamed, idOf, keyPair, pattern } from "./reference.ts";

const SEED = pattern("jose", 32);
const pair = keyPair(SEED);
const PAYLOAD: Json = {
  suite: "ecrin-1",
  subject: idOf("space"),
  n: 1,
  hash: hashNamed("c"),
  at: BEGIN,
};
const bytes = new TextEncoder().encode(canonicalJson(PAYLOAD));
const jwk = { kty: "OKP", crv: "Ed25519", x: pair.key };

test("jose verifies our statements of every kind", async () => {
  const key = await importJWK(jwk, "Ed25519");
  for (const kind of STATEMENT_KINDS) {
    const input = signingInputFor(kind, PAYLOAD);
    const statement = assembleStatement(input, pair.sign(new TextEncoder().encode(input)));
    const verified = await compactVerify(statement, key, { algorithms: ["Ed25519"] });
    assert.deepEqual(verified.protectedHeader, { alg: "Ed25519", typ: `ecrin-1.${kind}` });
    assert.deepEqual(Buffer.from(verified.payload), Buffer.from(bytes));
  }
});

test("we verify what jose signs in exactly our form", async () => {
  const secret = await importJWK({ ...jwk, d: b64(SEED) }, "Ed25519");
  const made = await new CompactSign(bytes)
    .setProtectedHeader({ alg: "Ed25519", typ: "ecrin-1.head" })
    .sign(secret);
  const parsed = parseStatement("head", made);
  await checkSignature(parsed, pair.key as SigningKey);
  assert.deepEqual(parsed.payload, PAYLOAD);
});

test("we refuse what jose signs with any other header, though jose verifies it", async () => {
  const secret = await importJWK({ ...jwk, d: b64(SEED) }, "Ed25519");
  const key = await importJWK(jwk, "Ed25519");
  const headers = [
    { alg: "Ed25519" },
    { typ: "ecrin-1.head", alg: "Ed25519" },
    { alg: "Ed25519", typ: "ecrin-1.space" },
    { alg: "Ed25519", typ: "ECRIN-1.HEAD" },
    { alg: "Ed25519", typ: "ecrin-1.head", kid: "1" },
    { alg: "Ed25519", typ: "ecrin-1.head", jwk },
    { alg: "Ed25519", typ: "ecrin-1.head", cty: "json" },
    { alg: "EdDSA", typ: "ecrin-1.head" },
  ];
  for (const header of headers) {
    const made = await new CompactSign(bytes).setProtectedHeader(header).sign(secret);
    await compactVerify(made, key);
    assert.throws(
      () => parseStatement("head", made),
      { code: "malformed", field: "header" },
      JSON.stringify(header),
    );
  }
});

test("jose accepts sixteen forms of a signature where we accept one", async () => {
  const key = await importJWK(jwk, "Ed25519");
  const input = signingInputFor("head", PAYLOAD);
  const right: string = assembleStatement(input, pair.sign(new TextEncoder().encode(input)));
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"];
  const forms = letters.map((last) => right.slice(0, -1) + last);
  const verified = async (form: string) =>
    await compactVerify(form, key).then(
      () => true,
      () => false,
    );
  const ours = async (form: string) => {
    try {
      await checkSignature(parseStatement("head", form), pair.key as SigningKey);
      return true;
    } catch (error) {
      assert.ok(error instanceof ProtocolError);
      return false;
    }
  };
  const counts = await Promise.all(
    forms.map(async (form) => [await verified(form), await ours(form)]),
  );
  assert.equal(counts.filter(([byJose]) => byJose).length, 16);
  assert.equal(counts.filter(([, byUs]) => byUs).length, 1);
});

/** The eight points of small order of edwards25519, and the encodings of them that are not reduced. */
const SMALL_ORDER = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

test("a key of small order, under which anybody could sign anything, signs nothing", async () => {
  for (const point of SMALL_ORDER) {
    const key = toBase64url(Buffer.from(point, "hex")) as SigningKey;
    for (const other of SMALL_ORDER) {
      const signature = new Uint8Array(64);
      signature.set(Buffer.from(other, "hex"));
      for (let message = 0; message < 8; message++) {
        const signed = await verifyBytes(key, signature, new Uint8Array([message]));
        assert.equal(signed, false, `${point} ${other}`);
      }
    }
  }
});

test("a signature holds for its bytes and its key only", async () => {
  const message = new Uint8Array([1, 2, 3]);
  const signature = new Uint8Array(pair.sign(message));
  assert.ok(await verifyBytes(pair.key as SigningKey, signature, message));
  assert.ok(
    !(await verifyBytes(keyPair(pattern("other", 32)).key as SigningKey, signature, message)),
  );
  assert.ok(!(await verifyBytes(pair.key as SigningKey, signature, new Uint8Array([1, 2, 4]))));
  // S + L is the same signature again for whoever does not look (RFC 8032 section 5.1.7).
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${Buffer.from(signature.slice(32)).reverse().toString("hex")}`) + L;
  const again = new Uint8Array(signature);
  again.set(Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse(), 32);
  assert.ok(!(await verifyBytes(pair.key as SigningKey, again, message)));
});
