// A log that ended and the one that follows it, made by hand: trees of a few leaves, their proofs,
// and a service that tells of them.

import { type Signer, signBytes, signerFrom, signStatement } from "@ecrin/crypto";
import {
  type Bytes,
  canonicalJson,
  consistencySpans,
  entryCommitment,
  formatCheckpoint,
  formatNote,
  type Hash,
  hashOf,
  inclusionSpans,
  type Json,
  leafHash,
  logIdOf,
  newId,
  noteKeyId,
  originOf,
  parseSuccession,
  type ReadHashes,
  type RouteAnswer,
  type Statement,
  SUITE,
  sha256,
  spanRoot,
  spanRoots,
  type ToldEndedLog,
  utf8,
} from "@ecrin/protocol";

export const AT = 1_790_000_000_000;

/** A leaf that looks like any other. */
export function leafNamed(name: string): Bytes {
  return leafHash(sha256(utf8(name)));
}

/** The leaves as the lowest tile level: none of these trees has a full tile. */
function readOf(leaves: readonly Bytes[]): ReadHashes {
  return (level, from, to) =>
    level > 0 || to > leaves.length
      ? Promise.reject(new RangeError("the tree has no such hash"))
      : Promise.resolve(leaves.slice(from, to));
}

export async function rootOf(leaves: readonly Bytes[], size = leaves.length): Promise<Hash> {
  return hashOf(await spanRoot({ from: 0, to: size }, readOf(leaves)));
}

/** A checkpoint of a log over the first `size` leaves. */
export async function checkpointOf(
  signer: Signer,
  leaves: readonly Bytes[],
  size = leaves.length,
): Promise<string> {
  const origin = originOf(logIdOf(signer.publicKey));
  const text = formatCheckpoint({ origin, size, root: await rootOf(leaves, size) });
  const signature = await signBytes(signer, utf8(text));
  return formatNote({
    text,
    signatures: [{ name: origin, id: noteKeyId(origin, signer.publicKey), signature }],
  });
}

/** What one of the two logs may say otherwise than the truth. */
export interface Lie {
  readonly fact?: Readonly<Record<string, Json>>;
  readonly by?: Signer;
  /** The leaves of the new log before its own entry. */
  readonly kept?: readonly Bytes[];
  /** Leaves of the ended log, for its last checkpoint. */
  readonly before?: readonly Bytes[];
  readonly without?: boolean;
}

export interface EndedWorld {
  readonly one: Signer;
  readonly two: Signer;
  readonly told: RouteAnswer<"log">;
  readonly after: readonly Bytes[];
  call(route: string, ask: { query: Record<string, number> }): Promise<unknown>;
}

/** Of `before`, the first `kept` leaves are left; then the entry, then `more`. */
export async function endLog(
  before: readonly Bytes[],
  kept: number,
  lie: Lie = {},
): Promise<EndedWorld> {
  const one = await signerFrom(sha256(utf8("log one")));
  const two = await signerFrom(sha256(utf8("log two")));
  const left = lie.kept ?? before.slice(0, kept);
  const signed = lie.before ?? before;
  const fact = {
    suite: SUITE,
    log: logIdOf(one.publicKey),
    size: signed.length,
    root: await rootOf(signed),
    kept: { size: left.length, root: await rootOf(left) },
    next: two.publicKey,
    at: AT,
    ...lie.fact,
  };
  const statement = await signStatement("succession", fact, lie.by ?? one);
  const { size, root } = parseSuccession(statement).fact;
  const subject = logIdOf(two.publicKey);
  const about = {
    statement: parseSuccession(statement).hash,
    count: size - left.length,
    from: left.length,
    root,
  };
  const entry = canonicalJson({
    v: 1,
    subject,
    n: 0,
    at: AT,
    kind: "succession",
    actor: {},
    about,
  });
  const salt = sha256(utf8("salt"));
  const zero = hashOf(new Uint8Array(32));
  const told: ToldEndedLog = {
    first: one.publicKey,
    keys: [],
    statement: statement as Statement,
    checkpoint: await checkpointOf(one, signed),
    entry: { n: 0, index: left.length, salt: hashOf(salt), entry, before: zero, tag: zero },
  };
  const own = lie.without === true ? leafNamed("else") : leafHash(entryCommitment(salt, entry));
  const after = [...left, own, leafNamed(newId())];
  return {
    one,
    two,
    after,
    told: {
      log: subject,
      first: two.publicKey,
      keys: [],
      size: after.length,
      checkpoint: await checkpointOf(two, after),
      ended: [told],
    },
    async call(route, { query }) {
      const read = readOf(after);
      const { index = 0, size: of = 0, from = 0, to = 0 } = query;
      const spans =
        route === "logInclusion" ? inclusionSpans(index, of) : consistencySpans(from, to);
      return { ...query, hashes: (await spanRoots(spans, read)).map(hashOf) };
    },
  };
}
