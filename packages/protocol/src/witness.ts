import * as z from "zod/mini";
import { sameBytes, utf8 } from "./bytes.ts";
import { malformed, ProtocolError } from "./errors.ts";
import { signingKeyField } from "./fields.ts";
import { MOST_SIGNATURES, type Note, type NoteSignature, noteKeyId } from "./note.ts";
import { verifyBytes } from "./statement.ts";

/** The key type of a cosignature in a note (C2SP tlog-cosignature). */
export const COSIGNATURE = 4;
/** Fewer operators than this are never a quorum. */
export const QUORUM = 3;
/** Of a note's lines one is the log's. */
const MOST_WITNESSES = MOST_SIGNATURES - 1;

const witnessField = z.strictObject({
  /** The name of its key. */
  name: z.string().check(z.maxLength(200), z.regex(/^[^\s+]+$/u)),
  key: signingKeyField,
  /** Who runs it: two witnesses of one operator count once. */
  operator: z.string().check(z.minLength(1), z.maxLength(80)),
});

/** A witness, as whoever counts on it knows it. */
export type Witness = z.infer<typeof witnessField>;

/** Witnesses, no name and no key among them twice: one key would count as several operators. */
export const witnessesField = z
  .array(witnessField)
  .check(z.maxLength(MOST_WITNESSES), z.refine(isDistinct));

function isDistinct(witnesses: readonly Witness[]): boolean {
  const names = new Set(witnesses.map(({ name }) => name));
  const keys = new Set(witnesses.map(({ key }) => key));
  return names.size === witnesses.length && keys.size === witnesses.length;
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

/** Whether a line bears a witness's name and the id of its key. */
export function isLineOf(
  { name, id }: NoteSignature,
  witness: Pick<Witness, "name" | "key">,
): boolean {
  return name === witness.name && sameBytes(id, noteKeyId(name, witness.key, COSIGNATURE));
}

/**
 * When a witness cosigned the note, in milliseconds, the last time if several; undefined where it
 * did not.
 * @throws ProtocolError `signature-refused` for a line in its name that does not hold
 */
export async function cosignedAt(
  note: Note,
  witness: Pick<Witness, "name" | "key">,
): Promise<number | undefined> {
  let last: number | undefined;
  for (const line of note.signatures.filter((each) => isLineOf(each, witness)))
    last = Math.max(last ?? 0, await openCosignature(note.text, line, witness));
  return last;
}

async function openCosignature(
  text: string,
  { signature }: NoteSignature,
  { key }: Pick<Witness, "key">,
): Promise<number> {
  if (signature.length !== 72) malformed("cosignature", "is not 72 bytes");
  const view = new DataView(signature.buffer, signature.byteOffset, 8);
  const seconds = Number(view.getBigUint64(0));
  // A time of 0 says nothing of which tree was the largest then.
  if (seconds === 0 || !Number.isSafeInteger(seconds * 1000))
    malformed("cosignature", "has no time");
  const signed = utf8(cosignedText(text, seconds));
  if (!(await verifyBytes(key, new Uint8Array(signature.slice(8)), signed)))
    throw new ProtocolError("signature-refused", "a cosignature does not hold");
  return seconds * 1000;
}

/** Witnesses of how many operators cosigned, and whether they are enough. */
export interface Quorum {
  readonly witnesses: readonly { readonly name: string; readonly at: number }[];
  readonly operators: number;
  /** So many operators make a quorum among these witnesses. */
  readonly needed: number;
  readonly quorum: "reached" | "none";
}

/**
 * How many operators must have cosigned: three, and more than half of those that are counted on.
 * Of two quorums among the same witnesses one operator at least is in both, so two histories need
 * one that lies.
 */
export function neededOf(known: readonly Pick<Witness, "operator">[]): number {
  const operators = new Set(known.map(({ operator }) => operator)).size;
  return Math.max(QUORUM, Math.floor(operators / 2) + 1);
}

/** Which of the witnesses cosigned a note. @throws ProtocolError for a line that does not hold */
export async function quorumOf(note: Note, known: readonly Witness[]): Promise<Quorum> {
  const found = await Promise.all(
    known.map(async (each) => ({ ...each, at: await cosignedAt(note, each) })),
  );
  const witnesses = found.flatMap(({ name, at, operator }) =>
    at === undefined ? [] : [{ name, at, operator }],
  );
  const operators = new Set(witnesses.map(({ operator }) => operator)).size;
  const needed = neededOf(known);
  return {
    witnesses: witnesses.map(({ name, at }) => ({ name, at })),
    operators,
    needed,
    quorum: operators >= needed ? "reached" : "none",
  };
}
