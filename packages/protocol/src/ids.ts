import type { $brand } from "zod/v4/core";
import { fromBase64url, toBase64url } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { sha256Text } from "./sha256.ts";

type Branded<T, Name extends string> = T & $brand<Name>;

/** 16 random bytes as 22 characters of base64url. The server learns nothing from an id. */
export type Id<Name extends string> = Branded<string, Name>;

/** A person or organisation that can sign in. */
export type AccountId = Id<"account">;
/** A place where an account is unlocked. */
export type DeviceId = Id<"device">;
/** A sealed container with members. */
export type SpaceId = Id<"space">;
/** One thing in a space. */
export type ItemId = Id<"item">;
/** One immutable version of an item. */
export type RevisionId = Id<"revision">;
/** One way to reach an account key. */
export type SlotId = Id<"slot">;
/** An invitation to become a contact. */
export type InvitationId = Id<"invitation">;
/** A journal's tree, named after its first key (spec/log.md). */
export type LogId = Id<"log">;
/** Something given to the owners and managers of a space. */
export type DepositId = Id<"deposit">;
/** Where two people meet who are in one room (spec/handshake.md). */
export type RendezvousId = Id<"rendezvous">;
/** An attempt to sign in. */
export type SignInId = Id<"sign-in">;
/** A new device that asks to be let in by another. */
export type ApprovalId = Id<"approval">;

/** 32 bytes of SHA-256, or a commitment by HMAC-SHA256, as 43 characters. */
export type Hash = Branded<string, "hash">;
/** An Ed25519 public key (RFC 8032), 32 bytes as 43 characters. */
export type SigningKey = Branded<string, "signing key">;
/** An X-Wing public key, 1,216 bytes as 1,622 characters. */
export type SealingKey = Branded<string, "sealing key">;
/** A compact JWS of one of the kinds in spec/encoding.md. */
export type Statement = Branded<string, "statement">;
/** Milliseconds since 1970-01-01 UTC. */
export type Time = number;

/** A fresh id. */
export function newId<Name extends string>(): Id<Name> {
  return toBase64url(crypto.getRandomValues(new Uint8Array(16))) as Id<Name>;
}

/** The id of these 16 bytes, or of this text; anything else is refused, naming `field`. */
export function parseId<Name extends string>(value: unknown, field: string): Id<Name> {
  if (typeof value !== "string" || value.length !== 22) malformed(field, "is not an id");
  fromBase64url(value, field);
  return value as Id<Name>;
}

function ofLength(value: unknown, characters: number, bytes: number, field: string): string {
  if (typeof value !== "string" || value.length !== characters)
    malformed(field, `is not ${bytes} bytes`);
  fromBase64url(value, field);
  return value;
}

/** A hash from its text or its 32 bytes. */
export function parseHash(value: unknown, field: string): Hash {
  return ofLength(value, 43, 32, field) as Hash;
}

/** The text of a 32-byte hash. */
export function hashOf(bytes: Uint8Array): Hash {
  if (bytes.length !== 32) malformed("hash", "is not 32 bytes");
  return toBase64url(bytes) as Hash;
}

/** SHA-256 of bytes, or of a text in UTF-8, as text: what a ciphertext or a statement is named by. */
export function digestOf(of: Uint8Array | string): Hash {
  return sha256Text(of) as Hash;
}

/** A signing key from its text. Whether it is a point of the curve shows when it is used. */
export function parseSigningKey(value: unknown, field: string): SigningKey {
  return ofLength(value, 43, 32, field) as SigningKey;
}

/** A sealing key from its text. */
export function parseSealingKey(value: unknown, field: string): SealingKey {
  return ofLength(value, 1622, 1216, field) as SealingKey;
}
