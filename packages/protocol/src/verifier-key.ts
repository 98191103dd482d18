import { concat, fromBase64url, toBase64url } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { parseSigningKey, type SigningKey } from "./ids.ts";
import { fromBase64, noteKeyId, toBase64 } from "./note.ts";

// C2SP signed-note, Verifier keys: `NAME+ID+KEY`, the id in hexadecimal, the key in base64 behind
// the byte of its type.

const FORM = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u;

/** A key of a note, as its owner publishes it. */
export interface VerifierKey {
  readonly name: string;
  /** 1: Ed25519 over the text; 4: cosignatures of a witness. */
  readonly type: number;
  readonly key: SigningKey;
}

/** Reads a verifier key of an Ed25519 key. @throws ProtocolError `malformed` */
export function parseVerifierKey(text: unknown, field = "vkey"): VerifierKey {
  const [, name, id, body] = FORM.exec(typeof text === "string" ? text : "") ?? [];
  if (name === undefined || id === undefined || body === undefined)
    malformed(field, "is not a verifier key");
  const bytes = fromBase64(body, field);
  const type = bytes[0];
  if (bytes.length !== 33 || type === undefined) malformed(field, "is not of an Ed25519 key");
  const read = { name, type, key: parseSigningKey(toBase64url(bytes.slice(1)), field) };
  if (formatVerifierKey(read) !== text) malformed(field, "has the id of another key");
  return read;
}

/** Writes it. */
export function formatVerifierKey({ name, type, key }: VerifierKey): string {
  const id = [...noteKeyId(name, key, type)].map((byte) => byte.toString(16).padStart(2, "0"));
  const body = concat(new Uint8Array([type]), fromBase64url(key));
  return `${name}+${id.join("")}+${toBase64(body)}`;
}
