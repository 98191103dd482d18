import { createHash, webcrypto } from "node:crypto";
import { type Bytes, concat } from "@ecrin/protocol";

// X-Wing over Node's own ML-KEM-768, X25519, SHA3-256 and SHAKE256.
export { KEM_MLKEM768_X25519 as xwingKem } from "hpke";

/** What stands before a 32-byte X25519 key in PKCS #8 (RFC 8410 section 7). */
const X25519_PKCS8 = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20,
]);

/**
 * The X-Wing public key of a 32-byte seed, 1,216 bytes: SHAKE256 of the seed
 * gives the ML-KEM-768 seed (64 bytes) and the X25519 key (32), section 5.2 of
 * draft-connolly-cfrg-xwing-kem.
 */
export async function xwingKeyOf(seed: Bytes): Promise<Bytes> {
  const { subtle } = webcrypto;
  const full = new Uint8Array(createHash("shake256", { outputLength: 96 }).update(seed).digest());
  const [lattice, curve] = await Promise.all([
    subtle.importKey("raw-seed", full.subarray(0, 64), "ML-KEM-768", false, ["decapsulateBits"]),
    subtle.importKey("pkcs8", concat(X25519_PKCS8, full.subarray(64)), "X25519", false, [
      "deriveBits",
    ]),
  ]);
  const [latticeKey, curveKey] = await Promise.all([
    subtle.getPublicKey(lattice, ["encapsulateBits"]),
    subtle.getPublicKey(curve, []),
  ]);
  return concat(
    new Uint8Array(await subtle.exportKey("raw-public", latticeKey)),
    new Uint8Array(await subtle.exportKey("raw-public", curveKey)),
  );
}
