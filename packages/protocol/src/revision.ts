import * as z from "zod/mini";
import { type AccountState, deviceKeyAt, hasHead } from "./account.ts";
import { context } from "./context.ts";
import { refuse } from "./errors.ts";
import {
  countField,
  hashField,
  headField,
  itemIdField,
  parseAs,
  revisionIdField,
  signerField,
  spaceIdField,
  suiteField,
  timeField,
} from "./fields.ts";
import type { ItemId, RevisionId, SpaceId } from "./ids.ts";
import { isPast, type Member, mayWrite } from "./member.ts";
import {
  type Accounts,
  accountIn,
  currentEpoch,
  epochAt,
  memberAt,
  type SpaceState,
} from "./space.ts";
import { checkSignature, type ParsedStatement, parseStatement } from "./statement.ts";

export const MAX_PARENTS = 16;
/** Longest content, in bytes of ciphertext: 16 TiB is the format's end, 10 GiB and its padding ours. */
export const MAX_CONTENT = 11 * 2 ** 30;
/** Content up to this many bytes of ciphertext travels and lies beside its header: 64 KiB of padded plaintext. */
export const INLINE_CONTENT = 65_536 + 56;

const common = {
  suite: suiteField,
  space: spaceIdField,
  item: itemIdField,
  revision: revisionIdField,
  by: signerField,
  at: timeField,
  spaceHead: headField,
  epoch: z.int().check(z.minimum(1)),
};
const parents = z.array(revisionIdField).check(z.minLength(1), z.maxLength(MAX_PARENTS));
const sealed = {
  commit: z.strictObject({ secret: hashField, content: hashField }),
  metadata: hashField,
  content: z.strictObject({
    length: countField.check(z.minimum(1), z.maximum(MAX_CONTENT)),
    root: hashField,
  }),
  held: z.enum(["server", "application"]),
  /** SHA-256 of the wrap of R under the epoch of the header; absent in what version 0.2.0 sealed. */
  wrap: z.optional(hashField),
};

/** The payload of `ecrin-1.revision` (spec/revision.md, Header). */
export const revisionPayload = z.discriminatedUnion("op", [
  z.strictObject({
    ...common,
    ...sealed,
    op: z.literal("create"),
    parents: z.array(revisionIdField).check(z.maxLength(0)),
  }),
  z.strictObject({ ...common, ...sealed, op: z.literal("correct"), parents }),
  z.strictObject({ ...common, op: z.literal("delete"), parents }),
]);
export type RevisionPayload = z.infer<typeof revisionPayload>;
/** A revision that has something to open. */
export type SealedRevision = Exclude<RevisionPayload, { op: "delete" }>;

/** The payload of `ecrin-1.rewrap` (spec/revision.md, Accepting). */
export const rewrapPayload = z.strictObject({
  suite: suiteField,
  space: spaceIdField,
  revision: hashField,
  epoch: z.int().check(z.minimum(1)),
  wrap: hashField,
  by: signerField,
  at: timeField,
  spaceHead: headField,
});
export type RewrapPayload = z.infer<typeof rewrapPayload>;

export interface RevisionStatement extends ParsedStatement {
  readonly fact: RevisionPayload;
}
export interface RewrapStatement extends ParsedStatement {
  readonly fact: RewrapPayload;
}

export function parseRevision(statement: unknown): RevisionStatement {
  const parsed = parseStatement("revision", statement);
  return { ...parsed, fact: parseAs(revisionPayload, parsed.payload, "revision") };
}

export function parseRewrap(statement: unknown): RewrapStatement {
  const parsed = parseStatement("rewrap", statement);
  return { ...parsed, fact: parseAs(rewrapPayload, parsed.payload, "rewrap") };
}

/** What a revision's secrets and ciphertexts are bound to. */
export function revisionContext(
  fact: Pick<RevisionPayload, "space" | "item" | "revision" | "parents"> & {
    readonly by: Pick<RevisionPayload["by"], "account">;
  },
) {
  return context(
    "revision",
    fact.space,
    fact.item,
    fact.revision,
    fact.by.account,
    ...fact.parents,
  );
}

/** What the wrap of a revision's secret is bound to: its place, and the epoch whose key wraps it. */
export function secretContext(
  fact: { space: SpaceId; item: ItemId; revision: RevisionId },
  epoch: number,
) {
  return context("revision secret", fact.space, fact.item, fact.revision, epoch);
}

/** What the release h of a revision is computed over. */
export function releaseContext(fact: { space: SpaceId; item: ItemId; revision: RevisionId }) {
  return context("release", fact.space, fact.item, fact.revision);
}

/** What the commitments of a revision are bound to. */
export function revisionCommitContext(
  fact: Pick<RevisionPayload, "space" | "item" | "revision">,
  secret: "revision secret" | "content key",
) {
  return context(`commit ${secret}`, fact.space, fact.item, fact.revision);
}

