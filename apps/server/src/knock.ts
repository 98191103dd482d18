import { type AccountId, parseSignIn, type SignInId } from "@ecrin/protocol";
import type { Call } from "./call.ts";
import { checkDevice, checkKit, deviceOf, kitKeyOf } from "./factor.ts";
import { refuse, ServerError, within } from "./problem.ts";

type Knocking = Call<"signInStart">;

/**
 * Counts an attempt to sign in (spec/http.md, Limits). Who shows an enrolled device or the kit
 * before anything else is counted by that, so that no guessing of others shuts the owner out;
 * everybody else is counted by network and by account.
 * @returns the sign-in's id where what is shown names it
 * @throws ServerError `rate-limited`; `sign-in-refused`, `clock` for what does not hold
 */
export async function knock(call: Knocking, account: AccountId): Promise<SignInId | undefined> {
  const { device, kit } = call.body;
  if (device !== undefined && kit !== undefined) refuse("malformed", "body.kit");
  if (device === undefined && kit === undefined) {
    call.limit("signIn", call.network);
    call.limit("stranger", `${account} ${call.network}`);
    call.limit("strangers", account);
    return undefined;
  }
  try {
    return await shown(call, account);
  } catch (error) {
    // Counted by network only: nobody guesses a key, and it must not use up what others have.
    if (!(error instanceof ServerError && error.code === "rate-limited")) {
      call.limit("signIn", call.network);
    }
    throw error;
  }
}

async function shown(call: Knocking, account: AccountId): Promise<SignInId> {
  const { body, limit, keys } = call;
  const statement = body.device ?? body.kit ?? refuse("internal");
  const place = body.device === undefined ? "body.kit" : "body.device";
  const { signIn, key, device } = (await within(place, () => parseSignIn(statement))).fact;
  const attempt = { account, signIn, key, now: call.now() };
  if (body.device === undefined) {
    await checkKit(attempt, statement, await kitKeyOf(call, account));
    limit("kit", account);
    return signIn;
  }
  if (device === undefined) return refuse("sign-in-refused");
  // For no such device a key that nobody signs with: the same work, and the same answer.
  const certified = (await deviceOf(call, account, device)) ?? { device, key: keys.logKey };
  await checkDevice(attempt, statement, [certified]);
  limit("device", `${account} ${device}`);
  return signIn;
}
