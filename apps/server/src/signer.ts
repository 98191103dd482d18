import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import {
  assembleStatement,
  type Bytes,
  type Json,
  parseSigningKey,
  type SigningKey,
  type Statement,
  type StatementKind,
  signingInputFor,
} from "@ecrin/protocol";

// RFC 8410 section 7: the PKCS #8 form of an Ed25519 seed is this, then the seed.
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** Signs statements in the server's name. */
export interface Signer {
  /** Ed25519 public key. */
  readonly key: SigningKey;
  sign(kind: StatementKind, payload: Json): Statement;
  /** The bare Ed25519 signature, 64 bytes: for notes, whose form is another's (spec/log.md). */
  signBytes(bytes: Uint8Array): Bytes;
}

/** The signer of an Ed25519 seed of 32 bytes (RFC 8032). */
export function signerOf(seed: Uint8Array): Signer {
  const key: KeyObject = createPrivateKey({
    key: Buffer.concat([PKCS8, seed]),
    format: "der",
    type: "pkcs8",
  });
  // In this thread: handing it to another, and being woken for its answer, costs as much as signing.
  const signBytes = (bytes: Uint8Array): Bytes => new Uint8Array(sign(null, bytes, key));
  const { x } = createPublicKey(key).export({ format: "jwk" });
  return {
    key: parseSigningKey(x, "key"),
    sign(kind, payload) {
      const input = signingInputFor(kind, payload);
      return assembleStatement(input, signBytes(Buffer.from(input, "ascii")));
    },
    signBytes,
  };
}
