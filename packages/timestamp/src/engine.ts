import { CryptoEngine } from "pkijs";

/**
 * The platform's WebCrypto, handed to every call. pkijs keeps an engine of its own on the global
 * object, where another version of it in the same process finds and replaces it, and an engine
 * of one version refuses what the other has parsed.
 */
export const ENGINE = new CryptoEngine({ name: "ecrin", crypto: globalThis.crypto });
