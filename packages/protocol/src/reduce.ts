import { hasHead } from "./account.ts";
import type { Epoch } from "./epoch.ts";
import { refuse } from "./errors.ts";
import type { Head } from "./fields.ts";
import { type AccountId, type Hash, hashOf, type SpaceId } from "./ids.ts";
import { checkInbox } from "./inbox.ts";
import {
  isPast,
  type Member,
  type MemberHistory,
  mayDecideAbout,
  mayManage,
  mayWrite,
  takesNothingAway,
} from "./member.ts";
import { EMPTY_FRONTIER, frontierRoot } from "./merkle.ts";
import {
  type Accounts,
  accountIn,
  type BeginPayload,
  checkSpaceSigner,
  currentEpoch,
  type EpochLife,
  MAX_MEMBERS,
  memberAt,
  parseSpaceStatement,
  type ShareLife,
  type SpacePayload,
  type SpaceState,
  type SpaceStatement,
} from "./space.ts";

const DAY = 24 * 3600 * 1000;
/** Signatures checked side by side. */
const BATCH = 64;
const EMPTY_ROOT = hashOf(frontierRoot(EMPTY_FRONTIER));

/**
 * Follows a space's chain from `known` (or from nothing) over further
 * statements, checking each signature and rule of spec/space.md.
 * @throws ProtocolError
 */
export async function followSpace(
  known: SpaceState | undefined,
  statements: readonly unknown[],
  accounts: Accounts,
): Promise<SpaceState | undefined> {
  return await followParsed(known, statements.map(parseSpaceStatement), accounts);
}

/** `followSpace` over statements already taken apart. */
export async function followParsed(
  known: SpaceState | undefined,
  statements: readonly SpaceStatement[],
  accounts: Accounts,
): Promise<SpaceState | undefined> {
  let state = known === undefined ? undefined : ownCopy(known);
  let signed = checkSigners(statements.slice(0, BATCH), accounts);
  for (let i = 0; i < statements.length; i += BATCH) {
    // The next signatures are checked on other threads while these statements are judged.
    const next = checkSigners(statements.slice(i + BATCH, i + 2 * BATCH), accounts);
    await signed;
    for (const { fact, hash } of statements.slice(i, i + BATCH)) {
      checkIdentities(fact, accounts);
      state = advance(state, fact, hash);
    }
    signed = next;
  }
  return state;
}

/** Begins to check signatures. Where an earlier statement is refused, nobody awaits this, and it fails in silence. */
function checkSigners(statements: readonly SpaceStatement[], accounts: Accounts): Promise<unknown> {
  const checked = Promise.all(statements.map((each) => checkSpaceSigner(each, accounts)));
  checked.catch(() => undefined);
  return checked;
}

/** A state whose two lists that grow with the chain belong to whoever made it: `advance` adds to them. */
interface GrowingState extends SpaceState {
  readonly hashes: Hash[];
  readonly epochs: EpochLife[];
}

/** Copied once for thousands of statements: once for each would be quadratic. */
function ownCopy(state: SpaceState): GrowingState {
  return { ...state, hashes: [...state.hashes], epochs: [...state.epochs] };
}

/** Every account whose chain is needed to follow these statements. */
export function accountsNamed(statements: readonly SpaceStatement[]): Set<AccountId> {
  return new Set(
    statements.flatMap(({ fact }) => [
      fact.by.account,
      ...membersNamed(fact).map((member) => member.account),
      ...pinsNamed(fact).map((pin) => pin.account),
    ]),
  );
}

/** Every member is received at an identity that their own account chain holds, at a head that is in it; so is every pin. */
function checkIdentities(fact: SpacePayload, accounts: Accounts): void {
  for (const member of membersNamed(fact)) {
    const account = accountIn(accounts, member.account, "member.account");
    const identity = account.identities.findLast((life) => life.since <= member.head.seq);
    if (!hasHead(account, member.head))
      refuse("names an account head that is not in the account's chain", "member.head");
    if (identity?.hash !== member.identity)
      refuse("names an identity that is not the account's", "member.identity");
  }
  // A pin that no head of the account can reach would shut its holder out for good.
  for (const pin of pinsNamed(fact)) {
    if (!hasHead(accountIn(accounts, pin.account, "pins"), pin.head))
      refuse("pins a head that is not in the account's chain", "pins");
  }
}

function pinsNamed(fact: SpacePayload) {
  return fact.op === "epoch" ? fact.pins : [];
}

