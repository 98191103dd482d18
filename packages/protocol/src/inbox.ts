import * as z from "zod/mini";
import { fromBase64url } from "./bytes.ts";
import { context } from "./context.ts";
import { refuse } from "./errors.ts";
import { accountIdField, hashField, sealingKeyField } from "./fields.ts";
import { type AccountId, type Hash, hashOf, type SpaceId } from "./ids.ts";
import { isPast, type Member, mayManage } from "./member.ts";

/** Most owners and managers that an inbox, or a deposit, is wrapped for. */
export const MAX_HOLDERS = 1000;

/** What a space's `inbox` statement states (spec/deposit.md, The inbox). */
export const inboxField = z.strictObject({
  n: z.int().check(z.minimum(1)),
  key: sealingKeyField,
  holders: z
    .array(z.strictObject({ account: accountIdField, identity: hashField, wrap: hashField }))
    .check(z.minLength(1), z.maxLength(MAX_HOLDERS)),
});
export type Inbox = z.infer<typeof inboxField>;

/** An inbox as the chain tells it. */
export interface InboxLife extends Inbox {
  /** `seq` of the statement that began it. */
  readonly since: number;
}

/** The inbox stands under this name among the recipients of a deposit. */
export const INBOX = "inbox";

/** What the inbox's seed is bound to when it is wrapped for a holder. */
export function inboxWrapContext(
  space: SpaceId,
  n: number,
  holder: { readonly account: AccountId; readonly identity: Hash },
) {
  return context("wrap inbox key", space, n, holder.account, fromBase64url(holder.identity));
}

/** The name of an inbox's key, in the place of an identity hash. */
export function inboxName(space: SpaceId, { n, key }: Pick<Inbox, "n" | "key">): Hash {
  return hashOf(context("inbox key", space, n, fromBase64url(key)));
}

/** Owners and managers who are not past their date, in the order of their accounts: who holds an inbox. */
export function inboxHolders(members: Iterable<Member>, now: number): Member[] {
  return [...members]
    .filter((member) => mayManage(member) && !isPast(member, now))
    .sort((a, b) => (a.account < b.account ? -1 : 1));
}

/** Refuses an `inbox` that is not the next, or not for exactly those who may hold it (spec/deposit.md, MUST 1 and 2). */
export function checkInbox(
  inbox: Inbox,
  before: InboxLife | undefined,
  members: Iterable<Member>,
  at: number,
): void {
  if (inbox.n !== (before?.n ?? 0) + 1) refuse("is not the next inbox", "inbox.n");
  if (inbox.key === before?.key) refuse("has the key of the inbox before", "inbox.key");
  const holders = inboxHolders(members, at);
  const isSame =
    holders.length === inbox.holders.length &&
    holders.every((member, i) => {
      const named = inbox.holders[i];
      return named?.account === member.account && named.identity === member.identity;
    });
  if (!isSame) refuse("is not held by exactly the owners and managers", "inbox.holders");
}

interface Kept {
  readonly inbox?: InboxLife | undefined;
  readonly members: ReadonlyMap<AccountId, Member>;
}

/** The inbox in force (MUST 3): none of its holders has ended, or stands there under another identity. */
export function inboxInForce({ inbox, members }: Kept, now: number): InboxLife | undefined {
  const holds = inbox?.holders.every(({ account, identity }) => {
    const member = members.get(account);
    const remains = member !== undefined && mayManage(member) && !isPast(member, now);
    return remains && member.identity === identity;
  });
  return holds === true ? inbox : undefined;
}

/** Whether an owner or a manager who looks begins an inbox first (MUST 4). */
export function isInboxDue(kept: Kept, now: number): boolean {
  const inbox = inboxInForce(kept, now);
  const held = new Set(inbox?.holders.map((holder) => holder.account));
  return inboxHolders(kept.members.values(), now).some((member) => !held.has(member.account));
}
