import {
  type AccountId,
  type Bytes,
  currentIdentity,
  type ItemHistory,
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
import { contentKey, openEach } from "./content-keys.ts";
import { type FileInput, fileDraft, type ResourceInput, resourceDraft } from "./draft.ts";
import { makeEpoch } from "./epoch-keys.ts";
import { ClientError } from "./errors.ts";
import { type ExportAsked, exportJournal } from "./export.ts";
import { type FhirResource, resourcesOfBundle } from "./fhir.ts";
import { followJournal, type JournalLine } from "./journal.ts";
import type { Keeping } from "./keeping.ts";
import { historyIn, type ListedItem, listedIn, type Unreadable, unreadableIn } from "./listed.ts";
import {
  isOpenable,
  Listing,
  type OpenableRevision,
  type Revision,
  revisionNamed,
} from "./listing.ts";
import { journalGrowth, type Listen, type Watch, watchJournal } from "./live.ts";
import {
  addMember,
  endMembers,
  learnEpoch,
  plain,
  plainEpoch,
  type Rights,
  rotateIfDue,
} from "./membership.ts";
import { type Opened, openOwn, openRange, openThrough } from "./open.ts";
import { type Draft, sealDeletion, sealRevision } from "./seal.ts";
import {
  type Choice,
  type InPlaceOf,
  parentsOf,
  type Settled,
  type Settling,
  settlingDrafts,
} from "./settle.ts";
import { createShare, endShare, type NewShare, shareMembers } from "./share.ts";
import { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";
import type { Progress } from "./upload.ts";
import { type WriteOptions, Writing } from "./writing.ts";

const BATCH = 100;

/** One person's health record, or one this account is a member of. */
export class HealthRecord {
  readonly view: SpaceView;
  readonly listing: Listing;
  readonly #u: Unlocked;
  readonly #writing: Writing;
  /** Where what was checked is kept for later, if the person has said yes to it. */
  readonly #keeping: Keeping | undefined;

  constructor(u: Unlocked, space: SpaceId, keeping?: Keeping) {
    this.#u = u;
    this.#keeping = keeping;
    this.view = new SpaceView(u, space);
    this.listing = new Listing(u, this.view);
    this.#writing = new Writing(u, this.view, this.listing);
  }

  get space(): SpaceId {
    return this.view.space;
  }

  /** Fetches and checks what is new. */
  async sync(): Promise<void> {
    await this.view.beFresh();
    await this.listing.sync();
    this.#writing.isListed = true;
    await this.#keeping?.save(this.view, this.listing);
  }

  /** Goes on from what this device keeps, before anything is asked for. */
  async resume(): Promise<void> {
    await this.#keeping?.resume(this.view, this.listing);
  }

  /** The view is young enough to wrap with, and nothing is due any more. */
  async ready(): Promise<void> {
    await this.#writing.ready();
  }

  /** Keeps the content of a revision on this device, to open it there without network (spec/offline.md). */
  async pin(id: ItemId | RevisionId): Promise<boolean> {
    const revision = await this.#find(id);
    const isKept = (await this.#keeping?.keep(this.view, revision, true)) ?? false;
    if (isKept || this.#keeping === undefined) return isKept;
    await contentKey(this.#u, this.view, revision);
    return await this.#keeping.keep(this.view, revision, true);
  }

  /** Keeps it here no more, until it is opened or pinned again. */
  async unpin(revision: RevisionId): Promise<void> {
    await this.#keeping?.contents.drop(this.space, revision);
  }

  /** What the record holds now, names opened; deleted items are left out. */
  async list(): Promise<ListedItem[]> {
    await this.sync();
    return listedIn(this.listing);
  }

  /**
   * Revisions whose names and contents nobody opens but those who wrote them:
   * somebody turned the epoch they were sealed in, and made its wraps wrongly.
   */
  async unreadable(): Promise<Unreadable[]> {
    await this.sync();
    return unreadableIn(this.listing);
  }

  /** Every revision of an item, oldest first. */
  async history(item: ItemId): Promise<Revision[]> {
    await this.sync();
    return historyIn(this.listing, item);
  }

  /**
   * Seals a file and adds it as a DocumentReference with its attachment. With
   * `resume`, a large upload that was interrupted goes on where it stood.
   */
  async add(file: FileInput, options: WriteOptions = {}): Promise<ItemId> {
    const draft = fileDraft(file, newId<"item">(), "create", [], this.#u.now());
    return (await this.#writing.write([draft], options)).item;
  }

  /** Adds a FHIR resource as it was given, and the file that it tells of. @throws FhirError */
  async addResource({ resource, content }: ResourceInput): Promise<ItemId> {
    const draft = resourceDraft(resource, newId<"item">(), content);
    return (await this.#writing.write([draft])).item;
  }

  /** Adds FHIR resources, each as an item. */
  async addResources(resources: readonly FhirResource[], progress?: Progress): Promise<ItemId[]> {
    const items: ItemId[] = [];
    for (let i = 0; i < resources.length; i += BATCH) {
      const drafts = resources
        .slice(i, i + BATCH)
        .map((each) => resourceDraft(each, newId<"item">()));
      await this.#writing.write(drafts);
      items.push(...drafts.map((draft) => draft.item));
      progress?.(items.length, resources.length);
    }
    return items;
  }

  /** Imports a FHIR R4 bundle, given as parsed JSON (by `readFhir`, which keeps every digit): each resource becomes an item, kept as given. */
  async importBundle(bundle: unknown, progress?: Progress): Promise<ItemId[]> {
    return await this.addResources(resourcesOfBundle(bundle), progress);
  }

  /** A new revision in the place of those at the front, or of those that were shown; the old ones stay in the history. */
  async correct(
    item: ItemId,
    file: FileInput | FhirResource,
    options: WriteOptions & InPlaceOf = {},
  ): Promise<RevisionId> {
    await this.sync();
    const parents = parentsOf(this.listing.items.get(item) ?? notThere(), options);
    const draft =
      "resourceType" in file
        ? { ...resourceDraft(file, item), op: "correct" as const, parents }
        : fileDraft(file, item, "correct", parents, this.#u.now());
    return (await this.#writing.write([draft], options)).revision;
  }

  /** Deletes an item from the list, or those of its versions that were shown; its history stays and says so. */
  async delete(item: ItemId, how: InPlaceOf = {}): Promise<void> {
    await this.sync();
    const parents = parentsOf(this.listing.items.get(item) ?? notThere(), how);
    await this.#writing.post(async () => [await sealDeletion(this.#u, this.view, item, parents)]);
  }

  /** Settles versions that stand side by side, or puts one of the history in force (spec/offline.md, Conflicts). */
  async settle(item: ItemId, choice: Choice, how: Settling = {}): Promise<Settled> {
    await this.sync();
    const open = (revision: RevisionId) => this.open(revision);
    const isDeletion = (id: RevisionId) => this.listing.revisions.get(id)?.fact.op === "delete";
    const history = this.listing.items.get(item) ?? notThere();
    const drafts = await settlingDrafts(history, choice, isDeletion, { open, ...how });
    const { copies, settling, parents } = drafts;
    if (settling !== undefined) await this.#writing.write([...copies, settling]);
    else {
      const seal = async () => [await sealDeletion(this.#u, this.view, item, parents)];
      await this.#writing.post(seal);
    }
    return { copies: copies.map((copy) => copy.item) };
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
    const [sealed] = await this.#writing.post(async () => [
      await sealRevision(this.#u, this.view, draft, { held: "application" }),
    ]);
    if (sealed?.ciphertext === undefined) return notThere();
    return { item, revision: sealed.revision, ciphertext: sealed.ciphertext };
  }

  /** Opens an item's newest revision, or the revision named: one signed read, one entry in the journal. */
  async open(id: ItemId | RevisionId, reason?: ReadReason): Promise<Opened> {
    const revision = await this.#find(id);
    const key = await contentKey(this.#u, this.view, revision, reason);
    const kept = await this.#keeping?.opened(this.view, revision);
    return kept === undefined
      ? await openThrough(this.#u.http, this.space, key)
      : await openOwn(key, kept);
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
      yield* openEach(this.#u, this.view, revisions, reason);
    }
  }

  /** Opens the ciphertext of `seal`. */
  async openSealed(revision: RevisionId, ciphertext: Bytes, reason?: ReadReason): Promise<Opened> {
    return await openOwn(
      await contentKey(this.#u, this.view, await this.#find(revision), reason),
      ciphertext,
    );
  }

  /** Opens a part of an attachment; only the segments that hold it are fetched. */
  async openRange(
    id: ItemId | RevisionId,
    start: number,
    size: number,
    reason?: ReadReason,
  ): Promise<Bytes> {
    const key = await contentKey(this.#u, this.view, await this.#find(id), reason);
    return await openRange(this.#u.http, this.space, key, start, size);
  }

  /** Who is in the space, and until when. */
  async members(): Promise<Member[]> {
    await this.view.beFresh(0);
    return [...this.view.state.members.values()];
  }

  /** Adds a member, or gives one more rights. */
  async addMember(account: AccountId, rights: Rights): Promise<void> {
    await this.#writing.again(async () => {
      await this.#writing.ready();
      await addMember(this.#u, this.view, account, rights);
    });
  }

  /** Ends a membership: the keys change, and the shares that member made end. */
  async endMember(account: AccountId): Promise<void> {
    await this.#writing.again(async () => {
      await this.sync();
      await endMembers(this.#u, this.view, [account], this.listing.tree);
    });
  }

  /** Shares revisions with one account until a date. */
  async share(share: NewShare): Promise<SpaceId> {
    return await this.#writing.again(async () => {
      const [members] = await Promise.all([shareMembers(this.#u, share), this.sync()]);
      await this.#writing.ready();
      const revisions = await Promise.all(share.items.map((id) => this.#find(id)));
      return await createShare(this.#u, this.view, revisions, share, members);
    });
  }

  /** Ends a share at once. */
  async endShare(share: SpaceId): Promise<void> {
    await this.#writing.again(async () => {
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

  /** The same, at once and whenever it has grown. */
  readonly watchJournal = (watch?: Watch) => watchJournal(this.#u, this.space, watch);

  /** That it has grown, for whoever then asks for it. */
  readonly growth = (listen?: Listen) => journalGrowth(this.#u, this.space, listen);

  /** Turns the epoch where an end date, a new identity or a signed-out device makes it due. */
  async rotateIfDue(): Promise<boolean> {
    await this.view.beFresh(0);
    await this.sync();
    return await rotateIfDue(this.#u, this.view, this.listing.tree);
  }

  async #find(id: ItemId | RevisionId): Promise<OpenableRevision> {
    if (!this.#writing.isListed || !this.#has(id)) await this.sync();
    const front = (history: ItemHistory) => this.listing.front(history).at(-1);
    const revision = revisionNamed(id, this.listing, front) ?? notThere();
    return isOpenable(revision) ? revision : notThere();
  }

  #has(id: ItemId | RevisionId): boolean {
    return this.listing.items.has(id as ItemId) || this.listing.revisions.has(id as RevisionId);
  }
}

/** Makes a new record whose owner is this account. */
export async function createRecord(u: Unlocked, keeping?: Keeping): Promise<HealthRecord> {
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
  const record = new HealthRecord(u, space, keeping);
  await record.view.follow([parseSpaceStatement(statement).statement]);
  learnEpoch(record.view, made);
  u.keyring.see(space, record.view.head);
  return record;
}

/** What an application keeps itself cannot be fetched. */
function isHeldByServer({ metadata }: ListedItem): boolean {
  return metadata.kind === "fhir";
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the record");
}
