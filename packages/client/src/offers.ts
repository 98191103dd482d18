import type { AccountId, RouteAnswer, SpaceId } from "@ecrin/protocol";
import { AccountBook } from "./accounts.ts";
import { asClientError, ClientError, isRefusedFor } from "./errors.ts";
import { checkContact } from "./keyring.ts";
import { cutTo, inOneLine } from "./one-line.ts";
import { isLike, selfGiven } from "./self-given.ts";
import { SharedView } from "./shared-view.ts";
import { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

/** A space as the server lists it: nothing of it is checked. */
export type ListedSpace = RouteAnswer<"spaces">["spaces"][number];

/** A space that somebody has put this account in, and that it has not accepted. */
export interface Offer {
  readonly space: SpaceId;
  readonly kind: ListedSpace["kind"];
  /** Who began it, as its signed chain says; no contact of this account. */
  readonly from: AccountId;
  /** What they call themselves. Nobody has verified it; empty for a record, which carries no name. */
  readonly name: string;
  /** Whom this account knows by a name like that, and who is somebody else. */
  readonly isNot?: AccountId;
  /** The beginning of what they wrote beside it, in one line. */
  readonly note: string;
  /** How many documents, in a share. */
  readonly count: number;
  readonly until?: number;
}

/** What waits to be accepted. Looking costs requests, and anybody can make offers: not all are looked at. */
export interface Offers {
  readonly offers: readonly Offer[];
  /** Offers beyond those: they show once some of these are decided. */
  readonly more: number;
}

const FROM_ONE = 5;
const AT_ONCE = 20;
const MAX_DECLINED = 1000;
/** Of a stranger's note, as much as may stand beside an offer; the whole of it once it is accepted. */
const NOTE = 500;

/**
 * Which spaces this account has consented to be in (spec/keys.md, Consent).
 * One that has been let in is one whose head the keyring keeps; of others
 * nothing is kept, nothing is shown but that they are offered, and nothing is
 * sealed in them.
 */
export class Consent {
  readonly #u: Unlocked;

  constructor(u: Unlocked) {
    this.#u = u;
  }

  /** Of spaces as the server lists them, those that are let in: their own, accepted before, or from a contact. */
  async among(listed: readonly ListedSpace[]): Promise<ListedSpace[]> {
    const wanted = listed.filter((each) => this.#isIn(each.space) || this.#mayBeLetIn(each));
    const isIn = await Promise.all(wanted.map(({ space }) => this.#isLetIn(space)));
    return wanted.filter((_, i) => isIn[i] === true);
  }

  /** @throws ClientError `not-accepted` for a space that somebody else began who is no contact */
  async require(space: SpaceId): Promise<void> {
    if (await this.letIn(space)) return;
    throw new ClientError("not-accepted", "the space is offered and has not been accepted");
  }

  /** Whether a space is let in; one that this account or a contact began is, from now on. */
  async letIn(space: SpaceId): Promise<boolean> {
    if (this.#isIn(space)) return true;
    const { view, from } = await this.#look(space);
    if (from !== this.#u.account) {
      const contact = this.#u.keyring.contact(from);
      if (contact === undefined) return false;
      checkContact(contact, await this.#u.accounts.get(from));
    }
    this.#u.keyring.see(space, view.head);
    return true;
  }

  /** What is offered, of these. Offers that do not open, or were declined, are left out. */
  async offered(listed: readonly ListedSpace[]): Promise<Offers> {
    const declined = new Set<string>(this.#u.keyring.contents().declined);
    const waiting = listed.filter(
      (each) =>
        !each.closed &&
        !this.#isIn(each.space) &&
        !this.#mayBeLetIn(each) &&
        !declined.has(each.space) &&
        !declined.has(each.owner),
    );
    const byOwner = Map.groupBy(waiting, ({ owner }) => owner);
    const chosen = [...byOwner.values()].flatMap((each) => each.slice(-FROM_ONE)).slice(-AT_ONCE);
    const looked = await Promise.all(chosen.map((each) => this.#offer(each)));
    const offers = looked.filter((each) => each !== undefined);
    return { offers, more: waiting.length - chosen.length };
  }

  /** Accepts an offer: from now on the space is one of this account's. */
  async accept(space: SpaceId): Promise<void> {
    const { view } = await this.#look(space);
    await this.#u.keyring.update(({ declined = [], ...keyring }) => ({
      ...keyring,
      declined: declined.filter((each) => each !== space),
    }));
    this.#u.keyring.see(space, view.head);
    await this.#u.keyring.save();
  }

  /** Declines an offer, or whatever an account offers. It is not shown again; who made it is not told. */
  async decline(offer: SpaceId | AccountId): Promise<void> {
    await this.#u.keyring.update(({ declined = [], ...keyring }) => ({
      ...keyring,
      declined: [...declined.filter((each) => each !== offer), offer].slice(-MAX_DECLINED),
    }));
  }

  #isIn(space: SpaceId): boolean {
    return this.#u.keyring.record() === space || this.#u.keyring.seen(space) !== undefined;
  }

  /** By what the server says, which is checked before anything is let in. */
  #mayBeLetIn({ owner }: ListedSpace): boolean {
    return owner === this.#u.account || this.#u.keyring.contact(owner) !== undefined;
  }

  async #isLetIn(space: SpaceId): Promise<boolean> {
    try {
      return await this.letIn(space);
    } catch (error) {
      // It ended meanwhile.
      if (isRefusedFor(error, "closed", "not-found", "not-allowed")) return false;
      // By its list it is a contact's: whoever opens it says that it does not hold.
      if (isRefusedFor(asClientError(error), "cannot-open")) return true;
      throw error;
    }
  }

  /** Follows a space's chain and keeps nothing of it. */
  async #look(space: SpaceId): Promise<{ view: SpaceView; from: AccountId }> {
    const view = new SpaceView(looking(this.#u), space);
    await view.beFresh(0);
    const [first] = view.state.epochs;
    if (first === undefined || !view.state.members.has(this.#u.account)) throw notThere();
    return { view, from: first.by };
  }

  async #offer({ space, kind, until }: ListedSpace): Promise<Offer | undefined> {
    try {
      const { from } = await this.#look(space);
      const offer = { space, kind, from, ...(until === undefined ? {} : { until }) };
      if (kind === "record") return { ...offer, name: "", note: "", count: 0 };
      const share = new SharedView(looking(this.#u), space);
      await share.sync();
      if (share.ended) return undefined;
      const name = selfGiven(share.about.from);
      const note = cutTo(NOTE, inOneLine(share.about.note));
      const alike = this.#u.keyring.contents().contacts.find((each) => isLike(each.name, name));
      const isNot = alike === undefined ? {} : { isNot: alike.account };
      return { ...offer, name, ...isNot, note, count: share.items.length };
    } catch (error) {
      if (isRefusedFor(error, "offline", "not-signed-in", "unavailable")) throw error;
      return undefined;
    }
  }
}

/** The same account, remembering nothing: for a look at what it has not accepted. */
function looking(u: Unlocked): Unlocked {
  const { http, store, now } = u;
  const keyring = u.keyring.forLooking();
  return { ...u, keyring, accounts: new AccountBook({ http, store, keyring, now, keeps: false }) };
}

function notThere(): ClientError {
  return new ClientError("not-found", "is not a space of this account");
}
