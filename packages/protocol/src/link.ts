import * as z from "zod/mini";
import { deviceField, identityHash, parseAccountStatement } from "./account.ts";
import { fromBase64url, utf8 } from "./bytes.ts";
import { canonicalJson } from "./canonical.ts";
import { context } from "./context.ts";
import { refuse } from "./errors.ts";
import {
  accountIdField,
  identityField,
  itemIdField,
  revisionIdField,
  secretBoxField,
  spaceIdField,
  statementField,
} from "./fields.ts";
import { type Hash, hashOf, type SpaceId } from "./ids.ts";
import { merkleRoot } from "./merkle.ts";
import { parseRevision, type SealedRevision } from "./revision.ts";
import { sha256 } from "./sha256.ts";
import { checkSignature } from "./statement.ts";

/** An entry of a share: one revision of another space (spec/share.md, Link). */
export const linkField = z.strictObject({
  space: spaceIdField,
  item: itemIdField,
  revision: revisionIdField,
  header: statementField,
  epoch: z.int().check(z.minimum(1)),
  author: z.strictObject({
    account: accountIdField,
    identity: identityField,
    device: deviceField,
    statement: statementField,
  }),
  secret: secretBoxField,
  release: secretBoxField,
});
export type Link = z.infer<typeof linkField>;

/** What the wrap of a linked revision's secret, or of its release, is bound to. */
export function linkContext(
  share: SpaceId,
  link: Pick<Link, "space" | "item" | "revision">,
  of: "secret" | "release",
) {
  return context(`link ${of}`, share, link.space, link.item, link.revision);
}

/** What the sealed note beside a share is bound to. */
export function aboutContext(share: SpaceId) {
  return context("about", share);
}

/** The root over links in order, as both statements of a share name it. */
export function linksRoot(links: readonly Link[]): Hash {
  return hashOf(merkleRoot(links.map((link) => sha256(utf8(canonicalJson(link))))));
}

/** A link whose author's certificate and header have been checked. */
export interface CheckedLink {
  readonly link: Link;
  readonly fact: SealedRevision;
  /** The author's identity, to compare with a contact. */
  readonly identity: Hash;
}

/**
 * Checks a link as its recipient must: the identity certifies the device, the
 * device signed the header, the header is of the revision linked. That the
 * author had the right to write is vouched for by whoever made the share.
 * @throws ProtocolError
 */
export async function checkLink(link: Link): Promise<CheckedLink> {
  const { author } = link;
  const certificate = parseAccountStatement(author.statement);
  await checkSignature(certificate, author.identity.sign);
  const { fact: certified } = certificate;
  if (certified.op !== "begin" && certified.op !== "device")
    refuse("does not certify a device", "author.statement");
  if (
    certified.op === "begin" &&
    (certified.identity.sign !== author.identity.sign ||
      certified.identity.seal !== author.identity.seal)
  ) {
    refuse("begins with another identity", "author.identity");
  }
  const { device, key } = certified.device;
  if (
    certified.account !== author.account ||
    device !== author.device.device ||
    key !== author.device.key
  ) {
    refuse("certifies another device", "author.device");
  }
  const header = parseRevision(link.header);
  await checkSignature(header, author.device.key);
  const { fact } = header;
  if (fact.op === "delete") return refuse("links a deletion", "header");
  if (fact.by.account !== author.account || fact.by.device !== device)
    refuse("is by another author", "header");
  if (fact.space !== link.space || fact.item !== link.item || fact.revision !== link.revision) {
    refuse("links another revision than its header names", "header");
  }
  if (fact.epoch !== link.epoch) refuse("links another epoch than its header names", "epoch");
  return { link, fact, identity: identityHash(author.account, author.identity) };
}

/** The bytes of a box in a link. */
export function linkBox(link: Link, of: "secret" | "release") {
  return fromBase64url(link[of], `link.${of}`);
}
