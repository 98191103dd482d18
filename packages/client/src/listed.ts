import type { AccountId, ItemId, Metadata, RevisionId } from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import { isOpenable, type Listing, type Lost, type Revision } from "./listing.ts";

// What stood in a record when it was last synchronised. Nobody is asked: whoever has just
// synchronised reads here as often as they like.

/** What the list shows of an item. */
export interface ListedItem {
  readonly item: ItemId;
  readonly revision: RevisionId;
  readonly metadata: Metadata;
  /** When its author says it was sealed. */
  readonly at: number;
  readonly author: AccountId;
  /** More than one revision stands at the front: both are kept, both are shown. */
  readonly conflict: boolean;
  readonly revisions: number;
}

/** A revision that is there and does not open. */
export interface Unreadable extends Lost {
  readonly item: ItemId;
  readonly revision: RevisionId;
  /** When its author says it was sealed. */
  readonly at: number;
  readonly author: AccountId;
}

/** What the record held, names opened; deleted items are left out. */
export function listedIn(listing: Listing): ListedItem[] {
  return [...listing.items.values()].flatMap((history) => {
    const heads = listing.front(history);
    return heads.filter(isOpenable).map((revision) => ({
      item: history.item,
      revision: revision.fact.revision,
      metadata: revision.opened.metadata,
      at: revision.fact.at,
      author: revision.fact.by.account,
      conflict: heads.length > 1,
      revisions: history.revisions.length,
    }));
  });
}

/** Revisions that nobody opens but those who wrote them. */
export function unreadableIn({ revisions }: Listing): Unreadable[] {
  return [...revisions.values()].flatMap(({ fact, lost }) => {
    if (lost === undefined) return [];
    const { item, revision, at, by } = fact;
    return [{ item, revision, at, author: by.account, ...lost }];
  });
}

/** Every revision of an item, oldest first. @throws ClientError `not-found` */
export function historyIn({ items, revisions }: Listing, item: ItemId): Revision[] {
  const history = items.get(item) ?? notThere();
  return history.revisions.map((id) => revisions.get(id) ?? notThere());
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the record");
}
