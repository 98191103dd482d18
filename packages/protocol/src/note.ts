import { type Bytes, concat, fromBase64url, sameBytes, toBase64url, utf8 } from "./bytes.ts";
import { malformed, ProtocolError } from "./errors.ts";
import type { SigningKey } from "./ids.ts";
import { sha256 } from "./sha256.ts";
import { verifyBytes } from "./statement.ts";

// C2SP signed-note. Text, an empty line, and lines of signatures that each begin with an em dash.

const DASH = "— ";
/** Lines under one note. */
export const MOST_SIGNATURES = 16;
const MOST_LENGTH = 16_384;
const NAME = /^[^\s+]+$/u;
const ED25519 = 1;

/** One line under a note. */
export interface NoteSignature {
  /** The key's name. */
  readonly name: string;
  /** Its id, 4 bytes. */
  readonly id: Bytes;
  readonly signature: Bytes;
}

/** A signed note, taken apart. Nothing in it is believed before a signature is checked. */
export interface Note {
  /** What is signed, with its final line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Takes a note apart. @throws ProtocolError `malformed` */
export function parseNote(note: unknown): Note {
  if (typeof note !== "string" || note.length > MOST_LENGTH) malformed("note", "is not a note");
  if (!isPlain(note)) malformed("note", "holds what is no text");
  const at = note.lastIndexOf("\n\n");
  if (at < 1 || !note.endsWith("\n")) malformed("note", "has no signatures");
  const lines = note.slice(at + 2, -1).split("\n");
  if (lines.length > MOST_SIGNATURES) malformed("note", "has too many signatures");
  return { text: note.slice(0, at + 1), signatures: lines.map(parseLine) };
}

/** No control character but line feeds, and nothing that UTF-8 has no form for. */
function isPlain(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if ((code < 0x20 && character !== "\n") || (code >= 0xd800 && code <= 0xdfff)) return false;
  }
  return true;
}

/** The note as it is handed out. */
export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatLine).join("")}`;
}

/** One line of a signature, with its line feed. */
export function formatLine({ name, id, signature }: NoteSignature): string {
  return `${DASH}${name} ${toBase64(concat(id, signature))}\n`;
}

function parseLine(line: string): NoteSignature {
  const [dash, name, text, ...more] = line.split(" ");
  if (dash !== "—" || name === undefined || text === undefined || more.length > 0)
    malformed("note", "has a line that is no signature");
  if (!NAME.test(name)) malformed("note", "names a key that has no name");
  const bytes = fromBase64(text, "note");
  if (bytes.length < 5) malformed("note", "has a signature that is too short");
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/**
 * The id of a key under a name.
 * @param type 1 for Ed25519 over the text; 4 for the cosignature of a witness (tlog-cosignature)
 */
export function noteKeyId(name: string, key: SigningKey, type: number = ED25519): Bytes {
  return sha256(concat(utf8(`${name}\n`), new Uint8Array([type]), fromBase64url(key))).slice(0, 4);
}

/**
 * Whether a key signed the note's text with Ed25519. A line that bears its name and id and a
 * wrong signature refuses the note; lines of others are ignored.
 * @throws ProtocolError `signature-refused`
 */
export async function isSignedBy(note: Note, name: string, key: SigningKey): Promise<boolean> {
  const id = noteKeyId(name, key);
  const lines = note.signatures.filter((each) => each.name === name && sameBytes(each.id, id));
  for (const { signature } of lines) {
    if (!(await verifyBytes(key, signature, utf8(note.text))))
      throw new ProtocolError("signature-refused", "a signature of the note does not hold");
  }
  return lines.length > 0;
}

/** Base 64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  const text = toBase64url(bytes).replaceAll("-", "+").replaceAll("_", "/");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** The bytes of base 64 in its one form. @throws ProtocolError `malformed` */
export function fromBase64(text: string, field: string): Bytes {
  if (/[-_]/.test(text)) malformed(field, "is not base64");
  const bytes = fromBase64url(
    text
      .replace(/={1,2}$/, "")
      .replaceAll("+", "-")
      .replaceAll("/", "_"),
    field,
  );
  if (toBase64(bytes) !== text) malformed(field, "is not base64");
  return bytes;
}
