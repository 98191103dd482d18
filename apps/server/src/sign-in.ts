import {
  type AccountId,
  currentDevices,
  type DeviceId,
  passkeyChallenge,
  type RouteAnswer,
} from "@ecrin/protocol";
import { openAddress, ownerOfAddress } from "./address.ts";
import { beginAttempt, endAttempt } from "./attempts.ts";
import type { Call, Handlers } from "./call.ts";
import { checkDevice, checkKit, kitKeyOf } from "./factor.ts";
import { knock } from "./knock.ts";
import { nobodyOf } from "./nobody.ts";
import { answerSignIn, isPasswordProven, PARAMETERS } from "./opaque.ts";
import { takeAssertion } from "./passkeys.ts";
import { refuse } from "./problem.ts";
import { enter, sessionOrFactor } from "./second-factor.ts";

/** Signing in by password with a device or the kit (spec/http.md, Sessions). */
export const signInHandlers: Handlers<"signInStart" | "signInFinish"> = {
  signInStart,
  signInFinish,
};

/** Who is meant. An address that nobody has claimed leads to an id made up from it, always the same. */
async function accountMeant({ sql, keys, body }: Call<"signInStart">): Promise<AccountId> {
  if (body.address === undefined) return body.account ?? refuse("malformed", "body.account");
  if (body.account !== undefined) refuse("malformed", "body.address");
  const { name } = await openAddress(keys, body.address, "body.address");
  return await ownerOfAddress(sql, name, nobodyOf(keys, name));
}

async function signInStart(call: Call<"signInStart">): Promise<RouteAnswer<"signInStart">> {
  const { sql, keys, body } = call;
  const account = await accountMeant(call);
  const named = await knock(call, account);
  const [row] = await sql<{ record: string }[]>`
    select coalesce((
      select record from account_passwords
      where account = ${account} and generation = ${body.generation ?? "current"}),
      ${keys.opaqueNobody}) as record`;
  const record = row?.record ?? keys.opaqueNobody;
  const { response, state } = answerSignIn(keys.opaqueSetup, account, record, body.request);
  const way = named === undefined ? "password" : "known";
  const signIn = await beginAttempt(call, account, { way, state, signIn: named });
  return { signIn, response, account, parameters: PARAMETERS };
}

async function signInFinish(call: Call<"signInFinish">): Promise<RouteAnswer<"signInFinish">> {
  const { chains, sql, body } = call;
  const now = call.now();
  const { account, way, state } = await endAttempt(call, body.signIn, "password", "known");
  if (!isPasswordProven(account, state, body.finish)) refuse("sign-in-refused");
  const { device: byDevice, kit, passkey } = body;
  const attempt = { account, signIn: body.signIn, key: body.key, now };
  if (passkey !== undefined) {
    // What a passkey signs has an id of the server's, or it could have been signed at any time.
    if (way === "known") return refuse("sign-in-refused");
    const challenge = passkeyChallenge(account, body.signIn, body.key);
    const taken = await takeAssertion(sql, account, passkey, { challenge, origin: call.origin });
    if (taken === undefined) return refuse("factor-refused");
    // One without a slot opens nothing: it stands beside a device or the kit, never for it.
    if (taken.slot === null) refuse("device-or-kit-needed");
    return await enter(call, { account, device: undefined, key: body.key });
  }
  if (byDevice === undefined && kit === undefined) refuse("device-or-kit-needed");
  if (kit !== undefined) {
    await checkKit(attempt, kit, await kitKeyOf(call, account));
  }
  let device: DeviceId | undefined;
  if (byDevice !== undefined) {
    const chain = (await chains.states(sql, [account])).get(account);
    device = await checkDevice(attempt, byDevice, chain === undefined ? [] : currentDevices(chain));
  }
  return await sessionOrFactor(call, { account, device });
}
