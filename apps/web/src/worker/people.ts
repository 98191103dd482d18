import { type Account, inOneLine, isLike, type OfflineAccount } from "@ecrin/client";
import type { Person } from "../wire.ts";
import { current, here, isOpen } from "./session.ts";

/** An account as this one knows it: itself, a contact, or nobody known. */
export function personOf(
  account: string | undefined,
  own: Account | OfflineAccount = here() ?? current(),
): Person {
  if (account === undefined) return { account: "", name: "", known: "unknown" };
  if (account === own.id) return { account, name: inOneLine(own.name), known: "me" };
  const known = "people" in own ? own.people : own.contacts().list();
  const contact = known.find((each) => each.account === account);
  return contact === undefined
    ? { account, name: "", known: "unknown" }
    : { account, name: inOneLine(contact.name), known: contact.verified };
}

/** Whom this account knows by a name like the one that a stranger has. */
export function likeOne(
  name: string,
  { known }: Person,
  own: Account | OfflineAccount = here() ?? current(),
): { isNot?: Person } {
  if (known !== "unknown") return {};
  const people = "people" in own ? own.people : own.contacts().list();
  const like = people.find((each) => isLike(each.name, name));
  return like === undefined ? {} : { isNot: personOf(like.account, own) };
}

/** What this account calls somebody; empty where none is open or it does not know them. */
export function nameIfKnown(account: string): string {
  return isOpen() ? personOf(account).name : "";
}
