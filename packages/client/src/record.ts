import { CryptoError, releaseOf } from "@ecrin/crypto";
import {
  type AccountId,
  type Bytes,
  currentIdentity,
  INLINE_CONTENT,
  type ItemId,
  MAX_READ,
  type Member,
  type Metadata,
  newId,
  parseSpaceStatement,
  type ReadReason,
  type RevisionId,
  type SpaceId,
} from "@ecrin/protocol";
import { BegunUpload } from "./begun.ts";
import { type FileInput, fileDraft, resourceDraft } from "./draft.ts";
import { makeEpoch } from "./epoch-keys.ts";
import { ClientError } from "./errors.ts";
import { type ExportAsked, exportJournal } from "./export.ts";
import { type FhirResource, resourcesOfBundle } from "./fhir.ts";
import { followJournal, type JournalLine } from "./journal.ts";
import { isOpenable, Listing, type Lost, type OpenableRevision, type Revision } from "./listing.ts";
import {
  addMember,
  endMembers,
  learnEpoch,
  mustTurn,
  plain,
  plainEpoch,
  type Rights,
  rotateIfDue,
} from "./membership.ts";
import { type Opened, type OpenKey, openOwn, openRange, openThrough } from "./open.ts";
import { askReleases, checkedContentKey, releaseKey } from "./release.ts";
import { type Draft, rewrap, type SealedDraft, sealDeletion, sealRevision } from "./seal.ts";
import { createShare, endShare, type NewShare, shareMembers } from "./share.ts";
import { hasMovedOn, SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";
import type { Progress } from "./upload.ts";

/** How something is written. */
export interface WriteOptions {
  readonly progress?: Progress;
  /** A name for the file, such as its path: an interrupted upload under it goes on. */
  readonly resume?: string;
}

/** What the list shows of an item. */
export interface ListedItem {
  readonly item: ItemId;
  readonly revision: RevisionId;
  readonly metadata: Metadata;
  /** When its author says it was sealed. */
  readonly at: number;
  readonly author: AccountId;
  /** More than one revision stands at the front: both are kept, both are shown. */
  readonly conflict: boolean;
  readonly revisions: number;
}

/** A revision that is there and does not open. */
export interface Unreadable extends Lost {
  readonly item: ItemId;
  readonly revision: RevisionId;
  /** When its author says it was sealed. */
  readonly at: number;
  readonly author: AccountId;
}

const BATCH = 100;
/** Small contents fetched side by side. */
const AHEAD = 16;
const ATTEMPTS = 5;

/** One person's health record, or one this account is a member of. */
export class HealthRecord {
  readonly view: SpaceView;
  readonly listing: Listing;
  readonly #u: Unlocked;
  /** Whether something was written since the listing was synchronised. */
  #hasWritten = false;

  constructor(u: Unlocked, space: SpaceId) {
    this.#u = u;
    this.view = new SpaceView(u, space);
    this.listing = new Listing(u, this.view);
  }

  get space(): SpaceId {
    return this.view.space;
  }

  /** Fetches and checks what is new. */
  async sync(): Promise<void> {
    await this.view.beFresh();
    await this.listing.sync();
    this.#hasWritten = false;
  }

  /** What the record holds now, names opened; deleted items are left out. */
  async list(): Promise<ListedItem[]> {
    await this.sync();
    return [...this.listing.items.values()].flatMap((history) => {
      const heads = this.listing.front(history);
      return heads.filter(isOpenable).map((revision) => ({
        item: history.item,
        revision: revision.fact.revision,
        metadata: revision.opened.metadata,
        at: revision.fact.at,
        author: revision.fact.by.account,
        conflict: heads.length > 1,
        revisions: history.revisions.length,
      }));
    });
  }

  /**
   * Revisions whose names and contents nobody opens but those who wrote them:
   * somebody turned the epoch they were sealed in, and made its wraps wrongly.
   */
  async unreadable(): Promise<Unreadable[]> {
    await this.sync();
    return [...this.listing.revisions.values()].flatMap(({ fact, lost }) => {
      if (lost === undefined) return [];
      const { item, revision, at, by } = fact;
      return [{ item, revision, at, author: by.account, ...lost }];
    });
  }

  /** Every revision of an item, oldest first. */
  async history(item: ItemId): Promise<Revision[]> {
    await this.sync();
    const history = this.listing.items.get(item) ?? notThere();
    return history.revisions.map((id) => this.listing.revisions.get(id) ?? notThere());
  }

  /**
   * Seals a file and adds it as a DocumentReference with its attachment. With
   * `resume`, a large upload that was interrupted goes on where it stood.
   */
  async add(file: FileInput, options: WriteOptions = {}): Promise<ItemId> {
    const draft = fileDraft(file, newId<"item">(), "create", [], this.#u.now());
    return (await this.#write([draft], options)).item;
  }

  /** Adds FHIR resources, each as an item. */
  async addResources(resources: readonly FhirResource[], progress?: Progress): Promise<ItemId[]> {
    const items: ItemId[] = [];
    for (let i = 0; i < resources.length; i += BATCH) {
      const drafts = resources
        .slice(i, i + BATCH)
        .map((each) => resourceDraft(each, newId<"item">()));
      await this.#write(drafts);
      items.push(...drafts.map((draft) => draft.item));
      progress?.(items.length, resources.length);
    }
    return items;
  }

  /** Imports a FHIR R4 bundle, given as parsed JSON: each resource becomes an item, kept as given. */
  async importBundle(bundle: unknown, progress?: Progress): Promise<ItemId[]> {
    return await this.addResources(resourcesOfBundle(bundle), progress);
  }

  /** A new revision in the place of those at the front; the old ones stay in the history. */
  async correct(
    item: ItemId,
    file: FileInput | FhirResource,
    options: WriteOptions = {},
  ): Promise<RevisionId> {
    await this.sync();
    const parents = [...(this.listing.items.get(item) ?? notThere()).heads];
    const draft =
      "resourceType" in file
        ? { ...resourceDraft(file, item), op: "correct" as const, parents }
        : fileDraft(file, item, "correct", parents, this.#u.now());
    return (await this.#write([draft], options)).revision;
  }

  /** Deletes an item from the list; its history stays and says so. */
  async delete(item: ItemId): Promise<void> {
    await this.sync();
    const { heads } = this.listing.items.get(item) ?? notThere();
    await this.#post(async () => [await sealDeletion(this.#u, this.view, item, [...heads])]);
  }

  /** Seals an application's bytes: it keeps the ciphertext, the record keeps key, name and rights. */
  async seal(bytes: Bytes, name: { title: string; type: string; mediaType?: string }) {
    const item = newId<"item">();
    const metadata: Metadata = {
      v: 1,
      kind: "raw",
      title: name.title,
      type: name.type,
      mediaType: name.mediaType ?? "application/octet-stream",
      size: bytes.length,
    };
    const draft: Draft = {
      item,
      op: "create",
      parents: [],
      metadata,
      resource: new Uint8Array(),
      open: () => [bytes],
      opensAgain: true,
      size: bytes.length,
    };
    const [sealed] = await this.#post(async () => [
      await sealRevision(this.#u, this.view, draft, { held: "application" }),
    ]);
    if (sealed?.ciphertext === undefined) return notThere();
    return { item, revision: sealed.revision, ciphertext: sealed.ciphertext };
  }

  /** Opens an item's newest revision, or the revision named: one signed read, one entry in the journal. */
  async open(id: ItemId | RevisionId, reason?: ReadReason): Promise<Opened> {
    const revision = await this.#find(id);
    return await openThrough(this.#u.http, this.space, await this.#openKey(revision, reason));
  }

  /**
   * Opens everything the record holds, or these items, one after the other: one
   * signed read for up to 500 of them. For taking one's data along.
   */
  async *openAll(
    ids?: readonly (ItemId | RevisionId)[],
    reason: ReadReason = "export",
  ): AsyncGenerator<{ readonly revision: OpenableRevision; readonly opened: Opened }> {
    const wanted = ids ?? (await this.list()).filter(isHeldByServer).map((each) => each.revision);
    for (let i = 0; i < wanted.length; i += MAX_READ) {
      const revisions = await Promise.all(
        wanted.slice(i, i + MAX_READ).map((id) => this.#find(id)),
      );
      const keys = await this.#openKeys(revisions, reason);
      for (let k = 0; k < keys.length; ) {
        // Small contents side by side; a large one is streamed alone.
        const few = aheadOf(keys.slice(k, k + AHEAD));
        const opened = await Promise.all(
          few.map((key) => openThrough(this.#u.http, this.space, key)),
        );
        for (const [m, each] of opened.entries()) {
          yield { revision: revisions[k + m] ?? notThere(), opened: each };
        }
        k += few.length;
      }
    }
  }

  /** Opens the ciphertext of `seal`. */
  async openSealed(revision: RevisionId, ciphertext: Bytes, reason?: ReadReason): Promise<Opened> {
    return await openOwn(await this.#openKey(await this.#find(revision), reason), ciphertext);
  }

  /** Opens a part of an attachment; only the segments that hold it are fetched. */
  async openRange(
    id: ItemId | RevisionId,
    start: number,
    size: number,
    reason?: ReadReason,
  ): Promise<Bytes> {
    const key = await this.#openKey(await this.#find(id), reason);
    return await openRange(this.#u.http, this.space, key, start, size);
  }

  /** Who is in the space, and until when. */
  async members(): Promise<Member[]> {
    await this.view.beFresh(0);
    return [...this.view.state.members.values()];
  }

  /** Adds a member, or gives one more rights. */
  async addMember(account: AccountId, rights: Rights): Promise<void> {
    await this.#again(async () => {
      await this.#ready();
      await addMember(this.#u, this.view, account, rights);
    });
  }

  /** Ends a membership: the keys change, and the shares that member made end. */
  async endMember(account: AccountId): Promise<void> {
    await this.#again(async () => {
      await this.sync();
      await endMembers(this.#u, this.view, [account], this.listing.tree);
    });
  }

  /** Shares revisions with one account until a date. */
  async share(share: NewShare): Promise<SpaceId> {
    return await this.#again(async () => {
      const [members] = await Promise.all([shareMembers(this.#u, share), this.sync()]);
      await this.#ready();
      const revisions = await Promise.all(share.items.map((id) => this.#find(id)));
      return await createShare(this.#u, this.view, revisions, share, members);
    });
  }

  /** Ends a share at once. */
  async endShare(share: SpaceId): Promise<void> {
    await this.#again(async () => {
      await this.view.beFresh(0);
      await endShare(this.#u, this.view, share);
    });
  }

  /** Shares made from this record, ended ones too. */
  async shares() {
    await this.view.beFresh(0);
    return [...this.view.state.shares.values()];
  }

  /** Everything the service holds of the record's journal, as an archive that anybody can check (spec/export.md). */
  readonly exportJournal = (asked: ExportAsked) => exportJournal(this.#u, this.space, asked);

  /** The record's journal, followed and checked, newest last. */
  async journal(): Promise<JournalLine[]> {
    return await followJournal(this.#u, this.space);
  }

  /** Turns the epoch where an end date, a new identity or a signed-out device makes it due. */
  async rotateIfDue(): Promise<boolean> {
    await this.view.beFresh(0);
    await this.sync();
    return await rotateIfDue(this.#u, this.view, this.listing.tree);
  }

  async #find(id: ItemId | RevisionId): Promise<OpenableRevision> {
    if (this.#hasWritten || !this.#has(id)) await this.sync();
    const history = this.listing.items.get(id as ItemId);
    const newest = history && this.listing.front(history).at(-1);
    const named = this.listing.revisions.get(id as RevisionId);
    // Ids are random: where an item and a revision have the same, the later was made to be mistaken for the other.
    const first = this.listing.revisions.get(history?.revisions[0] ?? (id as RevisionId));
    const isItem = newest !== undefined && (first?.index ?? 0) <= (named?.index ?? Infinity);
    const revision = (isItem ? newest : named) ?? notThere();
    return isOpenable(revision) ? revision : notThere();
  }

  #has(id: ItemId | RevisionId): boolean {
    return this.listing.items.has(id as ItemId) || this.listing.revisions.has(id as RevisionId);
  }

  async #openKey(revision: OpenableRevision, reason?: ReadReason): Promise<OpenKey> {
    const [key] = await this.#openKeys([revision], reason);
    return key ?? notThere();
  }

  /**
   * The content keys of revisions. Releases that are not kept yet take one
   * signed read; who holds S computes them alone and still signs it.
   */
  async #openKeys(
    revisions: readonly OpenableRevision[],
    reason: ReadReason = "own",
  ): Promise<OpenKey[]> {
    const kept = new Map<RevisionId, Bytes>();
    for (const { fact, hash } of revisions) {
      const release = await this.#u.store.get(releaseKey(hash));
      if (release !== undefined) kept.set(fact.revision, release);
    }
    const unknown = revisions.filter(({ fact }) => !kept.has(fact.revision));
    const asked = unknown.length === 0 ? [] : await this.#releases(unknown, reason);
    const given = new Map(unknown.map(({ fact }, i) => [fact.revision, asked[i] ?? notThere()]));
    const keys = revisions.map(({ fact, opened }) => {
      const release = kept.get(fact.revision) ?? given.get(fact.revision) ?? notThere();
      return {
        fact,
        metadata: opened.metadata,
        ...checkedContentKey(fact, opened.secret, release),
      };
    });
    await this.#u.store.batch(
      unknown.map(({ fact, hash }) => ({
        key: releaseKey(hash),
        value: given.get(fact.revision) ?? notThere(),
      })),
    );
    return keys;
  }

  async #releases(revisions: readonly OpenableRevision[], reason: ReadReason): Promise<Bytes[]> {
    const facts = revisions.map(({ fact }) => fact);
    const seen = this.#u.keyring.seen(`${this.space}.journal`);
    const { releases } = await askReleases(this.#u, this.space, facts, reason, seen);
    if (!this.view.holdsRelease()) return [...releases];
    return await Promise.all(
      facts.map(async (fact, i) => {
        const release = await this.view.held("release", fact.epoch);
        return release === undefined ? (releases[i] ?? notThere()) : releaseOf(release, fact);
      }),
    );
  }

  /** The view is young enough, and nothing is due any more. */
  async #ready(): Promise<void> {
    await this.view.beFresh();
    if (!(await mustTurn(this.view))) return;
    await this.listing.sync();
    await rotateIfDue(this.#u, this.view, this.listing.tree);
  }

  async #write(
    drafts: readonly Draft[],
    { progress, resume }: WriteOptions = {},
  ): Promise<{ item: ItemId; revision: RevisionId }> {
    const begun = resume === undefined ? undefined : new BegunUpload(this.#u.store, resume);
    const options = {
      ...(progress === undefined ? {} : { progress }),
      ...(begun === undefined ? {} : { begun }),
    };
    const seal = () =>
      Promise.all(drafts.map((draft) => sealRevision(this.#u, this.view, draft, options)));
    try {
      const [first] = await this.#post(seal);
      await begun?.forget();
      return first ?? notThere();
    } catch (error) {
      // Another file under the same name: what was begun cannot go on.
      if (error instanceof CryptoError && error.code === "source-changed") await begun?.forget();
      throw error;
    }
  }

  /** Seals once and posts; where the epoch turned meanwhile, wraps again what is sealed already. */
  async #post(seal: () => Promise<SealedDraft[]>): Promise<SealedDraft[]> {
    await this.#ready();
    let sealed = await seal();
    return await this.#again(async (attempt) => {
      if (attempt > 0) {
        await this.#ready();
        sealed = await Promise.all(sealed.map((each) => rewrap(this.#u, this.view, each)));
      }
      await this.#u.http.call("revisionsPost", {
        params: { space: this.space },
        body: { revisions: sealed.map((each) => each.post) },
      });
      this.#hasWritten = true;
      return sealed;
    });
  }

  /** Tries again from the new state where somebody else was faster. */
  async #again<T>(attempt: (tried: number) => Promise<T>): Promise<T> {
    for (let tried = 0; ; tried++) {
      try {
        return await attempt(tried);
      } catch (error) {
        if (!hasMovedOn(error) || tried + 1 >= ATTEMPTS) throw error;
        await this.view.refresh();
        await this.view.beFresh(0);
        await this.listing.sync();
      }
    }
  }
}

/** Makes a new record whose owner is this account. */
export async function createRecord(u: Unlocked): Promise<HealthRecord> {
  const space = newId<"space">();
  const chain = await u.accounts.get(u.account);
  const { hash, identity } = currentIdentity(chain);
  const owner: Member = {
    account: u.account,
    identity: hash,
    head: chain.head,
    role: "owner",
    offline: true,
  };
  const made = await makeEpoch(space, 1, [owner], () => identity.seal, u.server.releaseKey);
  const statement = await u.sign("space", {
    space,
    seq: 0,
    op: "begin",
    kind: "record",
    members: [plain(owner)],
    epoch: plainEpoch(made.epoch),
  });
  await u.http.call("spaceCreate", { body: { statement, wraps: [...made.wraps] } });
  const record = new HealthRecord(u, space);
  await record.view.follow([parseSpaceStatement(statement).statement]);
  learnEpoch(record.view, made);
  u.keyring.see(space, record.view.head);
  return record;
}

/** The small ones at the front, or the one that stands there. */
function aheadOf(keys: readonly OpenKey[]): readonly OpenKey[] {
  const large = keys.findIndex(({ fact }) => fact.content.length > INLINE_CONTENT);
  return large === -1 ? keys : keys.slice(0, Math.max(1, large));
}

/** What an application keeps itself cannot be fetched. */
function isHeldByServer({ metadata }: ListedItem): boolean {
  return metadata.kind === "fhir";
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the record");
}
