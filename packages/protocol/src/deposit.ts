import * as z from "zod/mini";
import { type AccountState, deviceKeyAt, hasHead } from "./account.ts";
import { fromBase64url } from "./bytes.ts";
import { context } from "./context.ts";
import { refuse } from "./errors.ts";
import {
  accountIdField,
  bytesField,
  countField,
  depositIdField,
  hashField,
  headField,
  parseAs,
  signerField,
  spaceIdField,
  suiteField,
  timeField,
} from "./fields.ts";
import type { AccountId, DepositId, Hash, SpaceId } from "./ids.ts";
import { INBOX, inboxHolders, inboxInForce, inboxName, MAX_HOLDERS } from "./inbox.ts";
import { isPast } from "./member.ts";
import { memberAt, type SpaceState } from "./space.ts";
import { checkSignature, type ParsedStatement, parseStatement } from "./statement.ts";

/** Longest content of a deposit, in bytes of ciphertext: one segment. */
export const MAX_DEPOSIT = 2 ** 20;
/** Longest sealed name of a deposit. */
export const MAX_DEPOSIT_NAME = 65_536;

/** An HPKE wrap of R ‖ h. */
export const depositWrapField = bytesField(1200, 1200);

const recipientField = z.strictObject({
  recipient: z.union([accountIdField, z.literal(INBOX)]),
  identity: hashField,
  wrap: hashField,
});
/** Whom a deposit is wrapped to, and SHA-256 of that wrap. */
export type DepositRecipient = z.infer<typeof recipientField>;

/** The payload of `ecrin-1.deposit` (spec/deposit.md). */
export const depositPayload = z.strictObject({
  suite: suiteField,
  space: spaceIdField,
  deposit: depositIdField,
  spaceHead: headField,
  to: z.array(recipientField).check(z.minLength(1), z.maxLength(MAX_HOLDERS)),
  commit: z.strictObject({ secret: hashField, content: hashField }),
  metadata: hashField,
  content: z.strictObject({
    length: countField.check(z.minimum(1), z.maximum(MAX_DEPOSIT)),
    root: hashField,
  }),
  by: signerField,
  at: timeField,
});
export type DepositPayload = z.infer<typeof depositPayload>;

export interface DepositStatement extends ParsedStatement {
  readonly fact: DepositPayload;
}

/** Takes a deposit statement apart and reads its payload. */
export function parseDeposit(statement: unknown): DepositStatement {
  const parsed = parseStatement("deposit", statement);
  const fact = parseAs(depositPayload, parsed.payload, "deposit");
  const isInOrder = fact.to.every(({ recipient }, i) => {
    const before = fact.to[i - 1];
    return before === undefined || before.recipient < recipient;
  });
  if (!isInOrder) refuse("names its recipients in another order, or twice", "to");
  return { ...parsed, fact };
}

type Place = Pick<DepositPayload, "space" | "deposit">;

/** What a deposit's ciphertexts are bound to. */
export function depositContext(place: Place & { readonly by: { readonly account: AccountId } }) {
  return context("deposit", place.space, place.deposit, place.by.account);
}

/** What the commitments of a deposit are bound to. */
export function depositCommitContext({ space, deposit }: Place, of: "secret" | "content") {
  return context(`commit deposit ${of}`, space, deposit);
}

/** What R ‖ h is bound to when it is wrapped for somebody. */
export function depositWrapContext(
  { space, deposit }: { readonly space: SpaceId; readonly deposit: DepositId },
  { recipient, identity }: Pick<DepositRecipient, "recipient" | "identity">,
) {
  return context("wrap deposit", space, deposit, recipient, fromBase64url(identity));
}

/** Whom a deposit made in this space at this moment is wrapped to (spec/deposit.md, Who a deposit is for). */
export function depositRecipients(
  state: SpaceState,
  now: number,
): { readonly recipient: AccountId | typeof INBOX; readonly identity: Hash }[] {
  const inbox = state.kind === "record" ? inboxInForce(state, now) : undefined;
  if (inbox !== undefined) return [{ recipient: INBOX, identity: inboxName(state.space, inbox) }];
  return inboxHolders(state.members.values(), now).map(({ account, identity }) => ({
    recipient: account,
    identity,
  }));
}

/**
 * Checks who signed a deposit: a device of the author's chain, and a member of the
 * space at the head named. The same in client and server.
 * @throws ProtocolError
 */
export async function judgeDeposit(
  deposit: DepositStatement,
  state: SpaceState,
  author: AccountState,
): Promise<void> {
  const { fact } = deposit;
  if (fact.space !== state.space) refuse("belongs to another space", "space");
  if (fact.by.account !== author.account) refuse("is by another account", "by.account");
  if (!hasHead(state, fact.spaceHead))
    refuse("names a space head that is not in the chain", "spaceHead");
  const member = memberAt(state, fact.by.account, fact.spaceHead.seq);
  if (member === undefined) return refuse("the author is not a member", "by.account");
  if (isPast(member, fact.at)) refuse("the author's membership had ended", "by.account");
  if (fact.by.head.seq < member.head.seq)
    refuse("names an account head before the one pinned", "by.head");
  await checkSignature(deposit, deviceKeyAt(author, fact.by.device, fact.by.head));
}
