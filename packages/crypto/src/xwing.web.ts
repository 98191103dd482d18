import type { Bytes } from "@ecrin/protocol";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";

// X-Wing for browsers, which have no ML-KEM of their own yet. Node has its twin beside this file.
export { KEM_MLKEM768_X25519 as xwingKem } from "@panva/hpke-noble";

/** The X-Wing public key of a 32-byte seed, 1,216 bytes. */
export function xwingKeyOf(seed: Bytes): Bytes | Promise<Bytes> {
  return new Uint8Array(MLKEM768X25519.getPublicKey(MLKEM768X25519.keygen(seed).secretKey));
}
