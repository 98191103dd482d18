import { concat, fromBase64url, toBase64url } from "./bytes.ts";
import { type ContextPart, context } from "./context.ts";
import { malformed } from "./errors.ts";
import { type AccountId, type Hash, hashOf, parseId, type RendezvousId } from "./ids.ts";

const PREFIX = "ecrin-1:handshake:";
/** Crockford's base 32: no I, L, O or U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Characters of a short code. */
export const SHORT_CODE = 8;
/** What the six digits are for, in spec/short-code.md's terms. */
export const HANDSHAKE = "handshake";

/** Who shows a code, where to meet them, and until when (spec/handshake.md). */
export interface ShownFacts {
  readonly rendezvous: RendezvousId;
  readonly account: AccountId;
  readonly identity: Hash;
  readonly until: number;
}

/** The facts of whoever shows. */
export function factsOfHost({ rendezvous, account, identity, until }: ShownFacts): ContextPart[] {
  return [rendezvous, account, fromBase64url(identity), until];
}

/** The facts of whoever scans or types. */
export function factsOfGuest(guest: {
  readonly account: AccountId;
  readonly identity: Hash;
}): ContextPart[] {
  return [guest.account, fromBase64url(guest.identity)];
}

/** What a name is bound to when it is sealed for the other. */
export function handshakeNameContext(rendezvous: RendezvousId, sender: AccountId) {
  return context("handshake name", rendezvous, sender);
}

/** The text of the QR code: public facts, and no address. */
export function handshakeCode({ rendezvous, account, identity }: Omit<ShownFacts, "until">) {
  return (
    PREFIX +
    toBase64url(concat(fromBase64url(rendezvous), fromBase64url(account), fromBase64url(identity)))
  );
}

/** A code as it was scanned, or a short one as it was typed. */
export type ScannedCode =
  | Omit<ShownFacts, "until">
  /** Eight characters, which say where to meet and nothing else. */
  | { readonly short: string };

/**
 * Reads what was scanned, pasted or typed.
 * @throws ProtocolError `malformed`
 */
export function parseHandshakeCode(text: string): ScannedCode {
  const bare = text.replace(/\s+/g, "");
  if (!bare.startsWith(PREFIX)) return { short: parseShort(bare) };
  const bytes = fromBase64url(bare.slice(PREFIX.length), "code");
  if (bytes.length !== 64) return malformed("code", "is not a whole code");
  return {
    rendezvous: parseId<"rendezvous">(toBase64url(bytes.slice(0, 16)), "code"),
    account: parseId<"account">(toBase64url(bytes.slice(16, 32)), "code"),
    identity: hashOf(bytes.slice(32)),
  };
}

/** Eight characters in any case, with or without hyphens, I and L as 1 and O as 0. */
function parseShort(text: string): string {
  const code = text.toUpperCase().replace(/[-.–]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");
  const isCode = code.length === SHORT_CODE && [...code].every((each) => ALPHABET.includes(each));
  return isCode ? code : malformed("code", "is not a code");
}

/** A short code of these five bytes. */
export function shortCodeOf(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes.subarray(0, 5)) value = (value << 8n) | BigInt(byte);
  return Array.from({ length: SHORT_CODE }, (_, i) =>
    ALPHABET.charAt(Number((value >> BigInt(5 * (SHORT_CODE - 1 - i))) & 31n)),
  ).join("");
}
