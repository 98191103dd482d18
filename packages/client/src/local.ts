import type { Signer } from "@ecrin/crypto";
import type { AccountId, DeviceId } from "@ecrin/protocol";
import { readDevice, signerOf } from "./own-device.ts";
import { type RawStore, Store } from "./store.ts";

/** What a device opens without network: its store and its own key, never the account's (spec/keys.md, Offline unlock). */
export interface LocalDevice {
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly deviceSigner: Signer;
  /** Scheme and host of the account's server. */
  readonly server: string;
  readonly store: Store;
  lock(): void;
}

/**
 * Opens the local store and the device key, without asking anybody.
 * @throws ClientError `not-enrolled`, `wrong-password`, `parameters-below-floor`
 */
export async function unlockOffline(ask: {
  readonly store: RawStore;
  readonly password: string;
}): Promise<LocalDevice> {
  const store = await Store.open(ask.store, ask.password);
  const own = await readDevice(store);
  return {
    account: store.account,
    device: own.device,
    deviceSigner: await signerOf(own),
    server: own.server,
    store,
    lock: () => store.lock(),
  };
}
