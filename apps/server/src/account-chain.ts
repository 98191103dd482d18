import {
  type AccountId,
  type AccountPayload,
  type AccountState,
  currentIdentity,
  type DeviceId,
  type FieldPath,
  followAccount,
  type Hash,
  parseAccountStatement,
  type Statement,
} from "@ecrin/protocol";
import type { Ground } from "./call.ts";
import type { AccountChains } from "./chains.ts";
import { checkRecent } from "./clock.ts";
import type { Tx } from "./database.ts";
import { refuse, within } from "./problem.ts";
import { checkAccountStatement } from "./quotas.ts";

/** An account statement on its way in: taken apart, not yet believed. */
export interface Incoming {
  readonly statement: Statement;
  readonly hash: Hash;
  readonly fact: AccountPayload;
  /** Where in the request it stands. */
  readonly place: FieldPath;
}

/** @throws ServerError `malformed`, `not-allowed`, `clock` or `quota-reached` */
export async function readIncoming(
  { quotas, now }: Pick<Ground, "quotas" | "now">,
  statement: Statement,
  account: AccountId,
  place: FieldPath = "body.statement",
): Promise<Incoming> {
  const { hash, fact } = await within(place, () => parseAccountStatement(statement));
  if (fact.account !== account) refuse("not-allowed", `${place}.account`);
  checkRecent(fact.at, now(), `${place}.at`);
  checkAccountStatement(quotas, fact, place);
  return { statement, hash, fact, place };
}

/**
 * Adds the next statement to an account's chain. Runs under the journal's lock.
 * @returns the chain's state after it
 * @throws ServerError `stale-head`, `signature-refused`, `statement-refused`
 */
export async function appendStatement(
  tx: Tx,
  chains: AccountChains,
  { statement, hash, fact, place }: Incoming,
): Promise<AccountState> {
  const state = (await chains.states(tx, [fact.account])).get(fact.account);
  if (state === undefined) return refuse("not-found");
  if (fact.op === "begin") return refuse("statement-refused", `${place}.op`);
  const follows = fact.seq === state.head.seq + 1 && fact.prev === state.head.hash;
  if (!follows) refuse("stale-head", `${place}.seq`);
  const next = await within(place, () => followAccount(state, [statement]));
  if (next === undefined) return refuse("statement-refused", place);
  await insertStatement(tx, next, statement);
  await tx`
    update accounts set head_seq = ${fact.seq}, head_hash = ${hash} where account = ${fact.account}`;
  if (fact.op === "device") {
    await insertDevice(tx, fact.account, fact.device.device, fact.seq);
  }
  if (fact.op === "sign-out") {
    await tx`
      update account_devices set until = ${fact.seq}
      where account = ${fact.account} and device = ${fact.device}`;
  }
  return next;
}

/** Stores one statement that has been checked, and the identity in force after it. */
export async function insertStatement(
  tx: Tx,
  after: AccountState,
  statement: Statement,
): Promise<void> {
  const { account, head } = after;
  await tx`
    insert into account_statements (account, seq, hash, statement)
    values (${account}, ${head.seq}, ${head.hash}, ${statement})`;
  await tx`
    insert into account_identities (account, hash)
    values (${account}, ${currentIdentity(after).hash}) on conflict do nothing`;
}

/** Notes a device as signed in; the chain holds its key. */
export async function insertDevice(
  tx: Tx,
  account: AccountId,
  device: DeviceId,
  since: number,
): Promise<void> {
  await tx`
    insert into account_devices (account, device, since) values (${account}, ${device}, ${since})`;
}
