import {
  acceptRevision,
  appendLeaf,
  decodeFrontier,
  encodeFrontier,
  type Frontier,
  fromBase64url,
  frontierRoot,
  type Hash,
  hashOf,
  type ItemHistory,
  type ItemId,
  type RevisionId,
  type SpaceId,
  type TreeHead,
} from "@ecrin/protocol";
import { byteaArray, numberArray, type Sql, type Tx, textArray } from "./database.ts";
import { type IncomingRevision, ofRevision, type StoredContent } from "./incoming-revision.ts";
import { refuse, refuseMoved } from "./problem.ts";

/** A revision that has been judged, with what will be stored of it. */
export interface JudgedRevision {
  /** Its place in the request. */
  readonly i: number;
  readonly incoming: IncomingRevision;
  readonly content: StoredContent | undefined;
}

/** Revisions accepted, from this index on. */
export interface Accepted {
  readonly first: number;
  readonly tree: TreeHead;
}

/** Revisions that a space has already, by id. */
export async function knownRevisions(
  sql: Sql | Tx,
  space: SpaceId,
  incoming: readonly IncomingRevision[],
): Promise<Map<RevisionId, { index: number; hash: Hash }>> {
  const ids = textArray(incoming.map(({ parsed }) => parsed.fact.revision));
  const rows = await sql<{ revision: RevisionId; index: number; hash: Hash }[]>`
    select revision, index, hash from revisions
    where space = ${space} and revision = any(${ids}::text[])`;
  return new Map(rows.map(({ revision, index, hash }) => [revision, { index, hash }]));
}

/**
 * Numbers judged revisions and stores them, growing the space's revision tree.
 * Runs under the journal's lock.
 * @throws ServerError `conflict`; `statement-refused` for a parent that is not there
 */
export async function writeRevisions(
  tx: Tx,
  space: SpaceId,
  revisions: readonly JudgedRevision[],
): Promise<Accepted> {
  const incoming = revisions.map((each) => each.incoming);
  const [frontier, known, items] = await Promise.all([
    readFrontier(tx, space),
    knownRevisions(tx, space, incoming),
    readItems(tx, space, incoming),
  ]);
  // Accepted since the judgement: judged again, that shows.
  if (known.size > 0) refuseMoved();
  for (const { i, incoming: each } of revisions) {
    await ofRevision(i, () => acceptRevision(items, each.parsed.fact));
  }
  const grown = incoming.reduce(
    (tree, { parsed }) => appendLeaf(tree, fromBase64url(parsed.hash)),
    frontier,
  );
  const tree = { size: grown.size, root: hashOf(frontierRoot(grown)) };
  await nameUploads(tx, revisions);
  await insertRevisions(tx, space, frontier.size, incoming);
  await insertContents(tx, space, frontier.size, revisions);
  await tx`
    update spaces set tree_size = ${tree.size}, tree_root = ${tree.root},
      tree_frontier = ${Buffer.from(encodeFrontier(grown))}
    where space = ${space}`;
  return { first: frontier.size, tree };
}

async function readFrontier(tx: Tx, space: SpaceId): Promise<Frontier> {
  const [row] = await tx<{ tree_size: number; tree_frontier: Buffer }[]>`
    select tree_size, tree_frontier from spaces where space = ${space}`;
  return row === undefined ? refuse("not-found") : decodeFrontier(row.tree_size, row.tree_frontier);
}

/** The items that these revisions belong to, as far as they exist. */
async function readItems(
  tx: Tx,
  space: SpaceId,
  incoming: readonly IncomingRevision[],
): Promise<Map<ItemId, ItemHistory>> {
  const ids = textArray([...new Set(incoming.map(({ parsed }) => parsed.fact.item))]);
  const rows = await tx<{ item: ItemId; revision: RevisionId }[]>`
    select item, revision from revisions
    where space = ${space} and item = any(${ids}::text[]) order by index`;
  const items = new Map<ItemId, ItemHistory>();
  for (const [item, found] of Map.groupBy(rows, (row) => row.item)) {
    // Which of them stand at the front plays no part in accepting.
    items.set(item, { item, revisions: found.map((row) => row.revision), heads: new Set() });
  }
  return items;
}

/** From now on these uploads are blobs that stay. */
async function nameUploads(tx: Tx, revisions: readonly JudgedRevision[]): Promise<void> {
  const uploads = revisions.flatMap(({ content }) => content?.upload ?? []);
  if (uploads.length === 0) return;
  const named = await tx`
    update uploads set named = true
    where upload = any(${textArray(uploads)}::text[]) and not named returning upload`;
  if (named.length !== uploads.length) refuse("conflict", "body.revisions");
}

async function insertRevisions(
  tx: Tx,
  space: SpaceId,
  first: number,
  incoming: readonly IncomingRevision[],
): Promise<void> {
  const texts = (of: (each: IncomingRevision) => string | undefined) => textArray(incoming.map(of));
  const numbers = (of: (each: IncomingRevision) => number) => numberArray(incoming.map(of));
  await tx`
    insert into revisions (space, index, revision, item, op, epoch, hash, statement,
      rewrap, wrap_epoch, wrap, metadata)
    select ${space}, ${first}::bigint + i - 1, revision, item, op, epoch, hash, statement,
      rewrap, wrap_epoch, nullif(wrap, ''), nullif(metadata, '')
    from unnest(
      ${texts(({ parsed }) => parsed.fact.revision)}::text[],
      ${texts(({ parsed }) => parsed.fact.item)}::text[],
      ${texts(({ parsed }) => parsed.fact.op)}::text[],
      ${numbers(({ parsed }) => parsed.fact.epoch)}::bigint[],
      ${texts(({ parsed }) => parsed.hash)}::text[],
      ${texts(({ parsed }) => parsed.statement)}::text[],
      ${texts(({ rewrap }) => rewrap?.statement)}::text[],
      ${numbers(({ wrapEpoch }) => wrapEpoch)}::bigint[],
      ${byteaArray(incoming.map(({ wrap }) => wrap))}::bytea[],
      ${byteaArray(incoming.map(({ metadata }) => metadata))}::bytea[]
    ) with ordinality as r (revision, item, op, epoch, hash, statement, rewrap, wrap_epoch,
      wrap, metadata, i)`;
}

async function insertContents(
  tx: Tx,
  space: SpaceId,
  first: number,
  revisions: readonly JudgedRevision[],
): Promise<void> {
  const stored = revisions.flatMap(({ content }, at) =>
    content === undefined ? [] : [{ ...content, index: first + at }],
  );
  if (stored.length === 0) return;
  await tx`
    insert into revision_contents (space, index, length, digests, content, upload)
    select ${space}, index, length, digests, nullif(content, ''), upload from unnest(
      ${numberArray(stored.map((each) => each.index))}::bigint[],
      ${numberArray(stored.map((each) => each.length))}::bigint[],
      ${byteaArray(stored.map((each) => each.digests))}::bytea[],
      ${byteaArray(stored.map((each) => each.bytes))}::bytea[],
      ${textArray(stored.map((each) => each.upload))}::text[]
    ) as c (index, length, digests, content, upload)`;
}
