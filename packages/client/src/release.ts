import { commitTo, contentKeyOf, equalSecret } from "@ecrin/crypto";
import {
  type Bytes,
  digestOf,
  fromBase64url,
  type Hash,
  type Head,
  openReceipt,
  type ReadReason,
  revisionCommitContext,
  revisionContext,
  type SealedRevision,
  type SpaceId,
} from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import { keepReceipt } from "./log.ts";
import type { Unlocked } from "./unlocked.ts";

/**
 * Where the store keeps the release of a revision, named by its signed header: an
 * id alone may be used again by somebody else, in another space.
 */
export function releaseKey(header: Hash): string {
  return `release/${header}`;
}

/** The server's word that a read was written down, as it was checked. */
export interface ReadReceipt {
  readonly statement: string;
  readonly subject: string;
  readonly n: number;
  readonly index: number;
}

/** Releases in the order asked, and the receipts of the read. */
export interface Released {
  readonly releases: readonly Bytes[];
  readonly receipts: readonly ReadReceipt[];
}

/**
 * Asks the server for the releases of revisions by one signed read (spec/read.md).
 * Each receipt must be signed by the log and name this very read.
 * @param through the record or share that is read
 */
export async function askReleases(
  u: Unlocked,
  through: SpaceId,
  facts: readonly SealedRevision[],
  reason: ReadReason,
  journal?: Head,
): Promise<Released> {
  const read = await u.sign("read", {
    space: through,
    revisions: facts.map(({ space, item, revision }) => ({ space, item, revision })),
    reason,
    nonce: await u.http.nonce(),
    ...(journal === undefined ? {} : { journal: { n: journal.seq, hash: journal.hash } }),
  });
  const answer = await u.http.call("reads", { body: { read } });
  if (answer.releases.length !== facts.length)
    throw new ClientError("cannot-open", "not every release was answered");
  const asked = digestOf(new TextEncoder().encode(read.slice(0, read.lastIndexOf("."))));
  const subjects = new Set(facts.map((fact) => fact.space));
  const receipts = await Promise.all(
    answer.receipts.map(async (statement) => {
      const receipt = await openReceipt(statement, u.server.logKey);
      if (receipt.statement !== asked)
        throw new ClientError("cannot-open", "a receipt is for another read");
      subjects.delete(receipt.subject as SpaceId);
      await keepReceipt(u, receipt.parsed.statement, receipt);
      return { statement, subject: receipt.subject, n: receipt.n, index: receipt.index };
    }),
  );
  if (subjects.size > 0) throw new ClientError("cannot-open", "a release came without its receipt");
  return { releases: answer.releases.map((each) => fromBase64url(each, "release")), receipts };
}

/**
 * The content key of a revision, from its secret and its release, checked
 * against the author's commitment before anything is opened with it.
 * @throws ClientError `cannot-open`
 */
export function checkedContentKey(
  fact: SealedRevision,
  secret: Bytes,
  release: Bytes,
): { key: Bytes; ctx: Bytes } {
  const ctx = revisionContext(fact);
  const key = contentKeyOf(secret, release, ctx);
  const commitment = commitTo(key, revisionCommitContext(fact, "content key"));
  if (!equalSecret(commitment, fromBase64url(fact.commit.content))) {
    throw new ClientError("cannot-open", "a release is not the one the author committed to");
  }
  return { key, ctx };
}
