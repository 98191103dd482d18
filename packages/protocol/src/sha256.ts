// SHA-256 (FIPS 180-4), at once: what is hashed here is short and public. One file for Node and one
// for browsers, with the same exports.

export { sha256, sha256Text } from "#sha256";
