import { kitLoginSeed, kitSlot, signerFrom } from "@ecrin/crypto";
import { type AccountId, type Hash, newId, passkeyChallenge, type SignInId } from "@ecrin/protocol";
import { Account } from "./account.ts";
import { wrapAddress } from "./address.ts";
import { enrol } from "./enrol.ts";
import { ClientError, isRefusedFor } from "./errors.ts";
import { Http, type HttpOptions } from "./http.ts";
import { type Kit, type KitCode, readKit } from "./kit.ts";
import { checkPasswordSlot, openAccount, readServer } from "./open-account.ts";
import { registerPassword } from "./password.ts";
import { type Knock, proveEitherPassword, signInStatement, type Who } from "./password-proof.ts";
import { finishSignIn, type SecondFactor } from "./second-factor.ts";
import type { RawStore } from "./store.ts";

interface WithKit extends HttpOptions {
  /** As it was scanned, pasted or typed. */
  readonly kit: Kit | KitCode | string;
  /** Whose kit it is, where it does not say so itself: its 24 words do not. */
  readonly account?: AccountId;
  /** An empty store, or one of an enrolment that never came to its end. */
  readonly store: RawStore;
  readonly deviceName?: string;
}

export interface KitSignIn extends WithKit {
  readonly password: string;
  /** Instead of the account's id. */
  readonly address?: string;
  readonly secondFactor?: SecondFactor;
}

/**
 * Signs in on a new device with kit and password, and enrols it at once.
 * @throws ClientError `wrong-kit`, `wrong-password`, `cannot-open`, `log-key-changed`, `parameters-below-floor`
 */
export async function signInWithKit(ask: KitSignIn): Promise<Account> {
  const { password, now = Date.now } = ask;
  const kit = await readKit(ask.kit);
  const http = new Http(ask);
  const key = await http.begin();
  const who = await whose(http, ask, kit);
  const proof = await orWrongKit(
    proveEitherPassword(http, who, password, knockOf(who, kit, key, now)),
  );
  const { account, signIn, finish, exportKey, generation } = proof;
  const statement = await kitStatement(kit, account, signIn, key, now());
  const body = { signIn, finish, key, kit: statement };
  const challengeOf = (id: SignInId) => passkeyChallenge(account, id, key);
  await orWrongKit(finishSignIn(http, body, challengeOf, ask.secondFactor));
  const opened = await openAccount(http, account, kitSlot(kit.code));
  await checkPasswordSlot(opened, exportKey);
  const session = await enrol(opened, http, ask, password);
  if (generation === "previous") await registerPassword(session.u, password);
  await session.store.keep();
  return new Account(session.u, session.own);
}

export interface KitRecovery extends WithKit {
  /** Asked for once the wait is over, and not before. */
  readonly newPassword: () => string | Promise<string>;
}

/** Until the wait is over, when it will be; then the account. */
export type Recovery =
  | { readonly ready: number; readonly account?: undefined }
  | { readonly ready: number; readonly account: Account };

/**
 * Recovers an account by the kit alone. The first call starts the wait of 72
 * hours and gives notice wherever the account is signed in; a call after it
 * enrols this device and sets the new password. The wait is the server's
 * promise.
 * @throws ClientError `wrong-kit`, `cannot-open`, `log-key-changed`
 */
export async function recoverWithKit(ask: KitRecovery): Promise<Recovery> {
  const { now = Date.now } = ask;
  const kit = await readKit(ask.kit);
  const account = kit.account ?? ask.account ?? nobody();
  const http = new Http(ask);
  const key = await http.begin();
  const { signIn } = await http.call("kitStart", { body: { account, key } });
  const statement = await kitStatement(kit, account, signIn, key, now());
  const answer = await orWrongKit(http.call("kitFinish", { body: { signIn, kit: statement } }));
  if (answer.session === undefined) return { ready: answer.ready };
  http.enter(answer.session);
  const opened = await openAccount(http, account, kitSlot(kit.code));
  const newPassword = await ask.newPassword();
  const session = await enrol(opened, http, ask, newPassword);
  await registerPassword(session.u, newPassword);
  await session.store.keep();
  return { ready: answer.ready, account: new Account(session.u, session.own) };
}

async function whose(http: Http, ask: KitSignIn, kit: KitCode): Promise<Who> {
  const account = kit.account ?? ask.account;
  if (account !== undefined) return { account };
  if (ask.address === undefined) return nobody();
  const { addressKey } = await readServer(http);
  return { address: await wrapAddress(addressKey, ask.address) };
}

/** A kit in words with an address does not say whose it is: nothing can be shown beforehand. */
function knockOf(who: Who, kit: KitCode, key: Hash, now: () => number): Knock | undefined {
  if (!("account" in who)) return undefined;
  return async () => {
    const signIn = newId<"sign-in">();
    return { kit: await kitStatement(kit, who.account, signIn, key, now()) };
  };
}

async function kitStatement(
  kit: KitCode,
  account: AccountId,
  signIn: SignInId,
  key: Hash,
  at: number,
) {
  const signer = await signerFrom(kitLoginSeed(kit.code));
  return await signInStatement(signer, { account, signIn, key, at });
}

async function orWrongKit<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    if (!isRefusedFor(cause, "sign-in-refused")) throw cause;
    throw new ClientError("wrong-kit", "the kit is not this account's", { cause });
  }
}

function nobody(): never {
  throw new ClientError("refused", "24 words name no account: give its id or its address too");
}
