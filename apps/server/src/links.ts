import {
  type AccountState,
  type Accounts,
  type Hash,
  type ItemId,
  identityHash,
  type Link,
  linksRoot,
  parseAccountStatement,
  type RevisionId,
  type SpaceId,
  type Statement,
} from "@ecrin/protocol";
import type { Ground } from "./call.ts";
import { byteaArray, numberArray, type Sql, type Tx, textArray } from "./database.ts";
import { refuse } from "./problem.ts";

type Author = Link["author"];

/** Links that have been checked, their authors told once. */
export interface CheckedLinks {
  readonly links: readonly Link[];
  readonly authors: readonly Author[];
  /** Index into `authors`, for each link. */
  readonly authorOf: readonly number[];
}

/**
 * Checks the links of a share against what its two statements sign, the revisions
 * they name, and the chains of their authors. Who opens them checks all this again.
 * @throws ServerError `content-differs` for other links than were signed, `statement-refused`
 */
export async function checkLinks(
  { sql, chains }: Pick<Ground, "sql" | "chains">,
  source: SpaceId,
  signed: { readonly count: number; readonly root: Hash },
  links: readonly Link[],
): Promise<CheckedLinks> {
  if (links.length !== signed.count || linksRoot(links) !== signed.root) {
    refuse("content-differs", "body.links");
  }
  await checkRevisions(sql, source, links);
  const checked = gatherAuthors(links);
  const accounts = await chains.states(
    sql,
    checked.authors.map(({ account }) => account),
  );
  for (const author of checked.authors) checkAuthor(accounts, author);
  return checked;
}

interface HeaderRow {
  readonly revision: RevisionId;
  readonly item: ItemId;
  readonly epoch: number;
  readonly statement: Statement;
}

/** Every link is of one revision of the source, with the header as it was accepted. */
async function checkRevisions(sql: Sql, source: SpaceId, links: readonly Link[]): Promise<void> {
  const ids = textArray(links.map((link) => link.revision));
  const rows = await sql<HeaderRow[]>`
    select revision, item, epoch, statement from revisions
    where space = ${source} and revision = any(${ids}::text[]) and op <> 'delete'`;
  const headers = new Map(rows.map((row) => [row.revision, row]));
  for (const [i, link] of links.entries()) {
    const row = headers.get(link.revision);
    // Taken out, so that a revision linked twice is refused the second time.
    headers.delete(link.revision);
    const same =
      link.space === source &&
      row?.item === link.item &&
      row.epoch === link.epoch &&
      row.statement === link.header;
    if (!same) refuse("statement-refused", `body.links.${i}`);
  }
}

function gatherAuthors(links: readonly Link[]): CheckedLinks {
  const authors: Author[] = [];
  const authorOf = links.map(({ author }) => {
    const known = authors.findIndex((each) => isSame(each, author));
    return known >= 0 ? known : authors.push(author) - 1;
  });
  return { links, authors, authorOf };
}

function isSame(a: Author, b: Author): boolean {
  return (
    a.account === b.account &&
    a.statement === b.statement &&
    a.device.device === b.device.device &&
    a.device.key === b.device.key &&
    a.identity.sign === b.identity.sign &&
    a.identity.seal === b.identity.seal
  );
}

/** The certificate stands in the author's account chain, signed by the identity named. */
function checkAuthor(accounts: Accounts, author: Author): void {
  const chain = accounts.get(author.account);
  const { fact, hash } = parseAccountStatement(author.statement);
  const certified = fact.op === "begin" || fact.op === "device" ? fact.device : undefined;
  const holds =
    chain?.hashes[fact.seq] === hash &&
    certified?.device === author.device.device &&
    certified.key === author.device.key &&
    identityHash(author.account, author.identity) === signerAt(chain, fact.seq);
  if (!holds) refuse("statement-refused", "body.links.author");
}

/** The identity that signed a statement: the one in force before it, or the first. */
function signerAt({ identities }: AccountState, seq: number): Hash | undefined {
  return (identities.findLast((life) => life.since < seq) ?? identities[0])?.hash;
}

/** Keeps of each link what its revision does not say. */
export async function storeLinks(
  tx: Tx,
  share: SpaceId,
  { links, authors, authorOf }: CheckedLinks,
): Promise<void> {
  const boxes = (of: "secret" | "release") =>
    byteaArray(links.map((link) => Buffer.from(link[of], "base64url")));
  await tx`
    insert into share_authors (share, author, body)
    select ${share}, i - 1, body
    from unnest(${textArray(authors.map((author) => JSON.stringify(author)))}::text[])
      with ordinality as a (body, i)`;
  await tx`
    insert into share_links (share, position, revision, author, secret, release)
    select ${share}, i - 1, revision, author, secret, release
    from unnest(
      ${textArray(links.map((link) => link.revision))}::text[], ${numberArray(authorOf)}::int[],
      ${boxes("secret")}::bytea[], ${boxes("release")}::bytea[]
    ) with ordinality as l (revision, author, secret, release, i)`;
}

interface LinkRow extends HeaderRow {
  readonly space: SpaceId;
  readonly author: number;
  readonly secret: Buffer;
  readonly release: Buffer;
}

/** The links of a share as its maker signed them, in order. */
export async function readLinks(sql: Sql, share: SpaceId): Promise<Link[]> {
  const bodies = await sql<{ body: string }[]>`
    select body from share_authors where share = ${share} order by author`;
  const authors = bodies.map(({ body }): Author => JSON.parse(body));
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
