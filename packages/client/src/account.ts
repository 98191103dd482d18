import type { AccountId, DeviceId, RouteAnswer } from "@ecrin/protocol";
import { Contacts } from "./contacts.ts";
import { type Device, listDevices, signOutDevice } from "./devices.ts";
import { isRefusedFor } from "./errors.ts";
import type { Kit } from "./kit.ts";
import type { OwnDevice } from "./own-device.ts";
import { changePassword, replaceKit } from "./password.ts";
import type { Unlocked } from "./unlocked.ts";

/** What the server wants the account to know: a device enrolled, a recovery asked for. */
export type Notice = RouteAnswer<"account">["notices"][number];

/** An account, unlocked on this device. */
export class Account {
  readonly id: AccountId;
  readonly device: DeviceId;
  /** What this device is called, here and nowhere else. */
  readonly deviceName: string | undefined;
  readonly #u: Unlocked;
  readonly #contacts: Contacts;

  constructor(u: Unlocked, own: OwnDevice) {
    this.id = u.account;
    this.device = u.device;
    this.deviceName = own.name;
    this.#u = u;
    this.#contacts = new Contacts(u);
  }

  /** The name that contacts see. */
  get name(): string {
    return this.#u.keyring.name();
  }

  contacts(): Contacts {
    return this.#contacts;
  }

  async devices(): Promise<Device[]> {
    return await listDevices(this.#u);
  }

  /** Signs a device out. This one forgets everything it holds by it. */
  async signOutDevice(device: DeviceId): Promise<void> {
    await signOutDevice(this.#u, device);
    if (device !== this.device) return;
    await this.#u.store.erase();
    this.#forget();
  }

  /** @throws ClientError `wrong-password` where `before` does not open this device */
  async changePassword(before: string, next: string): Promise<void> {
    await changePassword(this.#u, before, next);
  }

  /** A new kit; the one before opens nothing from then on. It is shown now or never. */
  async newKit(): Promise<Kit> {
    return await replaceKit(this.#u);
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
