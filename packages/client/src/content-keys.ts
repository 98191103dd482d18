import { releaseOf } from "@ecrin/crypto";
import { type Bytes, INLINE_CONTENT, type ReadReason, type RevisionId } from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import type { OpenableRevision } from "./listing.ts";
import { type Opened, type OpenKey, openThrough } from "./open.ts";
import { askReleases, checkedContentKey, releaseKey } from "./release.ts";
import type { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

/** Small contents fetched side by side. */
const AHEAD = 16;

/** The content key of one revision of a record. */
export async function contentKey(
  u: Unlocked,
  view: SpaceView,
  revision: OpenableRevision,
  reason?: ReadReason,
): Promise<OpenKey> {
  const [key] = await contentKeys(u, view, [revision], reason);
  return key ?? notThere();
}

/**
 * The content keys of revisions of a record. Releases that are not kept yet
 * take one signed read; who holds S computes them alone and still signs it.
 */
export async function contentKeys(
  u: Unlocked,
  view: SpaceView,
  revisions: readonly OpenableRevision[],
  reason: ReadReason = "own",
): Promise<OpenKey[]> {
  const kept = new Map<RevisionId, Bytes>();
  for (const { fact, hash } of revisions) {
    const release = await u.store.get(releaseKey(hash));
    if (release !== undefined) kept.set(fact.revision, release);
  }
  const unknown = revisions.filter(({ fact }) => !kept.has(fact.revision));
  const asked = unknown.length === 0 ? [] : await releases(u, view, unknown, reason);
  const given = new Map(unknown.map(({ fact }, i) => [fact.revision, asked[i] ?? notThere()]));
  const keys = revisions.map(({ fact, opened }) => {
    const release = kept.get(fact.revision) ?? given.get(fact.revision) ?? notThere();
    return {
      fact,
      metadata: opened.metadata,
      ...checkedContentKey(fact, opened.secret, release),
    };
  });
  await u.store.batch(
    unknown.map(({ fact, hash }) => ({
      key: releaseKey(hash),
      value: given.get(fact.revision) ?? notThere(),
    })),
  );
  return keys;
}

async function releases(
  u: Unlocked,
  view: SpaceView,
  revisions: readonly OpenableRevision[],
  reason: ReadReason,
): Promise<Bytes[]> {
  const facts = revisions.map(({ fact }) => fact);
  const seen = u.keyring.seen(`${view.space}.journal`);
  const answer = await askReleases(u, view.space, facts, reason, seen);
  if (!view.holdsRelease()) return [...answer.releases];
  return await Promise.all(
    facts.map(async (fact, i) => {
      const release = await view.held("release", fact.epoch);
      return release === undefined ? (answer.releases[i] ?? notThere()) : releaseOf(release, fact);
    }),
  );
}

/** Opens revisions of a record after one signed read: small contents side by side, a large one streamed alone. */
export async function* openEach(
  u: Unlocked,
  view: SpaceView,
  revisions: readonly OpenableRevision[],
  reason: ReadReason,
): AsyncGenerator<{ readonly revision: OpenableRevision; readonly opened: Opened }> {
  const keys = await contentKeys(u, view, revisions, reason);
  for (let k = 0; k < keys.length; ) {
    const few = aheadOf(keys.slice(k, k + AHEAD));
    const opened = await Promise.all(few.map((key) => openThrough(u.http, view.space, key)));
    for (const [m, each] of opened.entries()) {
      yield { revision: revisions[k + m] ?? notThere(), opened: each };
    }
    k += few.length;
  }
}

/** The small ones at the front, or the one that stands there. */
function aheadOf(keys: readonly OpenKey[]): readonly OpenKey[] {
  const large = keys.findIndex(({ fact }) => fact.content.length > INLINE_CONTENT);
  return large === -1 ? keys : keys.slice(0, Math.max(1, large));
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the record");
}
