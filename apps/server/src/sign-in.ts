import {
  type AccountId,
  checkSignature,
  context,
  currentDevices,
  type DeviceId,
  newId,
  parseSignIn,
  type RouteAnswer,
  type SignInId,
  type SigningKey,
  type Statement,
  toBase64url,
} from "@ecrin/protocol";
import { openAddress, ownerOfAddress } from "./address.ts";
import type { Call, Ground, Handlers } from "./call.ts";
import { answerSignIn, isPasswordProven, PARAMETERS } from "./opaque.ts";
import { refuse, ServerError } from "./problem.ts";
import { grantSession } from "./token.ts";

/** Time between the two halves of a sign-in. */
const ATTEMPT_MS = 5 * 60_000;
/** How far the clock of a device may be off. */
const CLOCK_MS = 10 * 60_000;

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
  const { sql, keys, body, limit } = call;
  const account = await accountMeant(call);
  limit("attempts", account);
  const [row] = await sql<{ record: string }[]>`
    select record from account_passwords
    where account = ${account} and generation = ${body.generation ?? "current"}`;
  const { response, state } = answerSignIn(keys.opaqueSetup, account, row?.record, body.request);
  const signIn = await beginAttempt(call, account, "password", state);
  return { signIn, response, account, parameters: PARAMETERS };
}

async function signInFinish(call: Call<"signInFinish">): Promise<RouteAnswer<"signInFinish">> {
  const { chains, sql, journal, keys, body } = call;
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
  const about = device === undefined ? {} : { device };
  await journal.commit({
    entries: () => [{ subject: account, kind: "sign-in", actor, about, at: now }],
  });
  return grantSession(keys, { account, device, key: body.key }, now);
}

/** Notes an attempt; its other half may come once, within minutes. */
export async function beginAttempt(
  { sql, now }: Ground,
  account: AccountId,
  way: "password" | "kit",
  state: string,
): Promise<SignInId> {
  const signIn = newId<"sign-in">();
  await sql`
    insert into sign_ins (sign_in, account, way, state, expires)
    values (${signIn}, ${account}, ${way}, ${state}, ${now() + ATTEMPT_MS})`;
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

/** What a sign-in statement must be for. */
export interface Attempt {
  readonly account: AccountId;
  readonly signIn: SignInId;
  /** Thumbprint of the session's key. */
  readonly key: string;
  readonly now: number;
}

/** @throws ServerError `sign-in-refused`, `clock` */
export async function checkKit(
  attempt: Attempt,
  statement: Statement,
  key: SigningKey,
): Promise<void> {
  const parsed = readSignIn(attempt, statement);
  if (parsed.fact.device !== undefined) refuse("sign-in-refused");
  await checkSignature(parsed, key).catch(refused);
}

async function checkDevice(
  attempt: Attempt,
  statement: Statement,
  devices: readonly { device: DeviceId; key: SigningKey }[],
): Promise<DeviceId> {
  const parsed = readSignIn(attempt, statement);
  const device = devices.find((each) => each.device === parsed.fact.device);
  if (device === undefined) return refuse("sign-in-refused");
  await checkSignature(parsed, device.key).catch(refused);
  return device.device;
}

function readSignIn(attempt: Attempt, statement: Statement): ReturnType<typeof parseSignIn> {
  const parsed = parseSignIn(statement);
  const { account, signIn, key, at } = parsed.fact;
  if (account !== attempt.account || signIn !== attempt.signIn || key !== attempt.key) {
    refuse("sign-in-refused");
  }
  if (Math.abs(at - attempt.now) > CLOCK_MS) refuse("clock");
  return parsed;
}

function refused(cause: unknown): never {
  throw new ServerError("sign-in-refused", { cause });
}

/** The kit's login key, or one that nobody holds: an unknown account costs the same and fails the same. */
export async function kitKeyOf({ sql, keys }: Ground, account: AccountId): Promise<SigningKey> {
  const [row] = await sql<{ kit_key: SigningKey }[]>`
    select kit_key from accounts where account = ${account}`;
  return row?.kit_key ?? keys.logKey;
}
