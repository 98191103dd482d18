import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import {
  type Bytes,
  canonicalJson,
  context,
  type Head,
  hashOf,
  type LinkSet,
  linkListHash,
  linkSetContext,
  parseRevision,
  parseSpaceStatement,
  type SpaceId,
  type Statement,
  utf8,
} from "@ecrin/protocol";
import type { Person } from "./person.ts";
import { type Ended, type Rights, releaseKeyOf, type SealedTest, TestSpace } from "./record.ts";

/** A share on its way: the body of `shareCreate`, and the space it makes. */
export interface TestShare {
  readonly share: TestSpace;
  readonly source: Statement;
  readonly body: Record<string, unknown>;
  readonly links: LinkSet;
}

export interface ShareFacts {
  readonly source?: object;
  readonly begin?: object;
  readonly by?: Person;
  /** Further rights of the recipient. */
  readonly rights?: Pick<Rights, "offline">;
  /** Another set than was signed. */
  readonly links?: (set: LinkSet) => LinkSet;
  /** Another set, signed. */
  readonly signed?: (set: LinkSet) => LinkSet;
}

export async function makeShare(
  record: TestSpace,
  recipient: Person,
  sealed: readonly SealedTest[],
  until: number,
  facts: ShareFacts = {},
): Promise<TestShare> {
  const by = facts.by ?? record.owner;
  const share = new TestSpace(by, await releaseKeyOf(by), [
    [recipient, { until, ...facts.rights }],
  ]);
  const { epoch, wraps } = await share.epoch(share.members, 1);
  const key = share.releaseKeys.get(1) ?? Buffer.alloc(0);
  const links = linkSetOf(record, share.space, sealed, by, key);
  const linked = linkedOf(share.space, facts.signed?.(links) ?? links);
  const { members } = share;
  const begun = { source: { space: record.space }, until, links: linked, members, epoch };
  const begin = share.sign({ op: "begin", kind: "share", ...begun, ...facts.begin }, by);
  const source = record.sign(
    {
      op: "share",
      share: share.space,
      recipient: recipient.account,
      until,
      links: linked,
      begin: parseSpaceStatement(begin).hash,
      ...facts.source,
    },
    by,
  );
  const sent = facts.links?.(links) ?? facts.signed?.(links) ?? links;
  const about = randomBytes(100).toString("base64url");
  return { share, source, links, body: { source, share: begin, wraps, links: sent, about } };
}

/** Everything linked in one piece; the secrets are not looked at by the server. */
function linkSetOf(
  record: TestSpace,
  share: SpaceId,
  sealed: readonly SealedTest[],
  by: Person,
  key: Buffer,
): LinkSet {
  const list = {
    authors: [{ identity: by.identity, statement: by.chain[0] ?? noChain() }],
    links: sealed.map(({ revision, body }) => ({
      author: 0,
      header: parseRevision(body.statement).hash,
      revision,
    })),
  };
  const releases = sealed.map(({ item, revision, body }) => {
    const { epoch } = parseRevision(body.statement).fact;
    return Buffer.from(record.releaseOf(epoch, item, revision), "base64url");
  });
  const ctx = linkSetContext(share, linkListHash(canonicalJson(list)), "releases");
  return {
    ...list,
    secrets: randomBytes(48 + 32 * sealed.length).toString("base64url"),
    releases: boxOf(key, "link releases", ctx, Buffer.concat(releases)),
  };
}

/** What both statements of a share say of a set, also of one that has not its form. */
export function linkedOf(share: SpaceId, set: LinkSet) {
  const { authors, links } = set;
  const list = linkListHash(canonicalJson({ authors, links }));
  const boxes = [set.secrets, set.releases].map((box) => Buffer.from(box, "base64url"));
  return { count: links.length, root: hashOf(context("links", share, list, ...boxes)) };
}

function noChain(): never {
  throw new Error("the maker has no chain");
}

/** A box (spec/revision.md). */
function boxOf(key: Buffer, label: string, ctx: Bytes, plaintext: Buffer): string {
  const salt = randomBytes(32);
  const info = Buffer.concat([utf8(`ecrin-1 ${label}`), ctx]);
  const subkey = Buffer.from(hkdfSync("sha256", key, salt, info, 32));
  const sealing = createCipheriv("aes-256-gcm", subkey, Buffer.alloc(12));
  sealing.setAAD(ctx);
  const sealed = Buffer.concat([sealing.update(plaintext), sealing.final()]);
  return Buffer.concat([salt, sealed, sealing.getAuthTag()]).toString("base64url");
}

/** Posts a share, and keeps what was accepted. */
export async function postShare(
  record: TestSpace,
  made: TestShare,
  by: Person = record.owner,
): Promise<Ended<{ source: Head; share: Head }>> {
  const answer = await by.line.ask<{ source: Head; share: Head }>(
    "POST",
    "/v1/shares",
    made.body,
    by.seat,
  );
  if (answer.status === 200 && !record.chain.includes(made.source)) {
    record.keep({ statement: made.source });
    made.share.keep({ statement: made.body.share as Statement });
  }
  return answer;
}
