import {
  type AccountId,
  type AccountPayload,
  type DeviceId,
  type EntryKind,
  fromBase64url,
  type RouteAnswer,
  type Statement,
} from "@ecrin/protocol";
import { appendStatement, readIncoming } from "./account-chain.ts";
import { mayFollow } from "./acquaintance.ts";
import { actorOf, type Call, type Handlers, type Session } from "./call.ts";
import type { Sql, Tx } from "./database.ts";
import { giveNotice, type NoticeKind, readNotices } from "./notices.ts";
import { unsettledSlots } from "./password.ts";
import { refuse } from "./problem.ts";
import { note } from "./security-log.ts";
import { readSlots, writeSlots } from "./slots.ts";

/** What somebody signed in does with their own account. */
export const accountHandlers: Handlers<
  "account" | "chain" | "accountPost" | "keyringPut" | "signOut"
> = { account, chain, accountPost, keyringPut, signOut };

async function account({ sql, session }: Call<"account">): Promise<RouteAnswer<"account">> {
  const own = session.account;
  // One snapshot: chain, slots and keyring belong together.
  return await sql.begin("isolation level repeatable read read only", async (tx) => {
    const [row] = await tx<{ keyring_version: number; keyring_box: Buffer }[]>`
      select keyring_version, keyring_box from accounts where account = ${own}`;
    if (row === undefined) return refuse("not-found");
    const box = row.keyring_box.toString("base64url");
    return {
      account: own,
      chain: await readChain(tx, own, 0),
      slots: await readSlots(tx, own),
      keyring: { version: row.keyring_version, box },
      notices: await readNotices(tx, own),
    };
  });
}

/** A page of a chain, for whoever may follow it; to everybody else there is no such account. */
async function chain({
  sql,
  params,
  query,
  session,
}: Call<"chain">): Promise<RouteAnswer<"chain">> {
  const { account: of } = params;
  if (!(await mayFollow(sql, session.account, of, query))) refuse("not-found");
  const statements = await readChain(sql, of, query.from, query.limit);
  if (statements.length === 0 && query.from === 0) refuse("not-found");
  return { statements };
}

/** @param most absent: the whole rest */
async function readChain(
  sql: Sql | Tx,
  of: AccountId,
  from: number,
  most: number | null = null,
): Promise<Statement[]> {
  const rows = await sql<{ statement: Statement }[]>`
    select statement from account_statements where account = ${of} and seq >= ${from}
    order by seq limit ${most}::bigint`;
  return rows.map((row) => row.statement);
}

const ENTRY_OF: Record<Exclude<AccountPayload["op"], "begin" | "rotate">, EntryKind> = {
  device: "sign-in",
  "sign-out": "sign-out",
  slots: "password",
};
const NOTICE_OF: Record<keyof typeof ENTRY_OF, NoticeKind> = {
  device: "device-enrolled",
  "sign-out": "device-signed-out",
  slots: "password-changed",
};

async function accountPost(call: Call<"accountPost">): Promise<RouteAnswer<"accountPost">> {
  const { journal, chains, session, body } = call;
  const own = session.account;
  const at = call.now();
  const incoming = await readIncoming(call, body.statement, own);
  const { fact, hash } = incoming;
  // A new identity comes with a new keyring, or the account opens for nobody (renewal.ts).
  if (fact.op === "begin" || fact.op === "rotate")
    return refuse("statement-refused", "body.statement.op");
  const changesSlots = fact.op === "slots";
  if (!changesSlots && body.slots !== undefined) refuse("malformed", "body.slots");
  const about =
    fact.op === "device"
      ? { device: fact.device.device }
      : fact.op === "sign-out"
        ? { device: fact.device }
        : {};
  await journal.commit({
    once: hash,
    effect: async (tx) => {
      const state = await appendStatement(tx, chains, incoming);
      if (changesSlots) {
        await writeSlots(tx, state, body.slots ?? [], await unsettledSlots(tx, state));
      }
      if (fact.op === "device" && session.device === undefined) {
        await bindSession(tx, session, fact.device.device);
      }
      await giveNotice(tx, own, NOTICE_OF[fact.op], at);
    },
    entries: () => [{ subject: own, kind: ENTRY_OF[fact.op], actor: actorOf(session), about, at }],
  });
  return { head: { hash, seq: fact.seq } };
}

/** A session of the kit goes on as that of the device it has enrolled, and ends with it. */
async function bindSession(tx: Tx, session: Session, device: DeviceId): Promise<void> {
  await tx`
    insert into session_devices (session, device, expires)
    values (${session.session}, ${device}, ${session.expires}) on conflict do nothing`;
}

async function keyringPut({
  sql,
  session,
  body,
}: Call<"keyringPut">): Promise<RouteAnswer<"keyringPut">> {
  if (body.version <= body.replaces) refuse("malformed", "body.version");
  const box = Buffer.from(fromBase64url(body.box, "body.box"));
  // The same write again finds itself in place.
  const rows = await sql`
    update accounts set keyring_version = ${body.version}, keyring_box = ${box}
    where account = ${session.account} and (
      keyring_version = ${body.replaces}
      or (keyring_version = ${body.version} and keyring_box = ${box}))
    returning account`;
  if (rows.length === 0) refuse("stale-head", "body.replaces");
  return {};
}

/** A session ends, on a device that stays: that is no fact of anybody's care. */
async function signOut({ sql, session, now }: Call<"signOut">): Promise<RouteAnswer<"signOut">> {
  await sql.begin(async (tx) => {
    await tx`
      insert into ended_sessions (session, expires)
      values (${session.session}, ${session.expires}) on conflict do nothing`;
    await note(tx, now(), { kind: "sign-out", ...actorOf(session) });
  });
  return {};
}
