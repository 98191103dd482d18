import { randomBytes } from "node:crypto";
import { type AccountId, context, type RouteAnswer } from "@ecrin/protocol";
import { Secret, TOTP } from "otpauth";
import type { Call, Ground, Handlers, Session } from "./call.ts";
import type { Tx } from "./database.ts";
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
 * minutes, asking again in the same session shows it again. In another one, nobody is shown what
 * somebody else may be about to set up: there is a new one, and the one before is none.
 */
async function totpStart(call: Call<"totpStart">): Promise<RouteAnswer<"totpStart">> {
  const { sql, session } = call;
  const { account } = session;
  return await sql.begin(async (tx) => {
    await lock(tx, account);
    const now = call.now();
    const [row] = await tx<Pending[]>`
      select secret, confirmed, at from account_totp where account = ${account}`;
    // One in use is removed first, so that nobody exchanges it in passing, nor reads it again.
    if (row?.confirmed === true) refuse("conflict");
    const shown =
      row === undefined || row.at <= now - PENDING_MS ? undefined : pendingOf(call, row);
    const secret = shown ?? randomBytes(SECRET);
    if (shown === undefined) {
      const sealed = call.keys.factors.seal(pendingContext(session), secret);
      await tx`
        insert into account_totp (account, secret, at) values (${account}, ${sealed}, ${now})
        on conflict (account) do update set secret = excluded.secret, at = excluded.at`;
    }
    return { secret: new Secret({ buffer: new Uint8Array(secret).buffer }).base32 };
  });
}

interface Pending {
  readonly secret: Buffer;
  readonly confirmed: boolean;
  readonly at: number;
}

/** The secret that this session was shown; undefined for another's. */
function pendingOf(
  { keys, session }: Call<"totpStart"> | Call<"totpConfirm">,
  { secret }: Pick<Pending, "secret">,
): Uint8Array | undefined {
  try {
    return keys.factors.open(pendingContext(session), secret);
  } catch {
    return undefined;
  }
}

async function totpConfirm(call: Call<"totpConfirm">): Promise<RouteAnswer<"totpConfirm">> {
  const { sql, keys, session, body } = call;
  const { account } = session;
  call.limit("factor", account);
  await sql.begin(async (tx) => {
    await lock(tx, account);
    const [row] = await tx<{ secret: Buffer }[]>`
      select secret from account_totp where account = ${account} and not confirmed`;
    const secret = row && pendingOf(call, row);
    const step = secret && stepOf(secret, body.code, call.now());
    if (secret === undefined || step === undefined) return refuse("factor-refused");
    // From now on it is the account's, and no longer what one session was shown.
    const sealed = keys.factors.seal(secretContext(account), secret);
    await tx`
      update account_totp set confirmed = true, secret = ${sealed}, last_step = ${step}
      where account = ${account}`;
    await giveNotice(tx, account, "factor-added", call.now());
  });
  return {};
}

/** One after the other: a code is never taken for one secret while another takes its place. */
async function lock(tx: Tx, account: AccountId): Promise<void> {
  await tx`select account from accounts where account = ${account} for update`;
}

/** Takes a code of the secret that counts, once: its step and those before it are gone. */
export async function takeCode(
  { sql, keys, now }: Pick<Ground, "sql" | "keys" | "now">,
  account: AccountId,
  code: string,
): Promise<boolean> {
  const [row] = await sql<{ secret: Buffer }[]>`
    select secret from account_totp where account = ${account} and confirmed`;
  if (row === undefined) return false;
  const step = stepOf(keys.factors.open(secretContext(account), row.secret), code, now());
  if (step === undefined) return false;
  const rows = await sql`
    update account_totp set last_step = ${step}
    where account = ${account} and confirmed and last_step < ${step} returning account`;
  return rows.length === 1;
}

/** The step whose code this is, the one of now or a neighbour's; undefined for what is none. */
function stepOf(secret: Uint8Array, code: string, at: number): number | undefined {
  const totp = new TOTP({
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
    algorithm: "SHA1",
    digits: 6,
    period: PERIOD_S,
  });
  const delta = totp.validate({ token: code, timestamp: at, window: WINDOW });
  return delta === null ? undefined : Math.floor(at / 1000 / PERIOD_S) + delta;
}

function secretContext(account: AccountId): Uint8Array {
  return context("totp secret", account);
}

function pendingContext({ account, session }: Session): Uint8Array {
  return context("totp secret shown", account, session);
}