/** The members a statement states. */
export function membersNamed(fact: SpacePayload): readonly Member[] {
  if (fact.op === "begin") return fact.members;
  if (fact.op === "add") return [fact.member];
  return fact.op === "epoch" ? fact.changed : [];
}

/**
 * The state after one statement whose signature has been checked. Pure, the
 * same in the client and in the server.
 * @throws ProtocolError `statement-refused`
 */
export function reduceSpace(
  state: SpaceState | undefined,
  fact: SpacePayload,
  hash: Hash,
): SpaceState {
  return advance(state === undefined ? undefined : ownCopy(state), fact, hash);
}

/** `reduceSpace` of a state that is the caller's own: its lists go on in the answer, and it is used no more. */
function advance(state: GrowingState | undefined, fact: SpacePayload, hash: Hash): GrowingState {
  if (fact.op === "begin") return begin(state, fact, hash);
  if (state === undefined) return refuse("a space chain starts with begin", "op");
  const signer = signerOf(state, fact);
  const next: GrowingState = {
    ...state,
    head: { hash, seq: fact.seq },
    at: Math.max(state.at, fact.at),
  };
  next.hashes.push(hash);
  switch (fact.op) {
    case "add":
      return add(next, signer, fact.member, fact.wraps);
    case "epoch":
      return turn(next, signer, fact);
    case "share":
      return share(next, signer, fact);
    case "unshare":
      return unshare(next, signer, fact.share);
    case "inbox":
      return inbox(next, signer, fact);
    case "close":
      return close(next, signer);
  }
}

/** Who signs, as the space knows them; everything that every statement must keep. */
function signerOf(state: SpaceState, fact: Exclude<SpacePayload, BeginPayload>): Member {
  if (fact.space !== state.space) refuse("belongs to another space", "space");
  if (fact.seq !== state.head.seq + 1) refuse("is not the next statement", "seq");
  if (fact.prev !== state.head.hash) refuse("does not follow the statement before it", "prev");
  if (fact.at < state.at - DAY) refuse("is dated before the statement it follows", "at");
  if (state.closed) refuse("the space is closed");
  if (state.kind === "share" && fact.op !== "close")
    refuse("a share is fixed when it is made", "op");
  if (state.kind === "record" && fact.op === "close") refuse("a record is not closed", "op");
  const member =
    state.members.get(fact.by.account) ?? refuse("the signer is not a member", "by.account");
  if (isPast(member, fact.at)) refuse("the signer's membership has ended", "by.account");
  const pin = state.pins.get(fact.by.account);
  if (pin !== undefined && fact.by.head.seq < pin.seq)
    refuse("names an account head before the one pinned", "by.head");
  return member;
}

function begin(state: SpaceState | undefined, fact: BeginPayload, hash: Hash): GrowingState {
  if (state !== undefined) return refuse("a space begins once", "op");
  if (fact.seq !== 0) refuse("is not the first statement", "seq");
  checkEpoch(undefined, fact.epoch);
  const members = new Map(fact.members.map((member) => [member.account, member]));
  if (members.size !== fact.members.length) refuse("names an account twice", "members");
  const owner = members.get(fact.by.account);
  if (owner?.role !== "owner") return refuse("is begun by its owner", "by.account");
  if (isPast(owner, fact.at)) refuse("the signer's membership has ended", "by.account");
  if (fact.by.head.seq < owner.head.seq)
    refuse("names an account head before the one pinned", "by.head");
  checkOwners(members);
  if (fact.kind === "share") checkShareMembers(fact.members, fact.until);
  const pins = new Map(fact.members.map((member) => [member.account, member.head]));
  return {
    space: fact.space,
    kind: fact.kind,
    head: { hash, seq: 0 },
    hashes: [hash],
    at: fact.at,
    members,
    history: new Map(fact.members.map((member) => [member.account, [{ member, since: 0 }]])),
    epochs: [
      {
        epoch: fact.epoch,
        by: fact.by.account,
        since: 0,
        from: 0,
        root: EMPTY_ROOT,
        pins,
        members: fact.members,
      },
    ],
    additions: [],
    pins,
    shares: new Map(),
    ...(fact.kind === "share"
      ? { share: { source: fact.source.space, until: fact.until, links: fact.links } }
      : {}),
    closed: false,
  };
}

function checkShareMembers(members: readonly Member[], until: number): void {
  const readers = members.filter((member) => member.role === "reader");
  if (members.length !== 2 || readers.length !== 1)
    refuse("a share has its maker and one recipient", "members");
  if (readers[0]?.until !== until) refuse("the recipient's date is the share's", "members");
}

