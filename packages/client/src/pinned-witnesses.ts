import {
  type Checkpoint,
  COSIGNATURE,
  cosignedAt,
  fromBase64url,
  type LogKeys,
  malformed,
  type Note,
  neededOf,
  openCheckpoint,
  parseAs,
  parseVerifierKey,
  provesConsistency,
  type RouteAnswer,
  treeOf,
  type Witness,
  witnessesField,
  witnessesFile,
} from "@ecrin/protocol";
import { ClientError, opening } from "./errors.ts";
import type { Unlocked } from "./unlocked.ts";

// Witnesses that whoever owns the account has chosen (spec/witness.md, Pinned witnesses). The log
// they see is the log that is followed, or it is an alarm.

/** What the pinned witnesses have seen of the log. */
export interface Witnessed {
  /** Leaves under the checkpoint that a quorum of them cosigned. */
  readonly size: number;
  /** The latest time by which a quorum had. */
  readonly at: number;
  readonly operators: number;
  readonly needed: number;
}

/** A day, and an hour for asking. */
const MOST_AGE = 25 * 3_600_000;

/** The witnesses that this account counts on. */
export function pinnedWitnesses(u: Unlocked): readonly Witness[] {
  return u.keyring.contents().witnesses ?? [];
}

/**
 * A witness by the line that it publishes, its verifier key, and whoever is said to run it.
 * @throws ProtocolError `malformed` at `vkey`, for the key of a log too, or at `operator`
 */
export function readWitness(line: string, operator: string): Witness {
  const { name, type, key } = parseVerifierKey(line);
  if (type !== COSIGNATURE) malformed("vkey", "is not a key of cosignatures");
  const [witness] = parseAs(witnessesField, [{ name, key, operator }], "witness");
  return witness ?? malformed("witness", "is none");
}

/**
 * A list of witnesses in the form of an export's log/witnesses.json, laid out as one likes.
 * @throws ProtocolError `malformed`
 */
export function readWitnessList(text: string): readonly Witness[] {
  const { witnesses } = parseAs(witnessesFile, jsonIn(text), "witnesses");
  // Escapes in JSON can write half a character, which no statement may hold.
  const isText = ({ name, operator }: Witness) => name.isWellFormed() && operator.isWellFormed();
  if (!witnesses.every(isText)) malformed("witnesses", "has a lone surrogate");
  return witnesses;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return malformed("witnesses", "is not JSON");
  }
}

/** Of how many operators these are, and how many of them must have cosigned. */
export function quorumAmong(witnesses: readonly Witness[]): {
  readonly operators: number;
  readonly needed: number;
} {
  const operators = new Set(witnesses.map(({ operator }) => operator)).size;
  return { operators, needed: neededOf(witnesses) };
}

/**
 * Counts on these witnesses from now on, on every device; on none with an empty list.
 * @throws ProtocolError `malformed` for a name or key twice, or more than fifteen
 */
export async function pinWitnesses(u: Unlocked, given: readonly Witness[]): Promise<void> {
  const pinned = parseAs(
    witnessesField,
    given.map(({ name, key, operator }) => ({ name, key, operator })),
    "witnesses",
  );
  await u.keyring.update(({ witnesses: _, ...keyring }) => ({
    ...keyring,
    ...(pinned.length === 0 ? {} : { witnesses: pinned }),
  }));
}

/**
 * What the service says that its witnesses have cosigned; undefined where none are pinned. Asked
 * before the newest checkpoint, which then is no older.
 */
export async function askWitnessed(u: Unlocked): Promise<RouteAnswer<"logWitnesses"> | undefined> {
  return pinnedWitnesses(u).length === 0 ? undefined : await u.http.call("logWitnesses");
}

/**
 * Whether a quorum of the pinned witnesses saw the history that this checkpoint goes on from, and
 * lately.
 * @throws ClientError `fork`, `not-witnessed`
 */
export async function checkWitnessed(
  u: Unlocked,
  { witnessed }: RouteAnswer<"logWitnesses">,
  newest: Checkpoint,
  keys: LogKeys,
): Promise<Witnessed> {
  const pinned = pinnedWitnesses(u);
  if (witnessed === undefined) throw notWitnessed();
  const seen = await opening(() => openCheckpoint(witnessed, keys), "fork");
  const counted = await opening(() => countedOn(seen.note, pinned), "fork");
  const { at } = counted;
  if (at === undefined || u.now() - at > MOST_AGE) throw notWitnessed();
  await checkGoesOn(u, seen, newest);
  return { ...counted, at, size: seen.size };
}

/** When so many operators as make a quorum had cosigned; undefined where they have not. */
async function countedOn(note: Note, pinned: readonly Witness[]) {
  const last = new Map<string, number>();
  for (const witness of pinned) {
    const at = await cosignedAt(note, witness);
    if (at !== undefined) last.set(witness.operator, Math.max(at, last.get(witness.operator) ?? 0));
  }
  const needed = neededOf(pinned);
  const latest = [...last.values()].sort((a, b) => b - a);
  return { at: latest[needed - 1], operators: last.size, needed };
}

async function checkGoesOn(u: Unlocked, seen: Checkpoint, newest: Checkpoint): Promise<void> {
  const [older, newer] = [treeOf(seen), treeOf(newest)];
  if (older.size > newer.size) throw another();
  const query = { from: older.size, to: newer.size };
  const hashes =
    older.size === newer.size
      ? []
      : (await opening(() => u.http.call("logConsistency", { query }))).hashes;
  const proof = hashes.map((hash) => fromBase64url(hash));
  if (!provesConsistency(older, newer, proof)) throw another();
}

function another(): ClientError {
  return new ClientError("fork", "the log is another than the one its witnesses have seen");
}

/** What a log is that the pinned witnesses have not seen, or not lately. */
export function notWitnessed(): ClientError {
  return new ClientError(
    "not-witnessed",
    "no quorum of the pinned witnesses has seen this log lately",
  );
}
