import * as z from "zod/mini";
import { type DeviceCertificate, identityHash, parseAccountStatement } from "./account.ts";
import { fromBase64url, utf8 } from "./bytes.ts";
import { canonicalJson } from "./canonical.ts";
import { context } from "./context.ts";
import { malformed, refuse } from "./errors.ts";
import {
  bytesField,
  hashField,
  type Identity,
  identityField,
  revisionIdField,
  statementField,
} from "./fields.ts";
import { type AccountId, type Hash, hashOf, type SpaceId, type Statement } from "./ids.ts";
import { parseRevision, type SealedRevision } from "./revision.ts";
import { sha256 } from "./sha256.ts";
import { MAX_LINKS } from "./space.ts";
import { checkSignature } from "./statement.ts";

const SECRET = 32;
/** What a box is longer than what it holds (spec/revision.md, Box). */
const BOX = 48;

/** The bytes of a box around one secret for each of so many links. */
export function linkBoxLength(count: number): number {
  return BOX + SECRET * count;
}

const boxField = bytesField(linkBoxLength(1), linkBoxLength(MAX_LINKS));
const authorField = z.strictObject({ identity: identityField, statement: statementField });
const linkField = z.strictObject({
  /** Which of the authors. */
  author: z.int().check(z.minimum(0), z.maximum(MAX_LINKS - 1)),
  header: hashField,
  revision: revisionIdField,
});

/** Everything a share links, in one piece (spec/share.md, Link set). */
export const linkSetField = z.strictObject({
  authors: z.array(authorField).check(z.minLength(1), z.maxLength(MAX_LINKS)),
  links: z.array(linkField).check(z.minLength(1), z.maxLength(MAX_LINKS)),
  releases: boxField,
  secrets: boxField,
});
export type LinkSet = z.infer<typeof linkSetField>;
export type LinkAuthor = LinkSet["authors"][number];
/** The public part: what is linked, and by whom it is. */
export type LinkList = Pick<LinkSet, "authors" | "links">;

/**
 * The one text of a list, after checking that it has its one form: each author once, in the order
 * of the first link that names them, and no revision twice.
 * @throws ProtocolError `statement-refused`
 */
export function linkListText({ authors, links }: LinkList): string {
  const revisions = new Set<string>();
  let known = 0;
  for (const { author, revision } of links) {
    if (author > known) refuse("names authors out of their order", "links.author");
    if (author === known) known += 1;
    if (revisions.has(revision)) refuse("links a revision twice", "links.revision");
    revisions.add(revision);
  }
  if (known !== authors.length) refuse("does not name each author", "authors");
  const texts = authors.map((author) => canonicalJson({ ...author }));
  if (new Set(texts).size !== texts.length) refuse("has an author twice", "authors");
  return canonicalJson({ authors, links });
}

/** SHA-256 of a list's text. 32 bytes. */
export function linkListHash(text: string) {
  return sha256(utf8(text));
}

/**
 * What the box around all secrets of a set, or all releases, is bound to.
 * @param list its `linkListHash`
 */
export function linkSetContext(share: SpaceId, list: Uint8Array, of: "secrets" | "releases") {
  return context(`link ${of}`, share, list);
}

/**
 * The root of a set, as both statements of its share name it.
 * @param list its `linkListHash`
 * @throws ProtocolError `malformed` where a box does not hold one secret for each link
 */
export function linkSetRoot(share: SpaceId, list: Uint8Array, set: Omit<LinkSet, "authors">): Hash {
  const box = (of: "secrets" | "releases") => {
    const bytes = fromBase64url(set[of], of);
    if (bytes.length !== linkBoxLength(set.links.length))
      malformed(of, "does not hold one for each link");
    return bytes;
  };
  return hashOf(context("links", share, list, box("secrets"), box("releases")));
}

/** A link whose author's certificate and header have been checked. */
export interface CheckedLink {
  readonly fact: SealedRevision;
  /** The name of the header's statement. */
  readonly header: Hash;
  /** The author's identity, to compare with a contact. */
  readonly identity: Hash;
}

/** Whose device an identity certifies. */
export interface CheckedAuthor {
  readonly account: AccountId;
  readonly device: DeviceCertificate;
  readonly identity: Hash;
}

/**
 * Checks links as their recipient must: each author's identity certifies the device, the device
 * signed the header, the header is the one named and of the revision linked. That the author had
 * the right to write is vouched for by whoever made the share.
 * @param source the space the share was made from
 * @param headers of the revisions linked, in the order of the links
 * @throws ProtocolError
 */
export async function checkLinks(
  { authors, links }: LinkList,
  source: SpaceId,
  headers: readonly Statement[],
): Promise<CheckedLink[]> {
  if (headers.length !== links.length) malformed("headers", "are not one for each link");
  const checked = await Promise.all(
    authors.map(({ identity, statement }) => checkAuthor(identity, statement)),
  );
  return await Promise.all(
    links.map(async (link, i) => {
      const author = checked[link.author] ?? malformed("links.author", "is not there");
      const { fact, hash } = await checkHeader(headers[i], author);
      if (hash !== link.header) refuse("is another header than the one linked", "header");
      if (fact.space !== source || fact.revision !== link.revision)
        refuse("links another revision than its header names", "header");
      return { fact, header: hash, identity: author.identity };
    }),
  );
}

/** @throws ProtocolError */
export async function checkAuthor(
  identity: Identity,
  statement: Statement,
): Promise<CheckedAuthor> {
  const certificate = parseAccountStatement(statement);
  await checkSignature(certificate, identity.sign);
  const { fact } = certificate;
  if (fact.op !== "begin" && fact.op !== "device")
    return refuse("does not certify a device", "author.statement");
  if (
    fact.op === "begin" &&
    (fact.identity.sign !== identity.sign || fact.identity.seal !== identity.seal)
  ) {
    refuse("begins with another identity", "author.identity");
  }
  const { account, device } = fact;
  return { account, device, identity: identityHash(account, identity) };
}

/** A header that the author's device signed, of a revision that has something to open. @throws ProtocolError */
export async function checkHeader(
  statement: unknown,
  { account, device }: CheckedAuthor,
): Promise<{ fact: SealedRevision; hash: Hash }> {
  const header = parseRevision(statement);
  await checkSignature(header, device.key);
  const { fact, hash } = header;
  if (fact.op === "delete") return refuse("links a deletion", "header");
  if (fact.by.account !== account || fact.by.device !== device.device)
    refuse("is by another author", "header");
  return { fact, hash };
}

/** What the sealed note beside a share is bound to. */
export function aboutContext(share: SpaceId) {
  return context("about", share);
}
