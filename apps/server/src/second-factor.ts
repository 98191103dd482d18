import {
  type AccountId,
  type DeviceId,
  deviceIdField,
  type Hash,
  hashField,
  parseAs,
  passkeyChallenge,
  type RouteAnswer,
  type SignInId,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { accountOf, beginAttempt, endAttempt } from "./attempts.ts";
import type { Call, Ground, Handlers } from "./call.ts";
import { readPasskeys, takeAssertion } from "./passkeys.ts";
import { refuse } from "./problem.ts";
import { note } from "./security-log.ts";
import { grantSession } from "./token.ts";
import { takeCode } from "./totp.ts";

/** Wrong answers that one sign-in may give. */
const MOST_TRIES = 5;

/** The rest of a sign-in of which a second factor is asked (spec/second-factor.md). */
export const secondFactorHandlers: Handlers<"signInFactor"> = { signInFactor };

/** What was shown already, and waits for a second factor. */
const waitingField = z.strictObject({
  key: hashField,
  device: z.optional(deviceIdField),
  tries: z.int(),
});
type Waiting = z.infer<typeof waitingField>;

/** What an account asks for beside a password; undefined where it asks for nothing. */
async function askedOf(
  { sql }: Pick<Ground, "sql">,
  account: AccountId,
): Promise<{ totp: boolean; passkeys: string[] } | undefined> {
  const [row] = await sql<{ account: string }[]>`
    select account from account_totp where account = ${account} and confirmed`;
  const passkeys = await readPasskeys(sql, account);
  const totp = row !== undefined;
  if (!totp && !passkeys.some(({ asked }) => asked)) return undefined;
  return { totp, passkeys: passkeys.map(({ passkey }) => passkey) };
}

/**
 * A session, or what is asked for first where password and device, or kit, have been shown.
 * @returns a session, or the id under which the factor is then shown: a fresh one, so that nothing a
 *   passkey has signed before is good for it
 */
export async function sessionOrFactor(
  call: Call<"signInFinish">,
  shown: { readonly account: AccountId; readonly device: DeviceId | undefined },
): Promise<RouteAnswer<"signInFinish">> {
  const { key } = call.body;
  const factors = await askedOf(call, shown.account);
  if (factors === undefined) return await enter(call, { ...shown, key });
  const signIn = await wait(call, shown.account, {
    key,
    ...(shown.device === undefined ? {} : { device: shown.device }),
    tries: 0,
  });
  return { signIn, factors };
}

async function signInFactor(call: Call<"signInFactor">): Promise<RouteAnswer<"signInFactor">> {
  const { body, sql } = call;
  const { signIn, code, passkey } = body;
  if ((code === undefined) === (passkey === undefined)) refuse("malformed", "body");
  // Before the attempt is taken: whoever is told to wait comes back to the same one.
  call.limit("factor", await accountOf(call, signIn, "factor"));
  const { account, state } = await endAttempt(call, signIn, "factor");
  const waiting = parseAs(waitingField, JSON.parse(state), "state");
  const { key, device, tries } = waiting;
  const holds =
    passkey === undefined
      ? await takeCode(call, account, code ?? "")
      : (await takeAssertion(sql, account, passkey, {
          challenge: passkeyChallenge(account, signIn, key),
          origin: call.origin,
        })) !== undefined;
  if (holds) return await enter(call, { account, device, key });
  if (tries + 1 >= MOST_TRIES) refuse("sign-in-refused");
  await wait(call, account, { ...waiting, tries: tries + 1 }, signIn);
  return refuse("factor-refused");
}

async function wait(
  call: Ground,
  account: AccountId,
  waiting: Waiting,
  signIn?: SignInId,
): Promise<SignInId> {
  const state = JSON.stringify(waiting);
  return await beginAttempt(call, account, { way: "factor", state, signIn });
}

/** Opens a session, and notes it. */
export async function enter(
  { sql, keys, now }: Pick<Ground, "sql" | "keys" | "now">,
  whose: { readonly account: AccountId; readonly device: DeviceId | undefined; readonly key: Hash },
): Promise<{ token: string; expires: number }> {
  const { account, device, key } = whose;
  const actor = device === undefined ? { account } : { account, device };
  await note(sql, now(), { kind: "sign-in", ...actor });
  return grantSession(keys, { account, device, key }, now());
}
