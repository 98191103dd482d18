import {
  type AccountId,
  type AccountState,
  type Accounts,
  type FieldPath,
  type Hash,
  identityHash,
  type LinkAuthor,
  type LinkList,
  type LinkSet,
  linkListHash,
  linkListText,
  linkSetContext,
  linkSetRoot,
  parseAccountStatement,
  type SpaceId,
  type Statement,
} from "@ecrin/protocol";
import type { Ground } from "./call.ts";
import { type Sql, type Tx, textArray } from "./database.ts";
import { refuse, within } from "./problem.ts";

/** A link set that has been checked, as it is stored. */
export interface CheckedLinkSet {
  readonly revisions: readonly string[];
  readonly text: string;
  readonly secrets: Buffer;
  readonly releases: Buffer;
}

/** The share a link set comes with, as its two statements sign it. */
export interface SignedLinks {
  readonly share: SpaceId;
  readonly space: SpaceId;
  readonly links: { readonly count: number; readonly root: Hash };
}

/**
 * Checks a link set against what the two statements of its share sign, the revisions
 * it names, and the chains of its authors. Who opens it checks all this again.
 * @throws ServerError `content-differs` for another set than was signed, `statement-refused`,
 *   `malformed` for one that is not in its form
 */
export async function checkLinkSet(
  { sql, chains }: Pick<Ground, "sql" | "chains">,
  signed: SignedLinks,
  set: LinkSet,
): Promise<CheckedLinkSet> {
  const text = linkListText(set);
  const root = await within("body.links", () => linkSetRoot(signed.share, linkListHash(text), set));
  if (set.links.length !== signed.links.count || root !== signed.links.root) {
    refuse("content-differs", "body.links");
  }
  const authors = await Promise.all(
    set.authors.map(async (author, i) => {
      const place = `body.links.authors.${i}` as const;
      const { fact, hash } = await within(`${place}.statement`, () =>
        parseAccountStatement(author.statement),
      );
      return { author, fact, hash, place };
    }),
  );
  const [accounts] = await Promise.all([
    certified(sql, authors).then((known) => chains.states(sql, known)),
    checkHeaders(sql, signed.space, set),
  ]);
  for (const author of authors) checkAuthor(accounts, author);
  return {
    revisions: set.links.map((link) => link.revision),
    text,
    secrets: Buffer.from(set.secrets, "base64url"),
    releases: Buffer.from(set.releases, "base64url"),
  };
}

/** The accounts whose chains hold these certificates: no other chain is looked at, whether there is one or not. */
async function certified(sql: Sql, authors: readonly Certificate[]): Promise<AccountId[]> {
  const rows = await sql<{ account: AccountId }[]>`
    select distinct s.account from unnest(
      ${textArray(authors.map(({ fact }) => fact.account))}::text[],
      ${textArray(authors.map(({ hash }) => hash))}::text[]
    ) as a (account, hash)
    join account_statements s on s.account = a.account and s.hash = a.hash`;
  return rows.map(({ account }) => account);
}

/** Every link names the header of a revision of the source, as it was accepted. */
async function checkHeaders(sql: Sql, source: SpaceId, { links }: LinkSet): Promise<void> {
  const [wrong] = await sql<{ i: number }[]>`
    select a.i from unnest(
      ${textArray(links.map((link) => link.revision))}::text[],
      ${textArray(links.map((link) => link.header))}::text[]
    ) with ordinality as a (revision, header, i)
    left join revisions r on r.space = ${source} and r.revision = a.revision
      and r.hash = a.header and r.op <> 'delete'
    where r.revision is null order by a.i limit 1`;
  if (wrong !== undefined) refuse("statement-refused", `body.links.links.${wrong.i - 1}`);
}

interface Certificate {
  readonly author: LinkAuthor;
  readonly fact: ReturnType<typeof parseAccountStatement>["fact"];
  readonly hash: Hash;
  readonly place: FieldPath;
}

/** The certificate stands in the author's account chain, signed by the identity named. */
function checkAuthor(accounts: Accounts, { author, fact, hash, place }: Certificate): void {
  const chain = accounts.get(fact.account);
  const holds =
    (fact.op === "begin" || fact.op === "device") &&
    chain?.hashes[fact.seq] === hash &&
    identityHash(fact.account, author.identity) === signerAt(chain, fact.seq);
  if (!holds) refuse("statement-refused", place);
}

/** The identity that signed a statement: the one in force before it, or the first. */
function signerAt({ identities }: AccountState, seq: number): Hash | undefined {
  return (identities.findLast((life) => life.since < seq) ?? identities[0])?.hash;
}

/** A share as it is kept beside its chain. */
export interface StoredShare extends Pick<SignedLinks, "share" | "space"> {
  readonly recipient: string;
  readonly until: number;
  readonly about: Uint8Array;
}

/** Keeps a share with what it links. */
export async function storeShare(tx: Tx, stored: StoredShare, set: CheckedLinkSet): Promise<void> {
  const { share, space, recipient, until, about } = stored;
  await tx`
    insert into shares (share, source, recipient, until, about, revisions, list, secrets, releases)
    values (${share}, ${space}, ${recipient}, ${until}, ${about},
      ${textArray(set.revisions)}::text[], ${set.text}, ${set.secrets}, ${set.releases})`;
}

interface SetRow {
  readonly list: string | null;
  readonly secrets: Buffer;
  readonly releases: Buffer;
}

/** The link set of a share as its maker signed it; undefined for a share in the earlier form. */
export async function readLinkSet(sql: Sql, share: SpaceId): Promise<LinkSet | undefined> {
  const [row] = await sql<SetRow[]>`
    select list, secrets, releases from shares where share = ${share}`;
  if (row === undefined || row.list === null) return undefined;
  const list: LinkList = JSON.parse(row.list);
  return {
    ...list,
    releases: row.releases.toString("base64url"),
    secrets: row.secrets.toString("base64url"),
  };
}

/** The statements of the revisions a share links, in order. */
export async function readHeaders(sql: Sql, share: SpaceId): Promise<Statement[]> {
  const rows = await sql<{ statement: Statement }[]>`
    select r.statement from shares s
    cross join unnest(s.revisions) with ordinality as l (revision, i)
    join revisions r on r.space = s.source and r.revision = l.revision
    where s.share = ${share} order by l.i`;
  return rows.map(({ statement }) => statement);
}

/** The box around the releases of a link set, and what it is bound to. */
export async function readReleases(
  sql: Sql,
  share: SpaceId,
): Promise<{ readonly ctx: ReturnType<typeof linkSetContext>; readonly box: Buffer } | undefined> {
  const [row] = await sql<{ list: string | null; releases: Buffer }[]>`
    select list, releases from shares where share = ${share}`;
  if (row === undefined || row.list === null) return undefined;
  return { ctx: linkSetContext(share, linkListHash(row.list), "releases"), box: row.releases };
}
