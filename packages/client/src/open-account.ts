import {
  equalSecret,
  openSlot,
  passwordSlot,
  type SlotSecrets,
  signStatement,
} from "@ecrin/crypto";
import {
  type AccountId,
  type AccountState,
  type Bytes,
  currentDevices,
  currentIdentity,
  fromBase64url,
  type Hash,
  identityHash,
  type LogId,
  type RouteAnswer,
  type Slot,
  SUITE,
} from "@ecrin/protocol";
import { openBook, orSucceeded } from "./accept-log.ts";
import { AccountBook, follow } from "./accounts.ts";
import { ClientError, isRefusedFor, opening } from "./errors.ts";
import type { Http } from "./http.ts";
import { identityOf, type Keyring, openKeyring } from "./keyring.ts";
import { changed, isKeyOf, toldKeys } from "./log-memory.ts";
import { type OwnDevice, signerOf } from "./own-device.ts";
import type { Store } from "./store.ts";
import { endedSince } from "./succession.ts";
import type { ServerFacts, Unlocked } from "./unlocked.ts";

/** An account as the server handed it out, after everything that can be checked without a memory has been. */
export interface OpenedAccount {
  readonly account: AccountId;
  readonly accountKey: Bytes;
  readonly keyring: Keyring;
  readonly server: ServerFacts;
  readonly state: AccountState;
  readonly answer: RouteAnswer<"account">;
}

/** What the server says of itself. @throws ClientError `bad-answer` for another suite */
export async function readServer(http: Http): Promise<RouteAnswer<"server">> {
  const facts = await http.call("server");
  if (facts.suite !== SUITE) {
    throw new ClientError("bad-answer", "the server speaks another suite");
  }
  return facts;
}

/**
 * Fetches the account of the session and opens it with a slot's secrets
 * (spec/keys.md, Slots): the slot's MAC, a chain in which the slot's identity
 * stood, a keyring whose seeds give the chain's current identity, the log key
 * the keyring remembers.
 * @param unlisted whether a slot may serve that the chain has left: the password's, while a change is not settled
 * @throws ClientError `cannot-open`, whatever does not fit; `log-key-changed`
 */
export async function openAccount(
  http: Http,
  account: AccountId,
  secrets: SlotSecrets,
  unlisted = false,
): Promise<OpenedAccount> {
  return await openWhole(http, account, async (answer, state) => {
    const { slot, accountKey } = await openAnySlot(account, answer.slots, secrets);
    const hash = identityHash(account, slot.identity);
    if (!state.identities.some((life) => life.hash === hash)) throw cannotOpen();
    const isListed = state.slots.some((each) => each.slot === slot.slot && each.key === slot.key);
    if (!unlisted && !isListed) throw cannotOpen();
    return accountKey;
  });
}

/**
 * Fetches the account of the session and opens it with an account key that a device of it
 * handed over, and the identity that was compared with it (spec/device-approval.md).
 * @throws ClientError as `openAccount` does
 */
export async function openWithKey(
  http: Http,
  account: AccountId,
  accountKey: Bytes,
  identity: Hash,
): Promise<OpenedAccount> {
  return await openWhole(http, account, (_, state) => {
    if (currentIdentity(state).hash !== identity) throw cannotOpen();
    return Promise.resolve(accountKey);
  });
}

async function openWhole(
  http: Http,
  account: AccountId,
  reach: (answer: RouteAnswer<"account">, state: AccountState) => Promise<Bytes>,
): Promise<OpenedAccount> {
  // Neither answer depends on the other: one round trip on a slow line.
  const [server, answer] = await Promise.all([readServer(http), http.call("account")]);
  const state = await followWhole(account, answer);
  const accountKey = await reach(answer, state);
  const keyring = await openKeyring(accountKey, account, answer.keyring);
  const own = await identityOf(keyring);
  const { identity } = currentIdentity(state);
  if (own.sign !== identity.sign || own.seal !== identity.seal) throw cannotOpen();
  // Another key is the log's only where the one that is remembered leads to it.
  if (keyring.log.key !== server.logKey) {
    const told = await http.call("log");
    const keys = await toldKeys(told);
    if (!isKeyOf(keys, keyring.log.key)) await endedSince(told, keyring.log.key);
    if (keys.lives.at(-1)?.key !== server.logKey) throw changed();
  }
  return { account, accountKey, keyring, server, state, answer };
}

