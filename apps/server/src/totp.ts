import { randomBytes } from "node:crypto";
import { type AccountId, context, type RouteAnswer } from "@ecrin/protocol";
import { Secret, TOTP } from "otpauth";
import type { Call, Ground, Handlers } from "./call.ts";
import type { Sql, Tx } from "./database.ts";
import { giveNotice } from "./notices.ts";
import { refuse } from "./problem.ts";

const SECRET = 20;
const PERIOD_S = 30;
/** How long a secret waits for its first code. */
const PENDING_MS = 10 * 60_000;
/** Steps before and after the one of now whose code is taken too. */
const WINDOW = 1;

/** Setting up an authenticator app (spec/second-factor.md, TOTP). */
export const totpHandlers: Handlers<"totpStart" | "totpConfirm"> = { totpStart, totpConfirm };

/**
 * A secret that counts when a code has shown that the app has it; until then, and for some
 * minutes, asking again shows it again.
 */
async function totpStart(call: Call<"totpStart">): Promise<RouteAnswer<"totpStart">> {
  const { sql, keys, session } = call;
  const { account } = session;
  const [now, ctx] = [call.now(), secretContext(account)];
  const sealed = keys.factors.seal(ctx, randomBytes(SECRET));
  await sql`
    insert into account_totp (account, secret, at) values (${account}, ${sealed}, ${now})
    on conflict (account) do update set secret = excluded.secret, at = excluded.at
    where not account_totp.confirmed and account_totp.at <= ${now - PENDING_MS}`;
  // One in use is removed first, so that nobody exchanges it in passing, nor reads it again.
  const [row] = await sql<{ secret: Buffer }[]>`
    select secret from account_totp where account = ${account} and not confirmed`;
  if (row === undefined) return refuse("conflict");
  const secret = keys.factors.open(ctx, row.secret);
  return { secret: new Secret({ buffer: new Uint8Array(secret).buffer }).base32 };
}

async function totpConfirm(call: Call<"totpConfirm">): Promise<RouteAnswer<"totpConfirm">> {
  const { sql, session, body } = call;
  const { account } = session;
  call.limit("factor", account);
  await sql.begin(async (tx) => {
    if (!(await takeCode(tx, call, account, body.code, false))) refuse("factor-refused");
    await tx`update account_totp set confirmed = true where account = ${account}`;
    await giveNotice(tx, account, "factor-added", call.now());
  });
  return {};
}

/**
 * Takes a code, once: its step and those before it are gone.
 * @param confirmed of a secret that counts, or of one that does not yet
 */
export async function takeCode(
  sql: Sql | Tx,
  { keys, now }: Pick<Ground, "keys" | "now">,
  account: AccountId,
  code: string,
  confirmed: boolean,
): Promise<boolean> {
  const [row] = await sql<{ secret: Buffer }[]>`
    select secret from account_totp where account = ${account} and confirmed = ${confirmed}`;
  if (row === undefined) return false;
  const secret = keys.factors.open(secretContext(account), row.secret);
  const totp = new TOTP({
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
    algorithm: "SHA1",
    digits: 6,
    period: PERIOD_S,
  });
  const timestamp = now();
  const delta = totp.validate({ token: code, timestamp, window: WINDOW });
  if (delta === null) return false;
  const step = Math.floor(timestamp / 1000 / PERIOD_S) + delta;
  const rows = await sql`
    update account_totp set last_step = ${step}
    where account = ${account} and confirmed = ${confirmed} and last_step < ${step}
    returning account`;
  return rows.length === 1;
}

function secretContext(account: AccountId): Uint8Array {
  return context("totp secret", account);
}
