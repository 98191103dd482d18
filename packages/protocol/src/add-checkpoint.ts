import type { Bytes } from "./bytes.ts";
import { malformed } from "./errors.ts";
import { fromBase64, type NoteSignature, parseNote, toBase64 } from "./note.ts";

// C2SP tlog-witness, add-checkpoint: what a log asks of a witness, and what comes back
// (spec/witness.md).

const SIZE = /^(0|[1-9][0-9]{0,15})$/;
const MOST_HASHES = 63;
const MOST_BODY = 32_768;

/** The type of the answer that says how far a witness has seen the log. */
export const SIZE_TYPE = "text/x.tlog.size";

/** A log asks to be cosigned: this checkpoint goes on from the tree of `old` leaves. */
export interface AddCheckpoint {
  readonly old: number;
  /** The consistency proof, empty from 0. */
  readonly hashes: readonly Bytes[];
  /** The signed note, byte for byte. */
  readonly checkpoint: string;
}

/** The body of the request. */
export function formatAddCheckpoint({ old, hashes, checkpoint }: AddCheckpoint): string {
  const lines = [`old ${old}`, ...hashes.map(toBase64)];
  return `${lines.join("\n")}\n\n${checkpoint}`;
}

/** Reads the body of a request; neither proof nor note is checked here. @throws ProtocolError `malformed` */
export function parseAddCheckpoint(body: unknown): AddCheckpoint {
  if (typeof body !== "string" || body.length > MOST_BODY) malformed("request", "is too long");
  const at = body.indexOf("\n\n");
  const [first = "", ...hashes] = body.slice(0, Math.max(at, 0)).split("\n");
  if (!first.startsWith("old ")) malformed("request.old", "is missing");
  if (hashes.length > MOST_HASHES) malformed("request.hashes", "are too many");
  return {
    old: sizeIn(first.slice("old ".length), "request.old"),
    hashes: hashes.map((hash) => {
      const bytes = fromBase64(hash, "request.hashes");
      return bytes.length === 32 ? bytes : malformed("request.hashes", "are not 32 bytes");
    }),
    checkpoint: body.slice(at + 2),
  };
}

/** The lines a witness answers with; whose they are and whether they hold is not checked here. @throws ProtocolError `malformed` */
export function parseCosignatures(answer: unknown, text: string): readonly NoteSignature[] {
  if (typeof answer !== "string") malformed("cosignatures", "are no text");
  const note = parseNote(`${text}\n${answer}`);
  if (note.text !== text) malformed("cosignatures", "hold more than lines of signatures");
  return note.signatures;
}

/** How far a witness says that it has seen the log. @throws ProtocolError `malformed` */
export function parseSeenSize(answer: unknown): number {
  const text = typeof answer === "string" ? answer : "";
  if (!text.endsWith("\n")) malformed("size", "is not a line");
  return sizeIn(text.slice(0, -1), "size");
}

function sizeIn(text: string, field: string): number {
  const size = Number(SIZE.test(text) ? text : Number.NaN);
  return Number.isSafeInteger(size) ? size : malformed(field, "is not a number in its one form");
}
