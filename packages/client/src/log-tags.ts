import {
  type Bytes,
  concat,
  type EpochOfTags,
  entryCommitment,
  fromBase64url,
  type Hash,
  hmacSha256,
  leafHash,
  parseEntry,
  type ReadHashes,
  sameBytes,
  TILE_WIDTH,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import type { LogStanding } from "./log.ts";
import { isInTree, type Leaf } from "./log-place.ts";
import type { Unlocked } from "./unlocked.ts";

// The operator's tags (spec/log.md, The chain of tags). Whoever has a key can make any tag under it,
// so a tag counts only as one of a chain: over every leaf of its epoch, to the tag that the closing
// entry named in the tree before the key was told.

/** `checked`: the key of its epoch is published, and the epoch's whole chain leads to the tag that the tree holds. */
export type TagCheck = "checked" | "undisclosed";

/** Epochs whose chains are followed at one look, newest first; those beyond count as undisclosed. */
const MOST_EPOCHS = 64;
const PAGES = 50;

/** What a device has followed while it is unlocked: of each epoch the tags at the places of its own lines, each with the one before it. */
const followed = new WeakMap<Unlocked, Map<number, ReadonlyMap<number, string>>>();

/**
 * Checks the tags of lines under the keys that are published.
 * @throws ClientError `fork` where a chain does not lead to what its operator committed to, or a
 * line has another tag than the chain
 */
export async function checkTags(
  u: Unlocked,
  leaves: readonly Leaf[],
  standing: LogStanding,
  read: ReadHashes,
): Promise<ReadonlyMap<number, TagCheck>> {
  const checks = new Map<number, TagCheck>(leaves.map(({ n }) => [n, "undisclosed"]));
  const known = followed.get(u) ?? new Map<number, ReadonlyMap<number, string>>();
  followed.set(u, known);
  let count = 0;
  for (const epoch of (await disclosedEpochs(u, leaves)).reverse()) {
    const own = leaves.filter(({ index }) => index >= epoch.from && index < epoch.to);
    if (own.length === 0) continue;
    let tags = known.get(epoch.epoch);
    if (tags === undefined || !own.every(({ index }) => tags?.has(index))) {
      count += 1;
      if (count > MOST_EPOCHS) break;
      tags = await followEpoch(epoch, own, standing, read);
      known.set(epoch.epoch, tags);
    }
    for (const leaf of own) {
      if (tags.get(leaf.index) !== tagsOf(leaf)) throw wrong(epoch);
      checks.set(leaf.n, "checked");
    }
  }
  return checks;
}

/** Epochs up to the last line whose keys are published, in order. */
async function disclosedEpochs(u: Unlocked, leaves: readonly Leaf[]): Promise<EpochOfTags[]> {
  const last = leaves.at(-1)?.index ?? -1;
  const disclosed: EpochOfTags[] = [];
  let from = 0;
  for (let page = 0; page < PAGES; page++) {
    const { epochs } = await u.http.call("logEpochs", { query: { from } });
    for (const epoch of epochs) if (epoch.key !== undefined) disclosed.push(epoch);
    const newest = epochs.at(-1);
    if (newest === undefined || newest.to > last || newest.epoch < from) break;
    from = newest.epoch + 1;
  }
  return disclosed;
}

/** @returns the tags of the chain at the places of `own`, each with the one before it */
async function followEpoch(
  epoch: EpochOfTags,
  own: readonly Leaf[],
  { size, root, keys }: LogStanding,
  read: ReadHashes,
): Promise<ReadonlyMap<number, string>> {
  const { closing, from, to, key, start } = epoch;
  if (key === undefined || root === undefined || to > size || to <= from) throw wrong(epoch);
  const entry = parseEntry(closing.entry);
  const committed = entry.about.tag;
  const isClosing =
    entry.kind === "chain" &&
    entry.subject === keys.log &&
    entry.about.epoch === epoch.epoch &&
    closing.index === to - 1;
  if (!isClosing || committed === undefined) throw wrong(epoch);
  const leaf = leafHash(entryCommitment(fromBase64url(closing.salt), utf8(closing.entry)));
  if (!(await isInTree({ index: to - 1, leaf }, { size, root }, read))) throw wrong(epoch);
  const hmac = hmacSha256(fromBase64url(key));
  const mine = new Map(own.map((each) => [each.index, each]));
  const tags = new Map<number, string>();
  let tag: Bytes = fromBase64url(start);
  for (let index = from; index < to; index++) {
    if (index === to - 1 && (toBase64url(tag) as Hash) !== committed) throw wrong(epoch);
    const hash = await leafAt(index, size, read);
    const line = mine.get(index);
    // The tile's leaf is the line's own, which was found in the tree.
    if (line !== undefined && !sameBytes(hash, line.leaf)) throw wrong(epoch);
    const before = tag;
    tag = hmac(concat(before, hash));
    if (line !== undefined)
      tags.set(index, tagsOf({ before: toBase64url(before), tag: toBase64url(tag) }));
  }
  return tags;
}

function tagsOf({ before, tag }: Pick<Leaf, "before" | "tag">): string {
  return `${before} ${tag}`;
}

/** One leaf, out of a tile that is read whole. */
async function leafAt(index: number, size: number, read: ReadHashes): Promise<Bytes> {
  const first = Math.floor(index / TILE_WIDTH) * TILE_WIDTH;
  const hashes = await read(0, first, Math.min(first + TILE_WIDTH, size));
  const hash = hashes[index - first];
  if (hash === undefined) throw new ClientError("bad-answer", "a tile is short");
  return hash;
}

function wrong({ epoch }: EpochOfTags): ClientError {
  return new ClientError("fork", `the operator's tags of epoch ${epoch} are not those of the log`);
}
