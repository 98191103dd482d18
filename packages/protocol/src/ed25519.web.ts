import { type Bytes, fromBase64url } from "./bytes.ts";
import type { SigningKey } from "./ids.ts";

const keys = new Map<SigningKey, CryptoKey>();
const KEYS_KEPT = 4096;

/**
 * Whether an Ed25519 signature over bytes holds (RFC 8032, strict as WebCrypto has it); a key that
 * is no point of the curve holds nothing. Node has its twin beside this file.
 */
export async function verifyBytes(
  key: SigningKey,
  signature: Bytes,
  bytes: Bytes,
): Promise<boolean> {
  try {
    return await crypto.subtle.verify("Ed25519", await verificationKey(key), signature, bytes);
  } catch {
    return false;
  }
}

async function verificationKey(key: SigningKey): Promise<CryptoKey> {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const raw = fromBase64url(key, "key");
  const imported = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  if (keys.size >= KEYS_KEPT) keys.clear();
  keys.set(key, imported);
  return imported;
}
