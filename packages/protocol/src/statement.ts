import { verifyBytes } from "#ed25519";
import { type Bytes, fromBase64url, fromUtf8, toBase64url, utf8 } from "./bytes.ts";
import { canonicalJson, type Json, parseCanonical } from "./canonical.ts";
import { SUITE } from "./context.ts";
import { malformed, ProtocolError } from "./errors.ts";
import { digestOf, type Hash, type SigningKey, type Statement } from "./ids.ts";

export { verifyBytes };

/** Every kind of signed fact; the page of each is named in spec/encoding.md. */
export const STATEMENT_KINDS = [
  "account",
  "space",
  "revision",
  "rewrap",
  "read",
  "acceptance",
  "deposit",
  "head",
  "receipt",
  "log-key",
  "succession",
  "export",
  "sign-in",
] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

/** Longest statement, in characters. */
export const MAX_STATEMENT = 262_144;

/** A statement taken apart. Nothing in it is believed before `checkSignature`. */
export interface ParsedStatement {
  readonly kind: StatementKind;
  readonly statement: Statement;
  /** Canonical JSON, not yet checked against the page of its kind. */
  readonly payload: Json;
  /** SHA-256 of what is signed: the statement's name in its chain. */
  readonly hash: Hash;
  /** ASCII of `header "." payload`. */
  readonly signingInput: Bytes;
  /** 64 bytes. */
  readonly signature: Bytes;
}

const HEADERS = new Map<StatementKind, string>(
  STATEMENT_KINDS.map((kind) => [
    kind,
    toBase64url(utf8(`{"alg":"Ed25519","typ":"${SUITE}.${kind}"}`)),
  ]),
);

/** The encoded header of a kind: the only one accepted for it. */
export function headerFor(kind: StatementKind): string {
  return HEADERS.get(kind) ?? malformed("kind", "is not a kind of statement");
}

/** What the signer signs: ASCII of `header "." payload`. */
export function signingInputFor(kind: StatementKind, payload: Json): string {
  return `${headerFor(kind)}.${toBase64url(utf8(canonicalJson(payload)))}`;
}

/** The statement made of its signing input and a 64-byte signature. */
export function assembleStatement(signingInput: string, signature: Uint8Array): Statement {
  if (signature.length !== 64) malformed("signature", "is not 64 bytes");
  return `${signingInput}.${toBase64url(signature)}` as Statement;
}

/**
 * Takes a statement of the expected kind apart, in the one strict form of
 * spec/encoding.md. The signature is not checked here.
 * @throws ProtocolError `malformed`
 */
export function parseStatement(kind: StatementKind, value: unknown): ParsedStatement {
  if (typeof value !== "string") malformed("statement", "is not text");
  if (value.length > MAX_STATEMENT) malformed("statement", "is too long");
  const parts = value.split(".");
  const [header, payload, signature] = parts;
  if (
    parts.length !== 3 ||
    header === undefined ||
    payload === undefined ||
    signature === undefined
  ) {
    malformed("statement", "does not have three parts");
  }
  if (header !== headerFor(kind)) malformed("header", `is not that of a statement of kind ${kind}`);
  const signatureBytes = fromBase64url(signature, "signature");
  if (signatureBytes.length !== 64) malformed("signature", "is not 64 bytes");
  // Out of the text as it came: one put together anew would first be copied.
  const signingInput = utf8(value.slice(0, header.length + 1 + payload.length));
  return {
    kind,
    statement: value as Statement,
    payload: parseCanonical(fromUtf8(fromBase64url(payload, "payload"), "payload")),
    hash: digestOf(signingInput),
    signingInput,
    signature: signatureBytes,
  };
}

/**
 * Checks the signature under a key that the caller took from a chain, never
 * from the statement (RFC 8032, strict as WebCrypto has it).
 * @throws ProtocolError `signature-refused`
 */
export async function checkSignature(parsed: ParsedStatement, key: SigningKey): Promise<void> {
  if (!(await verifyBytes(key, parsed.signature, parsed.signingInput))) {
    throw new ProtocolError(
      "signature-refused",
      `the ${parsed.kind} statement is not signed by the key expected`,
    );
  }
}
