import type { Bytes } from "./bytes.ts";
import { context } from "./context.ts";
import { type AccountId, type Hash, hashOf, type SignInId } from "./ids.ts";

/** What a passkey's PRF is asked with: the same for everybody, since it comes before the account is known. */
export function passkeyPrfInput(): Bytes {
  return context("passkey prf");
}

/** What a passkey signs at a sign-in (spec/second-factor.md). @param key thumbprint of the session's key */
export function passkeyChallenge(account: AccountId, signIn: SignInId, key: Hash): Hash {
  return hashOf(context("passkey sign-in", account, signIn, key));
}