/** The password's own slot gives the same account key: whatever else opened the account, it is the password's. */
export async function checkPasswordSlot(
  { account, accountKey, keyring, answer }: OpenedAccount,
  exportKey: Bytes,
): Promise<void> {
  const secrets = passwordSlot(exportKey, fromBase64url(keyring.secretKey));
  const other = await openAnySlot(account, answer.slots, secrets);
  if (!equalSecret(other.accountKey, accountKey)) throw cannotOpen();
}

/** What the flows work with, made of an account that was opened and this device. */
export interface UnlockParts {
  readonly http: Http;
  readonly store: Store;
  readonly own: OwnDevice;
  readonly now: () => number;
  /** The chain, if this device has added to what was handed out. */
  readonly chain?: RouteAnswer<"account">["chain"];
  /** The log to follow from now on, where the one before lost entries and the person accepts that. */
  readonly acceptLog?: LogId;
}

/**
 * Unlocks an account on this device: what was opened must not be older than, or
 * beside, what device and keyring remember, and the device must be in the chain.
 * @throws ClientError `rollback`, `fork`, `not-enrolled`
 */
export async function unlock(
  opened: Pick<OpenedAccount, "account" | "accountKey" | "server" | "answer">,
  parts: UnlockParts,
): Promise<Unlocked> {
  const { http, store, own, now, acceptLog, chain = opened.answer.chain } = parts;
  const { account, accountKey, answer } = opened;
  const place = { account, accountKey, http, store };
  const accepting = acceptLog === undefined ? place : { ...place, acceptLog };
  const keyring = await openBook(accepting, answer.keyring);
  const accounts = new AccountBook({ http, store, keyring, now });
  const state = await orSucceeded(
    place,
    keyring.contents(),
    async () => await accounts.take(account, chain),
  );
  const deviceSigner = await signerOf(own);
  const enrolled = currentDevices(state).find((each) => each.device === own.device);
  if (enrolled?.key !== deviceSigner.publicKey) {
    throw new ClientError("not-enrolled", "this device is not signed in to the account");
  }
  const { logKey, releaseKey, addressKey } = opened.server;
  const head = () => (accounts.known(account) ?? state).head;
  return {
    account,
    device: own.device,
    deviceSigner,
    http,
    server: { logKey, releaseKey, addressKey },
    store,
    keyring,
    accounts,
    now,
    head,
    sign: async (kind, facts) => {
      const by = { account, device: own.device, head: { ...head() } };
      return await signStatement(kind, { ...facts, suite: SUITE, by, at: now() }, deviceSigner);
    },
    openWrap: async (...wrap) => await keyring.openWrap(...wrap),
  };
}

/** A chain that does not hold is a forged account, and nothing tells it from a wrong slot. */
async function followWhole(
  account: AccountId,
  answer: RouteAnswer<"account">,
): Promise<AccountState> {
  try {
    return await follow(undefined, account, answer.chain);
  } catch (error) {
    throw isRefusedFor(error, "fork", "bad-answer") ? cannotOpen() : error;
  }
}

/** The first of the slots that these secrets open. @throws ClientError `cannot-open` */
export async function openAnySlot(
  account: AccountId,
  slots: readonly Slot[],
  secrets: SlotSecrets,
): Promise<{ slot: Slot; accountKey: Bytes }> {
  for (const slot of slots) {
    if (slot.kind !== secrets.kind) continue;
    const accountKey = await openThisSlot(account, slot, secrets);
    if (accountKey !== undefined) return { slot, accountKey };
  }
  throw cannotOpen();
}

async function openThisSlot(account: AccountId, slot: Slot, secrets: SlotSecrets) {
  const place = { account, slot: slot.slot, identity: identityHash(account, slot.identity) };
  const sealed = {
    key: fromBase64url(slot.key),
    wrap: fromBase64url(slot.wrap),
    mac: fromBase64url(slot.mac),
  };
  try {
    return await opening(async () => await openSlot(secrets, place, sealed));
  } catch (error) {
    if (isRefusedFor(error, "cannot-open")) return undefined;
    throw error;
  }
}

function cannotOpen(): ClientError {
  return new ClientError("cannot-open", "the account cannot be opened");
}
