import { isPast, type Member, type SpaceId, type SpaceState } from "@ecrin/protocol";
import type { Ground, Session } from "./call.ts";
import { refuse } from "./problem.ts";

/** A space as somebody may see it now. */
export interface Access {
  readonly state: SpaceState;
  readonly member: Member;
  /** The space a share was made from. */
  readonly source?: SpaceState;
  /** A share that has ended; only its maker gets this far. */
  readonly ended: boolean;
}

type Asking = Pick<Ground, "sql" | "spaces" | "now"> & { readonly session: Session };

/**
 * The space, for a member of now. Whoever is none learns nothing, not even that there is one.
 * @throws ServerError `not-found`; `closed` for the recipient of a share that has ended
 */
export async function openSpace(asking: Asking, space: SpaceId): Promise<Access> {
  const state = await asking.spaces.state(asking.sql, space);
  const source =
    state?.share === undefined
      ? undefined
      : await asking.spaces.state(asking.sql, state.share.source);
  return accessTo(asking, state, source);
}

/** The same, of states the caller has. */
export function accessTo(
  { session, now }: Pick<Asking, "session" | "now">,
  state: SpaceState | undefined,
  source: SpaceState | undefined,
): Access {
  const member = state?.members.get(session.account);
  if (state === undefined || member === undefined) return refuse("not-found");
  if (state.share === undefined) {
    if (isPast(member, now())) refuse("not-found");
    return { state, member, ended: false };
  }
  if (source === undefined) return refuse("internal");
  const ended = hasEnded(state, source, now());
  const makes = member.role === "owner" && isMemberOf(source, member, now());
  if (ended && !makes) refuse("closed");
  return { state, member, source, ended };
}

/** Whether a share hands out nothing more: closed, ended in the space it comes from, or its maker there no more. */
export function hasEnded(share: SpaceState, source: SpaceState, now: number): boolean {
  const life = source.shares.get(share.space);
  if (share.closed || life === undefined || life.ended !== undefined || isPast(life, now)) {
    return true;
  }
  return !isMemberOf(source, { account: life.maker }, now);
}

function isMemberOf(space: SpaceState, { account }: Pick<Member, "account">, now: number): boolean {
  const member = space.members.get(account);
  return member !== undefined && !isPast(member, now);
}
