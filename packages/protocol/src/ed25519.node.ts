import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { bytesOfBase64url } from "#base64url";
import type { Bytes } from "./bytes.ts";
import type { SigningKey } from "./ids.ts";

const keys = new Map<SigningKey, KeyObject | undefined>();
const KEYS_KEPT = 4096;

/**
 * Signatures given to the pool's threads together. One by one, between two pieces of other work, each
 * finds these threads asleep, and waking one takes longer than half of what it is woken for.
 */
const TOGETHER = 64;
let waiting: (() => void)[] = [];

/**
 * Whether an Ed25519 signature over bytes holds, by the same OpenSSL on the same threads of the
 * pool as WebCrypto, without what WebCrypto does around it.
 */
export function verifyBytes(key: SigningKey, signature: Bytes, bytes: Bytes): Promise<boolean> {
  const object = verificationKey(key);
  if (object === undefined || signature.length !== 64) return Promise.resolve(false);
  return new Promise((resolve) => {
    if (waiting.length === 0) setImmediate(start);
    waiting.push(() =>
      verify(null, bytes, object, signature, (error, holds) => resolve(error === null && holds)),
    );
    if (waiting.length >= TOGETHER) start();
  });
}

function start(): void {
  const now = waiting;
  waiting = [];
  for (const each of now) each();
}

/** The key, remembered; undefined for what is no key. */
function verificationKey(key: SigningKey): KeyObject | undefined {
  if (keys.has(key)) return keys.get(key);
  const imported = importKey(key);
  if (keys.size >= KEYS_KEPT) keys.clear();
  keys.set(key, imported);
  return imported;
}

function importKey(key: SigningKey): KeyObject | undefined {
  // Node reads a key's base64url as leniently as any: a second text of a key is no key.
  if (bytesOfBase64url(key)?.length !== 32) return undefined;
  try {
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: key }, format: "jwk" });
  } catch {
    return undefined;
  }
}
