import {
  type AccountId,
  type Accounts,
  type FieldPath,
  followParsed,
  hasHead,
  isPast,
  type Member,
  mayManage,
  mayWrite,
  membersNamed,
  rotationDue,
  type SpaceId,
  type SpacePayload,
  type SpaceState,
  type SpaceStatement,
  type Wrap,
} from "@ecrin/protocol";
import { mayFollow } from "./acquaintance.ts";
import type { Ground, Session } from "./call.ts";
import { checkRecent } from "./clock.ts";
import { atOnce, numberArray, type Tx, textArray } from "./database.ts";
import type { Keys } from "./keys.ts";
import type { Guard } from "./operation.ts";
import { refuse, refuseMoved, within } from "./problem.ts";
import { checkSpaceStatement, checkSpaces } from "./quotas.ts";
import { claimSubject } from "./subject.ts";
import { type CheckedWraps, checkWraps, storeWraps } from "./wraps.ts";

type Asking = Ground & { readonly session: Session };

/** A statement that may be added to its chain as it stands under `guard`. */
export interface Judged {
  readonly parsed: SpaceStatement;
  readonly before: SpaceState | undefined;
  readonly after: SpaceState;
  readonly wraps: CheckedWraps;
  /** The chains all this was judged on. */
  readonly guard: readonly Guard[];
  readonly keys: Keys;
}

/** Whether the chain holds this very statement already. */
export function isInChain(state: SpaceState | undefined, { hash, fact }: SpaceStatement): boolean {
  return state !== undefined && hasHead(state, { hash, seq: fact.seq });
}

/**
 * Judges a statement on the newest state of everything it depends on; writes nothing.
 * @throws ServerError `not-allowed`, `clock`, `closed`, `stale-head`, `rotation-due`, `wraps-differ`,
 *   `signature-refused`, `statement-refused`
 */
export async function judgeStatement(
  asking: Asking,
  before: SpaceState | undefined,
  parsed: SpaceStatement,
  wraps: readonly Wrap[],
  place: FieldPath = "body.statement",
): Promise<Judged> {
  const { fact } = parsed;
  const now = asking.now();
  if (fact.by.account !== asking.session.account) refuse("not-allowed", `${place}.by.account`);
  checkRecent(fact.at, now, `${place}.at`);
  if (before !== undefined) {
    checkPlace(before, fact, now, place);
    checkSpaceStatement(asking.quotas, before, fact, place);
  }
  const [accounts] = await Promise.all([
    readAccounts(asking, before, parsed),
    before === undefined
      ? checkSpaces(asking.sql, asking.quotas, fact.by.account, place)
      : undefined,
  ]);
  checkDevice(accounts, fact, place);
  if (before !== undefined) checkDue(before, fact, accounts, now, place);
  const after = await within(place, () => followParsed(before, [parsed], accounts));
  if (after === undefined) return refuse("statement-refused", place);
  return {
    parsed,
    before,
    after,
    wraps: await checkWraps(asking.releases, after, fact.op, wraps),
    keys: asking.keys,
    guard: [
      ...(before === undefined ? [] : [{ chain: before.space, head: before.head }]),
      ...[...accounts.values()].map(({ account, head }) => ({ chain: account, head })),
    ],
  };
}

/** Whether the signer may say this here and now, and the statement is the next one. */
function checkPlace(before: SpaceState, fact: SpacePayload, now: number, place: FieldPath): void {
  const signer = before.members.get(fact.by.account) ?? refuse("not-found");
  if (isPast(signer, now) || !maySay(signer, fact)) refuse("not-allowed", `${place}.by.account`);
  if (before.closed) refuse("closed");
  if (fact.op === "begin" || fact.prev !== before.head.hash || fact.seq !== before.head.seq + 1) {
    refuse("stale-head", `${place}.seq`);
  }
}

function maySay(signer: Member, { op }: SpacePayload): boolean {
  if (op === "close") return signer.role === "owner";
  return op === "epoch" ? mayWrite(signer) : mayManage(signer);
}

