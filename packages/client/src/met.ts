import { pad, unpad, wrapTo } from "@ecrin/crypto";
import {
  type AccountState,
  type Bytes,
  currentIdentity,
  fromBase64url,
  fromUtf8,
  type Hash,
  handshakeNameContext,
  METADATA_FLOOR,
  type RendezvousId,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { ClientError, opening } from "./errors.ts";
import { type Contact, checkContact, pin } from "./keyring.ts";
import { nameFor, selfGiven } from "./self-given.ts";
import type { Unlocked } from "./unlocked.ts";

/** Guests that are remembered: who read is told by name in the journal long after they left. */
const MOST_GUESTS = 500;

/** This account's name, sealed for somebody whose identity is sure. @returns base64url */
export async function sealName(
  u: Unlocked,
  rendezvous: RendezvousId,
  to: AccountState,
): Promise<string> {
  const name = pad(utf8(u.keyring.name()), METADATA_FLOOR);
  const key = fromBase64url(currentIdentity(to).identity.seal);
  return toBase64url(await wrapTo(key, handshakeNameContext(rendezvous, u.account), name));
}

/**
 * The other's name, by their own word.
 * @param to this account's identity that was compared: the name was sealed for it
 * @throws ClientError `cannot-open`
 */
export async function openName(
  u: Unlocked,
  rendezvous: RendezvousId,
  { from, to }: { readonly from: AccountState; readonly to: Hash },
  sealed: string,
): Promise<string> {
  return await opening(async () => {
    const ctx = handshakeNameContext(rendezvous, from.account);
    const padded: Bytes = await u.openWrap(ctx, fromBase64url(sealed, "name"), to);
    const name = selfGiven(fromUtf8(unpad(padded, METADATA_FLOOR)));
    if (name === "") throw new ClientError("cannot-open", "the other has no name");
    return name;
  });
}

/**
 * Pins somebody met face to face: for good, or until tonight where they are a guest.
 * @param name what they call themselves; what this account calls them already comes before it
 */
export async function pinMet(
  u: Unlocked,
  chain: AccountState,
  identity: Hash,
  name: string,
): Promise<Contact> {
  const known = u.keyring.contact(chain.account);
  if (known !== undefined) checkContact(known, chain);
  const met = pin(chain, known?.name ?? nameFor(name, namesKnown(u)), "face-to-face", identity);
  const contact = chain.until === undefined ? met : { ...met, until: chain.until };
  await u.keyring.update((keyring) => {
    const others = keyring.contacts.filter((each) => each.account !== chain.account);
    const guests = others.filter((each) => each.until !== undefined);
    const gone = new Set(guests.slice(0, Math.max(0, guests.length - MOST_GUESTS + 1)));
    return { ...keyring, contacts: [...others.filter((each) => !gone.has(each)), contact] };
  });
  return contact;
}

/** The names that nobody else is called by here: this account's own, and those of people it knows for good. */
export function namesKnown({ keyring }: Unlocked): string[] {
  const lasting = keyring.contents().contacts.filter(({ until }) => until === undefined);
  return [keyring.name(), ...lasting.map(({ name }) => name)];
}
