import * as z from "zod/mini";
import { type AccountState, deviceKeyAt } from "./account.ts";
import { type Epoch, epochField, treeField } from "./epoch.ts";
import { refuse } from "./errors.ts";
import {
  accountIdField,
  countField,
  type Head,
  hashField,
  headField,
  parseAs,
  signerField,
  spaceIdField,
  suiteField,
  timeField,
} from "./fields.ts";
import type { AccountId, Hash, SpaceId } from "./ids.ts";
import { type InboxLife, inboxField } from "./inbox.ts";
import { type Member, type MemberHistory, memberField } from "./member.ts";
import { checkSignature, type ParsedStatement, parseStatement } from "./statement.ts";

export const MAX_MEMBERS = 1000;
export const MAX_LINKS = 1000;

export const linksField = z.strictObject({
  count: z.int().check(z.minimum(1), z.maximum(MAX_LINKS)),
  root: hashField,
});
const members = z.array(memberField).check(z.minLength(1), z.maxLength(MAX_MEMBERS));
const pinField = z.strictObject({ account: accountIdField, head: headField });

const common = {
  suite: suiteField,
  space: spaceIdField,
  seq: countField,
  at: timeField,
  by: signerField,
};
const continued = { ...common, prev: hashField };

/** The payload of `ecrin-1.space` (spec/space.md, Chain). */
export const spacePayload = z.discriminatedUnion("op", [
  z.discriminatedUnion("kind", [
    z.strictObject({
      ...common,
      op: z.literal("begin"),
      kind: z.literal("record"),
      members,
      epoch: epochField,
    }),
    z.strictObject({
      ...common,
      op: z.literal("begin"),
      kind: z.literal("share"),
      members,
      epoch: epochField,
      source: z.strictObject({ space: spaceIdField }),
      until: timeField,
      links: linksField,
    }),
  ]),
  z.strictObject({ ...continued, op: z.literal("add"), member: memberField, wraps: hashField }),
  z.strictObject({
    ...continued,
    op: z.literal("epoch"),
    epoch: epochField,
    ended: z.array(accountIdField).check(z.maxLength(MAX_MEMBERS)),
    changed: z.array(memberField).check(z.maxLength(MAX_MEMBERS)),
    pins: z.array(pinField).check(z.maxLength(MAX_MEMBERS)),
    revisions: treeField,
  }),
  z.strictObject({
    ...continued,
    op: z.literal("share"),
    share: spaceIdField,
    recipient: accountIdField,
    until: timeField,
    links: linksField,
    begin: hashField,
    /** The recipient may open without asking (spec/share.md, The offline right). */
    offline: z.optional(z.literal(true)),
  }),
  z.strictObject({ ...continued, op: z.literal("unshare"), share: spaceIdField }),
  z.strictObject({ ...continued, op: z.literal("inbox"), inbox: inboxField }),
  z.strictObject({ ...continued, op: z.literal("close") }),
]);
export type SpacePayload = z.infer<typeof spacePayload>;
export type BeginPayload = SpacePayload & { op: "begin" };

/** An epoch as the chain tells it. */
export interface EpochLife {
  readonly epoch: Epoch;
  /** Who turned it, and made its wraps. */
  readonly by: AccountId;
  /** `seq` of the statement that began it. */
  readonly since: number;
  /** Size of the revision tree when it began: its first revision has this index. */
  readonly from: number;
  /**
   * Root of the revision tree then. Whoever follows the tree compares: otherwise
   * a server could exchange what an earlier epoch accepted for work signed later
   * under an old date.
   */
  readonly root: Hash;
  /** Account heads that signers must have reached, as pinned when it began. */
  readonly pins: ReadonlyMap<AccountId, Head>;
  /** Who the epoch's keys were wrapped for when it began. */
  readonly members: readonly Member[];
}

/** Wraps added within the current epoch. */
export interface Addition {
  readonly member: Member;
  readonly wraps: Hash;
  readonly since: number;
}

/** A share made from this space. */
export interface ShareLife {
  readonly share: SpaceId;
  readonly maker: AccountId;
  readonly recipient: AccountId;
  readonly until: number;
  readonly links: z.infer<typeof linksField>;
  readonly begin: Hash;
  /** Whether the recipient may open without asking. */
  readonly offline: boolean;
  readonly since: number;
  /** `seq` of the statement that ended it. */
  readonly ended?: number;
}

/** What a space chain says. */
export interface SpaceState {
  readonly space: SpaceId;
  readonly kind: "record" | "share";
  readonly head: Head;
  readonly hashes: readonly Hash[];
  /** Time of the last statement. */
  readonly at: number;
  readonly members: ReadonlyMap<AccountId, Member>;
  readonly history: MemberHistory;
  readonly epochs: readonly EpochLife[];
  readonly additions: readonly Addition[];
  readonly pins: ReadonlyMap<AccountId, Head>;
  readonly shares: ReadonlyMap<SpaceId, ShareLife>;
  /** The newest inbox, in force or not (spec/deposit.md). */
  readonly inbox?: InboxLife;
  readonly share?: {
    readonly source: SpaceId;
    readonly until: number;
    readonly links: z.infer<typeof linksField>;
  };
  readonly closed: boolean;
}

/** The epoch in force. */
export function currentEpoch(state: SpaceState): EpochLife {
  return state.epochs[state.epochs.length - 1] ?? refuse("a space without an epoch");
}

/** The epoch in force at a statement of the chain. */
export function epochAt(state: SpaceState, seq: number): EpochLife {
  return state.epochs.findLast((life) => life.since <= seq) ?? refuse("no epoch at this statement");
}

/** The member an account was at a statement of the chain. */
export function memberAt(state: SpaceState, account: AccountId, seq: number): Member | undefined {
  return state.history
    .get(account)
    ?.find((life) => life.since <= seq && (life.until === undefined || seq < life.until))?.member;
}

/** A space statement taken apart and read. */
export interface SpaceStatement extends ParsedStatement {
  readonly fact: SpacePayload;
}

/** Takes a space statement apart and reads its payload. */
export function parseSpaceStatement(statement: unknown): SpaceStatement {
  const parsed = parseStatement("space", statement);
  return { ...parsed, fact: parseAs(spacePayload, parsed.payload, "space") };
}

/** Account chains by account, as far as they are known. */
export type Accounts = ReadonlyMap<AccountId, AccountState>;

/**
 * The chain of an account, which must be that account's own: a server asked
 * for one chain may hand out another.
 * @throws ProtocolError `statement-refused`, naming `field`
 */
export function accountIn(accounts: Accounts, id: AccountId, field: string): AccountState {
  const state = accounts.get(id);
  if (state?.account !== id) return refuse("the account's chain is not known", field);
  return state;
}

/** Checks that a space statement is signed by the device it names, in force at the account head it names. */
export async function checkSpaceSigner(parsed: SpaceStatement, accounts: Accounts): Promise<void> {
  const { by } = parsed.fact;
  const account = accountIn(accounts, by.account, "by.account");
  await checkSignature(parsed, deviceKeyAt(account, by.device, by.head));
}
