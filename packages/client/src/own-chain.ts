import { type Signer, signStatement } from "@ecrin/crypto";
import type {
  AccountState,
  DeviceCertificate,
  DeviceId,
  Identity,
  SlotKey,
  Statement,
} from "@ecrin/protocol";
import { SUITE } from "@ecrin/protocol";
import { isRefusedFor } from "./errors.ts";
import type { Unlocked } from "./unlocked.ts";

const ATTEMPTS = 4;

/** What a statement of the own chain adds to what every one of them says (spec/keys.md, Account chain). */
export type OwnFact =
  | { readonly op: "device"; readonly device: DeviceCertificate }
  | { readonly op: "sign-out"; readonly device: DeviceId }
  | { readonly op: "slots"; readonly slots: readonly SlotKey[] }
  | {
      readonly op: "rotate";
      readonly identity: Identity;
      readonly slots: readonly SlotKey[];
      readonly proof: string;
    };

/** The next statement of an account's chain, signed by its identity. */
export async function nextStatement(
  { account, head }: Pick<AccountState, "account" | "head">,
  fact: OwnFact,
  identity: Signer,
  at: number,
): Promise<Statement> {
  const place = { suite: SUITE, account, seq: head.seq + 1, prev: head.hash, at };
  return await signStatement("account", { ...place, ...fact }, identity);
}

/**
 * Signs and posts the next statement of the own chain, again from the new head
 * where another device was faster.
 */
export async function appendOwn(
  u: Unlocked,
  fact: (state: AccountState) => OwnFact,
  post: (statement: Statement) => Promise<unknown>,
): Promise<void> {
  const identity = await u.keyring.identitySigner();
  for (let attempt = 1; ; attempt++) {
    const state = await u.accounts.get(u.account, attempt === 1 ? undefined : 0);
    const statement = await nextStatement(state, fact(state), identity, u.now());
    try {
      await post(statement);
    } catch (error) {
      if (!isRefusedFor(error, "stale-head") || attempt >= ATTEMPTS) throw error;
      continue;
    }
    await u.accounts.append(u.account, statement);
    return;
  }
}
