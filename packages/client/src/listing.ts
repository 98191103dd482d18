import { commitTo, equalSecret, metadataKeyOf, openBox, openMetadata } from "@ecrin/crypto";
import {
  type AccountId,
  acceptRevision,
  appendLeaf,
  type Bytes,
  digestOf,
  EMPTY_FRONTIER,
  type Frontier,
  fromBase64url,
  fromUtf8,
  frontierRoot,
  type Hash,
  hashOf,
  type ItemHistory,
  type ItemId,
  type Items,
  judgeRevision,
  type ListedRevision,
  type Metadata,
  parseMetadata,
  parseRevision,
  parseRewrap,
  type RevisionId,
  type RevisionPayload,
  type RevisionStatement,
  type RewrapStatement,
  type RouteAnswer,
  refuse,
  revisionCommitContext,
  revisionContext,
  type SealedRevision,
  type SpaceId,
  secretContext,
  type TreeHead,
} from "@ecrin/protocol";
import { ahead } from "./ahead.ts";
import { asClientError, ClientError, isRefusedFor } from "./errors.ts";
import type { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

const PAGE = 1000;
/** Revisions opened side by side: enough to keep the engine's threads busy. */
const BATCH = 500;

/** A revision whose signature, place and name have been checked. */
export interface Revision {
  readonly index: number;
  readonly fact: RevisionPayload;
  readonly hash: Hash;
  /** As it was signed; absent for what this device kept, which is what it says and no more. */
  readonly statement?: string;
  /** R and the name it opened; absent for a deletion, and where it is lost. */
  readonly opened?: { readonly secret: Bytes; readonly metadata: Metadata };
  /** Why it does not open, though everything signed is right. */
  readonly lost?: Lost;
}

/** Why a revision does not open although the server hands out what was signed. */
export interface Lost {
  /** The epoch it is wrapped under. */
  readonly epoch: number;
  /** Who turned that epoch, and made its wraps wrongly; absent where the author sealed the revision wrongly. */
  readonly turnedBy?: AccountId;
}

/** A revision that has something to open. */
export type OpenableRevision = Revision & {
  readonly fact: SealedRevision;
  readonly opened: { readonly secret: Bytes; readonly metadata: Metadata };
};

/** Every revision of a space, checked as it is fetched. */
export class Listing {
  readonly revisions = new Map<RevisionId, Revision>();
  readonly items: Items = new Map();
  readonly #u: Unlocked;
  readonly #view: SpaceView;
  #frontier: Frontier = EMPTY_FRONTIER;
  #syncing: Promise<void> | undefined;
  /** The first epoch whose beginning has not been compared with the tree yet. */
  #epoch = 0;
  /** Revisions that did not open in the epoch that was current then: a later one may lead to their keys. */
  readonly #lost = new Map<RevisionId, { readonly parsed: ParsedListed; readonly tried: number }>();

  constructor(u: Unlocked, view: SpaceView) {
    this.#u = u;
    this.#view = view;
  }

  /** Size and root of the revision tree as far as it was followed. */
  get tree(): TreeHead {
    return { size: this.#frontier.size, root: hashOf(frontierRoot(this.#frontier)) };
  }

  /** The tree as far as it was followed, and the epochs whose beginnings were compared with it. */
  get followed(): { readonly frontier: Frontier; readonly epochs: number } {
    return { frontier: this.#frontier, epochs: this.#epoch };
  }

  /**
   * Goes on from revisions that this device has checked before, in their order. The next answer of
   * the server must continue their tree.
   */
  resume(revisions: readonly Revision[], epochs: number): void {
    if (this.#frontier.size > 0) refuse("is followed already", "revisions");
    let frontier = EMPTY_FRONTIER;
    for (const revision of revisions) {
      acceptRevision(this.items, revision.fact);
      this.revisions.set(revision.fact.revision, revision);
      frontier = appendLeaf(frontier, fromBase64url(revision.hash));
    }
    this.#frontier = frontier;
    this.#epoch = epochs;
  }

  get space(): SpaceId {
    return this.#view.space;
  }

  /**
   * Fetches what is new and checks all of it: signatures, rights, places,
   * commitments, and that the tree continues the one seen before.
   */
  async sync(): Promise<void> {
    this.#syncing ??= this.#fetchNew().finally(() => {
      this.#syncing = undefined;
    });
    await this.#syncing;
  }

  /**
   * One at a time: two from the same place would take the same revisions twice. The next page
   * comes, and the next batch is checked, while what came before is finished; what is accepted
   * stays in order.
   */
  async #fetchNew(): Promise<void> {
    // The chain followed so far signed for this many: a server that answers from now on has them.
    const { from: least } = this.#view.epoch;
    let from = this.#frontier.size;
    let page = this.#page(from);
    let checking: Promise<readonly Checked[]> = Promise.resolve([]);
    for (;;) {
      const answer = await page;
      from += answer.revisions.length;
      const isMore = answer.revisions.length > 0 && from < answer.tree.size;
      if (isMore) page = ahead(this.#page(from));
      if (answer.head.seq > this.#view.head.seq) await this.#view.refresh();
      for (let i = 0; i < answer.revisions.length; i += BATCH) {
        const next = ahead(this.#checkAll(answer.revisions.slice(i, i + BATCH)));
        this.#accept(await checking);
        checking = next;
      }
      if (isMore) continue;
      this.#accept(await checking);
      if (answer.tree.size < this.#frontier.size)
        throw new ClientError("rollback", "the record is older than the one seen before");
      if (answer.tree.size > this.#frontier.size)
        throw new ClientError("fork", "the record is not handed out whole");
      if (answer.tree.root !== this.tree.root)
        throw new ClientError("fork", "the record is another than its tree says");
      if (this.#frontier.size < least)
        throw new ClientError("rollback", "the record is older than an epoch's statement says");
      break;
    }
    await this.#openLost();
    this.#checkEpochs();
    this.#checkSeen();
    this.#u.keyring.see(`${this.space}.tree`, { seq: this.tree.size, hash: this.tree.root });
  }

  async #page(from: number): Promise<RouteAnswer<"revisions">> {
    return await this.#u.http.call("revisions", {
      params: { space: this.space },
      query: { from, limit: PAGE },
    });
  }

  /**
   * The newest revision of an item as the server holds it, checked as it was when it was listed:
   * ciphertexts and signed facts.
   * @throws ClientError `fork` where the server holds another in its place
   */
  async row(item: ItemId): Promise<ListedRevision> {
    const newest = [...(this.items.get(item)?.heads ?? [])].at(-1);
    const known = newest === undefined ? undefined : this.revisions.get(newest);
    if (known === undefined) throw new ClientError("not-found", "is not in the record");
    const { index } = known;
    const { revisions } = await this.#u.http.call("revisions", {
      params: { space: this.space },
      query: { from: index, limit: 1 },
    });
    const [row] = revisions;
    if (row === undefined) throw new ClientError("bad-answer", "the revision is not handed out");
    const [checked] = await this.#checkAll([row]);
    if (checked?.revision.hash !== known.hash || row.index !== index)
      throw new ClientError("fork", "the revision is another than the one listed");
    return row;
  }

  /** What stands at the front of an item, and can be read: behind a revision that cannot, those it names as parents. */
  front(history: ItemHistory): Revision[] {
    const of = (ids: Iterable<RevisionId>) =>
      [...ids].flatMap((id) => this.revisions.get(id) ?? []);
    const heads = of(history.heads);
    if (heads.every(({ lost }) => lost === undefined)) return heads;
    const readable = of(history.revisions).filter(({ lost }) => lost === undefined);
    const named = new Set(readable.flatMap(({ fact }) => fact.parents));
    return readable.filter(({ fact }) => !named.has(fact.revision));
  }

  /** Tries again what was lost, once for each epoch that has begun since. */
  async #openLost(): Promise<void> {
    const { n } = this.#view.epoch.epoch;
    for (const [id, { parsed, tried }] of this.#lost) {
      if (tried === n) continue;
      const { wrapEpoch } = parsed.listed;
      const key = await this.#view.held("space", wrapEpoch);
      const revision = await this.#check(parsed, new Map([[wrapEpoch, key]]));
      this.revisions.set(id, revision);
      this.#noteLost(revision, parsed);
    }
  }

  #noteLost({ fact, lost }: Revision, parsed: ParsedListed): void {
    const { revision } = fact;
    if (lost === undefined) this.#lost.delete(revision);
    else this.#lost.set(revision, { parsed, tried: this.#view.epoch.epoch.n });
  }

  #checkSeen(): void {
    const seen = this.#u.keyring.seen(`${this.space}.tree`);
    if (seen !== undefined && this.#frontier.size < seen.seq) {
      throw new ClientError("rollback", "the record is older than the one seen before");
    }
  }

  /**
   * Where an epoch began, its statement signed the root that the revisions up
   * to there lead to: otherwise a server could exchange what an earlier epoch
   * accepted for work signed later under an old date.
   */
  #checkEpochs(): void {
    const { size } = this.#frontier;
    let root: Hash | undefined;
    for (;;) {
      const life = this.#view.state.epochs[this.#epoch];
      if (life === undefined || life.from > size) return;
      root ??= this.tree.root;
      if (life.from < size || life.root !== root) {
        throw new ClientError(
          "fork",
          "the revisions are not those that an epoch's statement signed",
        );
      }
      this.#epoch += 1;
    }
  }

  async #checkAll(listed: readonly ListedRevision[]): Promise<Checked[]> {
    const parsed = listed.map(parseListed);
    await this.#view.reach(
      parsed.flatMap(({ revision, rewrap }) => [
        revision.fact.by,
        ...(rewrap === undefined ? [] : [rewrap.fact.by]),
      ]),
    );
    // The keys first, once each: what is asked for afterwards tells nothing of how a row fails.
    const epochs = new Set(parsed.map(({ listed }) => listed.wrapEpoch));
    const begun = this.#view.state.epochs.length;
    const keys: SpaceKeys = new Map();
    for (const epoch of epochs)
      if (epoch <= begun) keys.set(epoch, await this.#view.held("space", epoch));
    return await Promise.all(
      parsed.map(async (each) => ({ parsed: each, revision: await this.#check(each, keys) })),
    );
  }

  #accept(checked: readonly Checked[]): void {
    for (const { parsed, revision } of checked) {
      this.#checkEpochs();
      if (revision.index !== this.#frontier.size) refuse("is not the next revision", "index");
      const { revision: id } = revision.fact;
      if (this.revisions.has(id)) refuse("is accepted already", "revision");
      const grown = appendLeaf(this.#frontier, fromBase64url(revision.hash));
      const seen = this.#u.keyring.seen(`${this.space}.tree`);
      // Before anything is taken in: asked again, it is refused again.
      if (seen?.seq === grown.size && seen.hash !== hashOf(frontierRoot(grown))) {
        throw new ClientError("fork", "the record is another than the one seen before");
      }
      acceptRevision(this.items, revision.fact);
      this.revisions.set(id, revision);
      this.#noteLost(revision, parsed);
      this.#frontier = grown;
    }
  }

  async #check(parsed: ParsedListed, keys: SpaceKeys): Promise<Revision> {
    const { listed, revision, rewrap, wrapped } = parsed;
    checkWrap(parsed);
    const acceptance = {
      index: listed.index,
      wrapEpoch: listed.wrapEpoch,
      ...(rewrap === undefined ? {} : { rewrap }),
      ...(wrapped === undefined ? {} : { wrap: wrapped.hash }),
    };
    const [, opened] = await Promise.all([
      judgeRevision(revision, acceptance, this.#view.state, this.#view.accounts),
      this.#openName(parsed, keys.get(listed.wrapEpoch)),
    ]);
    const { fact, hash, statement } = revision;
    const checked = { index: listed.index, fact, hash, statement };
    if (opened === "sealed wrongly") return { ...checked, lost: { epoch: listed.wrapEpoch } };
    if (opened !== "lost") return { ...checked, ...(opened === undefined ? {} : { opened }) };
    const { by } = this.#view.state.epochs[listed.wrapEpoch - 1] ?? this.#view.epoch;
    return { ...checked, lost: { epoch: listed.wrapEpoch, turnedBy: by } };
  }

  /**
   * A name that does not open is an alarm where a server could have made it so. Where its author
   * signed the very bytes handed out, it was the author, and the others are listed beside it.
   */
  async #openName(
    { listed, revision: { fact }, rewrap, wrapped }: ParsedListed,
    key: Bytes | undefined,
  ) {
    if (fact.op === "delete") return undefined;
    if (wrapped === undefined || listed.metadata === undefined)
      return refuse("has no wrap or no name", "wrap");
    const name = fromBase64url(listed.metadata, "metadata");
    if (digestOf(name) !== fact.metadata) throw notSigned();
    if (key === undefined) return "lost";
    const ctx = secretContext(fact, listed.wrapEpoch);
    const isSigned = rewrap !== undefined || fact.wrap !== undefined;
    const secret = await byItsAuthor(isSigned, async () => {
      const found = await openBox(key, "revision secret", ctx, wrapped.bytes);
      checkSecret(fact, found);
      return found;
    });
    const metadata =
      secret && (await byItsAuthor(true, async () => await openChecked(fact, secret, name)));
    return secret === undefined || metadata === undefined ? "sealed wrongly" : { secret, metadata };
  }
}

/** What opens; undefined where it does not, and its author signed all that it takes. */
async function byItsAuthor<T>(isSigned: boolean, open: () => Promise<T>): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    if (!isSigned || !isRefusedFor(asClientError(error), "cannot-open")) throw error;
    return undefined;
  }
}

