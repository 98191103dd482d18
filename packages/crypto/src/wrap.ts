import { type Bytes, concat } from "@ecrin/protocol";
import { CipherSuite } from "hpke";
import { xwingKem, xwingKeyOf } from "#xwing";
import { badArgument, cannotOpen, requireLength } from "./errors.ts";
import { aesOfHpke, hkdfOfHpke } from "./hpke-parts.ts";

/** Bytes of an X-Wing seed. */
export const XWING_SEED = 32;
/** Bytes of an X-Wing public key. */
export const XWING_KEY = 1216;
const ENCAPSULATION = 1120;
/** Bytes of ML-KEM-768's coefficients, which an X-Wing key begins with, and their modulus. */
const COEFFICIENTS = 1152;
const Q = 3329;
/** What a wrap is longer than its secret. */
export const WRAP_OVERHEAD = ENCAPSULATION + 16;

// RFC 9180 base mode: X-Wing (0x647a), HKDF-SHA256 (0x0001), AES-256-GCM (0x0002).
const suite = new CipherSuite(xwingKem, hkdfOfHpke, aesOfHpke);

/**
 * The public key of a seed (draft-connolly-cfrg-xwing-kem section 5.2).
 * @param seed 32 bytes, the whole private key
 * @returns 1,216 bytes
 */
export async function xwingPublicKey(seed: Bytes): Promise<Bytes> {
  requireLength(seed, XWING_SEED, "an X-Wing seed");
  return await xwingKeyOf(seed);
}

/**
 * Wraps a secret to a public key: enc (1,120 bytes) ‖ ciphertext, 1,168 bytes
 * for a secret of 32. Base mode never proves who made a wrap.
 * @param publicKey 1,216 bytes
 * @param ctx 32 bytes of `context(…)`, which is HPKE's info
 */
export async function wrapTo(
  publicKey: Uint8Array,
  ctx: Uint8Array,
  secret: Uint8Array,
): Promise<Bytes> {
  requireLength(publicKey, XWING_KEY, "an X-Wing key");
  requireLength(ctx, 32, "a wrap's context");
  if (!isLatticeKey(publicKey)) badArgument("an X-Wing key that is none");
  try {
    const key = await suite.DeserializePublicKey(publicKey);
    const { encapsulatedSecret, ciphertext } = await suite.Seal(key, secret, { info: ctx });
    return concat(encapsulatedSecret, ciphertext);
  } catch {
    return badArgument("an X-Wing key that is none");
  }
}

/**
 * The secret of a wrap made to the key of this seed, in this context.
 * @param seed 32 bytes
 * @throws CryptoError `cannot-open`
 */
export async function openWrap(seed: Bytes, ctx: Uint8Array, wrap: Uint8Array): Promise<Bytes> {
  requireLength(seed, XWING_SEED, "an X-Wing seed");
  requireLength(ctx, 32, "a wrap's context");
  const key = await suite.DeserializePrivateKey(seed);
  const encapsulated = wrap.subarray(0, ENCAPSULATION);
  const ciphertext = wrap.subarray(ENCAPSULATION);
  try {
    return new Uint8Array(await suite.Open(key, encapsulated, ciphertext, { info: ctx }));
  } catch {
    return cannotOpen();
  }
}

/**
 * FIPS 203 section 7.2, modulus check: the 768 coefficients of 12 bits are below
 * q. Node makes it; the browsers' ML-KEM (noble 0.5) does not (seen).
 */
function isLatticeKey(publicKey: Uint8Array): boolean {
  for (let at = 0; at < COEFFICIENTS; at += 3) {
    const a = publicKey[at] ?? 0;
    const b = publicKey[at + 1] ?? 0;
    const c = publicKey[at + 2] ?? 0;
    if ((a | ((b & 15) << 8)) >= Q || ((b >> 4) | (c << 4)) >= Q) return false;
  }
  return true;
}
