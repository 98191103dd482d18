import { currentDevices, type DeviceId, mayWrite, type SpaceId } from "@ecrin/protocol";
import { signOutDevice } from "./devices.ts";
import { ClientError } from "./errors.ts";
import { followJournal } from "./journal.ts";
import type { HealthRecord } from "./record.ts";
import type { Unlocked } from "./unlocked.ts";

/** What was done about a device that is gone, and what it may have seen. */
export interface LostReport {
  readonly device: DeviceId;
  /** Records whose keys have changed: what is sealed there from now on the device cannot open. */
  readonly turned: readonly SpaceId[];
  /** Records where somebody else has to, because this account may not write, or the attempt failed. */
  readonly waiting: readonly SpaceId[];
  /** Documents that the device opened through the service, as their journals tell. */
  readonly opened: number;
  /** When a journal last names it; absent where none does. */
  readonly lastSeen?: number;
}

/**
 * Signs a device out, changes the keys of every record this account may write in, and tells
 * from the journals what the device has opened. What it kept without asking no journal knows.
 * Once done it may be asked again: what was not turned is tried again.
 * @throws ClientError `refused` for this device itself, `not-found`
 */
export async function loseDevice(
  u: Unlocked,
  device: DeviceId,
  records: readonly HealthRecord[],
): Promise<LostReport> {
  if (device === u.device) {
    throw new ClientError("refused", "a device that is lost is signed out from another");
  }
  const state = await u.accounts.get(u.account, 0);
  if (!state.devices.has(device)) throw new ClientError("not-found", "there was no such device");
  if (currentDevices(state).some((each) => each.device === device)) await signOutDevice(u, device);
  const [turned, waiting]: [SpaceId[], SpaceId[]] = [[], []];
  const seen = new Set<string>();
  let lastSeen: number | undefined;
  for (const record of records) {
    ((await isTurned(record)) ? turned : waiting).push(record.space);
    for (const { kind, actor, about, at } of await followJournal(u, record.space)) {
      if (actor.device !== device) continue;
      lastSeen = Math.max(lastSeen ?? 0, at);
      if (kind !== "opening" && kind !== "export") continue;
      for (const { revision } of about.revisions ?? []) seen.add(revision);
    }
  }
  return {
    device,
    turned,
    waiting,
    opened: seen.size,
    ...(lastSeen === undefined ? {} : { lastSeen }),
  };
}

/** One that does not open keeps no other from turning. */
async function isTurned(record: HealthRecord): Promise<boolean> {
  try {
    await record.view.beFresh(0);
    if (!mayWrite(record.view.me)) return false;
    await record.rotateIfDue();
    return true;
  } catch {
    return false;
  }
}
