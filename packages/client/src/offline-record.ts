import {
  type AccountId,
  type Accounts,
  acceptRevision,
  type Bytes,
  concat,
  currentEpoch,
  followSpace,
  fromBase64url,
  type ItemHistory,
  type ItemId,
  type Items,
  type Member,
  mayWrite,
  nameOfStatement,
  newId,
  parseRevision,
  type ReadReason,
  type RevisionId,
  type RevisionPayload,
  type ShareLife,
  type SpaceId,
  type SpaceState,
} from "@ecrin/protocol";
import { type FileInput, fileDraft, resourceDraft } from "./draft.ts";
import { ClientError } from "./errors.ts";
import { type FhirResource, resourcesOfBundle } from "./fhir.ts";
import type { Kept, KeptSpace } from "./kept.ts";
import type { KeptContent, KeptContents } from "./kept-content.ts";
import type { ListedItem } from "./listed.ts";
import {
  isOpenable,
  type OpenableRevision,
  openName,
  type Revision,
  revisionNamed,
} from "./listing.ts";
import { type Opened, openOwn } from "./open.ts";
import {
  type Cabinet,
  isRevision,
  type Make,
  type Outbox,
  type OutboxEntry,
  type WaitingWrite,
} from "./outbox.ts";
import { checkedContentKey, releaseKey } from "./release.ts";
import type { Draft } from "./seal.ts";
import { deleteLater, type Sealer, type SealingState, sealForLater } from "./seal-later.ts";
import {
  type Choice,
  type InPlaceOf,
  parentsOf,
  type Settled,
  type Settling,
  settlingDrafts,
} from "./settle.ts";
import type { Progress } from "./upload.ts";

/** What work without network needs of a device: its store, and its own key to sign with. */
export interface OfflineDevice extends Sealer {
  readonly store: Pick<Cabinet, "get">;
  readonly now: () => number;
  readonly kept: Kept;
  readonly contents: KeptContents;
  readonly outbox: Outbox;
  /** Account chains kept on the device. */
  accounts(): Promise<Accounts>;
}

/** An item of the list, and where it is. */
export interface OfflineItem extends ListedItem {
  /** Its newest revision is on this device only. */
  readonly waits: boolean;
  /** Its content opens without network. */
  readonly opens: boolean;
}

/** A record as far as this device keeps it: read, and written into the outbox, without asking anybody. */
export class OfflineRecord {
  readonly space: SpaceId;
  readonly #device: OfflineDevice;
  readonly #state: SpaceState;
  readonly #kept: KeptSpace;
  readonly revisions = new Map<RevisionId, Revision>();
  readonly items: Items = new Map();
  readonly #waiting = new Map<RevisionId, OutboxEntry>();
  #contents = new Map<RevisionId, KeptContent>();

  private constructor(device: OfflineDevice, state: SpaceState, kept: KeptSpace) {
    this.#device = device;
    this.#state = state;
    this.#kept = kept;
    this.space = state.space;
  }

  /** @returns undefined where nothing of the space is kept */
  static async open(device: OfflineDevice, space: SpaceId): Promise<OfflineRecord | undefined> {
    const kept = await device.kept.load(space);
    if (kept === undefined) return undefined;
    const state = await followSpace(undefined, kept.statements, await device.accounts());
    if (state?.space !== space) return undefined;
    const record = new OfflineRecord(device, state, kept);
    for (const revision of kept.revisions) record.#take(revision);
    await record.refresh();
    return record;
  }

  /** When the service was last asked. */
  get seenAt(): number {
    return this.#kept.seenAt;
  }

