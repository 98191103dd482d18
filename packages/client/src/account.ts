import type { Source } from "@ecrin/crypto";
import {
  type AccountId,
  type AskedWitness,
  type DeviceId,
  mayWrite,
  type RouteAnswer,
  type SpaceId,
  type Subject,
  type Witness,
} from "@ecrin/protocol";
import { type DroppedFactors, forgetUnfinished, readUnfinished } from "./about-to-be.ts";
import { Successions } from "./accept-log.ts";
import { type Act, listActs } from "./acts.ts";
import { type LogAnchors, listAnchors } from "./anchoring.ts";
import { Approval } from "./approve.ts";
import { Contacts } from "./contacts.ts";
import { type Deposited, makeDeposit } from "./deposit.ts";
import { type Device, listDevices, signOutDevice } from "./devices.ts";
import type { FileInput, ResourceInput } from "./draft.ts";
import { asClientError, isRefusedFor } from "./errors.ts";
import { type ExportAsked, exportJournal } from "./export.ts";
import {
  addPasskey,
  beginTotp,
  confirmTotp,
  type Factors,
  type PasskeyMade,
  type PasskeyOffer,
  readFactors,
  removePasskey,
  removeTotp,
} from "./factors.ts";
import { type Given, listGiven } from "./given.ts";
import { Inbox } from "./inbox.ts";
import { followJournal, followJournals, type JournalLine } from "./journal.ts";
import { Keeping } from "./keeping.ts";
import type { Kit, KitCode } from "./kit.ts";
import {
  actsGrowth,
  type Growth,
  journalGrowth,
  type Listen,
  type Watch,
  watchActs,
  watchJournal,
} from "./live.ts";
import { checkLog, type LogStanding, type ReceiptsChecked } from "./log.ts";
import { type LostReport, loseDevice } from "./lost-device.ts";
import { Consent, type ListedSpace, type Offers } from "./offers.ts";
import { OfflineAccount } from "./offline.ts";
import type { OwnDevice } from "./own-device.ts";
import { changePassword, checkKit, replaceKit } from "./password.ts";
import { pinnedWitnesses, pinWitnesses } from "./pinned-witnesses.ts";
import { createRecord, HealthRecord } from "./record.ts";
import { sendWaiting } from "./send-here.ts";
import type { Turn } from "./sending.ts";
import { SharedView } from "./shared-view.ts";
import { Showing } from "./showing.ts";
import type { Unlocked } from "./unlocked.ts";
import { findShown, Visit } from "./visit.ts";

/** What the server wants the account to know: a device enrolled, a recovery asked for. */
export type Notice = RouteAnswer<"account">["notices"][number];

/** A share that is left out because it does not hold. */
export interface RefusedShare {
  readonly share: SpaceId;
  /** Who made it, by what the server says: nothing in it could be believed. */
  readonly from: AccountId;
  /** Nothing tells more than that. */
  readonly reason: "cannot-open";
}

/** An account, unlocked on this device. */
export class Account {
  readonly id: AccountId;
  readonly device: DeviceId;
  /** What this device is called, here and nowhere else. */
  readonly deviceName: string | undefined;
  readonly #u: Unlocked;
  readonly #contacts: Contacts;
  readonly #consent: Consent;
  readonly #records = new Map<SpaceId, HealthRecord>();
  readonly #shared = new Map<SpaceId, SharedView>();
  readonly #inboxes = new Map<SpaceId, Inbox>();
  #own: Promise<HealthRecord> | undefined;
  #refused: readonly RefusedShare[] = [];
  /** What this device keeps for work without network, and what waits to be sent. */
  readonly keeping: Keeping;

  constructor(u: Unlocked, own: OwnDevice) {
    this.id = u.account;
    this.device = u.device;
    this.deviceName = own.name;
    this.#u = u;
    this.#contacts = new Contacts(u);
    this.#consent = new Consent(u);
    this.keeping = new Keeping(u);
  }

  /** The name that contacts see. */
  get name(): string {
    return this.#u.keyring.name();
  }

  contacts(): Contacts {
    return this.#contacts;
  }