/** The chains of all members where a rotation could be due or identities count; of the signer otherwise. */
async function readAccounts(
  asking: Asking,
  before: SpaceState | undefined,
  { fact }: SpaceStatement,
): Promise<Accounts> {
  const members =
    fact.op === "close" || fact.op === "unshare" ? [] : (before?.members.keys() ?? []);
  const named = await acquainted(asking, before, fact);
  return await asking.chains.states(asking.sql, new Set([fact.by.account, ...members, ...named]));
}

/**
 * Whom a statement makes a member, as far as its signer may follow them (spec/http.md, Whose chain).
 * To everybody else an account that exists is none, by the answer and by the time it takes: no chain
 * is looked at before. Who has somebody's contact code names their identity.
 */
async function acquainted(
  { sql }: Asking,
  before: SpaceState | undefined,
  fact: SpacePayload,
): Promise<AccountId[]> {
  const by = fact.by.account;
  const named = membersNamed(fact).filter(
    ({ account }) => account !== by && before?.members.has(account) !== true,
  );
  const known = await Promise.all(
    named.map(async ({ account, identity }) =>
      (await mayFollow(sql, by, account, { identity })) ? [account] : [],
    ),
  );
  return known.flat();
}

/** A device that was signed out says nothing any more, whatever head it names. */
function checkDevice(accounts: Accounts, { by }: SpacePayload, place: FieldPath): void {
  if (accounts.get(by.account)?.devices.get(by.device)?.until !== undefined) {
    refuse("not-allowed", `${place}.by.device`);
  }
}

/** Nobody adds or shares while a rotation is due; a writer turns the epoch for what is due and nothing else. */
function checkDue(
  before: SpaceState,
  fact: SpacePayload,
  accounts: Accounts,
  now: number,
  place: FieldPath,
): void {
  if (fact.op === "add" || fact.op === "share" || fact.op === "inbox") {
    if (rotationDue(before, accounts, now) !== undefined) refuse("rotation-due");
  }
  if (fact.op !== "epoch") return;
  for (const { account, head } of fact.pins) {
    const chain = accounts.get(account);
    if (chain === undefined || !hasHead(chain, head)) refuse("statement-refused", `${place}.pins`);
  }
  const signer = before.members.get(fact.by.account);
  if (signer === undefined || mayManage(signer)) return;
  const due = rotationDue(before, accounts, fact.at);
  const same =
    due !== undefined &&
    sameAccounts(fact.ended, due.ended) &&
    sameAccounts(fact.changed.map(accountOf), due.changed.map(accountOf));
  if (!same) refuse("not-allowed", `${place}.ended`);
}

function accountOf({ account }: Member): AccountId {
  return account;
}

function sameAccounts(a: readonly AccountId[], b: readonly AccountId[]): boolean {
  return a.length === b.length && new Set([...a, ...b]).size === a.length;
}

/**
 * Adds a judged statement to its chain, with its wraps. Runs under the journal's
 * lock, where the guard has just been compared.
 * @throws ServerError `conflict`, `stale-tree`
 */
export async function writeStatement(tx: Tx, judged: Judged): Promise<void> {
  const { parsed, before, after } = judged;
  const { fact } = parsed;
  await atOnce([
    before === undefined ? insertSpace(tx, judged) : moveHead(tx, before, after),
    ...(before === undefined ? [claimSubject(tx, judged.keys, fact.space)] : []),
    ...(fact.op === "epoch" ? [compareTree(tx, fact)] : []),
    insertStatement(tx, parsed),
    storeWraps(tx, fact.space, judged.wraps),
    ...writeMembers(tx, before, after),
    ...(fact.op === "share" ? [noteNamed(tx, fact.space, [fact.recipient])] : []),
    closeShares(tx, before, after),
  ]);
}

const EMPTY_TREE = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

