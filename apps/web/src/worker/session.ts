import { type Account, ClientError, type HealthRecord } from "@ecrin/client";
import type { Status } from "../wire.ts";
import { doorStatus } from "./door.ts";

// The one account that is open in this worker. Its keys live here and nowhere else on the page.

/** Scheme and host that delivered this worker: the only server it speaks to. */
export const server = self.location.origin;

let account: Account | undefined;

/** The account that is open. @throws ClientError `locked` */
export function current(): Account {
  if (account === undefined) throw new ClientError("locked", "no account is open here");
  return account;
}

/** Whether an account is open here. */
export function isOpen(): boolean {
  return account !== undefined;
}

/** The open account's own record. */
export async function ownRecord(): Promise<HealthRecord> {
  return await current().record();
}

/** Keeps an account that was opened. */
export function open(opened: Account): void {
  account = opened;
}

/** Closes the account where the server no longer knows the session: it has ended, or this device was signed out. */
export async function closeIfEnded(error: unknown): Promise<void> {
  const ended = account;
  if (ended === undefined || !(error instanceof ClientError) || error.code !== "not-signed-in")
    return;
  forget();
  await ended.lock();
}

/** Forgets the account; its keys go with it. */
export function forget(): void {
  account = undefined;
}

/** What the page may know of all this. */
export async function status(): Promise<Status> {
  if (account !== undefined) return { state: "open", name: account.name, account: account.id };
  return await doorStatus();
}
