import type { Person } from "../wire.ts";
import { current, isOpen } from "./session.ts";

/** An account as this one knows it: itself, a contact, or nobody known. */
export function personOf(account: string | undefined, own = current()): Person {
  if (account === undefined) return { account: "", name: "", known: "unknown" };
  if (account === own.id) return { account, name: own.name, known: "me" };
  const contact = own
    .contacts()
    .list()
    .find((each) => each.account === account);
  return contact === undefined
    ? { account, name: "", known: "unknown" }
    : { account, name: contact.name, known: contact.verified };
}

/** What this account calls somebody; empty where none is open or it does not know them. */
export function nameIfKnown(account: string): string {
  return isOpen() ? personOf(account).name : "";
}
