import type { Bytes } from "@ecrin/protocol";
import type { AEADFactory, KDFFactory } from "hpke";
import { aesGcm, TAG } from "#aead";
import { hmacSha256 } from "#hmac";
import { badArgument } from "./errors.ts";
import { expand } from "./hkdf.ts";

// What HPKE (RFC 9180 section 7) is put together from, beside the key encapsulation: our own HKDF and
// AES-GCM. By WebCrypto the eight HMACs of one wrap cost more than its two key agreements.

/** HKDF-SHA256, 0x0001. */
export const hkdfOfHpke: KDFFactory = () => ({
  id: 0x0001,
  type: "KDF",
  name: "HKDF-SHA256",
  Nh: 32,
  stages: 2,
  Extract: (salt, ikm) => Promise.resolve(hmacSha256(salt, ikm)),
  Expand: (prk, info, length) => Promise.resolve(expand(prk, info, length)),
  Derive: () => badArgument("HKDF has two stages"),
});

/** AES-256-GCM, 0x0002. */
export const aesOfHpke: AEADFactory = () => ({
  id: 0x0002,
  type: "AEAD",
  name: "AES-256-GCM",
  Nk: 32,
  Nn: 12,
  Nt: TAG,
  async Seal(key, nonce, aad, plaintext) {
    const aead = await aesGcm(bytes(key));
    return await aead.seal(bytes(nonce), bytes(aad), bytes(plaintext));
  },
  async Open(key, nonce, aad, sealed) {
    const aead = await aesGcm(bytes(key));
    return await aead.open(bytes(nonce), bytes(aad), bytes(sealed));
  },
});

/** The same in memory that is not shared, as WebCrypto wants it. */
function bytes(part: Uint8Array): Bytes {
  return new Uint8Array(part);
}
