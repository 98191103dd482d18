import { currentDevices, type DeviceId } from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import { appendOwn } from "./own-chain.ts";
import type { Unlocked } from "./unlocked.ts";

/** A device signed in to the account. */
export interface Device {
  readonly device: DeviceId;
  /** Milliseconds since 1970, by the clock of the device that signed it in. */
  readonly since: number;
  /** Whether it is this one. */
  readonly here: boolean;
}

/** The devices signed in, as the account's chain has them now. */
export async function listDevices(u: Unlocked): Promise<Device[]> {
  const state = await u.accounts.get(u.account, 0);
  const facts = await u.accounts.facts(u.account);
  return currentDevices(state).map(({ device, since }) => ({
    device,
    since: facts[since]?.at ?? 0,
    here: device === u.device,
  }));
}

/**
 * Signs a device out by a statement in the account's chain. Its session ends at
 * once; what it holds it keeps, until the spaces it knows have rotated.
 * @throws ClientError `not-found`
 */
export async function signOutDevice(u: Unlocked, device: DeviceId): Promise<void> {
  const state = await u.accounts.get(u.account, 0);
  if (!currentDevices(state).some((each) => each.device === device)) {
    throw new ClientError("not-found", "is not a device signed in");
  }
  await appendOwn(
    u,
    () => ({ op: "sign-out", device }),
    async (statement) => await u.http.call("accountPost", { body: { statement } }),
  );
}
