import {
  type Bytes,
  concat,
  fromBase64url,
  type Hash,
  hashField,
  inclusionSpans,
  parseAs,
  provesInclusion,
  type ReadHashes,
  readTiles,
  type Subject,
  sha256,
  spanRoots,
  TILE_WIDTH,
  tilePath,
  toBase64url,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { ClientError, isRefusedFor } from "./errors.ts";
import type { Unlocked } from "./unlocked.ts";

// Each line of a journal, one by one, in the tree of a checkpoint that was verified (spec/log.md,
// MUST 3). Tiles are public and the same for everybody; nobody learns who looks for what.

/** A line as the tree must hold it. */
export interface Leaf {
  readonly n: number;
  readonly index: number;
  readonly at: number;
  /** c: what the next line names. */
  readonly hash: Hash;
  readonly leaf: Bytes;
  readonly before: string;
  readonly tag: string;
}

/** Where a line stands: found in the tree, or made so lately that no checkpoint covers it yet. */
export type Place = "in-log" | "waiting";

export const PLACED = "placed/";
const DAY = 86_400_000;
const AT_ONCE = 16;
/** The newest line of a journal that was found in the tree, and where. */
export const placedField = z.strictObject({
  n: z.int().check(z.minimum(0)),
  index: z.optional(z.int().check(z.minimum(0))),
  hash: hashField,
  places: hashField,
});

/** Reads the hashes of the log's tree out of its tiles, each fetched once. */
export function tilesOf(u: Unlocked, size: number): ReadHashes {
  return readTiles(size, (tile) => u.http.file(`/log/tile/${tilePath(tile)}`, TILE_WIDTH * 32));
}

/**
 * Looks for every line in the tree. What was found once stays there, because the log is followed
 * (`followLog`) and only grows: it is remembered up to which line, and at which places.
 * @param leaves ascending
 * @throws ClientError `entry-missing` where the tree holds something else, or nothing after a day
 */
export async function placeLines(
  u: Unlocked,
  subject: Subject,
  leaves: readonly Leaf[],
  { size, root }: { readonly size: number; readonly root?: Hash },
  read: ReadHashes,
): Promise<ReadonlyMap<number, Place>> {
  const kept = await u.store.getJson(PLACED + subject);
  const known = kept === undefined ? undefined : parseAs(placedField, kept, "placed");
  const places = runningPlaces(leaves);
  const last = leaves.findIndex(({ n }) => n === known?.n);
  const isKnown = last >= 0 && leaves[last]?.hash === known?.hash && places[last] === known?.places;
  const found = leaves.filter(({ index }) => index < size);
  const unseen = found.slice(isKnown ? last + 1 : 0);
  await inTurns(unseen, async (leaf) => {
    if (root === undefined || !(await isInTree(leaf, { size, root }, read))) throw missing(leaf);
  });
  for (const leaf of leaves.slice(found.length)) if (isOverdue(u, leaf.at)) throw missing(leaf);
  const newest = found.at(-1);
  const place = places[found.length - 1];
  if (newest !== undefined && place !== undefined && unseen.length > 0)
    await u.store.putJson(PLACED + subject, {
      n: newest.n,
      index: newest.index,
      hash: newest.hash,
      places: place,
    });
  return new Map(leaves.map(({ n, index }) => [n, index < size ? "in-log" : "waiting"]));
}

/**
 * Whether an entry of this time must be under a checkpoint by now. Its time is the server's word: one
 * that is dated ahead would be waited for as long as the server likes.
 */
export function isOverdue({ now }: Pick<Unlocked, "now">, at: number): boolean {
  return Math.abs(now() - at) > DAY;
}

/** Whether a leaf is at its place in a tree whose root is known. */
export async function isInTree(
  { index, leaf }: Pick<Leaf, "index" | "leaf">,
  { size, root }: { readonly size: number; readonly root: Hash },
  read: ReadHashes,
): Promise<boolean> {
  try {
    const hashes = await spanRoots(inclusionSpans(index, size), read);
    return provesInclusion(leaf, { index, size, hashes }, fromBase64url(root));
  } catch (error) {
    // Nothing is told of a leaf that must be there.
    if (isRefusedFor(error, "not-found", "bad-answer") || !(error instanceof ClientError))
      return false;
    throw error;
  }
}

/** After each line a digest over the places of all up to it, so that what is remembered binds them. */
function runningPlaces(leaves: readonly Leaf[]): Hash[] {
  let digest: Bytes = new Uint8Array(32);
  let before = -1;
  return leaves.map((leaf) => {
    if (leaf.index <= before) throw missing(leaf);
    before = leaf.index;
    const number = new Uint8Array(8);
    new DataView(number.buffer).setBigUint64(0, BigInt(leaf.index));
    digest = sha256(concat(digest, number));
    return toBase64url(digest) as Hash;
  });
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const one = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

function missing({ index }: Pick<Leaf, "index">): ClientError {
  return new ClientError("entry-missing", `the log does not hold the journal's entry at ${index}`);
}
