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
/** Of those that a turn of the loop leaves, so many are looked at in this thread while the pool has the others. */
const HERE = 8;

interface Asked {
  readonly key: KeyObject;
  readonly signature: Bytes;
  readonly bytes: Bytes;
  readonly resolve: (holds: boolean) => void;
}
let waiting: Asked[] = [];

/**
 * Whether an Ed25519 signature over bytes holds, by the same OpenSSL as WebCrypto, without what
 * WebCrypto does around it.
 */
export function verifyBytes(key: SigningKey, signature: Bytes, bytes: Bytes): Promise<boolean> {
  const object = verificationKey(key);
  if (object === undefined || signature.length !== 64) return Promise.resolve(false);
  return new Promise((resolve) => {
    if (waiting.length === 0) setImmediate(endOfTurn);
    waiting.push({ key: object, signature, bytes, resolve });
    if (waiting.length < TOGETHER) return;
    giveAway(waiting);
    waiting = [];
  });
}

function endOfTurn(): void {
  const now = waiting;
  waiting = [];
  giveAway(now.slice(HERE));
  for (const { key, signature, bytes, resolve } of now.slice(0, HERE))
    resolve(holdsHere(key, signature, bytes));
}

function holdsHere(key: KeyObject, signature: Bytes, bytes: Bytes): boolean {
  try {
    return verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}

function giveAway(asked: readonly Asked[]): void {
  for (const { key, signature, bytes, resolve } of asked)
    verify(null, bytes, key, signature, (error, holds) => resolve(error === null && holds));
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
