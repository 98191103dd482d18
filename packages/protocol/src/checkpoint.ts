import type { Bytes } from "./bytes.ts";
import { fromBase64url } from "./bytes.ts";
import { malformed, ProtocolError } from "./errors.ts";
import { type Hash, hashOf } from "./ids.ts";
import { type LogKeys, originOf } from "./log-key.ts";
import { fromBase64, isSignedBy, type Note, parseNote, toBase64 } from "./note.ts";
import type { TreeRoot } from "./proof.ts";

// C2SP tlog-checkpoint without extension lines, and tlog-proof: spec/log.md, Checkpoint and Proofs.

const SIZE = /^(0|[1-9][0-9]{0,15})$/;
const PROOF = "c2sp.org/tlog-proof@v1";
const MOST_HASHES = 63;

/** What a checkpoint's text says. */
export interface Checkpoint {
  readonly origin: string;
  /** Number of leaves. */
  readonly size: number;
  readonly root: Hash;
}

/** The text that is signed. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(fromBase64url(root))}\n`;
}

/** Reads the text of a checkpoint in its one form. @throws ProtocolError `malformed` */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split("\n");
  if (end !== "" || more.length > 0) malformed("checkpoint", "does not have three lines");
  if (origin === undefined || origin === "") malformed("checkpoint.origin", "is missing");
  return {
    origin,
    size: parseSize(size, "checkpoint.size"),
    root: hashOf(fromBase64(root ?? "", "checkpoint.root")),
  };
}

/** The tree of a checkpoint, as proofs are checked against it. */
export function treeOf({ size, root }: Checkpoint): TreeRoot {
  return { size, root: fromBase64url(root) };
}

/**
 * Reads a checkpoint that the log signed with the key in force at its size.
 * @throws ProtocolError `malformed`, `signature-refused`, `fork` for another log's
 */
export async function openCheckpoint(
  note: unknown,
  keys: LogKeys,
): Promise<Checkpoint & { readonly note: Note }> {
  const parsed = parseNote(note);
  const checkpoint = parseCheckpoint(parsed.text);
  const origin = originOf(keys.log);
  if (checkpoint.origin !== origin)
    throw new ProtocolError("fork", "the checkpoint is another log's", { field: "origin" });
  for (const { key, size, until } of keys.lives) {
    const inForce = checkpoint.size >= (size === 0 ? 0 : size + 1);
    if (!inForce || (until !== undefined && checkpoint.size > until.size)) continue;
    if (await isSignedBy(parsed, origin, key)) return { ...checkpoint, note: parsed };
  }
  throw new ProtocolError("signature-refused", "the checkpoint is not signed by the log");
}

/** What one entry's place is proven with, for whoever has its leaf. */
export interface EntryProof {
  readonly index: number;
  /** From the leaf's sibling upwards. */
  readonly hashes: readonly Bytes[];
  /** The signed note, byte for byte. */
  readonly checkpoint: string;
}

/** The proof as a text (tlog-proof). */
export function formatEntryProof({ index, hashes, checkpoint }: EntryProof): string {
  const lines = [PROOF, `index ${index}`, ...hashes.map(toBase64)];
  return `${lines.join("\n")}\n\n${checkpoint}`;
}

/** Reads a proof; neither proof nor checkpoint is checked here. @throws ProtocolError `malformed` */
export function parseEntryProof(text: string): EntryProof {
  const at = text.indexOf("\n\n");
  const [first, second, ...hashes] = text.slice(0, at).split("\n");
  if (at < 0 || first !== PROOF) malformed("proof", "is not a tlog-proof");
  if (second?.startsWith("index ") !== true) malformed("proof.index", "is missing");
  if (hashes.length > MOST_HASHES) malformed("proof.hashes", "are too many");
  return {
    index: parseSize(second.slice("index ".length), "proof.index"),
    hashes: hashes.map((hash) => {
      const bytes = fromBase64(hash, "proof.hashes");
      return bytes.length === 32 ? bytes : malformed("proof.hashes", "are not 32 bytes");
    }),
    checkpoint: text.slice(at + 2),
  };
}

function parseSize(text: string | undefined, field: string): number {
  const size = Number(SIZE.test(text ?? "") ? text : Number.NaN);
  return Number.isSafeInteger(size) ? size : malformed(field, "is not a number in its one form");
}