async function insertSpace(tx: Tx, { parsed, after }: Judged): Promise<void> {
  const { fact } = parsed;
  const made = await tx`
    insert into spaces (space, kind, owner, made_at, head_seq, head_hash, tree_root)
    values (${fact.space}, ${after.kind}, ${fact.by.account}, ${fact.at},
      ${after.head.seq}, ${after.head.hash}, ${EMPTY_TREE})
    on conflict (space) do nothing returning space`;
  // Made since the judgement, perhaps by the very same statement: judged again, that shows.
  if (made.length === 0) refuseMoved();
}

async function insertStatement(tx: Tx, { fact, hash, statement }: SpaceStatement): Promise<void> {
  await tx`
    insert into space_statements (space, seq, hash, statement)
    values (${fact.space}, ${fact.seq}, ${hash}, ${statement})`;
}

async function moveHead(tx: Tx, before: SpaceState, { head, closed }: SpaceState): Promise<void> {
  const moved = await tx`
    update spaces set head_seq = ${head.seq}, head_hash = ${head.hash}, closed = closed or ${closed}
    where space = ${before.space} and head_seq = ${before.head.seq}
      and head_hash = ${before.head.hash}
    returning space`;
  if (moved.length === 0) refuseMoved();
}

async function compareTree(tx: Tx, fact: SpacePayload & { op: "epoch" }): Promise<void> {
  const [tree] = await tx<{ tree_size: number; tree_root: string }[]>`
    select tree_size, tree_root from spaces where space = ${fact.space}`;
  const { size, root } = fact.revisions;
  if (tree?.tree_size !== size || tree.tree_root !== root) {
    refuse("stale-tree", "body.statement.revisions");
  }
}

/** Keeps the list of members that the lists of spaces are made from. */
function writeMembers(
  tx: Tx,
  before: SpaceState | undefined,
  { space, members }: SpaceState,
): Promise<void>[] {
  const gone = [...(before?.members.keys() ?? [])].filter((account) => !members.has(account));
  const stated = [...members.values()].filter(
    (member) => before?.members.get(member.account) !== member,
  );
  return [
    ...(gone.length === 0 ? [] : [deleteMembers(tx, space, gone)]),
    ...(stated.length === 0
      ? []
      : [noteNamed(tx, space, stated.map(accountOf)), insertMembers(tx, space, stated)]),
  ];
}

async function deleteMembers(tx: Tx, space: SpaceId, gone: readonly AccountId[]): Promise<void> {
  await tx`
    delete from space_members
    where space = ${space} and account = any(${textArray(gone)}::text[])`;
}

async function insertMembers(tx: Tx, space: SpaceId, stated: readonly Member[]): Promise<void> {
  await tx`
    insert into space_members (space, account, role, until)
    select ${space}, * from unnest(
      ${textArray(stated.map((member) => member.account))}::text[],
      ${textArray(stated.map((member) => member.role))}::text[],
      ${numberArray(stated.map((member) => member.until))}::bigint[])
    on conflict (space, account) do update set role = excluded.role, until = excluded.until,
      expired = space_members.expired and space_members.until is not distinct from excluded.until`;
}

/** Keeps whom the chain has named: whoever reads it may follow their chains, also after they have left. */
async function noteNamed(tx: Tx, space: SpaceId, accounts: readonly AccountId[]): Promise<void> {
  await tx`
    insert into space_accounts (space, account)
    select ${space}, * from unnest(${textArray(accounts)}::text[]) on conflict do nothing`;
}

/** Shares that a statement of their source has ended. */
async function closeShares(
  tx: Tx,
  before: SpaceState | undefined,
  after: SpaceState,
): Promise<void> {
  const ended = [...after.shares.values()].filter(
    ({ share, ended: at }) => at !== undefined && before?.shares.get(share)?.ended === undefined,
  );
  if (ended.length === 0) return;
  const shares = textArray(ended.map(({ share }) => share));
  await tx`update spaces set closed = true where space = any(${shares}::text[])`;
}