function notSigned(): ClientError {
  return new ClientError("cannot-open", "a revision is not what its author signed");
}

/**
 * A wrap that is not the one signed opens to nobody, and is told like everything that does not open.
 * @throws ClientError `cannot-open`
 */
function checkWrap({ revision: { fact }, rewrap, wrapped }: ParsedListed): void {
  if (fact.op === "delete" || wrapped === undefined) return;
  const signed = rewrap === undefined ? fact.wrap : rewrap.fact.wrap;
  if (signed !== undefined && wrapped.hash !== signed) throw notSigned();
}

/** The author's commitment to R. @throws ClientError `cannot-open` */
function checkSecret(fact: SealedRevision, secret: Bytes): void {
  const commitment = commitTo(secret, revisionCommitContext(fact, "revision secret"));
  if (!equalSecret(commitment, fromBase64url(fact.commit.secret))) throw notSigned();
}

interface Checked {
  readonly parsed: ParsedListed;
  readonly revision: Revision;
}

interface ParsedListed {
  readonly listed: ListedRevision;
  readonly revision: RevisionStatement;
  readonly rewrap: RewrapStatement | undefined;
  readonly wrapped: { readonly bytes: Bytes; readonly hash: Hash } | undefined;
}

/** K of each epoch that something is wrapped under; undefined where it does not open. */
type SpaceKeys = Map<number, Bytes | undefined>;

