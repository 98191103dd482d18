import { sameBytes, utf8 } from "./bytes.ts";
import { malformed, ProtocolError } from "./errors.ts";
import type { SigningKey } from "./ids.ts";
import { type Note, type NoteSignature, noteKeyId } from "./note.ts";
import { verifyBytes } from "./statement.ts";

/** The key type of a cosignature in a note (C2SP tlog-cosignature). */
const COSIGNATURE = 4;
/** So many witnesses of different operators make a quorum. */
export const QUORUM = 3;

/** A witness, as whoever counts on it knows it. */
export interface Witness {
  /** The name of its key. */
  readonly name: string;
  readonly key: SigningKey;
  /** Who runs it: two witnesses of one operator count once. */
  readonly operator: string;
}

/** What a witness signs under a checkpoint: it saw the log grow to here by `seconds`. */
export function cosignedText(text: string, seconds: number): string {
  return `cosignature/v1\ntime ${seconds}\n${text}`;
}

/** The line of a cosignature, before it is written down. */
export function cosignatureLine(
  { name, key }: Pick<Witness, "name" | "key">,
  seconds: number,
  signature: Uint8Array,
): NoteSignature {
  const bytes = new Uint8Array(8 + signature.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(seconds));
  bytes.set(signature, 8);
  return { name, id: noteKeyId(name, key, COSIGNATURE), signature: bytes };
}

/**
 * When a witness cosigned the note, in milliseconds; undefined where it did not.
 * @throws ProtocolError `signature-refused` for a line in its name that does not hold
 */
export async function cosignedAt(
  note: Note,
  { name, key }: Pick<Witness, "name" | "key">,
): Promise<number | undefined> {
  const id = noteKeyId(name, key, COSIGNATURE);
  const line = note.signatures.find((each) => each.name === name && sameBytes(each.id, id));
  if (line === undefined) return undefined;
  const { signature } = line;
  if (signature.length !== 72) malformed("cosignature", "is not 72 bytes");
  const view = new DataView(signature.buffer, signature.byteOffset, 8);
  const seconds = Number(view.getBigUint64(0));
  if (!Number.isSafeInteger(seconds * 1000)) malformed("cosignature", "has no time");
  const signed = utf8(cosignedText(note.text, seconds));
  if (!(await verifyBytes(key, new Uint8Array(signature.slice(8)), signed)))
    throw new ProtocolError("signature-refused", "a cosignature does not hold");
  return seconds * 1000;
}

/** Witnesses of how many operators cosigned, and whether they are enough. */
export interface Quorum {
  readonly witnesses: readonly { readonly name: string; readonly at: number }[];
  readonly operators: number;
  readonly quorum: "reached" | "none";
}

/** Which of the witnesses cosigned a note. */
export async function quorumOf(note: Note, known: readonly Witness[]): Promise<Quorum> {
  const found = await Promise.all(
    known.map(async (each) => ({ ...each, at: await cosignedAt(note, each) })),
  );
  const witnesses = found.flatMap(({ name, at, operator }) =>
    at === undefined ? [] : [{ name, at, operator }],
  );
  const operators = new Set(witnesses.map(({ operator }) => operator)).size;
  return {
    witnesses: witnesses.map(({ name, at }) => ({ name, at })),
    operators,
    quorum: operators >= QUORUM ? "reached" : "none",
  };
}