  /** Who the record is about, as far as its chain says. */
  get owner(): AccountId | undefined {
    return [...this.#state.members.values()].find(({ role }) => role === "owner")?.account;
  }

  /** Whether this account could write when the record was last seen. */
  get mayWrite(): boolean {
    const me = this.#state.members.get(this.#device.account);
    return me !== undefined && mayWrite(me) && this.#kept.release !== undefined;
  }

  /** Takes in what another page of this device has put into the outbox, and which contents are kept. */
  async refresh(): Promise<void> {
    this.#contents = await this.#device.contents.of(this.space);
    this.#waiting.clear();
    for (const entry of await this.#device.outbox.entries()) await this.#takeWaiting(entry);
  }

  /** The record's list, with what waits in its place. */
  list(): OfflineItem[] {
    return [...this.items.values()].flatMap(({ item, heads, revisions }) =>
      [...heads]
        .flatMap((id) => this.revisions.get(id) ?? [])
        .filter(isOpenable)
        .map(({ fact, opened }) => ({
          item,
          revision: fact.revision,
          metadata: opened.metadata,
          at: fact.at,
          author: fact.by.account,
          conflict: heads.size > 1,
          revisions: revisions.length,
          waits: this.waits(fact.revision),
          opens: this.opens(fact.revision),
        })),
    );
  }

  /** Every revision of an item, oldest first. */
  history(item: ItemId): Revision[] {
    const { revisions } = this.items.get(item) ?? notThere();
    return revisions.map((id) => this.revisions.get(id) ?? notThere());
  }

  /** Whether the content of a revision opens here without network. */
  opens(revision: RevisionId): boolean {
    return this.#waiting.has(revision) || this.#contents.has(revision);
  }

  /** Whether a revision is on this device only. */
  waits(revision: RevisionId): boolean {
    const entry = this.#waiting.get(revision);
    return entry !== undefined && entry.arrived === undefined;
  }

  /**
   * Opens what is kept here. The read is signed and written down first
   * (spec/offline.md, Reading); what waits is its author's own and takes none.
   * @throws ClientError `not-kept` where the content is not on this device
   */
  async open(id: ItemId | RevisionId, reason: ReadReason = "own"): Promise<Opened> {
    await this.refresh();
    const { fact, opened, hash } = this.#find(id);
    const { contents, store } = this.#device;
    const own = await this.#written(fact.revision);
    const bytes = own?.bytes ?? (await contents.bytes(this.space, fact.revision));
    const release = own?.release ?? (await store.get(releaseKey(hash)));
    if (bytes === undefined || release === undefined) {
      throw new ClientError("not-kept", "the content is not kept on this device");
    }
    const key = checkedContentKey(fact, opened.secret, release);
    if (!this.waits(fact.revision)) await tellRead(this.#device, this.space, fact, reason);
    return await openOwn({ fact, metadata: opened.metadata, ...key }, bytes);
  }

  /** The ciphertext and h of what was written here, as long as it lies in the outbox. */
  async #written(revision: RevisionId) {
    const entry = this.#waiting.get(revision);
    if (entry?.what.kind !== "write") return undefined;
    const pieces: Bytes[] = [];
    for await (const piece of this.#device.outbox.pieces(entry)) pieces.push(piece);
    return { bytes: concat(...pieces), release: fromBase64url(entry.what.release) };
  }

  /** Seals a file into the outbox; when this returns it is saved on this device. */
  async add(file: FileInput): Promise<ItemId> {
    const item = newId<"item">();
    await this.#write(fileDraft(file, item, "create", [], this.#device.now()));
    return item;
  }

  /** Seals FHIR resources, each as an item; what was sealed before one fails stays. */
  async addResources(resources: readonly FhirResource[], progress?: Progress): Promise<ItemId[]> {
    const drafts = resources.map((each) => resourceDraft(each, newId<"item">()));
    const state = this.#sealingState();
    const makes = drafts.map(
      (draft): Make =>
        async (put) =>
          await sealForLater(this.#device, state, draft, put),
    );
    let done = 0;
    for await (const entry of this.#device.outbox.addEach(makes)) {
      await this.#takeWaiting(entry);
      done += 1;
      progress?.(done, drafts.length);
    }
    return drafts.map(({ item }) => item);
  }

  /** Imports a FHIR R4 bundle, given as parsed JSON. @throws FhirError before anything is sealed */
  async importBundle(bundle: unknown, progress?: Progress): Promise<ItemId[]> {
    return await this.addResources(resourcesOfBundle(bundle), progress);
  }

  /** Keeps the content of a revision here no more, until it is opened or pinned again. */
  async unpin(revision: RevisionId): Promise<void> {
    await this.#device.contents.drop(this.space, revision);
    this.#contents.delete(revision);
  }

  /** Seals a revision in the place of those at the front, what waits among them, or of those that were shown. */
  async correct(
    item: ItemId,
    file: FileInput | FhirResource,
    how: InPlaceOf = {},
  ): Promise<RevisionId> {
    const parents = parentsOf(this.items.get(item) ?? notThere(), how);
    return await this.#write(
      "resourceType" in file
        ? { ...resourceDraft(file, item), op: "correct", parents }
        : fileDraft(file, item, "correct", parents, this.#device.now()),
    );
  }

  async delete(item: ItemId, how: InPlaceOf = {}): Promise<void> {
    await this.#delete(item, parentsOf(this.items.get(item) ?? notThere(), how));
  }

  async #delete(item: ItemId, parents: readonly RevisionId[]): Promise<void> {
    const state = this.#sealingState();
    const entry = await this.#device.outbox.add(
      async () => await deleteLater(this.#device, state, item, parents),
    );
    await this.#takeWaiting(entry);
  }

  /** Settles versions that stand side by side, or puts one of the history in force (spec/offline.md, Conflicts). */
  async settle(item: ItemId, choice: Choice, how: Settling = {}): Promise<Settled> {
    const open = (revision: RevisionId) => this.open(revision);
    const isDeletion = (id: RevisionId) => this.revisions.get(id)?.fact.op === "delete";
    const history = this.items.get(item) ?? notThere();
    const drafts = await settlingDrafts(history, choice, isDeletion, { open, ...how });
    const { copies, settling, parents } = drafts;
    for (const copy of copies) await this.#write(copy);
    if (settling === undefined) await this.#delete(item, parents);
    else await this.#write(settling);
    return { copies: copies.map((copy) => copy.item) };
  }

  /** Shares that were open when the record was last seen; `ends` where their end waits. */
  async shares(): Promise<(ShareLife & { readonly ends: boolean })[]> {
    const ending = new Set<string>();
    for (const { what } of await this.#device.outbox.entries()) {
      if (what.kind === "unshare") ending.add(what.share);
    }
    const now = this.#device.now();
    return [...this.#state.shares.values()]
      .filter(({ ended, until }) => ended === undefined && until > now)
      .map((share) => ({ ...share, ends: ending.has(share.share) }));
  }

  /** A share is to end; it does when the service is reached. */
  async endShare(share: SpaceId): Promise<void> {
    if (!this.#state.shares.has(share)) notThere();
    const { space } = this;
    if ((await this.shares()).some((each) => each.share === share && each.ends)) return;
    await this.#device.outbox.add(() => Promise.resolve({ kind: "unshare", space, share }));
  }

  /** Who was in the record when it was last seen; `ends` where their end waits. */
  async members(): Promise<(Member & { readonly ends: boolean })[]> {
    const ending = new Set<string>();
    for (const { what } of await this.#device.outbox.entries()) {
      if (what.kind === "end" && what.space === this.space) ending.add(what.account);
    }
    const now = this.#device.now();
    return [...this.#state.members.values()]
      .filter(({ until }) => until === undefined || until > now)
      .map((member) => ({ ...member, ends: ending.has(member.account) }));
  }

  /** A membership is to end; it does when the service is reached. */
  async endMember(account: AccountId): Promise<void> {
    const { space } = this;
    const member = (await this.members()).find((each) => each.account === account);
    if (member === undefined) notThere();
    if (member.ends) return;
    await this.#device.outbox.add(() => Promise.resolve({ kind: "end", space, account }));
  }

  async #write(draft: Draft): Promise<RevisionId> {
    const state = this.#sealingState();
    const entry = await this.#device.outbox.add(
      async (put) => await sealForLater(this.#device, state, draft, put),
    );
    await this.#takeWaiting(entry);
    return isRevision(entry.what) ? entry.what.revision : notThere();
  }

  /** @throws ClientError `not-allowed` where this account may not write, as far as is known here */
  #sealingState(): SealingState {
    const { release } = this.#kept;
    const epoch = currentEpoch(this.#state).epoch.n;
    if (!this.mayWrite || release?.epoch !== epoch) {
      throw new ClientError("not-allowed", "this account cannot write here without network");
    }
    return { space: this.space, head: this.#state.head, epoch, release: release.key };
  }

  #take(revision: Revision): void {
    acceptRevision(this.items, revision.fact);
    this.revisions.set(revision.fact.revision, revision);
  }

  /** What waits stands in the list where it will stand; what arrived meanwhile stands there already. */
  async #takeWaiting(entry: OutboxEntry): Promise<void> {
    const { what } = entry;
    if (!isRevision(what) || what.space !== this.space) return;
    this.#waiting.set(what.revision, entry);
    if (this.revisions.has(what.revision)) return;
    const { fact } = parseRevision(what.statement);
    const hash = nameOfStatement(what.statement);
    const known = { index: this.revisions.size, fact, hash, statement: what.statement };
    this.#take(
      fact.op === "delete" || what.kind === "delete"
        ? known
        : { ...known, opened: await nameOf(what, fact) },
    );
  }

  #find(id: ItemId | RevisionId): OpenableRevision {
    const front = ({ heads }: ItemHistory) => {
      const newest = [...heads].at(-1);
      return newest === undefined ? undefined : this.revisions.get(newest);
    };
    const revision = revisionNamed(id, this, front) ?? notThere();
    return isOpenable(revision) ? revision : notThere();
  }
}

/** Signs that something was read, and writes it down before anything of it is shown. */
export async function tellRead(
  device: Pick<OfflineDevice, "sign" | "outbox">,
  through: SpaceId,
  { space, item, revision }: RevisionPayload,
  reason: ReadReason,
): Promise<void> {
  const statement = await device.sign("read", {
    space: through,
    revisions: [{ space, item, revision }],
    reason,
    declared: true,
  });
  await device.outbox.add(() => Promise.resolve({ kind: "read", statement }));
}

async function nameOf(what: WaitingWrite, fact: OpenableRevision["fact"]) {
  const secret = fromBase64url(what.secret);
  return { secret, metadata: await openName(fact, secret, fromBase64url(what.metadata)) };
}

function notThere(): never {
  throw new ClientError("not-found", "is not in the record");
}
