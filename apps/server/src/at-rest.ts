import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const NONCE = 12;
const TAG = 16;

/** Seals what the database shall not hold in plain text, under a key that lies outside it. */
export interface AtRest {
  /** @param ctx 32 bytes of `context(…)`: what it is, and whose */
  seal(ctx: Uint8Array, secret: Uint8Array): Buffer;
  /** @throws Error for anything else than what was sealed for this place */
  open(ctx: Uint8Array, sealed: Uint8Array): Buffer;
}

/** AES-256-GCM: nonce ‖ ciphertext ‖ tag. Random nonces do for fewer than 2^32 secrets. */
export function atRest(key: Uint8Array): AtRest {
  return {
    seal(ctx, secret) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(ctx);
      return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    },
    open(ctx, sealed) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE)).setAAD(ctx);
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
      const body = bytes.subarray(NONCE, bytes.length - TAG);
      return Buffer.concat([decipher.update(body), decipher.final()]);
    },
  };
}
