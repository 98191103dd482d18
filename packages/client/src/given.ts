import {
  checkSignature,
  type DepositId,
  type DepositStatement,
  deviceKeyAt,
  parseDeposit,
  type SpaceId,
} from "@ecrin/protocol";
import { asClientError, isRefusedFor } from "./errors.ts";
import type { Unlocked } from "./unlocked.ts";

/** Something this account has deposited. */
export interface Given {
  readonly deposit: DepositId;
  /** The record, or the share, it was given in. */
  readonly space: SpaceId;
  /** When, by this account's own word. */
  readonly at: number;
  /** Whether it is part of the record: the server's word. Whether it was refused, or waits, is not told. */
  readonly accepted: boolean;
}

/**
 * What this account has deposited, newest first, at most the newest hundred (spec/deposit.md, What
 * became of it). What no device of this account has signed is left out.
 */
export async function listGiven(u: Unlocked): Promise<Given[]> {
  const { deposits } = await u.http.call("deposits");
  const given = new Map<DepositId, Given>();
  for (const { statement, accepted } of deposits) {
    const { fact } = (await ownDeposit(u, statement)) ?? {};
    if (fact === undefined || given.has(fact.deposit)) continue;
    const { deposit, space, at } = fact;
    given.set(deposit, { deposit, space, at, accepted });
  }
  return [...given.values()];
}

async function ownDeposit(u: Unlocked, statement: string): Promise<DepositStatement | undefined> {
  try {
    const parsed = parseDeposit(statement);
    const { by } = parsed.fact;
    if (by.account !== u.account) return undefined;
    const own = (await u.accounts.reaching([by])).get(by.account);
    if (own === undefined) return undefined;
    await checkSignature(parsed, deviceKeyAt(own, by.device, by.head));
    return parsed;
  } catch (error) {
    if (!isRefusedFor(asClientError(error), "cannot-open")) throw error;
    return undefined;
  }
}
