import {
  type AccountId,
  context,
  currentDevices,
  type DeviceId,
  newId,
  type RouteAnswer,
  type SignInId,
  toBase64url,
} from "@ecrin/protocol";
import { openAddress, ownerOfAddress } from "./address.ts";
import type { Call, Ground, Handlers } from "./call.ts";
import { checkDevice, checkKit, kitKeyOf } from "./factor.ts";
import { knock } from "./knock.ts";
import { answerSignIn, isPasswordProven, PARAMETERS } from "./opaque.ts";
import { refuse } from "./problem.ts";
import { note } from "./security-log.ts";
import { grantSession } from "./token.ts";

/** Time between the two halves of a sign-in. */
const ATTEMPT_MS = 5 * 60_000;
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
  const owner = await ownerOfAddress(sql, name);
  const nobody = keys.pepper(context("nobody", name)).subarray(0, 16);
  return owner ?? (toBase64url(nobody) as AccountId);
}

async function signInStart(call: Call<"signInStart">): Promise<RouteAnswer<"signInStart">> {
  const { sql, keys, body } = call;
  const account = await accountMeant(call);
  const named = await knock(call, account);
  const [row] = await sql<{ record: string }[]>`
    select record from account_passwords
    where account = ${account} and generation = ${body.generation ?? "current"}`;
  const { response, state } = answerSignIn(keys.opaqueSetup, account, row?.record, body.request);
  const signIn = await beginAttempt(call, account, { way: "password", state, signIn: named });
  return { signIn, response, account, parameters: PARAMETERS };
}

async function signInFinish(call: Call<"signInFinish">): Promise<RouteAnswer<"signInFinish">> {
  const { chains, sql, keys, body } = call;
  const now = call.now();
  const { account, state } = await endAttempt(call, body.signIn, "password");
  if (!isPasswordProven(account, state, body.finish)) refuse("sign-in-refused");
  if (body.device === undefined && body.kit === undefined) refuse("device-or-kit-needed");
  const attempt = { account, signIn: body.signIn, key: body.key, now };
  if (body.kit !== undefined) {
    await checkKit(attempt, body.kit, await kitKeyOf(call, account));
  }
  let device: DeviceId | undefined;
  if (body.device !== undefined) {
    const chain = (await chains.states(sql, [account])).get(account);
    device = await checkDevice(
      attempt,
      body.device,
      chain === undefined ? [] : currentDevices(chain),
    );
  }
  const actor = device === undefined ? { account } : { account, device };
  await note(sql, now, { kind: "sign-in", ...actor });
  return grantSession(keys, { account, device, key: body.key }, now);
}

/**
 * Notes an attempt; its other half may come once, within minutes.
 * @throws ServerError `sign-in-refused` where somebody else's is under way by that id
 */
export async function beginAttempt(
  { sql, now }: Ground,
  account: AccountId,
  {
    way,
    state,
    signIn = newId<"sign-in">(),
  }: {
    readonly way: "password" | "kit";
    readonly state: string;
    readonly signIn?: SignInId | undefined;
  },
): Promise<SignInId> {
  const rows = await sql`
    insert into sign_ins (sign_in, account, way, state, expires)
    values (${signIn}, ${account}, ${way}, ${state}, ${now() + ATTEMPT_MS})
    on conflict do nothing returning sign_in`;
  if (rows.length === 0) refuse("sign-in-refused");
  return signIn;
}

/** Takes an attempt back, whether it then succeeds or not. @throws ServerError `sign-in-refused` */
export async function endAttempt(
  { sql, now }: Ground,
  signIn: SignInId,
  way: "password" | "kit",
): Promise<{ account: AccountId; state: string }> {
  const [row] = await sql<{ account: AccountId; way: string; state: string; expires: number }[]>`
    delete from sign_ins where sign_in = ${signIn} returning account, way, state, expires`;
  if (row === undefined || row.way !== way || row.expires <= now()) refuse("sign-in-refused");
  return row;
}
