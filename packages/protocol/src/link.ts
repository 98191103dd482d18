import * as z from "zod/mini";
import { deviceField } from "./account.ts";
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
import { type CheckedLink, checkAuthor, checkHeader } from "./link-set.ts";
import { merkleRoot } from "./merkle.ts";
import { sha256 } from "./sha256.ts";

/**
 * A link on its own, the form of shares made before there were link sets (spec/share.md, Earlier
 * form). Such shares are read and opened; none is made any more.
 */
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

/** The root over links in order, as both statements of their share name it. */
export function linksRoot(links: readonly Link[]): Hash {
  return hashOf(merkleRoot(links.map((link) => sha256(utf8(canonicalJson(link))))));
}

/**
 * Checks a link as its recipient must: the identity certifies the device, the
 * device signed the header, the header is of the revision linked. That the
 * author had the right to write is vouched for by whoever made the share.
 * @throws ProtocolError
 */
export async function checkLink(link: Link): Promise<CheckedLink> {
  const { author } = link;
  const checked = await checkAuthor(author.identity, author.statement);
  const { device, key } = checked.device;
  if (
    checked.account !== author.account ||
    device !== author.device.device ||
    key !== author.device.key
  ) {
    refuse("certifies another device", "author.device");
  }
  const { fact, hash } = await checkHeader(link.header, checked);
  if (fact.space !== link.space || fact.item !== link.item || fact.revision !== link.revision) {
    refuse("links another revision than its header names", "header");
  }
  if (fact.epoch !== link.epoch) refuse("links another epoch than its header names", "epoch");
  return { fact, header: hash, identity: checked.identity };
}

/** The bytes of a box in a link. */
export function linkBox(link: Link, of: "secret" | "release") {
  return fromBase64url(link[of], `link.${of}`);
}
