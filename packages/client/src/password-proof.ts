import { finishLogin, signStatement, startLogin } from "@ecrin/crypto";
import {
  type AccountId,
  type Bytes,
  type DeviceId,
  type Hash,
  type SignInId,
  type Statement,
  SUITE,
} from "@ecrin/protocol";
import { ClientError, isRefusedFor, opening } from "./errors.ts";
import type { Http } from "./http.ts";

/** Whom a password is for: an account, or a wrapped address that the server finds it by. */
export type Who = { readonly account: AccountId } | { readonly address: string };

/** Which of two passwords: the one before is kept while a change is not settled. */
export type Generation = "current" | "previous";

/** A password that the server's record knows, shown without showing it (RFC 9807). */
export interface PasswordProof {
  readonly signIn: SignInId;
  readonly account: AccountId;
  /** What ends the sign-in at the server. */
  readonly finish: string;
  /** 64 bytes, for the password slot. */
  readonly exportKey: Bytes;
  readonly generation: Generation;
}

/**
 * Makes what shows an enrolled device, or the kit, before the password is asked about: a
 * sign-in statement that names a new sign-in. Asked for only where the server has heard too
 * many attempts, which may be those of others: this one is then counted by itself.
 */
export type Knock = () => Promise<{ readonly device: Statement } | { readonly kit: Statement }>;

/**
 * One round of OPAQUE. The parameters the server names are refused below the
 * floor before anything is derived.
 * @throws ClientError `wrong-password`, `parameters-below-floor`
 */
export async function provePassword(
  http: Http,
  who: Who,
  password: string,
  generation: Generation,
  knock?: Knock,
): Promise<PasswordProof> {
  const { state, request } = await startLogin(password);
  const body = { ...who, request, generation };
  const { signIn, response, account, parameters } = await http
    .call("signInStart", { body })
    .catch(async (error) => {
      if (knock === undefined || !isRefusedFor(error, "rate-limited")) throw error;
      return await http.call("signInStart", { body: { ...body, ...(await knock()) } });
    });
  if ("account" in who && who.account !== account) {
    throw new ClientError("bad-answer", "the server answered for another account");
  }
  const { finish, exportKey } = await opening(
    async () => await finishLogin({ password, state, response, account, parameters }),
    "wrong-password",
  );
  return { signIn, account, finish, exportKey, generation };
}

/** The password in force, or the one before where a change never came to its end. */
export async function proveEitherPassword(
  http: Http,
  who: Who,
  password: string,
  knock?: Knock,
): Promise<PasswordProof> {
  try {
    return await provePassword(http, who, password, "current", knock);
  } catch (error) {
    if (!isRefusedFor(error, "wrong-password")) throw error;
    return await provePassword(http, who, password, "previous", knock);
  }
}

/** `ecrin-1.sign-in`: the device's, or the kit's, half of a sign-in (spec/http.md, Sessions). */
export async function signInStatement(
  signer: Parameters<typeof signStatement>[2],
  facts: {
    readonly account: AccountId;
    readonly signIn: SignInId;
    readonly key: Hash;
    readonly device?: DeviceId;
    readonly at: number;
  },
): Promise<Statement> {
  return await signStatement("sign-in", { suite: SUITE, ...facts }, signer);
}
