import type { ItemId, Link, RevisionId, SpaceId, Statement } from "@ecrin/protocol";
import type { Sql } from "./database.ts";
import { refuse } from "./problem.ts";

interface LinkRow {
  readonly space: SpaceId;
  readonly revision: RevisionId;
  readonly item: ItemId;
  readonly epoch: number;
  readonly statement: Statement;
  readonly author: number;
  readonly secret: Buffer;
  readonly release: Buffer;
}

/** The links of a share in the earlier form (spec/share.md), as its maker signed them, in order. */
export async function readLinks(sql: Sql, share: SpaceId): Promise<Link[]> {
  const bodies = await sql<{ body: string }[]>`
    select body from share_authors where share = ${share} order by author`;
  const authors = bodies.map(({ body }): Link["author"] => JSON.parse(body));
  const rows = await sql<LinkRow[]>`
    select r.space, r.revision, r.item, r.epoch, r.statement, l.author, l.secret, l.release
    from share_links l
    join shares s on s.share = l.share
    join revisions r on r.space = s.source and r.revision = l.revision
    where l.share = ${share} order by l.position`;
  return rows.map((row) => ({
    space: row.space,
    item: row.item,
    revision: row.revision,
    header: row.statement,
    epoch: row.epoch,
    author: authors[row.author] ?? refuse("internal"),
    secret: row.secret.toString("base64url"),
    release: row.release.toString("base64url"),
  }));
}
