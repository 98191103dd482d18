import {
  type AccountId,
  currentIdentity,
  type Epoch,
  type Head,
  hasHead,
  type Member,
  mayMend,
  mayWrite,
  type Role,
  type Statement,
  type TreeHead,
  type Wrap,
} from "@ecrin/protocol";
import {
  type EpochSecrets,
  type MadeEpoch,
  type Mending,
  makeEpoch,
  wrapForMember,
} from "./epoch-keys.ts";
import { ClientError, isRefusedFor } from "./errors.ts";
import type { SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

/** What a membership carries. */
export interface Rights {
  readonly role: Role;
  /** Whether the member may open without asking, and so offline. */
  readonly offline?: boolean;
  /** Milliseconds since 1970; absent for a membership that lasts. */
  readonly until?: number;
}

/** A statement with the wraps it commits to, ready to be posted. */
interface Change {
  readonly statement: Statement;
  readonly wraps: readonly Wrap[];
  readonly made?: MadeEpoch;
}

/** Adds a member, or gives one more rights: one statement and one wrap for each secret, whatever the record holds. */
export async function addMember(
  u: Unlocked,
  view: SpaceView,
  account: AccountId,
  rights: Rights,
): Promise<void> {
  const member = await memberFor(u, account, rights);
  const { n } = view.epoch.epoch;
  const space = await view.secret("space", n);
  const release = view.holdsRelease() ? { release: await view.secret("release", n) } : {};
  const key = currentIdentity(await u.accounts.get(account)).identity.seal;
  const { wraps, root } = await wrapForMember(view.space, n, member, key, { space, ...release });
  await post(u, view, {
    statement: await view.sign({ op: "add", member: plain(member), wraps: root }),
    wraps,
  });
}

/**
 * Ends memberships: one statement, one new epoch, wraps for those who remain.
 * No document is touched. `tree` is the revision tree as it was checked here.
 */
export async function endMembers(
  u: Unlocked,
  view: SpaceView,
  ended: readonly AccountId[],
  tree: TreeHead,
): Promise<void> {
  for (const account of ended) {
    if (!view.state.members.has(account))
      throw new ClientError("not-found", "is not a member of the space");
  }
  await turnEpoch(u, view, { ended, changed: [], pins: [] }, tree);
}

/**
 * Turns the epoch where that is due, or where its keys do not open: nobody
 * seals before. Readers never do.
 */
export async function rotateIfDue(u: Unlocked, view: SpaceView, tree: TreeHead): Promise<boolean> {
  if (!(await mustTurn(view))) return false;
  await turnEpoch(u, view, view.due() ?? { ended: [], changed: [], pins: [] }, tree);
  return true;
}

/** Whether whoever may write must turn the epoch first. */
export async function mustTurn(view: SpaceView): Promise<boolean> {
  if (view.due() !== undefined) return true;
  return mayWrite(view.me) && (await view.bothHeld(view.epoch.epoch.n)) === undefined;
}

interface Turn {
  readonly ended: readonly AccountId[];
  readonly changed: readonly Member[];
  readonly pins: readonly { readonly account: AccountId; readonly head: Head }[];
}

/** What is due anyway is done in the same turn. */
async function turnEpoch(u: Unlocked, view: SpaceView, turn: Turn, tree: TreeHead): Promise<void> {
  const due = view.due();
  const ended = [...new Set([...turn.ended, ...(due?.ended ?? [])])];
  const changed = [...turn.changed, ...(due?.changed ?? [])].filter(
    (member, i, all) =>
      !ended.includes(member.account) &&
      all.findIndex((each) => each.account === member.account) === i,
  );
  const pins = [...turn.pins, ...(due?.pins ?? [])].filter(
    (pin, i, all) =>
      !ended.includes(pin.account) && all.findIndex((each) => each.account === pin.account) === i,
  );
  const members = nextMembers(view, ended, changed);
  const { n } = view.epoch.epoch;
  const { before, mending } = await linksBack(view);
  const byAccount = new Map(members.map((member) => [member.account, member]));
  const keyOf = (account: AccountId) => sealingKeyFor(view, account, byAccount.get(account));
  const { releaseKey } = u.server;
  const made = await makeEpoch(view.space, n + 1, members, keyOf, releaseKey, before, mending);
  const statement = await view.sign({
    op: "epoch",
    epoch: plainEpoch(made.epoch),
    ended,
    changed: changed.map(plain),
    pins: pins.map(({ account, head }) => ({ account, head: { ...head } })),
    revisions: { ...tree },
  });
  await post(u, view, { statement, wraps: made.wraps, made });
}

/** The sealing key of a member at the identity it is received at in the next epoch. */
function sealingKeyFor(view: SpaceView, account: AccountId, member: Member | undefined) {
  const chain = view.accounts.get(account);
  const life = chain?.identities.find((each) => each.hash === member?.identity);
  if (
    chain === undefined ||
    member === undefined ||
    life === undefined ||
    !hasHead(chain, member.head)
  ) {
    throw new ClientError("contact-changed", "a member's identity is not in the account's chain");
  }
  return life.identity.seal;
}

function nextMembers(
  view: SpaceView,
  ended: readonly AccountId[],
  changed: readonly Member[],
): Member[] {
  const members = new Map(view.state.members);
  for (const account of ended) members.delete(account);
  for (const member of changed) members.set(member.account, member);
  return [...members.values()];
}

/**
 * What the next epoch's keys seal: those of the current one, and where that
 * does not open, or does not lead back to what came before, those of the newest
 * older one that does.
 * @throws ClientError `cannot-open` where the keys of the current epoch do not open and this account may not mend
 */
async function linksBack(
  view: SpaceView,
): Promise<{ readonly before?: EpochSecrets; readonly mending?: Mending }> {
  const { n } = view.epoch.epoch;
  const before = await view.bothHeld(n);
  const below = before === undefined ? n - 1 : view.gap;
  const found = below === undefined ? undefined : await newestHeld(view, below);
  const mending = found !== undefined && mayMend(view.state, view.me, found.of) ? found : undefined;
  if (before === undefined && mending === undefined)
    throw new ClientError("cannot-open", "the keys of the epoch were wrapped wrongly");
  return {
    ...(before === undefined ? {} : { before }),
    ...(mending === undefined ? {} : { mending }),
  };
}

async function newestHeld(view: SpaceView, from: number): Promise<Mending | undefined> {
  for (let of = from; of >= 1; of--) {
    const secrets = await view.bothHeld(of);
    if (secrets !== undefined) return { of, secrets };
  }
  return undefined;
}

async function post(
  u: Unlocked,
  view: SpaceView,
  { statement, wraps, made }: Change,
): Promise<void> {
  await u.http.call("spacePost", {
    params: { space: view.space },
    body: { statement, wraps: [...wraps] },
  });
  await view.follow([statement]);
  u.keyring.see(view.space, view.head);
  if (made !== undefined) learnEpoch(view, made);
}

/** Keeps the secrets of an epoch made here. */
export function learnEpoch(view: SpaceView, { epoch, secrets }: MadeEpoch): void {
  view.learn("space", epoch.n, secrets.space);
  view.learn("release", epoch.n, secrets.release);
}

/** An account as a member, at the identity that its chain holds and the keyring pins. */
export async function memberFor(u: Unlocked, account: AccountId, rights: Rights): Promise<Member> {
  const chain = await u.accounts.get(account, 0).catch((cause) => {
    // The chain of somebody never met is not even handed out.
    if (!isRefusedFor(cause, "not-found") || u.keyring.contact(account) !== undefined) throw cause;
    throw new ClientError("contact-not-verified", "the account is not a contact", { cause });
  });
  const { hash } = currentIdentity(chain);
  u.keyring.checkPinned(chain);
  return {
    account,
    identity: hash,
    head: chain.head,
    role: rights.role,
    offline: rights.offline ?? false,
    ...(rights.until === undefined ? {} : { until: rights.until }),
  };
}

/** A member as it stands in a statement. */
export function plain(member: Member) {
  const { account, identity, head, role, offline, until } = member;
  return {
    account,
    identity,
    head: { ...head },
    role,
    offline,
    ...(until === undefined ? {} : { until }),
  };
}

/** An epoch as it stands in a statement. */
export function plainEpoch(epoch: Epoch) {
  const { n, space, release, back, mend, wraps } = epoch;
  return {
    n,
    space,
    release,
    wraps,
    ...(back === undefined ? {} : { back: { ...back } }),
    ...(mend === undefined ? {} : { mend: { ...mend } }),
  };
}
