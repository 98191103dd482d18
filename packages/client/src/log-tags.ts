import {
  type Bytes,
  concat,
  type EpochOfTags,
  entryCommitment,
  fromBase64url,
  type Hash,
  hashField,
  hmacSha256,
  leafHash,
  parseAs,
  parseEntry,
  type ReadHashes,
  type Subject,
  sameBytes,
  sha256,
  TILE_WIDTH,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { ClientError } from "./errors.ts";
import type { LogStanding } from "./log.ts";
import { isInTree, type Leaf } from "./log-place.ts";
import type { Unlocked } from "./unlocked.ts";

// The operator's tags (spec/log.md, The chain of tags). Whoever has a key can make any tag under it,
// so a tag counts only as one of a chain: over every leaf of its epoch, to the tag that the closing
// entry named in the tree before the key was told.

/**
 * `checked`: the key of its epoch is published, and the epoch's whole chain leads to the tag that
 * the tree holds. `later`: the key is published, and this look has followed as many epochs as it does.
 */
export type TagCheck = "checked" | "later" | "undisclosed";

/** Epochs whose chains are followed at one look, newest first; those beyond wait for the next one. */
const MOST_EPOCHS = 64;
const PAGES = 50;
const PAGE = 1000;
export const TAGS = "tags/";

/** What a device has followed for one journal: of an epoch a digest over the tags of its lines; absent where its key is never told. */
const followedField = z.array(
  z.strictObject({
    epoch: z.int(),
    from: z.int(),
    to: z.int(),
    digest: z.optional(hashField),
  }),
);
type Followed = z.infer<typeof followedField>[number];

/** Asks for a page of closed epochs, from one on. */
export type ReadEpochs = (from: number) => Promise<readonly EpochOfTags[]>;

/** Reads them of the service, each page once. */
export function epochsOf({ http }: Pick<Unlocked, "http">): ReadEpochs {
  const asked = new Map<number, Promise<readonly EpochOfTags[]>>();
  const ask = async (from: number) => (await http.call("logEpochs", { query: { from } })).epochs;
  return (from) => {
    const page = asked.get(from) ?? ask(from);
    asked.set(from, page);
    return page;
  };
}

/** What of the log the tags are followed in. */
export interface TagsMeasure {
  readonly standing: LogStanding;
  readonly read: ReadHashes;
  readonly told: ReadEpochs;
}

/**
 * Checks the tags of a journal's lines under the keys that are published. What was followed once is
 * remembered, and asked for no more.
 * @throws ClientError `fork` where a chain does not lead to what its operator committed to, or a
 * line has another tag than the chain
 */
export async function checkTags(
  store: Unlocked["store"],
  subject: Subject,
  leaves: readonly Leaf[],
  { standing, read, told: epochs }: TagsMeasure,
): Promise<ReadonlyMap<number, TagCheck>> {
  const checks = new Map<number, TagCheck>(leaves.map(({ n }) => [n, "undisclosed"]));
  const kept = await store.getJson(TAGS + subject);
  const before = kept === undefined ? [] : parseAs(followedField, kept, "tags");
  // Erased lines, or others than before, are looked at anew.
  const known = before.filter(
    (each) => each.digest === undefined || each.digest === digestOf(within(leaves, each)),
  );
  for (const each of known)
    if (each.digest !== undefined)
      for (const { n } of within(leaves, each)) checks.set(n, "checked");
  const open = leaves.filter(({ index }) => !known.some((each) => isWithin(index, each)));
  if (open.length === 0) return checks;
  const told = await epochsFrom(epochs, open, known);
  known.push(...neverTold(told, known));
  let count = 0;
  for (const epoch of told.filter(({ key }) => key !== undefined).reverse()) {
    const own = within(open, epoch);
    if (own.length === 0) continue;
    count += 1;
    if (count > MOST_EPOCHS) {
      for (const { n } of own) checks.set(n, "later");
      continue;
    }
    const tags = await followEpoch(epoch, own, standing, read);
    for (const leaf of own) {
      if (tags.get(leaf.index) !== tagsOf(leaf)) throw wrong(epoch);
      checks.set(leaf.n, "checked");
    }
    const { from, to } = epoch;
    known.push({ epoch: epoch.epoch, from, to, digest: digestOf(own) });
  }
  known.sort((a, b) => a.from - b.from);
  await store.putJson(
    TAGS + subject,
    known.map((each) => ({ ...each })),
  );
  return checks;
}

function isWithin(index: number, { from, to }: Pick<Followed, "from" | "to">): boolean {
  return index >= from && index < to;
}

function within(leaves: readonly Leaf[], span: Pick<Followed, "from" | "to">): Leaf[] {
  return leaves.filter(({ index }) => isWithin(index, span));
}

function digestOf(own: readonly Leaf[]): Hash {
  const text = own.map((leaf) => `${leaf.index} ${leaf.hash} ${tagsOf(leaf)}`).join("\n");
  return toBase64url(sha256(utf8(text))) as Hash;
}

/**
 * The closed epochs from the first line on that has not been followed, up to the last one. Keys are
 * told in order: where a whole page has none, there are none further on.
 */
async function epochsFrom(
  read: ReadEpochs,
  open: readonly Leaf[],
  known: readonly Followed[],
): Promise<EpochOfTags[]> {
  const [first, last] = [open[0]?.index ?? 0, open.at(-1)?.index ?? -1];
  const passed = known.filter(({ to }) => to <= first).map(({ epoch }) => epoch + 1);
  let from = Math.max(0, ...passed);
  const told: EpochOfTags[] = [];
  for (let page = 0; page < PAGES; page++) {
    const epochs = await read(from);
    told.push(...epochs);
    const newest = epochs.at(-1);
    if (newest === undefined || newest.to > last || newest.epoch < from) break;
    if (epochs.length >= PAGE && epochs.every(({ key }) => key === undefined)) break;
    from = newest.epoch + 1;
  }
  return told;
}

/** Stretches whose keys are told no more: a later key is, or a log has ended in them. */
function neverTold(told: readonly EpochOfTags[], known: readonly Followed[]): Followed[] {
  const newest = told.findLastIndex(({ key }) => key !== undefined);
  let past = Math.max(
    0,
    ...known.filter(({ to }) => to <= (told[0]?.from ?? 0)).map(({ to }) => to),
  );
  return told.slice(0, newest + 1).flatMap(({ epoch, from, to, key }) => {
    const gap = from > past ? [{ epoch: epoch - 1, from: past, to: from }] : [];
    past = to;
    return key === undefined ? [...gap, { epoch, from, to }] : gap;
  });
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
