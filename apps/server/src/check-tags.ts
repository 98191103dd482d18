import type { Faults } from "./check-faults.ts";
import type { Tx } from "./database.ts";
import { hmacSha256, type Mac } from "./tag.ts";
import type { RetiredKey, TagKeys } from "./tag-keys.ts";

/** How many tags were checked, and how many nobody can check any more. */
export interface TagsChecked {
  readonly checked: number;
  readonly erased: number;
}

/** Follows the chain of tags leaf by leaf, each epoch under its key. */
export interface TagsCheck {
  /** The epoch that a leaf ends, if it is the last of one. */
  endsAt(index: number): number | undefined;
  leaf(index: number, leaf: Uint8Array, tag: Buffer): void;
  end(): TagsChecked;
}

interface EpochRow {
  readonly epoch: number;
  readonly first: number;
  readonly past: number;
  readonly start: Buffer;
  readonly key: Buffer | null;
}

/** What is read of the keys before the database is: keys only ever leave the folder for the database. */
export interface HeldTagKeys {
  readonly tags: Pick<TagKeys, "mac">;
  readonly retired: readonly RetiredKey[];
}

/** What is known of the leaves without a word of the tables of epochs. */
export interface TaggedLeaves {
  /** Leaves that are there. */
  readonly leaves: number;
  /** Leaves that were signed for, by what lies outside the database. */
  readonly signed: number;
  /** How many leaves each log left that ended: its last epoch may never have been closed. */
  readonly kept: readonly number[];
  /** The epoch in force, as the head says. */
  readonly epoch: number;
}

/**
 * A key that the database publishes counts only for leaves that were signed for: what else is
 * wrong of those, their closing entry tells. All others must be tagged under a key that follows
 * from the state outside, which was never in the database.
 */
export async function startTagsCheck(
  tx: Tx,
  { tags, retired }: HeldTagKeys,
  faults: Faults,
  { leaves, signed, kept, epoch: current }: TaggedLeaves,
): Promise<TagsCheck> {
  const epochs = await tx<EpochRow[]>`
    select e.epoch::float8 as epoch, e.first::float8 as first, e.past::float8 as past,
      coalesce(e.start, '') as start, k.key
    from log_epochs e left join log_epoch_keys k on k.epoch = e.epoch order by e.first`;
  const lost = Math.max(0, ...kept);
  let [at, checked, erased] = [0, 0, 0];
  let before: Buffer = Buffer.alloc(32);
  let known: { readonly at: number; readonly mac: Mac | undefined } | undefined;

  for (const [i, { epoch, first, past }] of epochs.entries())
    if (!follows(epochs[i - 1], { epoch, first }) || past <= first || past > leaves)
      faults.add("epoch", `epoch ${epoch}`);
  const last = epochs.at(-1);
  if (!follows(last, { epoch: current, first: Math.max(last?.past ?? 0, lost) }))
    faults.add("head", `epoch ${current}`);

  /** What a lost log never closed stands between its last epoch and the first of the next log. */
  function follows(
    last: EpochRow | undefined,
    { epoch, first }: Pick<EpochRow, "epoch" | "first">,
  ): boolean {
    const from = last?.past ?? 0;
    if (first >= from && kept.includes(first)) return epoch > (last?.epoch ?? -1);
    return first === from && (last === undefined ? epoch <= 1 : epoch === last.epoch + 1);
  }

  function macOf({ epoch, past, key }: Pick<EpochRow, "epoch" | "past" | "key">): Mac | undefined {
    if (past <= signed) {
      if (key?.length === 32) return hmacSha256(key);
      const held = retired.find((each) => each.epoch === epoch);
      if (held !== undefined) return hmacSha256(held.key);
    }
    try {
      return tags.mac(epoch);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // The key of epoch 0 is never kept, nor are those of what a log has lost; that of an epoch
      // which was disclosed since a backup stands in the leaves that the backup lacks.
      const isGone = past <= lost || (past <= signed && (epoch === 0 || leaves < signed));
      if (!isGone) faults.add("epoch", `epoch ${epoch}: no key`);
      return undefined;
    }
  }

  /** The tags of the epoch that a leaf is in; undefined where its key has been erased. */
  function macAt(index: number): Mac | undefined {
    for (let each = epochs[at]; each !== undefined && index >= each.past; each = epochs[at])
      at += 1;
    const closed = epochs[at];
    if (index < (closed?.first ?? lost)) return undefined;
    if (known?.at !== at)
      known = { at, mac: macOf(closed ?? { epoch: current, key: null, past: leaves }) };
    return known.mac;
  }

  const ends = new Map(epochs.map(({ epoch, past }) => [past - 1, epoch]));
  return {
    endsAt: (index) => ends.get(index),
    leaf(index, leaf, tag) {
      const mac = macAt(index);
      const begins = epochs[at];
      if (begins?.first === index && !begins.start.equals(before))
        faults.add("epoch", `epoch ${begins.epoch}: start`);
      if (mac === undefined) erased += 1;
      else if (mac(Buffer.concat([before, leaf])).equals(tag)) checked += 1;
      else faults.add("tag", `place ${index}`);
      before = tag;
    },
    end: () => ({ checked, erased }),
  };
}