  /**
   * Checks that the log of everybody only grew, and holds what there are receipts for.
   * @throws ClientError `rollback`, `fork`, `log-key-changed`, `entry-missing`
   */
  async checkLog(): Promise<LogStanding & ReceiptsChecked> {
    return await checkLog(this.#u);
  }

  /** Whether the log this account knew has lost entries and another follows it; and accepting that. */
  successions(): Successions {
    return new Successions(this.#u);
  }

  /** What the service says of anchors of its log, newest first; an export carries the evidence. */
  async anchors(): Promise<LogAnchors> {
    return await listAnchors(this.#u, Number.MAX_SAFE_INTEGER);
  }

  /** The witnesses of the log that this account counts on. */
  witnesses(): readonly Witness[] {
    return pinnedWitnesses(this.#u);
  }

  /** Those that the service says it asks, and how each stands; its word. */
  async witnessesAsked(): Promise<readonly AskedWitness[]> {
    return (await this.#u.http.call("logWitnesses")).witnesses;
  }

  /** Counts on these witnesses from now on, on every device; on none with an empty list. */
  async pinWitnesses(witnesses: readonly Witness[]): Promise<void> {
    await pinWitnesses(this.#u, witnesses);
  }

  /** This account's own record, made at its first use. */
  async record(): Promise<HealthRecord> {
    this.#own ??= this.#openOwn();
    try {
      return await this.#own;
    } catch (error) {
      this.#own = undefined;
      throw error;
    }
  }

  /**
   * A record this account is a member of.
   * @throws ClientError `not-accepted` where somebody who is no contact made it one
   */
  async recordOf(space: SpaceId): Promise<HealthRecord> {
    await this.#consent.require(space);
    const known = this.#records.get(space);
    const record = known ?? new HealthRecord(this.#u, space, this.keeping);
    if (known === undefined) await record.resume();
    await record.view.beFresh(0);
    this.#records.set(space, record);
    return record;
  }

  /** Every record this account is a member of and has accepted to be, its own first. */
  async records(): Promise<HealthRecord[]> {
    const own = await this.record();
    const spaces = await this.#accepted("record");
    const others = spaces.filter(({ space }) => space !== own.space);
    return [own, ...(await Promise.all(others.map(({ space }) => this.recordOf(space))))];
  }

  /**
   * What people who are no contacts have put this account in: nothing of it is kept, opened or
   * sealed in before it is accepted. What a contact shares needs no acceptance.
   */
  async offers(): Promise<Offers> {
    const { spaces } = await this.#u.http.call("spaces");
    return await this.#consent.offered(spaces);
  }

  /** Accepts an offer; from then on it is among `records` or `sharedWithMe`. */
  async accept(space: SpaceId): Promise<void> {
    await this.#consent.accept(space);
  }

  /** Declines an offer, or everything that an account offers. Who made it is not told. */
  async decline(offer: SpaceId | AccountId): Promise<void> {
    await this.#consent.decline(offer);
  }

  async #accepted(kind: ListedSpace["kind"]): Promise<ListedSpace[]> {
    const { spaces } = await this.#u.http.call("spaces");
    return await this.#consent.among(spaces.filter((each) => each.kind === kind && !each.closed));
  }

  /** What this account has given, newest first, and whether it is part of a record by now. */
  async given(): Promise<Given[]> {
    return await listGiven(this.#u);
  }

  /**
   * Gives a file, or a FHIR resource with its file, to the owners and managers of a record, or to the
   * maker of a share (spec/deposit.md).
   */
  async deposit(
    to: HealthRecord | SharedView,
    given: FileInput | ResourceInput,
  ): Promise<Deposited> {
    return await makeDeposit(this.#u, to.view, given);
  }

  /** What others have given to those who decide about a record. */
  inbox(record: HealthRecord): Inbox {
    const inbox = this.#inboxes.get(record.space) ?? new Inbox(this.#u, record);
    this.#inboxes.set(record.space, inbox);
    return inbox;
  }

  /** Shows a code to somebody in the same room (spec/handshake.md). @param until 24 hours away at most */
  async showCode(until: number): Promise<Showing> {
    return await Showing.open(this.#u, until);
  }

  /** Scans, or types, the code that somebody in the same room shows: they become a contact for good. */
  async scanCode(code: string): Promise<Visit> {
    return await Visit.join(this.#u, await findShown(this.#u.http, code));
  }

  /** Ends what a guest may read, and the guest with it. */
  async endGuest(guest: AccountId): Promise<void> {
    const record = await this.record();
    for (const { share, recipient, ended } of await record.shares()) {
      if (recipient === guest && ended === undefined) await record.endShare(share);
    }
    await this.#u.http.call("guestEnd", { params: { account: guest }, body: {} });
  }

  /** Shares that `sharedWithMe` left out when it was last asked, because they do not hold. */
  get sharesRefused(): readonly RefusedShare[] {
    return this.#refused;
  }

  /**
   * Shares that contacts have made for this account, or that it has accepted, and that are still
   * open: checked, names opened. One that does not open hides no other.
   */
  async sharedWithMe(): Promise<SharedView[]> {
    const open = (await this.#accepted("share")).filter((each) => each.role === "reader");
    const refused: RefusedShare[] = [];
    const views = await Promise.all(
      open.map(async ({ space, owner }) => {
        try {
          return await this.#openShare(space);
        } catch (error) {
          if (!isRefusedFor(asClientError(error), "cannot-open")) throw error;
          refused.push({ share: space, from: owner, reason: "cannot-open" });
          return undefined;
        }
      }),
    );
    this.#refused = refused;
    const alive = views.filter((view) => view !== undefined).filter((view) => !view.ended);
    // What is handed out no more does not stay on the device either.
    await this.keeping.keepSharesOnly([...alive, ...refused].map(({ share }) => share));
    return alive;
  }

  /** A share this account made or received, while it is open: what is in it, names opened. */
  async share(share: SpaceId): Promise<SharedView | undefined> {
    const view = await this.#openShare(share);
    return view?.ended === true ? undefined : view;
  }

  /** Everything the service holds of the account's own journal, as an archive that anybody can check (spec/export.md). */
  async exportJournal(asked: ExportAsked): Promise<Source> {
    return await exportJournal(this.#u, this.id, asked);
  }

  /** Several journals, such as this and that of a record, with one look at the log for all. */
  async journals(subjects: readonly Subject[]): Promise<ReadonlyMap<Subject, JournalLine[]>> {
    return await followJournals(this.#u, subjects);
  }

  /** The journal of the account itself: sign-ins, devices, kit and password. */
  async journal(): Promise<JournalLine[]> {
    return await followJournal(this.#u, this.id);
  }

  /** The same, at once and whenever it has grown. */
  watchJournal(watch?: Watch): AsyncGenerator<Growth<JournalLine>> {
    return watchJournal(this.#u, this.id, watch);
  }

  /** That it has grown, for whoever then asks for it. */
  growth(listen?: Listen): AsyncGenerator<void> {
    return journalGrowth(this.#u, this.id, listen);
  }

  /** That this account has done something in others' records, for whoever then asks for it. */
  actsGrowth(listen?: Listen): AsyncGenerator<void> {
    return actsGrowth(this.#u, listen);
  }

  /** What this account did in others' records, oldest first, as their journals have it. */
  async acts(): Promise<Act[]> {
    return await listActs(this.#u);
  }

  /** The same, at once and whenever it has done something, on whichever device. */
  watchActs(watch?: Watch): AsyncGenerator<Growth<Act>> {
    return watchActs(this.#u, watch);
  }

  async #openOwn(): Promise<HealthRecord> {
    const known = this.#u.keyring.record();
    if (known !== undefined) return await this.recordOf(known);
    const record = await createRecord(this.#u, this.keeping);
    await this.#u.keyring.update((keyring) => ({
      ...keyring,
      record: keyring.record ?? record.space,
    }));
    const kept = this.#u.keyring.record() ?? record.space;
    if (kept !== record.space) return await this.recordOf(kept);
    this.#records.set(record.space, record);
    return record;
  }

  /** A share that ended between the list and the look is none. */
  async #openShare(share: SpaceId): Promise<SharedView | undefined> {
    const view = this.#shared.get(share) ?? new SharedView(this.#u, share, this.keeping);
    try {
      await this.#consent.require(share);
      await view.sync();
    } catch (error) {
      if (!isRefusedFor(error, "closed", "not-found", "not-allowed")) throw error;
      await this.keeping.dropShare(share);
      return undefined;
    }
    this.#shared.set(share, view);
    return view;
  }

  /**
   * Sends what was done without network (spec/offline.md, The outbox), and says what still waits.
   * @throws ClientError an alarm, such as `rollback` or `fork`: nothing more is sent
   */
  async send(): Promise<Turn> {
    return await sendWaiting(this.#u, this.keeping.outbox, (space) => this.recordOf(space));
  }

  /** The account as this device keeps it. @throws ClientError `not-kept` */
  async offline(): Promise<OfflineAccount> {
    return await OfflineAccount.open(this.#u, () => this.#u.now());
  }

  async devices(): Promise<Device[]> {
    return await listDevices(this.#u);
  }

  /**
   * Signs a device out, and turns the epoch of every record this account may
   * write in: what the device knew opens nothing new there. In the others
   * whoever seals next does so. This device forgets everything it holds by it.
   */
  async signOutDevice(device: DeviceId): Promise<void> {
    await signOutDevice(this.#u, device);
    if (device !== this.device) return await this.turnEpochs();
    await this.#u.store.erase();
    this.#forget();
  }

  /** Turns the epoch of every record this account may write in, where that is due. */
  async turnEpochs(): Promise<void> {
    const failed: unknown[] = [];
    for (const { space } of await this.#accepted("record")) {
      try {
        const record = await this.recordOf(space);
        if (mayWrite(record.view.me)) await record.rotateIfDue();
      } catch (error) {
        // One that does not open keeps no other from turning.
        failed.push(error);
      }
    }
    if (failed.length > 0) throw failed[0];
  }

  /**
   * A phone that is lost or stolen: signed out, keys changed, and what it may have seen.
   * @throws ClientError `refused` for this very device
   */
  async loseDevice(device: DeviceId): Promise<LostReport> {
    return await loseDevice(this.#u, device, await this.records());
  }

  /**
   * Begins to let another device in, by the number it shows (spec/device-approval.md).
   * @throws ClientError `not-found`, `code-differs`
   */
  async approveDevice(number: string): Promise<Approval> {
    return await Approval.begin(this.#u, number);
  }

  /** Second factors, and passkeys that are a way back (spec/second-factor.md). */
  async factors(): Promise<Factors> {
    return await readFactors(this.#u);
  }

  /** A secret for an authenticator app; it counts after `confirmTotp`. @throws ClientError `conflict` where one counts already */
  async beginTotp(): Promise<{ readonly secret: string; readonly uri: string }> {
    return await beginTotp(this.#u);
  }

  /** @throws ClientError `factor-refused` */
  async confirmTotp(code: string): Promise<void> {
    await confirmTotp(this.#u, code);
  }

  /** Adds a passkey. @returns whether it opens the account, and not only is asked for */
  async addPasskey(
    make: (offer: PasskeyOffer) => Promise<PasskeyMade>,
    asked: boolean,
  ): Promise<boolean> {
    return await addPasskey(this.#u, make, asked);
  }

  async removeTotp(): Promise<void> {
    await removeTotp(this.#u);
  }

  /** @throws ClientError `not-found` */
  async removePasskey(passkey: string): Promise<void> {
    await removePasskey(this.#u, passkey);
  }

  /** @throws ClientError `wrong-password` where `before` does not open this device */
  async changePassword(before: string, next: string): Promise<void> {
    await changePassword(this.#u, before, next);
  }

  /** A new kit; the one before opens nothing from then on. It is shown now or never. */
  async newKit(): Promise<Kit> {
    const kit = await replaceKit(this.#u);
    await forgetUnfinished(this.#u.store);
    return kit;
  }

  /** The kit of a renewal has been printed or written down. */
  async kitKept(): Promise<void> {
    await forgetUnfinished(this.#u.store);
  }

  /**
   * A renewal of everything that was broken off here after the server had taken it: nobody has the
   * kit in force, so `newKit` is needed, and these second factors have to be set up anew.
   */
  async unfinishedRenewal(): Promise<DroppedFactors | undefined> {
    return await readUnfinished(this.#u.store);
  }

  /** Whether a printed kit still opens the account. @throws ClientError `wrong-kit` */
  async checkKit(kit: KitCode | string): Promise<void> {
    await checkKit(this.#u, kit);
  }

  /** What happened to the account, oldest first; `recovery-asked` is what `cancelRecovery` is for. */
  async notices(): Promise<readonly Notice[]> {
    return (await this.#u.http.call("account")).notices;
  }

  /** Stops a recovery that somebody began with the kit alone. */
  async cancelRecovery(): Promise<void> {
    await this.#u.http.call("kitCancel", { body: {} });
  }

  /** Ends the session and forgets every key. Without network the session ends by itself. */
  async lock(): Promise<void> {
    try {
      await this.#u.keyring.save();
      await this.#u.http.call("signOut", { body: {} });
    } catch (error) {
      if (!isRefusedFor(error, "offline", "not-signed-in", "unavailable")) throw error;
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    this.#u.http.leave();
    this.#u.keyring.lock();
    this.#u.store.lock();
  }
}
