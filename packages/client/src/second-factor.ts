import type { Assertion, FactorsAsked, Hash, RouteBody } from "@ecrin/protocol";
import { ClientError, isRefusedFor } from "./errors.ts";
import type { Http } from "./http.ts";

/** What a sign-in asks for beside what was shown, and what a passkey then signs. */
export interface FactorAsked {
  /** Whether a code of an authenticator app will do. */
  readonly totp: boolean;
  /** Ids of passkeys that will do. */
  readonly passkeys: readonly string[];
  /** What such a passkey signs. */
  readonly challenge: Hash;
  /** Whether the answer before was refused. */
  readonly again: boolean;
}

/** An answer to it. */
export type FactorShown = { readonly code: string } | { readonly passkey: Assertion };

/** Asks whoever is signing in for a second factor (spec/second-factor.md). */
export type SecondFactor = (asked: FactorAsked) => Promise<FactorShown>;

/**
 * Ends a sign-in, with a second factor where the server asks for one.
 * @throws ClientError `second-factor-needed` where there is nobody to ask; `factor-refused` after too many wrong answers
 */
export async function finishSignIn(
  http: Http,
  body: RouteBody<"signInFinish">,
  challengeOf: (signIn: FactorsAsked["signIn"]) => Hash,
  ask: SecondFactor | undefined,
): Promise<void> {
  const answer = await http.call("signInFinish", { body });
  if ("token" in answer) return http.enter(answer);
  if (ask === undefined) {
    throw new ClientError("second-factor-needed", "a second factor is asked for");
  }
  const { signIn, factors } = answer;
  for (let again = false; ; again = true) {
    const shown = await ask({ ...factors, challenge: challengeOf(signIn), again });
    try {
      return http.enter(await http.call("signInFactor", { body: { signIn, ...shown } }));
    } catch (error) {
      // Too many: this sign-in is over. What was shown before the factor was right.
      if (isRefusedFor(error, "sign-in-refused")) {
        throw new ClientError("factor-refused", "too many wrong codes", { cause: error });
      }
      if (!isRefusedFor(error, "factor-refused")) throw error;
    }
  }
}
