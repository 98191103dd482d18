import {
  type Bytes,
  type FieldPath,
  parseSealingKey,
  type SealingKey,
  toBase64url,
} from "@ecrin/protocol";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from "hpke";
import { ServerError } from "./problem.ts";

// spec/keys.md, Slots: HPKE (RFC 9180) base mode with X-Wing, HKDF-SHA256 and AES-256-GCM.
const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const ENC = 1120;

/** Opens what was wrapped to one of the server's own keys. */
export interface Opener {
  /** X-Wing public key. */
  readonly key: SealingKey;
  /**
   * @param wrap `enc ‖ ciphertext`
   * @param info the context it was made with
   * @throws ServerError `malformed`, whatever the reason, naming `field`
   */
  open(wrap: Uint8Array, info: Bytes, field: FieldPath): Promise<Bytes>;
}

/** The opener of an X-Wing seed of 32 bytes. */
export async function openerOf(seed: Uint8Array): Promise<Opener> {
  const { privateKey, publicKey } = await suite.DeriveKeyPair(seed, false);
  const key = parseSealingKey(toBase64url(await suite.SerializePublicKey(publicKey)), "key");
  return {
    key,
    async open(wrap, info, field) {
      try {
        const opened = await suite.Open(privateKey, wrap.subarray(0, ENC), wrap.subarray(ENC), {
          info,
        });
        return new Uint8Array(opened);
      } catch (cause) {
        throw new ServerError("malformed", { field, cause });
      }
    },
  };
}
