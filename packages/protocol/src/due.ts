import { currentIdentity } from "./account.ts";
import type { Head } from "./fields.ts";
import type { AccountId } from "./ids.ts";
import { isPast, type Member } from "./member.ts";
import type { Accounts, SpaceState } from "./space.ts";

/** Why a space must turn its epoch before anybody seals again. */
export interface RotationDue {
  /** Members past their date: the statement's `ended`. */
  readonly ended: readonly AccountId[];
  /** Members at their new identity, rights unchanged: the statement's `changed`. */
  readonly changed: readonly Member[];
  /** Heads of accounts that signed a device out: the statement's `pins`. */
  readonly pins: readonly { readonly account: AccountId; readonly head: Head }[];
}

/**
 * What is due (spec/space.md, Rotation due). Pure; `undefined` when nothing is.
 * An account whose chain is not known counts as unchanged: the caller decides
 * how old its view may be.
 */
export function rotationDue(
  state: SpaceState,
  accounts: Accounts,
  now: number,
): RotationDue | undefined {
  if (state.kind !== "record") return undefined;
  const members = [...state.members.values()];
  const past = members.filter((member) => isPast(member, now));
  const ended = past.map((member) => member.account);
  const staying = members.filter((member) => !past.includes(member));
  const changed = staying.flatMap((member) => movedIdentity(member, accounts));
  const pins = staying.flatMap((member) => cutSincePin(state, member.account, accounts));
  return ended.length + changed.length + pins.length === 0 ? undefined : { ended, changed, pins };
}

function movedIdentity(member: Member, accounts: Accounts): Member[] {
  const account = accounts.get(member.account);
  if (account === undefined) return [];
  const { hash } = currentIdentity(account);
  return hash === member.identity ? [] : [{ ...member, identity: hash, head: account.head }];
}

function cutSincePin(
  state: SpaceState,
  id: AccountId,
  accounts: Accounts,
): { account: AccountId; head: Head }[] {
  const account = accounts.get(id);
  if (account === undefined) return [];
  const pinned = state.pins.get(id)?.seq ?? -1;
  const cut = [...account.devices.values()].some(
    (device) => device.until !== undefined && device.until > pinned,
  );
  return cut ? [{ account: id, head: account.head }] : [];
}
