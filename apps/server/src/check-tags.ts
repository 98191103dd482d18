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
  leaf(index: number, leaf: Buffer, tag: Buffer): void;
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

/** @param kept leaves that a log left which ended: its last epoch may never have been closed */
export async function startTagsCheck(
  tx: Tx,
  { tags, retired }: HeldTagKeys,
  faults: Faults,
  { kept, epoch: current }: { readonly kept: number; readonly epoch: number },
): Promise<TagsCheck> {
  const epochs = await tx<EpochRow[]>`
    select e.epoch, e.first, e.past, e.start, k.key
    from log_epochs e left join log_epoch_keys k on k.epoch = e.epoch order by e.first`;
  let [at, checked, erased] = [0, 0, 0];
  let before: Buffer = Buffer.alloc(32);
  let known: { readonly epoch: number; readonly mac: Mac | undefined } | undefined;

  for (const [i, { epoch, first }] of epochs.entries()) {
    const last = epochs[i - 1];
    const from = last === undefined ? 0 : last.past;
    // What a lost log never closed stands between its last epoch and the first of the next log.
    if (first !== from && first !== kept) faults.add("epoch", `epoch ${epoch}`);
    if (last !== undefined && epoch <= last.epoch) faults.add("epoch", `epoch ${epoch}`);
  }

  function macOf({ epoch, past, key }: Pick<EpochRow, "epoch" | "past" | "key">): Mac | undefined {
    if (key !== null) return hmacSha256(key);
    const held = retired.find((each) => each.epoch === epoch);
    if (held !== undefined) return hmacSha256(held.key);
    try {
      return tags.mac(epoch);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // The key of epoch 0 is never kept, nor are those of what a log has lost.
      if (epoch > 0 && past > kept) faults.add("epoch", `epoch ${epoch}: no key`);
      return undefined;
    }
  }

  /** The tags of the epoch that a leaf is in; undefined where its key has been erased. */
  function macAt(index: number): Mac | undefined {
    for (let each = epochs[at]; each !== undefined && index >= each.past; each = epochs[at])
      at += 1;
    const closed = epochs[at];
    if (closed === undefined && index >= kept) return cached(current, null, Infinity);
    if (closed === undefined || index < closed.first) return undefined;
    return cached(closed.epoch, closed.key, closed.past);
  }

  function cached(epoch: number, key: Buffer | null, past: number): Mac | undefined {
    if (known?.epoch !== epoch) known = { epoch, mac: macOf({ epoch, key, past }) };
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
