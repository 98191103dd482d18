// The bare calls that checking and opening a record cannot do without, in batches as large as the
// client's: verifications on the pool's threads, openings on this one meanwhile.

import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";

const BATCH = 500;
const KEY = new Uint8Array(32);
const NONCE = new Uint8Array(12);
/** Bytes signed: header and payload of a revision, or of a statement of a space. */
const SIGNED = 1250;

export interface Primitives {
  readonly verifications: number;
  /** Lengths of the plaintexts that each verification goes with. */
  readonly openings: readonly number[];
  /** Whether each opening has a subkey of its own, as boxes do. */
  readonly subkeys?: boolean;
}

/** Work of bare primitives: verifications on the pool's threads, openings on this one. */
export async function primitives({
  verifications,
  openings,
  subkeys = false,
}: Primitives): Promise<() => Promise<void>> {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const message = crypto.getRandomValues(new Uint8Array(SIGNED));
  const signature = await crypto.subtle.sign("Ed25519", pair.privateKey, message);
  const sealed = openings.map((length) => {
    const cipher = createCipheriv("aes-256-gcm", KEY, NONCE);
    return {
      bytes: Buffer.concat([cipher.update(new Uint8Array(length)), cipher.final()]),
      tag: cipher.getAuthTag(),
    };
  });
  return async () => {
    for (let done = 0; done < verifications; done += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, verifications - done) }, async () => {
        const good = crypto.subtle.verify("Ed25519", pair.publicKey, signature, message);
        for (const { bytes, tag } of sealed) {
          const key = subkeys ? Buffer.from(hkdfSync("sha256", KEY, KEY, "back", 32)) : KEY;
          if (key.length !== 32) throw new RangeError("a subkey of another length");
          const decipher = createDecipheriv("aes-256-gcm", KEY, NONCE);
          decipher.setAuthTag(tag);
          decipher.update(bytes);
          decipher.final();
        }
        if (!(await good)) throw new RangeError("a signature that does not hold");
      });
      await Promise.all(batch);
    }
  };
}
