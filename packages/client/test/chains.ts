import { newSecret, type Signer, signerFrom, signStatement, xwingPublicKey } from "@ecrin/crypto";
import {
  type AccountId,
  type AccountState,
  type DeviceCertificate,
  followAccount,
  type Identity,
  newId,
  parseSealingKey,
  type SlotKey,
  type Statement,
  SUITE,
  toBase64url,
} from "@ecrin/protocol";
import { nextStatement, type OwnFact } from "../src/own-chain.ts";

/** An account chain under a test's own hands. */
export interface Chain {
  readonly account: AccountId;
  readonly identity: Identity;
  readonly seeds: { readonly seal: string; readonly sign: string };
  readonly signer: Signer;
  readonly statements: readonly Statement[];
  readonly state: AccountState;
}

export async function beginChain(account = newId<"account">()): Promise<Chain> {
  const [seal, sign] = [newSecret(), newSecret()];
  const signer = await signerFrom(sign);
  const key = parseSealingKey(toBase64url(await xwingPublicKey(seal)), "seal");
  const identity = { seal: key, sign: signer.publicKey };
  const slots: SlotKey[] = [{ slot: newId<"slot">(), kind: "kit", key }];
  const place = { suite: SUITE, account, seq: 0, at: 1, op: "begin" };
  const facts = { ...place, identity, device: await newCertificate(), slots };
  const statements = [await signStatement("account", facts, signer)];
  const state = await followed(statements);
  const seeds = { seal: toBase64url(seal), sign: toBase64url(sign) };
  return { account, identity, seeds, signer, statements, state };
}

/** The chain with one more device. Two of them on one chain are a fork. */
export async function withDevice(chain: Chain): Promise<Chain> {
  return await withFact(chain, { op: "device", device: await newCertificate() });
}

export async function withFact(chain: Chain, fact: OwnFact): Promise<Chain> {
  const { signer, state } = chain;
  const statements = [...chain.statements, await nextStatement(state, fact, signer, 1)];
  return { ...chain, statements, state: await followed(statements) };
}

async function newCertificate(): Promise<DeviceCertificate> {
  return { device: newId<"device">(), key: (await signerFrom(newSecret())).publicKey };
}

async function followed(statements: readonly Statement[]): Promise<AccountState> {
  const state = await followAccount(undefined, statements);
  if (state === undefined) throw new RangeError("a chain begins");
  return state;
}