function parseListed(listed: ListedRevision): ParsedListed {
  const bytes = listed.wrap === undefined ? undefined : fromBase64url(listed.wrap, "wrap");
  return {
    listed,
    revision: parseRevision(listed.statement),
    rewrap: listed.rewrap === undefined ? undefined : parseRewrap(listed.rewrap),
    wrapped: bytes === undefined ? undefined : { bytes, hash: digestOf(bytes) },
  };
}

/**
 * Opens a revision's name with its secret R, after checking the author's
 * commitment to R and the hash of the ciphertext.
 * @throws ClientError `cannot-open`
 */
export async function openName(
  fact: SealedRevision,
  secret: Bytes,
  metadata: Bytes,
): Promise<Metadata> {
  checkSecret(fact, secret);
  if (digestOf(metadata) !== fact.metadata) throw notSigned();
  return await openChecked(fact, secret, metadata);
}

/** The same, where both were checked before: 10,000 rows check nothing twice. */
async function openChecked(
  fact: SealedRevision,
  secret: Bytes,
  metadata: Bytes,
): Promise<Metadata> {
  const ctx = revisionContext(fact);
  return parseMetadata(
    fromUtf8(await openMetadata(metadataKeyOf(secret, ctx), ctx, metadata), "metadata"),
  );
}

/**
 * What an id names: the revision at the front of an item, or that very revision. Ids are random:
 * where an item and a revision have the same, the later was made to be mistaken for the other.
 */
export function revisionNamed(
  id: ItemId | RevisionId,
  { items, revisions }: Pick<Listing, "items" | "revisions">,
  frontOf: (history: ItemHistory) => Revision | undefined,
): Revision | undefined {
  const history = items.get(id as ItemId);
  const newest = history && frontOf(history);
  const named = revisions.get(id as RevisionId);
  const first = revisions.get(history?.revisions[0] ?? (id as RevisionId));
  const isItem = newest !== undefined && (first?.index ?? 0) <= (named?.index ?? Infinity);
  return isItem ? newest : named;
}

/** Whether a revision has something to open. */
export function isOpenable(revision: Revision): revision is OpenableRevision {
  return revision.fact.op !== "delete" && revision.opened !== undefined;
}
