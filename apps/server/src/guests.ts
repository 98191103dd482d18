import { createHash } from "node:crypto";
import {
  type AccountId,
  type AccountState,
  canonicalJson,
  type DeviceId,
  followAccount,
  type RouteAnswer,
} from "@ecrin/protocol";
import { insertDevice, insertStatement, readIncoming } from "./account-chain.ts";
import { actorOf, type Call, type Handlers } from "./call.ts";
import type { Sql, Tx } from "./database.ts";
import { isNobodys } from "./nobody.ts";
import { refuse, within } from "./problem.ts";
import { Recent } from "./recent.ts";
import { openFor } from "./rendezvous.ts";
import { claimSubject } from "./subject.ts";
import { grantSession } from "./token.ts";

/** Accounts that live until tonight (spec/handshake.md, A guest). */
export const guestHandlers: Handlers<"guestBegin" | "guestEnd"> = { guestBegin, guestEnd };

const MOST_KEPT = 10_000;

/** Whether an account is a guest's. What an account is once, it stays. */
export function createGuestCheck(sql: Sql): (account: AccountId) => Promise<boolean> {
  const known = new Recent<AccountId, boolean>(MOST_KEPT);
  return async (account) => {
    const before = known.get(account);
    if (before !== undefined) return before;
    const [row] = await sql`select from guests where account = ${account}`;
    known.set(account, row !== undefined);
    return row !== undefined;
  };
}

/** Made for an open handshake, and one for each. */
async function guestBegin(call: Call<"guestBegin">): Promise<RouteAnswer<"guestBegin">> {
  const { journal, keys, body } = call;
  const now = call.now();
  const begun = await within("body.statement", () => followAccount(undefined, [body.statement]));
  const state = begun ?? refuse("statement-refused", "body.statement");
  const incoming = await readIncoming(call, body.statement, state.account);
  const { until } = state;
  if (until === undefined || incoming.fact.op !== "begin")
    return refuse("statement-refused", "body.statement.until");
  const { device } = incoming.fact.device;
  const fingerprint = createHash("sha256").update(canonicalJson(body)).digest();
  await journal.commit({
    effect: async (tx) => {
      if (await isRepeated(tx, call, state.account, fingerprint)) return false;
      const meeting = await openFor(call, tx, body.rendezvous);
      if (until > meeting.until) refuse("statement-refused", "body.statement.until");
      await claimSubject(tx, keys, state.account);
      await insertGuest(tx, call, state, { device, fingerprint, host: meeting.host });
      return true;
    },
    entries: (isNew) =>
      isNew
        ? [
            {
              subject: state.account,
              kind: "sign-up",
              actor: { account: state.account, device },
              about: { device, until },
              at: now,
            },
          ]
        : [],
  });
  return grantSession(keys, { account: state.account, device, key: body.key }, now, until);
}

async function isRepeated(
  tx: Tx,
  { keys }: Call<"guestBegin">,
  account: AccountId,
  fingerprint: Buffer,
): Promise<boolean> {
  const [row] = await tx<{ sign_up: Buffer }[]>`
    select sign_up from accounts where account = ${account}`;
  if (row?.sign_up.equals(fingerprint) === true) return true;
  if (isNobodys(keys, account) || row !== undefined) refuse("conflict", "body.statement.account");
  return false;
}

async function insertGuest(
  tx: Tx,
  { body, now }: Call<"guestBegin">,
  state: AccountState,
  guest: { readonly device: DeviceId; readonly fingerprint: Buffer; readonly host: AccountId },
): Promise<void> {
  const { account, head } = state;
  await tx`
    insert into accounts (
      account, made_at, sign_up, head_seq, head_hash, keyring_version, keyring_box
    ) values (
      ${account}, ${now()}, ${guest.fingerprint}, ${head.seq}, ${head.hash}, 1,
      ${Buffer.from(body.keyring, "base64url")}
    )`;
  await insertStatement(tx, state, body.statement);
  await insertDevice(tx, account, guest.device, 0);
  const made = await tx`
    insert into guests (account, rendezvous, host, until)
    values (${account}, ${body.rendezvous}, ${guest.host}, ${state.until ?? refuse("internal")})
    on conflict do nothing returning account`;
  if (made.length === 0) refuse("conflict", "body.rendezvous");
}

/** The guest leaves, or is shown out by whoever showed the code. The same again changes nothing. */
async function guestEnd(call: Call<"guestEnd">): Promise<RouteAnswer<"guestEnd">> {
  const { journal, params, session } = call;
  const guest = params.account;
  const [row] = await call.sql<{ host: AccountId }[]>`
    select host from guests where account = ${guest}`;
  if (row === undefined || (session.account !== guest && session.account !== row.host))
    return refuse("not-found");
  await journal.commit({
    effect: async (tx) => {
      // No device of a guest's is signed out in its chain: this alone ends its sessions.
      const ended = await tx`
        update account_devices set until = 1
        where account = ${guest} and until is null returning device`;
      await tx`
        update accounts set keyring_box = '' where account = ${guest} and keyring_box <> ''`;
      return ended.length > 0;
    },
    entries: (isNew) =>
      isNew
        ? [
            {
              subject: guest,
              kind: "sign-out",
              actor: actorOf(session),
              about: {},
              at: call.now(),
            },
          ]
        : [],
  });
  return {};
}
