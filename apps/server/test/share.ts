import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import {
  type Bytes,
  type Head,
  type Link,
  linkContext,
  linksRoot,
  parseRevision,
  parseSpaceStatement,
  type SpaceId,
  type Statement,
  utf8,
} from "@ecrin/protocol";
import type { Person } from "./person.ts";
import { type Ended, releaseKeyOf, type SealedTest, TestSpace } from "./record.ts";

/** A share on its way: the body of `shareCreate`, and the space it makes. */
export interface TestShare {
  readonly share: TestSpace;
  readonly source: Statement;
  readonly body: Record<string, unknown>;
  readonly links: readonly Link[];
}

export async function makeShare(
  record: TestSpace,
  recipient: Person,
  sealed: readonly SealedTest[],
  until: number,
  facts: { source?: object; begin?: object; links?: (links: Link[]) => Link[]; by?: Person } = {},
): Promise<TestShare> {
  const by = facts.by ?? record.owner;
  const share = new TestSpace(by, await releaseKeyOf(by), [[recipient, { until }]]);
  const { epoch, wraps } = await share.epoch(share.members, 1);
  const key = share.releaseKeys.get(1) ?? Buffer.alloc(0);
  const links = sealed.map((each) => linkTo(record, share.space, each, by, key));
  const linked = { count: links.length, root: linksRoot(links) };
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
  const sent = facts.links?.([...links]) ?? links;
  const about = randomBytes(100).toString("base64url");
  return { share, source, links, body: { source, share: begin, wraps, links: sent, about } };
}

function linkTo(
  record: TestSpace,
  share: SpaceId,
  { item, revision, body }: SealedTest,
  by: Person,
  key: Buffer,
): Link {
  const { fact } = parseRevision(body.statement);
  const place = { space: record.space, item, revision };
  const release = Buffer.from(record.releaseOf(fact.epoch, item, revision), "base64url");
  const begin = by.chain[0];
  if (begin === undefined) throw new Error("the maker has no chain");
  return {
    ...place,
    header: body.statement as Statement,
    epoch: fact.epoch,
    author: {
      account: by.account,
      identity: by.identity,
      device: { device: by.device, key: by.deviceSigner.key },
      statement: begin,
    },
    secret: randomBytes(80).toString("base64url"),
    release: boxOf(key, "link release", linkContext(share, place, "release"), release),
  };
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
