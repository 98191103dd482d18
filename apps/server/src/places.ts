import type { ItemId, RevisionId, SpaceId } from "@ecrin/protocol";
import { type Sql, textArray } from "./database.ts";
import { Recent } from "./recent.ts";
import { inTurns } from "./turns.ts";

/** Where a revision that can be opened stands; this never changes. */
export interface Place {
  /** The space of origin, also when asked through a share. */
  readonly space: SpaceId;
  readonly item: ItemId;
  readonly revision: RevisionId;
  readonly index: number;
  /** The epoch whose S gives h. */
  readonly epoch: number;
  /** Through a share: the link's place in the link set, from 0. */
  readonly linked?: number;
  /** Through a share in the earlier form: the link's own box around h. */
  readonly release?: Buffer;
}

/** Finds revisions as their readers name them. */
export interface Places {
  /** Through the space they were accepted in, or a share that links them; undefined for what is not there, or was deleted. */
  find(through: SpaceId, revision: RevisionId): Promise<Place | undefined>;
}

const MOST_KEPT = 50_000;

interface Asked {
  readonly through: SpaceId;
  readonly revision: RevisionId;
}

interface Row {
  readonly space: SpaceId;
  readonly item: ItemId | null;
  readonly index: number;
  readonly epoch: number;
  readonly linked: number | null;
  readonly release: Buffer | null;
}

/** Asks the database once for all that one turn of the event loop wants, and remembers. */
export function createPlaces(sql: Sql): Places {
  const kept = new Recent<string, Place>(MOST_KEPT);
  const read = inTurns((batch: readonly Asked[]) => readPlaces(sql, batch));
  return {
    async find(through, revision) {
      const name = `${through} ${revision}`;
      const known = kept.get(name);
      if (known !== undefined) return known;
      const place = await read({ through, revision });
      if (place !== undefined) kept.set(name, place);
      return place;
    },
  };
}

async function readPlaces(
  sql: Sql,
  batch: readonly Asked[],
): Promise<readonly (Place | undefined)[]> {
  const rows = await sql<Row[]>`
    select coalesce(h.source, a.space) as space, r.item, r.index, r.epoch,
      array_position(h.revisions, a.revision) - 1 as linked, l.release
    from unnest(
      ${textArray(batch.map((each) => each.through))}::text[],
      ${textArray(batch.map((each) => each.revision))}::text[]
    ) with ordinality as a (space, revision, i)
    left join shares h on h.share = a.space
    left join share_links l on l.share = a.space and l.revision = a.revision
    left join revisions r on r.space = coalesce(h.source, a.space) and r.revision = a.revision
      and r.op <> 'delete' and (h.share is null or a.revision = any(h.revisions))
    order by a.i`;
  return rows.map(({ space, item, index, epoch, linked, release }, i) => {
    const revision = batch[i]?.revision;
    if (item === null || revision === undefined) return undefined;
    const place = { space, item, revision, index, epoch };
    if (linked === null) return place;
    return release === null ? { ...place, linked } : { ...place, linked, release };
  });
}
