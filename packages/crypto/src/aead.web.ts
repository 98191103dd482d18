import type { Bytes } from "@ecrin/protocol";
import { cannotOpen } from "./errors.ts";

/** Bytes of an AES-GCM tag. */
export const TAG = 16;

/**
 * AES-256-GCM (SP 800-38D) under one key, with a nonce of 12 bytes that the
 * caller never uses twice for different plaintexts.
 */
export interface AesGcm {
  /** Whether `room` is of any use. */
  readonly usesRoom: boolean;
  /**
   * ciphertext ‖ tag. The answer may stand in `room`, if one is given that is
   * long enough, or in memory of its own. `plaintext` is free again once the
   * call has returned, before the promise is kept.
   */
  seal(nonce: Bytes, aad: Bytes, plaintext: Bytes, room?: Bytes): Bytes | Promise<Bytes>;
  /** The plaintext, likewise. @throws CryptoError `cannot-open` */
  open(nonce: Bytes, aad: Bytes, sealed: Bytes, room?: Bytes): Bytes | Promise<Bytes>;
}

/** AES-256-GCM by WebCrypto, for browsers. Node has its own twin beside this file. */
export async function aesGcm(key: Bytes): Promise<AesGcm> {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  const parameters = (iv: Bytes, additionalData: Bytes) => ({
    name: "AES-GCM",
    iv,
    additionalData,
  });
  return {
    usesRoom: false,
    async seal(nonce, aad, plaintext) {
      return new Uint8Array(
        await crypto.subtle.encrypt(parameters(nonce, aad), imported, plaintext),
      );
    },
    async open(nonce, aad, sealed) {
      try {
        return new Uint8Array(
          await crypto.subtle.decrypt(parameters(nonce, aad), imported, sealed),
        );
      } catch {
        return cannotOpen();
      }
    },
  };
}
