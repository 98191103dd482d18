import { type ItemHistory, type ItemId, newId, type RevisionId } from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import type { Opened } from "./open.ts";
import type { Draft } from "./seal.ts";

/** What somebody decided about versions that stand side by side (spec/offline.md, Conflicts). */
export type Choice =
  /** This one is in force; any version of the item's history may be. */
  | { readonly keep: RevisionId }
  /** Each becomes a document of its own. */
  | { readonly both: true };

/** How something is settled, where not as the record is at that moment. */
export interface Settling {
  /** The versions that the person was shown: one that came since is not decided about. */
  readonly shown?: readonly RevisionId[];
  /** Opens a version, to seal it again. */
  readonly open?: (revision: RevisionId) => Promise<Opened>;
}

/** What a correction or a deletion comes in the place of, where not of the record as it is at that moment. */
export type InPlaceOf = Pick<Settling, "shown">;

/**
 * Parents of what comes in the place of versions that somebody was shown: those and no others. What
 * has come since stays at the front beside it, and is asked about.
 * @throws ClientError `not-found` for a version that is not the item's
 */
export function parentsOf(
  { heads, revisions }: ItemHistory,
  { shown = [...heads] }: InPlaceOf = {},
): readonly RevisionId[] {
  if (shown.length === 0 || !shown.every((each) => revisions.includes(each))) notThere();
  return shown;
}

/** What has become of it. */
export interface Settled {
  /** New items, where both were kept. */
  readonly copies: readonly ItemId[];
}

/** What is to be written: copies first, and then what names all versions that were shown. */
export interface SettlingDrafts {
  readonly copies: readonly Draft[];
  /** Absent where the item is to be deleted. */
  readonly settling?: Draft;
  readonly parents: readonly RevisionId[];
}

/**
 * Drafts that settle an item.
 * @param isDeletion whether a revision says that the item is deleted
 * @throws ClientError `not-found` for a version that is not the item's
 */
export async function settlingDrafts(
  { item, heads, revisions }: ItemHistory,
  choice: Choice,
  isDeletion: (revision: RevisionId) => boolean,
  { shown = [...heads], open }: Required<Pick<Settling, "open">> & Settling,
): Promise<SettlingDrafts> {
  const parents = shown.filter((revision) => heads.has(revision));
  const newest = parents.filter((revision) => !isDeletion(revision)).at(-1);
  const kept = "keep" in choice ? choice.keep : newest;
  if (kept === undefined || parents.length === 0 || !revisions.includes(kept)) notThere();
  if (isDeletion(kept)) return { copies: [], parents };
  const others =
    "keep" in choice ? [] : parents.filter((each) => each !== kept && !isDeletion(each));
  const copies: Draft[] = [];
  for (const revision of others) {
    const place = { item: newId<"item">(), op: "create", parents: [] } as const;
    copies.push(sealedAgain(await open(revision), place));
  }
  const settling = sealedAgain(await open(kept), { item, op: "correct", parents });
  return { copies, settling, parents };
}

/** A version as it is, in another place. */
function sealedAgain(
  { metadata, resourceBytes, size, attachment }: Opened,
  place: Pick<Draft, "item" | "op" | "parents">,
): Draft {
  const source = { open: () => attachment, opensAgain: false, size };
  return { ...place, metadata, resource: resourceBytes, ...source };
}

function notThere(): never {
  throw new ClientError("not-found", "is not a version of the item");
}
