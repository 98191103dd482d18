import { passwordSlot } from "@ecrin/crypto";
import {
  type AccountId,
  fromBase64url,
  type Hash,
  type LogId,
  newId,
  passkeyChallenge,
  type SignInId,
} from "@ecrin/protocol";
import { readAboutToBe, settleDevice } from "./about-to-be.ts";
import { Account } from "./account.ts";
import { ClientError, isRefusedFor } from "./errors.ts";
import { Http, type HttpOptions } from "./http.ts";
import type { LocalDevice } from "./local.ts";
import { openAccount, unlock } from "./open-account.ts";
import { type OwnDevice, readDevice, signerOf } from "./own-device.ts";
import { registerPassword } from "./password.ts";
import { proveEitherPassword, provePassword, signInStatement } from "./password-proof.ts";
import { finishSignIn, type SecondFactor } from "./second-factor.ts";
import { ownerOf, type RawStore, Store, type StoreOwner } from "./store.ts";
import type { Unlocked } from "./unlocked.ts";

export interface SignIn extends HttpOptions {
  readonly password: string;
  /** The password this device was last opened with, where it was changed on another device since. */
  readonly devicePassword?: string;
  /** The store of an enrolled device. */
  readonly store: RawStore;
  /** The same, where `unlockOffline` has opened it: no key is derived for it a second time. */
  readonly local?: Pick<LocalDevice, "store">;
  /** Asks for a second factor, where the account has one. */
  readonly secondFactor?: SecondFactor;
  /** The log to follow from now on, after one that lost entries: what `log-succeeded` told of. */
  readonly acceptLog?: LogId;
}

/**
 * Signs in on an enrolled device: its password, its key and its secret key
 * together. What the server hands out is checked against all that this device
 * and the keyring remember.
 * @throws ClientError `not-enrolled`, `wrong-password`, `device-password-needed`,
 *   `parameters-below-floor`, `cannot-open`, `rollback`, `fork`, `log-key-changed`, `offline`
 */
export async function signIn(ask: SignIn): Promise<Account> {
  const { u, own, renewed } = await unlockHere(ask);
  const account = new Account(u, own);
  // A renewal that was broken off after the server had taken it: what follows from it is done now.
  if (renewed) await account.turnEpochs().catch(() => undefined);
  // What others shared stays on the device no longer than its right (spec/offline.md).
  await account.keeping.letGoOfShares();
  return account;
}

/** An account unlocked here; `renewed` where this device has become the one of a renewal by it. */
export interface UnlockedHere {
  readonly u: Unlocked;
  readonly own: OwnDevice;
  readonly renewed: boolean;
}

/** What `signIn` works with: every secret of the session. For flows below the account. */
export async function unlockHere(ask: SignIn): Promise<UnlockedHere> {
  const owner = (await ownerOf(ask.store)) ?? notEnrolled();
  const http = new Http(ask);
  const key = await http.begin();
  // The store's derivation and the sign-in's take the same long time, and neither waits for the other.
  const opening = openStore(ask, http, owner);
  const place = { http, key, account: owner.account, opening };
  const devices = opening.then(devicesOf);
  devices.catch(() => undefined);
  for (let i = 0; ; i++) {
    const own = devices.then((all) => all[i] ?? notEnrolled());
    own.catch(() => undefined);
    try {
      return await unlockAs(ask, place, own);
    } catch (error) {
      const isLast = i + 1 >= (await devices).length;
      if (isLast || !isRefusedFor(error, "not-enrolled")) throw error;
    }
  }
}

/** What this device may be: what a renewal was about to make of it, then what it is. */
async function devicesOf(store: Store): Promise<OwnDevice[]> {
  const waiting = await readAboutToBe(store);
  return [...waiting.map(({ own }) => own), await readDevice(store)];
}

interface Place {
  readonly http: Http;
  readonly key: Hash;
  readonly account: AccountId;
  readonly opening: Promise<Store>;
}

async function unlockAs(
  ask: SignIn,
  { http, key, account, opening }: Place,
  device: Promise<OwnDevice>,
): Promise<UnlockedHere> {
  const { password, now = Date.now } = ask;
  const statement = async (id: SignInId) => {
    const own = await device;
    const facts = { account, signIn: id, key, device: own.device, at: now() };
    return await signInStatement(await signerOf(own), facts);
  };
  const knock = async () => ({ device: await statement(newId<"sign-in">()) });
  const proving = proveEitherPassword(http, { account }, password, knock);
  proving.catch(() => undefined);
  const store = await opening;
  const own = await device;
  const { signIn: id, finish, exportKey, generation } = await proving;
  try {
    const body = { signIn: id, finish, key, device: await statement(id) };
    const challengeOf = (named: SignInId) => passkeyChallenge(account, named, key);
    await finishSignIn(http, body, challengeOf, ask.secondFactor);
  } catch (cause) {
    // The password has just been shown to be right, so it is the device that was refused.
    if (isRefusedFor(cause, "sign-in-refused")) notEnrolled(cause);
    throw cause;
  }
  const secrets = passwordSlot(exportKey, fromBase64url(own.secretKey));
  const opened = await openAccount(http, account, secrets, generation === "previous");
  const { acceptLog } = ask;
  const accepting = acceptLog === undefined ? {} : { acceptLog };
  const u = await unlock(opened, { http, store, own, now, ...accepting });
  const renewed = await settleDevice(store, own, opened.state);
  await u.keyring.save();

  const passwords = opened.answer.slots.filter((slot) => slot.kind === "password").length;
  // A change that never came to its end: the password that has just opened everything is the one.
  if (generation === "previous") await registerPassword(u, password);
  else if (passwords > 1) await http.call("passwordSettle", { body: {} });
  const isNew = ask.devicePassword !== undefined && ask.devicePassword !== password;
  await store.keep(isNew ? await store.addPassword(password) : undefined);
  return { u, own, renewed };
}

/**
 * Whether a password that does not open this device opens the account: it was then changed on
 * another device, and this one takes the password before as `devicePassword`.
 * @throws ClientError `not-enrolled`, `parameters-below-floor`, `offline`, `rate-limited`
 */
export async function isChangedElsewhere(ask: HttpOptions & Pick<SignIn, "password" | "store">) {
  const { account } = (await ownerOf(ask.store)) ?? notEnrolled();
  try {
    await provePassword(new Http(ask), { account }, ask.password, "current");
    return true;
  } catch (error) {
    if (isRefusedFor(error, "wrong-password")) return false;
    throw error;
  }
}

/** Opens the store; where the password opens the account and not this device, says so. */
async function openStore(
  { password, devicePassword, store, local }: SignIn,
  http: Http,
  { account }: StoreOwner,
): Promise<Store> {
  if (local !== undefined) return local.store.account === account ? local.store : notEnrolled();
  try {
    return await Store.open(store, devicePassword ?? password);
  } catch (error) {
    if (!isRefusedFor(error, "wrong-password") || devicePassword !== undefined) throw error;
    await provePassword(http, { account }, password, "current");
    throw new ClientError(
      "device-password-needed",
      "the password was changed on another device: this one opens with the password before",
    );
  }
}

function notEnrolled(cause?: unknown): never {
  const message = "this device is not signed in to an account";
  throw new ClientError("not-enrolled", message, cause === undefined ? {} : { cause });
}
