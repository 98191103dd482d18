import { passkeySlot } from "@ecrin/crypto";
import {
  type AccountId,
  type Assertion,
  type Bytes,
  type Hash,
  passkeyChallenge,
  passkeyPrfInput,
} from "@ecrin/protocol";
import { Account } from "./account.ts";
import { wrapAddress } from "./address.ts";
import { enrol } from "./enrol.ts";
import { ClientError, isRefusedFor } from "./errors.ts";
import { Http, type HttpOptions } from "./http.ts";
import { checkPasswordSlot, openAccount, readServer } from "./open-account.ts";
import { registerPassword } from "./password.ts";
import { proveEitherPassword, type Who } from "./password-proof.ts";
import type { RawStore } from "./store.ts";

export interface PasskeySignIn extends HttpOptions {
  readonly password: string;
  /** One of the two. */
  readonly address?: string;
  readonly account?: AccountId;
  /** An empty store, or one of an enrolment that never came to its end. */
  readonly store: RawStore;
  readonly deviceName?: string;
  /** Has a passkey sign, and its PRF evaluated. */
  readonly passkey: (ask: {
    readonly challenge: Hash;
    readonly prfInput: Bytes;
  }) => Promise<{ readonly assertion: Assertion; readonly prf?: Bytes }>;
}

/**
 * Signs in on a new device, or one whose storage was erased, with passkey and password, and
 * enrols it at once (spec/second-factor.md).
 * @throws ClientError `wrong-password`, `factor-refused`, `cannot-open`, `log-key-changed`, `parameters-below-floor`
 */
export async function signInWithPasskey(ask: PasskeySignIn): Promise<Account> {
  const { password } = ask;
  const http = new Http(ask);
  const key = await http.begin();
  const proof = await proveEitherPassword(http, await whose(http, ask), password);
  const { account, signIn, finish, exportKey, generation } = proof;
  const challenge = passkeyChallenge(account, signIn, key);
  const { assertion, prf } = await ask.passkey({ challenge, prfInput: passkeyPrfInput() });
  if (prf === undefined) {
    throw new ClientError("cannot-open", "this passkey opens nothing: it has no PRF here");
  }
  const body = { signIn, finish, key, passkey: assertion };
  const answer = await http.call("signInFinish", { body }).catch((cause: unknown) => {
    if (!isRefusedFor(cause, "sign-in-refused")) throw cause;
    throw new ClientError("factor-refused", "the passkey is not this account's", { cause });
  });
  if (!("token" in answer)) throw new ClientError("bad-answer", "a passkey is a second factor");
  http.enter(answer);
  const opened = await openAccount(http, account, passkeySlot(prf));
  await checkPasswordSlot(opened, exportKey);
  const session = await enrol(opened, http, ask, password);
  if (generation === "previous") await registerPassword(session.u, password);
  await session.store.keep();
  return new Account(session.u, session.own);
}

async function whose(http: Http, { account, address }: PasskeySignIn): Promise<Who> {
  if (account !== undefined) return { account };
  if (address === undefined) throw new ClientError("refused", "an address is needed");
  const { addressKey } = await readServer(http);
  return { address: await wrapAddress(addressKey, address) };
}
