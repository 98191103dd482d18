import {
  assembleStatement,
  type Bytes,
  concat,
  type Json,
  parseSigningKey,
  type SigningKey,
  type Statement,
  type StatementKind,
  signingInputFor,
  utf8,
} from "@ecrin/protocol";
import { requireLength } from "./errors.ts";

/** Bytes of an Ed25519 seed (RFC 8032 section 5.1.5). */
export const SIGNING_SEED = 32;

/** What stands before a 32-byte Ed25519 seed in PKCS #8 (RFC 8410 section 7). */
const ED25519_PKCS8 = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
]);

/** A signing key in use. The seed does not come out of it again. */
export interface Signer {
  readonly key: CryptoKey;
  /** Its public half, as it stands in chains. */
  readonly publicKey: SigningKey;
}

/** The signer of a 32-byte seed. */
export async function signerFrom(seed: Uint8Array): Promise<Signer> {
  return { key: await importSeed(seed, false), publicKey: await signingKeyOf(seed) };
}

/** The public key of a 32-byte seed. */
export async function signingKeyOf(seed: Uint8Array): Promise<SigningKey> {
  // A private JWK holds its public half as `x`, in every engine; WebCrypto has no shorter way that all have.
  const { x } = await crypto.subtle.exportKey("jwk", await importSeed(seed, true));
  return parseSigningKey(x, "x");
}

/** Ed25519 over bytes (RFC 8032). @returns 64 bytes */
export async function signBytes(signer: Signer, bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign("Ed25519", signer.key, bytes));
}

/** A statement of a kind: compact JWS over the canonical payload (spec/encoding.md). */
export async function signStatement(
  kind: StatementKind,
  payload: Json,
  signer: Signer,
): Promise<Statement> {
  const input = signingInputFor(kind, payload);
  return assembleStatement(input, await signBytes(signer, utf8(input)));
}

async function importSeed(seed: Uint8Array, extractable: boolean): Promise<CryptoKey> {
  requireLength(seed, SIGNING_SEED, "an Ed25519 seed");
  return await crypto.subtle.importKey(
    "pkcs8",
    concat(ED25519_PKCS8, seed),
    "Ed25519",
    extractable,
    ["sign"],
  );
}
