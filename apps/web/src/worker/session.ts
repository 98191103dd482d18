import { type Account, ClientError, type HealthRecord, type OfflineAccount } from "@ecrin/client";
import type { Status } from "../wire.ts";
import { type Behind, begin, behind, end, refusal } from "./behind.ts";
import { doorStatus } from "./door.ts";

// The one account that is open in this worker. Its keys live here and nowhere else on the page.

/** Scheme and host that delivered this worker: the only server it speaks to. */
export const server = self.location.origin;

let account: Account | undefined;
/** Whether the loss of lines was accepted here, and the record not closed by hand since. */
let accepted = false;

/** Remembered until the record is closed: whoever accepted looks who has access. */
export function sayAccepted(): void {
  accepted = true;
}

/**
 * The account that is signed in.
 * @throws ClientError `locked`; where it is open on this device only `offline`, or what the service refused it with
 */
export function current(): Account {
  if (account !== undefined) return account;
  if (behind() === undefined) throw new ClientError("locked", "no account is open here");
  throw refusal() ?? new ClientError("offline", "the account is open on this device only");
}

/** Whether an account is open, if only as this device keeps it. */
export function isOpen(): boolean {
  return account !== undefined || behind() !== undefined;
}

/** The account, where it is signed in. */
export function opened(): Account | undefined {
  return account;
}

/** The account as this device keeps it, while it is not signed in. */
export function here(): OfflineAccount | undefined {
  return behind()?.kept;
}

/** This very device, whether it is signed in or not. */
export function deviceHere(): Account["device"] | undefined {
  return (account ?? here())?.device;
}

/** The open account's own record. */
export async function ownRecord(): Promise<HealthRecord> {
  return await current().record();
}

/** Keeps an account that was opened. */
export function open(signedIn: Account): void {
  account = signedIn;
  end();
}

/** Opens what this device keeps, while the sign-in goes on behind it. */
export function openHere(kept: Behind): void {
  account = undefined;
  begin(kept);
}

/** Closes the account where the server no longer knows the session: it has ended, or this device was signed out. */
export async function closeIfEnded(error: unknown): Promise<void> {
  const ended = account;
  if (ended === undefined || !(error instanceof ClientError) || error.code !== "not-signed-in")
    return;
  forget();
  await ended.lock();
}

const forgetting: (() => void)[] = [];

/** Has something of the open account forgotten with it. */
export function forgetWithIt(clear: () => void): void {
  forgetting.push(clear);
}

/** Forgets the account; its keys go with it, and whatever was read with them. */
export function forget(): void {
  account = undefined;
  end();
  for (const clear of forgetting) clear();
}

/** Closes it by hand: nothing of the session is left. */
export function close(): void {
  forget();
  accepted = false;
}

/** What the page may know of all this. */
export async function status(): Promise<Status> {
  const more = accepted ? { accepted } : {};
  const shown = account ?? here();
  if (shown !== undefined) return { state: "open", name: shown.name, account: shown.id, ...more };
  return { ...(await doorStatus()), ...more };
}
