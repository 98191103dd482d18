import {
  type AccountId,
  type Bytes,
  concat,
  context,
  fromBase64url,
  type Hash,
  type SlotId,
  type SlotKind,
  SUITE,
  sha256,
  utf8,
} from "@ecrin/protocol";
import { hmacSha256 } from "#hmac";
import { equalSecret } from "./commit.ts";
import { cannotOpen, requireLength } from "./errors.ts";
import { hkdfSha256 } from "./hkdf.ts";
import { openWrap, wrapTo, xwingPublicKey } from "./wrap.ts";

/** What a factor gives for its slot: the slot's X-Wing seed and a MAC key, 32 bytes each. */
export interface SlotSecrets {
  readonly kind: SlotKind;
  readonly seed: Bytes;
  readonly macKey: Bytes;
}

/** What a slot belongs to. `identity` is the identity hash at the time the slot was made. */
export interface SlotPlace {
  readonly account: AccountId;
  readonly slot: SlotId;
  readonly identity: Hash;
}

/** One way to reach an account key (spec/keys.md, Slots). */
export interface SealedSlot {
  /** X-Wing public key, 1,216 bytes. */
  readonly key: Bytes;
  /** The account key wrapped to it, 1,168 bytes. */
  readonly wrap: Bytes;
  /** 32 bytes, which only the factor could make. */
  readonly mac: Bytes;
}

const EXPORT_KEY = 64;
const NO_SALT = new Uint8Array();

/**
 * The slot of a password: what OPAQUE exports and the secret key, together, so
 * that a server's whole disk and the password open nothing.
 * @param exportKey 64 bytes
 * @param secretKey 32 bytes
 */
export function passwordSlot(exportKey: Uint8Array, secretKey: Uint8Array): SlotSecrets {
  requireLength(exportKey, EXPORT_KEY, "an export key");
  requireLength(secretKey, 32, "a secret key");
  return secretsOf("password", concat(exportKey, secretKey));
}

/** The slot of a kit code. @param kit 32 bytes */
export function kitSlot(kit: Uint8Array): SlotSecrets {
  requireLength(kit, 32, "a kit code");
  return secretsOf("kit", kit);
}

/** The slot of a passkey. @param prf 32 bytes of its PRF over `passkeyPrfInput` */
export function passkeySlot(prf: Uint8Array): SlotSecrets {
  requireLength(prf, 32, "the output of a passkey's PRF");
  return secretsOf("passkey", prf);
}

/** The Ed25519 seed that a kit signs in with: another label, so it tells nothing about the slot. */
export function kitLoginSeed(kit: Uint8Array): Bytes {
  requireLength(kit, 32, "a kit code");
  return hkdfSha256(kit, NO_SALT, utf8(`${SUITE} kit login`));
}

/** Seals an account key into a slot. @param accountKey 32 bytes */
export async function sealSlot(
  secrets: SlotSecrets,
  place: SlotPlace,
  accountKey: Uint8Array,
): Promise<SealedSlot> {
  requireLength(accountKey, 32, "an account key");
  const key = await xwingPublicKey(secrets.seed);
  const wrap = await wrapTo(key, wrapContext(secrets, place), accountKey);
  return { key, wrap, mac: macOf(secrets, place, key, wrap) };
}

/**
 * The account key of a slot. The MAC comes first: anybody can wrap to a public
 * key, so without it a server could hand over an account of its own making.
 * @throws CryptoError `cannot-open`
 */
export async function openSlot(
  secrets: SlotSecrets,
  place: SlotPlace,
  { key, wrap, mac }: SealedSlot,
): Promise<Bytes> {
  if (!equalSecret(macOf(secrets, place, key, wrap), mac)) cannotOpen();
  const accountKey = await openWrap(secrets.seed, wrapContext(secrets, place), wrap);
  if (accountKey.length !== 32) cannotOpen();
  return accountKey;
}

function secretsOf(kind: SlotKind, factor: Uint8Array): SlotSecrets {
  return {
    kind,
    seed: hkdfSha256(factor, NO_SALT, utf8(`${SUITE} slot seed ${kind}`)),
    macKey: hkdfSha256(factor, NO_SALT, utf8(`${SUITE} slot mac ${kind}`)),
  };
}

function wrapContext({ kind }: SlotSecrets, { account, slot }: SlotPlace): Bytes {
  return context("slot", account, slot, kind);
}

function macOf(
  { kind, macKey }: SlotSecrets,
  { account, slot, identity }: SlotPlace,
  key: Uint8Array,
  wrap: Uint8Array,
): Bytes {
  const hash = fromBase64url(identity);
  return hmacSha256(macKey, context("slot mac", account, slot, kind, key, hash, sha256(wrap)));
}
