import { refuse } from "./errors.ts";
import type { ItemId, RevisionId } from "./ids.ts";
import type { RevisionPayload } from "./revision.ts";

/** Which revisions of a space exist, and which of them stand at the front. */
export interface ItemHistory {
  readonly item: ItemId;
  /** In the order of acceptance. */
  readonly revisions: RevisionId[];
  /** Revisions that no other names as parent: more than one is a conflict, shown as such. */
  readonly heads: Set<RevisionId>;
}

export type Items = Map<ItemId, ItemHistory>;

/**
 * Takes one more accepted revision into `items`: parents exist, are of the same
 * item and came before (spec/revision.md, Accepting, rule 5).
 * @throws ProtocolError `statement-refused`, with `items` unchanged
 */
export function acceptRevision(
  items: Items,
  fact: Pick<RevisionPayload, "item" | "revision" | "parents" | "op">,
): void {
  const known = items.get(fact.item);
  if (fact.op === "create") {
    if (known !== undefined) refuse("creates an item that exists", "item");
    items.set(fact.item, {
      item: fact.item,
      revisions: [fact.revision],
      heads: new Set([fact.revision]),
    });
    return;
  }
  if (known === undefined) refuse("corrects an item that does not exist", "item");
  if (known.revisions.includes(fact.revision)) refuse("is accepted already", "revision");
  if (!fact.parents.every((parent) => known.revisions.includes(parent)))
    refuse("names a parent that is not there", "parents");
  for (const parent of fact.parents) known.heads.delete(parent);
  known.heads.add(fact.revision);
  known.revisions.push(fact.revision);
}
