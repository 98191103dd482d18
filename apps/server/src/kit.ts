import { type AccountId, parseHash, type RouteAnswer } from "@ecrin/protocol";
import { beginAttempt, endAttempt } from "./attempts.ts";
import type { Call, Handlers } from "./call.ts";
import type { Tx } from "./database.ts";
import { checkKit, kitKeyOf } from "./factor.ts";
import { giveNotice } from "./notices.ts";
import { refuse } from "./problem.ts";
import { endWithoutDevice } from "./session.ts";
import { grantSession } from "./token.ts";

/** How long the kit alone waits (spec/keys.md, The kit). A constant on purpose: nothing shortens it. */
const WAIT_MS = 72 * 3_600_000;
/** How long after the wait it may be used; then it is asked for anew, with a new wait and new notices. */
const OPEN_MS = 7 * 24 * 3_600_000;

/** Recovery by the kit alone. */
export const kitHandlers: Handlers<"kitStart" | "kitFinish" | "kitCancel"> = {
  async kitStart(call) {
    const { account, key } = call.body;
    // By network only: nobody guesses 256 bits, and nobody else's asking shuts the owner out.
    call.limit("stranger", `${account} ${call.network}`);
    return { signIn: await beginAttempt(call, account, { way: "kit", state: key }) };
  },
  kitFinish,
  kitCancel,
};

async function kitFinish(call: Call<"kitFinish">): Promise<RouteAnswer<"kitFinish">> {
  const { journal, keys, body } = call;
  const now = call.now();
  const { account, state: key } = await endAttempt(call, body.signIn, "kit");
  await checkKit(
    { account, signIn: body.signIn, key, now },
    body.kit,
    await kitKeyOf(call, account),
  );
  const done = await journal.commit({
    effect: (tx) => recover(tx, account, now),
    entries: ({ isNew, ready }) =>
      isNew || ready <= now
        ? [{ subject: account, kind: "recovery", actor: { account }, about: {}, at: now }]
        : [],
  });
  if (done.repeated) return refuse("internal");
  const { ready } = done.result;
  if (ready > now) return { ready };
  return { ready, session: grantSession(keys, { account, key: parseHash(key, "key") }, now) };
}

/** When the kit alone will do, or since when it does. The first asking starts the wait. */
async function recover(
  tx: Tx,
  account: AccountId,
  now: number,
): Promise<{ isNew: boolean; ready: number }> {
  const [row] = await tx<{ asked_at: number }[]>`
    select asked_at from recoveries where account = ${account} for update`;
  const asked = row?.asked_at;
  if (asked !== undefined && now < asked + WAIT_MS + OPEN_MS) {
    const ready = asked + WAIT_MS;
    if (ready <= now) await giveNotice(tx, account, "recovery-done", now);
    return { isNew: false, ready };
  }
  await tx`
    insert into recoveries (account, asked_at) values (${account}, ${now})
    on conflict (account) do update set asked_at = excluded.asked_at`;
  await giveNotice(tx, account, "recovery-asked", now);
  return { isNew: true, ready: now + WAIT_MS };
}

async function kitCancel({
  journal,
  session,
  now,
}: Call<"kitCancel">): Promise<RouteAnswer<"kitCancel">> {
  const { account, device } = session;
  const at = now();
  await journal.commit({
    effect: async (tx) => {
      const ended = await endRecovery(tx, account);
      // After the wait the kit may have been given a session already; it is not to enrol a device now.
      if (ended && device !== undefined) await endWithoutDevice(tx, account, at);
      if (ended) await giveNotice(tx, account, "recovery-cancelled", at);
      return ended;
    },
    entries: (ended) =>
      ended
        ? [
            {
              subject: account,
              kind: "refusal",
              actor: device === undefined ? { account } : { account, device },
              about: { code: "recovery-cancelled" },
              at,
            },
          ]
        : [],
  });
  return {};
}

/** Forgets that the kit was used alone: cancelled, or settled by a new password or kit. */
export async function endRecovery(tx: Tx, account: AccountId): Promise<boolean> {
  const rows = await tx`delete from recoveries where account = ${account} returning account`;
  return rows.length > 0;
}
