import { type AccountId, newId, type SignInId } from "@ecrin/protocol";
import type { Ground } from "./call.ts";
import { textArray } from "./database.ts";
import { refuse } from "./problem.ts";

/**
 * What an attempt began with: `known` is a password, under an id that whoever showed a device or the
 * kit made up, and may have made up before.
 */
type Way = "password" | "known" | "kit" | "factor" | "passkey";

/** Time between the two halves of a sign-in. */
const ATTEMPT_MS = 5 * 60_000;

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
    readonly way: Way;
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

/** Whose an attempt is that waits for its other half. @throws ServerError `sign-in-refused` */
export async function accountOf(
  { sql, now }: Ground,
  signIn: SignInId,
  way: Way,
): Promise<AccountId> {
  const [row] = await sql<{ account: AccountId }[]>`
    select account from sign_ins
    where sign_in = ${signIn} and way = ${way} and expires > ${now()}`;
  return row?.account ?? refuse("sign-in-refused");
}

/** Takes an attempt back, whether it then succeeds or not. @throws ServerError `sign-in-refused` */
export async function endAttempt(
  { sql, now }: Ground,
  signIn: SignInId,
  ...ways: readonly Way[]
): Promise<{ account: AccountId; way: Way; state: string }> {
  const [row] = await sql<{ account: AccountId; way: Way; state: string; expires: number }[]>`
    delete from sign_ins where sign_in = ${signIn} and way = any(${textArray(ways)}::text[])
    returning account, way, state, expires`;
  if (row === undefined || row.expires <= now()) refuse("sign-in-refused");
  return row;
}
