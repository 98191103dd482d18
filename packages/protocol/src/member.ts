import * as z from "zod/mini";
import { accountIdField, hashField, headField, timeField } from "./fields.ts";
import type { AccountId } from "./ids.ts";

export const roleField = z.enum(["owner", "manager", "writer", "reader"]);
export type Role = z.infer<typeof roleField>;

/** An account in a space (spec/space.md, State). */
export const memberField = z.strictObject({
  account: accountIdField,
  identity: hashField,
  head: headField,
  role: roleField,
  offline: z.boolean(),
  until: z.optional(timeField),
});
export type Member = z.infer<typeof memberField>;

const RANK: Readonly<Record<Role, number>> = { reader: 0, writer: 1, manager: 2, owner: 3 };

/** Whether the role `a` carries everything that `b` does. */
export function atLeast(a: Role, b: Role): boolean {
  return RANK[a] >= RANK[b];
}

export function mayWrite(member: Member): boolean {
  return atLeast(member.role, "writer");
}

/** May add, end and share. */
export function mayManage(member: Member): boolean {
  return atLeast(member.role, "manager");
}

/** Whether this member holds the release key S, and so opens without asking. */
export function holdsRelease(member: Member): boolean {
  return mayWrite(member) || member.offline;
}

/** Whether the end date has passed at `now`. */
export function isPast(member: { readonly until?: number | undefined }, now: number): boolean {
  return member.until !== undefined && member.until <= now;
}

/** A manager decides about readers and writers, an owner about everybody. */
export function mayDecideAbout(decider: Member, role: Role): boolean {
  return decider.role === "owner" || (decider.role === "manager" && !atLeast(role, "manager"));
}

/** Whether going from `before` to `after` takes nothing away (spec/space.md, MUST 3). */
export function takesNothingAway(before: Member, after: Member): boolean {
  return (
    atLeast(after.role, before.role) &&
    (after.offline || !before.offline) &&
    after.identity === before.identity
  );
}

/** A member of an account, from one statement of the space up to, and not including, another. */
export interface MemberLife {
  readonly member: Member;
  readonly since: number;
  readonly until?: number;
}

export type MemberHistory = ReadonlyMap<AccountId, readonly MemberLife[]>;
