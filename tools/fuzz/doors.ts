// What the server reads before it knows anybody: proofs, tokens, nonces, ids in paths, addresses
// wrapped to its key.

import { createPrivateKey, hash, sign } from "node:crypto";
import { signerFrom } from "@ecrin/crypto";
import {
  fromBase64url,
  hashOf,
  ProtocolError,
  parseAs,
  pathParameters,
  sha256,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { createNonces } from "../../apps/server/src/nonce.ts";
import { createProofCheck, digest, thumbprint } from "../../apps/server/src/proof.ts";
import { hmacSha256 } from "../../apps/server/src/tag.ts";
import { readToken, writeToken } from "../../apps/server/src/token.ts";
import { isStrict } from "./shape.ts";
import { type Target, text } from "./target.ts";
import { BEGIN, hashNamed, idOf, seedOf } from "./world.ts";

/** For doors that answer "no" instead of throwing. */
class Refused extends Error {}
const refusals = [Refused];

const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

async function proofTarget(): Promise<Target> {
  const seed = seedOf("session key");
  const secret = createPrivateKey({
    key: Buffer.concat([PKCS8, seed]),
    format: "der",
    type: "pkcs8",
  });
  const { publicKey: x } = await signerFrom(seed);
  const token = "the-token";
  const claims = {
    ath: hash("sha256", token, "base64url"),
    htm: "POST",
    htu: "http://localhost/v1/reads",
    iat: BEGIN / 1000,
    jti: idOf("jti"),
    nonce: "nonce",
  };
  const header = { alg: "Ed25519", jwk: { crv: "Ed25519", kty: "OKP", x }, typ: "dpop+jwt" };
  const proofs = [claims, { ...claims, jti: idOf("another jti"), iat: BEGIN / 1000 - 60 }].map(
    (each) => {
      const input = [header, each].map((part) => toBase64url(utf8(JSON.stringify(part)))).join(".");
      return `${input}.${toBase64url(sign(null, Buffer.from(input), secret))}`;
    },
  );
  const checkProof = createProofCheck();
  return {
    name: "DPoP proof",
    share: 2,
    terms: "statement",
    originals: proofs,
    refusals,
    open: async (input) => {
      const proof = await checkProof(text(input), {
        method: "POST",
        url: "http://localhost/v1/reads",
        token: digest(token).toString("base64url"),
        key: thumbprint(x),
        now: BEGIN,
        isNonceGood: (nonce) => nonce === "nonce",
      });
      if (proof === undefined) throw new Refused();
      return proof;
    },
  };
}

export async function doorTargets(): Promise<Target[]> {
  const mac = hmacSha256(sha256(utf8("a key of the server")));
  const facts = {
    account: idOf<"account">("alice"),
    session: idOf("session"),
    key: hashOf(seedOf("thumbprint")),
    issued: BEGIN,
    expires: BEGIN + 1000,
  };
  const nonces = createNonces(mac);
  const tokens = [
    writeToken(mac, facts),
    writeToken(mac, { ...facts, device: idOf<"device">("device alice") }),
  ];
  return [
    await proofTarget(),
    {
      name: "session token",
      terms: "text",
      originals: tokens,
      refusals,
      open: (input) => {
        if (readToken(mac, text(input)) === undefined) throw new Refused();
      },
    },
    {
      name: "nonce",
      terms: "text",
      originals: [nonces.make(BEGIN), nonces.make(BEGIN - 60_000)],
      refusals,
      open: (input) => {
        if (!nonces.isGood(text(input), BEGIN)) throw new Refused();
      },
    },
    {
      name: "id in a path",
      terms: "text",
      originals: [idOf("alice"), hashNamed("x").slice(0, 21).concat("Q")],
      refusals: [ProtocolError],
      open: (input) => parseAs(pathParameters.subject, text(input), "path.subject"),
      equivalent: (input) => isStrict(text(input)) && fromBase64url(text(input)).length === 16,
    },
  ];
}
