import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { ParsedStatement, SigningKey } from "@ecrin/protocol";
import { refuse } from "./problem.ts";

const keys = new Map<SigningKey, KeyObject | undefined>();
const MOST_KEPT = 10_000;

/**
 * Whether an Ed25519 signature holds (RFC 8032), at once: for what every request brings. The same
 * OpenSSL as WebCrypto, without the way to another thread and back, which costs more than the
 * verification where cores are few.
 */
export function isSignedBy(key: SigningKey, signature: Uint8Array, bytes: Uint8Array): boolean {
  const object = publicKey(key);
  return object !== undefined && signature.length === 64 && verify(null, bytes, object, signature);
}

/** As protocol's `checkSignature`, at once. @throws ServerError `signature-refused` */
export function requireSignature(
  { signature, signingInput }: ParsedStatement,
  key: SigningKey,
): void {
  if (!isSignedBy(key, signature, signingInput)) refuse("signature-refused");
}

/** The key, remembered; undefined for what is no key. */
function publicKey(key: SigningKey): KeyObject | undefined {
  if (keys.has(key)) return keys.get(key);
  const object = importKey(key);
  if (keys.size >= MOST_KEPT) keys.clear();
  keys.set(key, object);
  return object;
}

function importKey(key: SigningKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: key }, format: "jwk" });
  } catch {
    return undefined;
  }
}
