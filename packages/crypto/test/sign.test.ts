import assert from "node:assert/strict";
import { test } from "node:test";
import { newSecret, signBytes, signerFrom, signingKeyOf, signStatement } from "@ecrin/crypto";
import { checkSignature, headerFor, parseStatement, utf8, verifyBytes } from "@ecrin/protocol";
import { compactVerify, importJWK } from "jose";
import { refusedAs } from "./refused.ts";

const payload = { suite: "ecrin-1", reason: "care", at: 1_790_000_000_000, list: ["é", true] };

test("a statement has the one header of its kind, a canonical payload and a signature that holds", async () => {
  const signer = await signerFrom(newSecret());
  const statement = await signStatement("read", payload, signer);
  const parsed = parseStatement("read", statement);
  await checkSignature(parsed, signer.publicKey);
  assert.deepEqual(parsed.payload, payload);
  assert.ok(statement.startsWith(`${headerFor("read")}.`));
  assert.throws(() => parseStatement("revision", statement), { code: "malformed" });
  const other = await signingKeyOf(newSecret());
  await assert.rejects(checkSignature(parsed, other), { code: "signature-refused" });
});

test("somebody else's JWS library takes our statements", async () => {
  const signer = await signerFrom(newSecret());
  const statement = await signStatement("sign-in", payload, signer);
  const key = await importJWK({ kty: "OKP", crv: "Ed25519", x: signer.publicKey }, "Ed25519");
  const { protectedHeader, payload: signed } = await compactVerify(statement, key);
  assert.deepEqual(protectedHeader, { alg: "Ed25519", typ: "ecrin-1.sign-in" });
  assert.deepEqual(JSON.parse(new TextDecoder().decode(signed)), payload);
});

test("a signer gives the key of its seed and never the seed", async () => {
  const seed = newSecret();
  const signer = await signerFrom(seed);
  assert.equal(signer.publicKey, await signingKeyOf(seed));
  assert.equal(signer.key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("pkcs8", signer.key));
  const bytes = utf8("rotate");
  const signature = await signBytes(signer, bytes);
  assert.equal(signature.length, 64);
  assert.ok(await verifyBytes(signer.publicKey, signature, bytes));
  await refusedAs("bad-argument", () => signerFrom(new Uint8Array(31)));
  await refusedAs("bad-argument", () => signingKeyOf(new Uint8Array(64)));
});

test("what canonical JSON does not know is not signed", async () => {
  const signer = await signerFrom(newSecret());
  await assert.rejects(signStatement("read", { half: 0.5 }, signer), { code: "malformed" });
});
