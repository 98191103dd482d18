// Everything that touches a secret. Read hkdf and hmac first, then box, wrap and sign; secret, pad,
// stream and content make a revision; slot, kit, opaque and unlock reach an account.

export { hmacSha256 } from "#hmac";
export { BOX_OVERHEAD, openBox, sealBox } from "./box.ts";
export { commitTo, equalSecret } from "./commit.ts";
export {
  openContent,
  openContentBytes,
  type SealedContent,
  sealContent,
  sealContentBytes,
} from "./content.ts";
export { CryptoError, type CryptoErrorCode } from "./errors.ts";
export type { Source } from "./feed.ts";
export { hkdfSha256 } from "./hkdf.ts";
export { type KitLanguage, kitFromText, kitFromWords, kitToText, kitToWords } from "./kit.ts";
export {
  finishLogin,
  finishRegistration,
  type OpaqueAnswer,
  type OpaqueStart,
  opaqueIdentifiers,
  startLogin,
  startRegistration,
} from "./opaque.ts";
export { pad, paddedLength, unpad } from "./pad.ts";
export { ARGON2, assertArgon2Floor, normalPassword } from "./password.ts";
export {
  contentKeyOf,
  metadataKeyOf,
  newSecret,
  openMetadata,
  releaseOf,
  sealMetadata,
} from "./secret.ts";
export {
  type Layout,
  layoutOfPlaintext,
  layoutOfStream,
  plainLength,
  plainOffset,
  SEGMENT,
  STREAM_HEADER,
  sealedLength,
} from "./segments.ts";
export {
  type Signer,
  signBytes,
  signerFrom,
  signingKeyOf,
  signStatement,
} from "./sign.ts";
export {
  kitLoginSeed,
  kitSlot,
  openSlot,
  passkeySlot,
  passwordSlot,
  type SealedSlot,
  type SlotPlace,
  type SlotSecrets,
  sealSlot,
} from "./slot.ts";
export {
  openSegment,
  openStream,
  type Resume,
  type SealedSegment,
  type SealOptions,
  type StreamFacts,
  sealStream,
  streamRoot,
} from "./stream.ts";
export { STORE_SALT, storeKey } from "./unlock.ts";
export { openWrap, WRAP_OVERHEAD, wrapTo, xwingPublicKey } from "./wrap.ts";
