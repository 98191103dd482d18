import { type Argon2Parameters, type Bytes, utf8 } from "@ecrin/protocol";
import { argon2id } from "#argon2";
import { requireLength } from "./errors.ts";
import { assertArgon2Floor, normalPassword } from "./password.ts";

/** Bytes of the salt of a local store. */
export const STORE_SALT = 32;

/**
 * The key of the local store, for unlocking without network (spec/keys.md,
 * Offline unlock). It opens the device's own things, never account or identity.
 * @param salt 32 random bytes, kept beside the store
 * @param parameters as kept beside the store; refused below the suite's
 * @throws CryptoError `parameters-below-floor`
 */
export async function storeKey(
  password: string,
  salt: Bytes,
  parameters: Argon2Parameters,
): Promise<Bytes> {
  assertArgon2Floor(parameters);
  requireLength(salt, STORE_SALT, "the salt of a store");
  return await argon2id(utf8(normalPassword(password)), salt, parameters);
}