function checkEpoch(before: Epoch | undefined, epoch: Epoch): void {
  if (epoch.n !== (before?.n ?? 0) + 1) refuse("is not the next epoch", "epoch.n");
  if (before === undefined ? epoch.back !== undefined : epoch.back === undefined && !epoch.mend)
    refuse("seals exactly the epoch before it, or mends", "epoch.back");
  if (epoch.mend !== undefined && epoch.mend.of > epoch.n - 2)
    refuse("mends past an epoch at least", "epoch.mend.of");
  if (epoch.space === before?.space || epoch.release === before?.release)
    refuse("has the keys of the epoch before", "epoch");
}

/**
 * Whether a member may state in the next epoch that `of` is reached past those
 * after it: it may decide about each who turned one of them (spec/space.md, MUST 8).
 */
export function mayMend(state: SpaceState, signer: Member, of: number): boolean {
  return state.epochs.slice(of).every(({ by, since }) => {
    const turner = memberAt(state, by, since - 1);
    return turner !== undefined && mayDecideAbout(signer, turner.role);
  });
}

function checkOwners(members: ReadonlyMap<AccountId, Member>): void {
  const lasting = [...members.values()].some(
    (member) => member.role === "owner" && member.until === undefined,
  );
  if (!lasting) refuse("has no owner without end date", "members");
  if (members.size > MAX_MEMBERS) refuse("has too many members", "members");
}

function add(state: GrowingState, signer: Member, member: Member, wraps: Hash): GrowingState {
  if (!mayDecideAbout(signer, member.role))
    refuse("the signer may not add this role", "member.role");
  const before = state.members.get(member.account);
  if (before !== undefined && !mayDecideAbout(signer, before.role)) {
    refuse("the signer may not change this member", "member.account");
  }
  if (before !== undefined && !takesNothingAway(before, member))
    refuse("takes something away without an epoch", "member");
  checkNotBack(state, before, member);
  const members = new Map(state.members).set(member.account, member);
  checkOwners(members);
  const since = state.head.seq;
  return {
    ...state,
    members,
    history: live(state.history, since, member.account, member),
    pins: pinned(state.pins, [member]),
    additions: [...state.additions, { member, wraps, since }],
  };
}

type EpochPayload = SpacePayload & { op: "epoch" };

/** Ends an epoch and begins the next. */
function turn(state: GrowingState, signer: Member, fact: EpochPayload): GrowingState {
  checkEpoch(currentEpoch(state).epoch, fact.epoch);
  const { mend } = fact.epoch;
  if (mend !== undefined && !mayMend(state, signer, mend.of))
    refuse("the signer may not mend past this epoch", "epoch.mend.of");
  const { from, root } = currentEpoch(state);
  if (fact.revisions.size < from) refuse("has fewer revisions than before", "revisions.size");
  if (fact.revisions.size === from && fact.revisions.root !== root)
    refuse("has other revisions than before", "revisions.root");
  const members = remaining(state, signer, fact);
  checkOwners(members);
  const since = state.head.seq;
  const pins = pinned(pinned(state.pins, fact.pins, "pins"), fact.changed);
  const gone = new Set<AccountId>(fact.ended);
  state.epochs.push({
    epoch: fact.epoch,
    by: fact.by.account,
    since,
    from: fact.revisions.size,
    root: fact.revisions.root,
    pins,
    members: [...members.values()],
  });
  let history = state.history;
  for (const account of fact.ended) history = live(history, since, account, undefined);
  for (const member of fact.changed) history = live(history, since, member.account, member);
  return {
    ...state,
    members,
    history,
    pins,
    additions: [],
    shares: endShares(state.shares, since, (each) => gone.has(each.maker)),
  };
}

