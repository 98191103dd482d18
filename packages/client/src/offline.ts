import { signStatement } from "@ecrin/crypto";
import {
  type AccountId,
  type AccountState,
  accountIdField,
  type DeviceId,
  fromUtf8,
  parseAs,
  type SpaceId,
  SUITE,
} from "@ecrin/protocol";
import { keptChain } from "./accounts.ts";
import { ClientError } from "./errors.ts";
import { Kept, type KeptPerson, type KeptRight } from "./kept.ts";
import { KeptContents } from "./kept-content.ts";
import { isOver, KeptShares } from "./kept-shares.ts";
import type { LocalDevice } from "./local.ts";
import { type OfflineDevice, OfflineRecord } from "./offline-record.ts";
import { OfflineShare } from "./offline-share.ts";
import { Outbox } from "./outbox.ts";

/** An account on a device without network: what is kept, and what waits. It holds no key of the account. */
export class OfflineAccount {
  readonly id: AccountId;
  readonly device: DeviceId;
  readonly outbox: Outbox;
  readonly #device: OfflineDevice;
  readonly #right: KeptRight;
  readonly #shares: KeptShares;

  private constructor(device: OfflineDevice, right: KeptRight, id: DeviceId, shares: KeptShares) {
    this.#shares = shares;
    this.id = device.account;
    this.device = id;
    this.outbox = device.outbox;
    this.#device = device;
    this.#right = right;
  }

  /**
   * What this device keeps of its account.
   * @throws ClientError `not-kept` where the person has not said yes to keeping anything
   */
  static async open(
    local: Pick<LocalDevice, "account" | "device" | "deviceSigner" | "store">,
    now: () => number = Date.now,
  ): Promise<OfflineAccount> {
    const { account, device, deviceSigner, store } = local;
    const kept = new Kept(store);
    const right = await kept.right();
    const chains = new Map<AccountId, AccountState>();
    for await (const [key, value] of store.entries("account/")) {
      const id = parseAs(accountIdField, key.slice("account/".length), "account");
      chains.set(id, (await keptChain(id, JSON.parse(fromUtf8(value)))).state);
    }
    const head = chains.get(account)?.head;
    if (right === undefined || head === undefined) {
      throw new ClientError("not-kept", "nothing is kept on this device for work without network");
    }
    const by = { account, device, head: { ...head } };
    const outbox = new Outbox(store, now);
    await outbox.sweep();
    const contents = new KeptContents(store, now);
    // Before anything is shown: what others shared stays no longer than its right.
    const shares = new KeptShares(store, contents);
    await shares.sweep(now());
    return new OfflineAccount(
      {
        account,
        store,
        now,
        kept,
        contents,
        outbox,
        accounts: () => Promise.resolve(chains),
        sign: async (kind, facts) =>
          await signStatement(kind, { ...facts, suite: SUITE, by, at: now() }, deviceSigner),
      },
      right,
      device,
      shares,
    );
  }

  /** The name that contacts see. */
  get name(): string {
    return this.#right.name;
  }

  /** Whom this account knew when it was last signed in. */
  get people(): readonly KeptPerson[] {
    return this.#right.people;
  }

  /** When the service was last asked about the own record; undefined where it is not kept. */
  async seenAt(): Promise<number | undefined> {
    const { own } = this.#right;
    return own === undefined ? undefined : await this.#device.kept.seenAt(own);
  }

  /** The account's own record. @throws ClientError `not-kept` */
  async record(): Promise<OfflineRecord> {
    return await this.recordOf(this.#right.own ?? notKept());
  }

  /** A record that is kept. @throws ClientError `not-kept` */
  async recordOf(space: SpaceId): Promise<OfflineRecord> {
    return (await OfflineRecord.open(this.#device, space)) ?? notKept();
  }

  /** Received shares that are kept and have not ended. */
  async sharedWithMe(): Promise<OfflineShare[]> {
    const open = (await this.#shares.all()).filter((each) => !isOver(each, this.#device.now()));
    return await Promise.all(open.map((each) => OfflineShare.open(this.#device, each)));
  }

  /** Records that are kept. */
  async records(): Promise<OfflineRecord[]> {
    const spaces = await this.#device.kept.spaces();
    return await Promise.all(spaces.map((space) => this.recordOf(space)));
  }
}

function notKept(): never {
  throw new ClientError("not-kept", "the record is not kept on this device");
}