/** Where and how a revision was accepted, as the server says. */
export interface Acceptance {
  readonly index: number;
  readonly wrapEpoch: number;
  /** SHA-256 of the wrap; absent for a deletion, which has none. */
  readonly wrap?: string;
  readonly rewrap?: RewrapStatement;
}

/**
 * Judges a revision as spec/revision.md asks, except its parents (the caller
 * knows the other revisions) and its ciphertexts. The same in client and server.
 * @throws ProtocolError
 */
export async function judgeRevision(
  revision: RevisionStatement,
  acceptance: Acceptance,
  state: SpaceState,
  accounts: Accounts,
): Promise<void> {
  const { fact } = revision;
  if (fact.space !== state.space) refuse("belongs to another space", "space");
  const author = accountIn(accounts, fact.by.account, "by.account");
  const { rewrap, wrapEpoch } = acceptance;
  judgeWriter(fact, state);
  if (epochAt(state, fact.spaceHead.seq).epoch.n !== fact.epoch)
    refuse("names another epoch than its space head", "epoch");
  judgePlace(acceptance, state);
  if (rewrap === undefined) {
    if (fact.epoch !== wrapEpoch)
      refuse("is wrapped under another epoch without saying so", "wrapEpoch");
    if (fact.op !== "delete" && fact.wrap !== undefined && fact.wrap !== acceptance.wrap)
      refuse("is another wrap", "wrap");
  } else {
    await judgeRewrap(revision, rewrap, acceptance, state, author);
  }
  await checkSignature(revision, deviceKeyAt(author, fact.by.device, fact.by.head));
}

type Judged = Pick<RevisionPayload, "by" | "at" | "spaceHead">;

/** Rule 2: the author may write at the space head named. */
function judgeWriter(fact: Judged, state: SpaceState): void {
  if (!hasHead(state, fact.spaceHead))
    refuse("names a space head that is not in the chain", "spaceHead");
  const member = memberAt(state, fact.by.account, fact.spaceHead.seq);
  if (member === undefined || !mayWrite(member)) refuse("the author may not write", "by.account");
  if (isPast(member, fact.at)) refuse("the author's membership had ended", "by.account");
  judgePin(fact, member, state);
}

/** Rule 4: the index belongs to the part of the tree of the epoch that wraps it. */
function judgePlace({ index, wrapEpoch }: Acceptance, state: SpaceState): void {
  const life =
    state.epochs[wrapEpoch - 1] ?? refuse("names an epoch that is not in the chain", "wrapEpoch");
  const next = state.epochs[wrapEpoch];
  if (index < life.from || (next !== undefined && index >= next.from)) {
    refuse("lies outside the revisions its epoch holds", "index");
  }
}

/**
 * Rule 1, second half: the signer's account head is at or after what the space
 * had pinned for it, when the epoch began or when the member was received.
 */
function judgePin({ by, spaceHead }: Judged, member: Member, state: SpaceState): void {
  const pinned = epochAt(state, spaceHead.seq).pins.get(by.account)?.seq ?? 0;
  if (by.head.seq < Math.max(pinned, member.head.seq))
    refuse("names an account head before the one pinned", "by.head");
}

/** Rule 3: work done offline, wrapped again by a device of its author that is still signed in. */
async function judgeRewrap(
  revision: RevisionStatement,
  rewrap: RewrapStatement,
  acceptance: Acceptance,
  state: SpaceState,
  author: AccountState,
): Promise<void> {
  const { fact } = rewrap;
  if (fact.space !== state.space || fact.revision !== revision.hash)
    refuse("wraps another revision", "rewrap.revision");
  if (fact.by.account !== revision.fact.by.account) refuse("is not by the author", "rewrap.by");
  if (fact.epoch !== acceptance.wrapEpoch) refuse("is for another epoch", "rewrap.epoch");
  if (revision.fact.op !== "delete" && fact.wrap !== acceptance.wrap)
    refuse("is another wrap", "rewrap.wrap");
  judgeWriter(fact, state);
  if (epochAt(state, fact.spaceHead.seq).epoch.n !== fact.epoch)
    refuse("names another epoch than its space head", "rewrap.epoch");
  const sealing = author.devices.get(revision.fact.by.device);
  if (sealing?.until !== undefined && sealing.until <= fact.by.head.seq) {
    refuse("was sealed by a device that was signed out before", "by.device");
  }
  await checkSignature(rewrap, deviceKeyAt(author, fact.by.device, fact.by.head));
}

/** The epoch under which a revision accepted now must be wrapped. */
export function epochToWrapUnder(state: SpaceState): number {
  return currentEpoch(state).epoch.n;
}