/** The members of the next epoch; refuses whatever the signer may not take away. */
function remaining(state: SpaceState, signer: Member, fact: EpochPayload): Map<AccountId, Member> {
  if (!mayWrite(signer)) refuse("readers do not rotate", "by.account");
  const members = new Map(state.members);
  const touched = new Set<AccountId>();
  const touch = (account: AccountId): Member => {
    if (touched.has(account)) refuse("names an account twice", "ended");
    touched.add(account);
    return members.get(account) ?? refuse("is not a member", "ended");
  };
  for (const account of fact.ended) {
    const before = touch(account);
    if (!isPast(before, fact.at) && !mayDecideAbout(signer, before.role)) {
      refuse("the signer may not end this membership", "ended");
    }
    members.delete(account);
  }
  for (const after of fact.changed) {
    const before = touch(after.account);
    if (!onlyIdentityMoves(before, after) && !mayDecideAbout(signer, before.role)) {
      refuse("the signer may not change this member", "changed");
    }
    if (!takesNothingAway({ ...after, identity: before.identity }, before)) {
      refuse("gives rights, which is an add", "changed");
    }
    if (isLater(after.until, before.until)) refuse("moves a date on, which is an add", "changed");
    checkNotBack(state, before, after);
    members.set(after.account, after);
  }
  for (const { account } of fact.pins) {
    if (!members.has(account)) refuse("pins an account that is not a member", "pins");
  }
  return members;
}

function isLater(after: number | undefined, before: number | undefined): boolean {
  return before !== undefined && (after === undefined || after > before);
}

/** Nobody is received at an identity of before what the space has pinned: it may be the one that was stolen. */
function checkNotBack(state: SpaceState, before: Member | undefined, after: Member): void {
  const moved = before?.head.seq !== after.head.seq || before.head.hash !== after.head.hash;
  const pin = state.pins.get(after.account);
  if (moved && pin !== undefined && after.head.seq < pin.seq)
    refuse("names an account head before the one pinned", "member.head");
}

function onlyIdentityMoves(before: Member, after: Member): boolean {
  return (
    before.role === after.role && before.offline === after.offline && before.until === after.until
  );
}

function share(
  state: GrowingState,
  signer: Member,
  fact: SpacePayload & { op: "share" },
): GrowingState {
  if (!mayManage(signer)) refuse("the signer may not share", "by.account");
  if (state.shares.has(fact.share)) refuse("is already shared", "share");
  const { share: id, recipient, until, links, begin: first, offline = false } = fact;
  const life: ShareLife = {
    share: id,
    maker: signer.account,
    recipient,
    until,
    links,
    begin: first,
    offline,
    since: state.head.seq,
  };
  return { ...state, shares: new Map(state.shares).set(id, life) };
}

function unshare(state: GrowingState, signer: Member, id: SpaceId): GrowingState {
  if (!mayManage(signer)) refuse("the signer may not end a share", "by.account");
  const life = state.shares.get(id);
  if (life === undefined || life.ended !== undefined) refuse("is not a share in force", "share");
  return { ...state, shares: endShares(state.shares, state.head.seq, (each) => each.share === id) };
}

/** A new inbox, made by one of those who hold it (spec/deposit.md, The inbox). */
function inbox(
  state: GrowingState,
  signer: Member,
  fact: SpacePayload & { op: "inbox" },
): GrowingState {
  if (!mayManage(signer)) refuse("the signer may not begin an inbox", "by.account");
  checkInbox(fact.inbox, state.inbox, state.members.values(), fact.at);
  return { ...state, inbox: { ...fact.inbox, since: state.head.seq } };
}

function close(state: GrowingState, signer: Member): GrowingState {
  if (signer.role !== "owner") refuse("a share is closed by its maker", "by.account");
  return { ...state, closed: true };
}

function endShares(
  shares: ReadonlyMap<SpaceId, ShareLife>,
  ended: number,
  ends: (life: ShareLife) => boolean,
): ReadonlyMap<SpaceId, ShareLife> {
  return new Map(
    [...shares].map(([id, life]) => [
      id,
      life.ended === undefined && ends(life) ? { ...life, ended } : life,
    ]),
  );
}

/** The history in which an account is `member` from statement `since` on, or no member. */
function live(
  history: MemberHistory,
  since: number,
  account: AccountId,
  member: Member | undefined,
): MemberHistory {
  const lives = (history.get(account) ?? []).map((life) =>
    life.until === undefined ? { ...life, until: since } : life,
  );
  return new Map(history).set(
    account,
    member === undefined ? lives : [...lives, { member, since }],
  );
}

/** Pins only move forward; one that goes back is refused where `field` says it was asked for by name. */
function pinned(
  pins: ReadonlyMap<AccountId, Head>,
  heads: readonly { readonly account: AccountId; readonly head: Head }[],
  field?: string,
): ReadonlyMap<AccountId, Head> {
  const next = new Map(pins);
  for (const { account, head } of heads) {
    const before = next.get(account);
    if (before !== undefined && head.seq < before.seq) {
      if (field !== undefined) refuse("moves a pin back", field);
      continue;
    }
    next.set(account, head);
  }
  return next;
}
