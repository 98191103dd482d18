import { randomBytes } from "node:crypto";
import {
  type AccountId,
  currentIdentity,
  type Hash,
  MAX_GUEST_MS,
  type RendezvousId,
  type RouteAnswer,
  shortCodeOf,
} from "@ecrin/protocol";
import type { Call, Ground, Handlers } from "./call.ts";
import type { Sql, Tx } from "./database.ts";
import { refuse, refuseUntil } from "./problem.ts";

/** Where two people in one room meet (spec/handshake.md, The run). The server carries, and decides nothing. */
export const rendezvousHandlers: Handlers<
  | "rendezvousOpen"
  | "rendezvousLook"
  | "rendezvousJoin"
  | "rendezvousReveal"
  | "rendezvousName"
  | "rendezvous"
> = {
  rendezvousOpen,
  rendezvousLook,
  rendezvousJoin,
  rendezvousReveal,
  rendezvousName,
  rendezvous,
};

/** How long a code that is shown may be joined. */
const OPEN_MS = 10 * 60_000;
const DAY_MS = 24 * 3600_000;
const MOST_A_DAY = 200;

/** A rendezvous as it stands. */
export interface Meeting {
  readonly rendezvous: RendezvousId;
  readonly host: AccountId;
  readonly commitment: Hash;
  readonly until: number;
  readonly closes: number;
  readonly joiner: AccountId | null;
  readonly joiner_identity: Hash | null;
  readonly joiner_nonce: string | null;
  readonly refused: number;
  readonly nonce: string | null;
  readonly host_name: string | null;
  readonly joiner_name: string | null;
}

async function rendezvousOpen(
  call: Call<"rendezvousOpen">,
): Promise<RouteAnswer<"rendezvousOpen">> {
  const { sql, session, body } = call;
  const now = call.now();
  if (body.until <= now || body.until > now + MAX_GUEST_MS) refuse("malformed", "body.until");
  const closes = now + OPEN_MS;
  const code = shortCodeOf(randomBytes(5));
  // A row stays for a day, however soon its code closes: those of a day are counted by it.
  // The very same again finds itself open; of another's, or under other facts, nothing is told.
  const [made] = await sql<{ code: string; closes: number }[]>`
    insert into rendezvous (rendezvous, code, host, commitment, until, made_at, closes, expires)
    select ${body.rendezvous}, ${code}, ${session.account}, ${body.commitment},
      ${body.until}::bigint, ${now}::bigint, ${closes}::bigint, ${now + DAY_MS}::bigint
    where (
      select count(*) from rendezvous
      where host = ${session.account} and made_at > ${now - DAY_MS}
    ) < ${MOST_A_DAY}
    on conflict (rendezvous) do update set made_at = rendezvous.made_at
      where rendezvous.host = excluded.host and rendezvous.commitment = excluded.commitment
        and rendezvous.until = excluded.until
    returning code, closes`;
  if (made === undefined) return await refuseToday(sql, session.account, now);
  return { code: made.code, expires: made.closes };
}

/** A code can be shown again once the first of those of a day is a day old. */
async function refuseToday(sql: Sql, host: string, now: number): Promise<never> {
  const [row] = await sql<{ first: number | null }[]>`
    select min(made_at) as first from rendezvous where host = ${host} and made_at > ${now - DAY_MS}`;
  return refuseUntil((row?.first ?? now) + DAY_MS, now);
}

/** For whoever has scanned or typed the code. Counted like an attempt to sign in, so that codes are not tried out. */
async function rendezvousLook(
  call: Call<"rendezvousLook">,
): Promise<RouteAnswer<"rendezvousLook">> {
  const { sql, chains, body } = call;
  const { rendezvous: id, code } = body;
  if ((id === undefined) === (code === undefined)) refuse("malformed", "body.code");
  const [row] = await sql<Meeting[]>`
    select * from rendezvous
    where (rendezvous = ${id ?? ""} or code = ${code ?? ""}) and closes > ${call.now()}`;
  if (row === undefined) return refuse("not-found");
  if (row.joiner !== null) {
    await noteRefused(sql, row.rendezvous);
    return refuse("conflict");
  }
  const host = (await chains.states(sql, [row.host])).get(row.host) ?? refuse("internal");
  const { identity } = currentIdentity(host);
  const { rendezvous: found, host: account, commitment, until } = row;
  return { rendezvous: found, account, identity, commitment, until };
}

/** The first one to join is the only one; of others the host learns how many there were. */
async function rendezvousJoin(
  call: Call<"rendezvousJoin">,
): Promise<RouteAnswer<"rendezvousJoin">> {
  const { sql, params, session, body } = call;
  const own = (await call.chains.states(sql, [session.account])).get(session.account);
  if (own === undefined || currentIdentity(own).hash !== body.identity)
    refuse("statement-refused", "body.identity");
  const row = await find(sql, params.rendezvous);
  if (row === undefined || row.host === session.account) return refuse("not-found");
  const joined = await sql`
    update rendezvous set joiner = ${session.account}, joiner_identity = ${body.identity},
      joiner_nonce = ${body.nonce}
    where rendezvous = ${params.rendezvous} and closes > ${call.now()} and (
      joiner is null or (joiner = ${session.account} and joiner_nonce = ${body.nonce}))
    returning rendezvous`;
  if (joined.length > 0) return {};
  await noteRefused(sql, params.rendezvous);
  return refuse(row.joiner === null ? "closed" : "conflict");
}

async function rendezvousReveal(
  call: Call<"rendezvousReveal">,
): Promise<RouteAnswer<"rendezvousReveal">> {
  const { sql, params, session, body } = call;
  const done = await sql`
    update rendezvous set nonce = ${body.nonce}
    where rendezvous = ${params.rendezvous} and host = ${session.account} and joiner is not null
      and (nonce is null or nonce = ${body.nonce}) returning rendezvous`;
  return done.length > 0 ? {} : await absent(call);
}

async function rendezvousName(
  call: Call<"rendezvousName">,
): Promise<RouteAnswer<"rendezvousName">> {
  const { sql, params, session, body } = call;
  const done = await sql`
    update rendezvous set
      host_name = case when host = ${session.account} then ${body.name} else host_name end,
      joiner_name = case when joiner = ${session.account} then ${body.name} else joiner_name end
    where rendezvous = ${params.rendezvous} and nonce is not null and (
      (host = ${session.account} and coalesce(host_name, ${body.name}) = ${body.name})
      or (joiner = ${session.account} and coalesce(joiner_name, ${body.name}) = ${body.name}))
    returning rendezvous`;
  return done.length > 0 ? {} : await absent(call);
}

/** A step that is not to be taken: out of order, a second time otherwise, or by somebody else. */
async function absent(
  call: Pick<Call<"rendezvousReveal">, "sql" | "params" | "session">,
): Promise<never> {
  const row = await find(call.sql, call.params.rendezvous);
  const { account } = call.session;
  const isTheirs = row?.host === account || row?.joiner === account;
  return refuse(isTheirs ? "conflict" : "not-found");
}

async function rendezvous(call: Call<"rendezvous">): Promise<RouteAnswer<"rendezvous">> {
  const { sql, params, session } = call;
  const row = await find(sql, params.rendezvous);
  const isHost = row?.host === session.account;
  if (row === undefined || (!isHost && row.joiner !== session.account)) return refuse("not-found");
  const name = isHost ? row.joiner_name : row.host_name;
  const { joiner, joiner_identity: identity, joiner_nonce: nonce } = row;
  return {
    refused: row.refused,
    ...(joiner === null || identity === null || nonce === null
      ? {}
      : { joined: { account: joiner, identity, nonce } }),
    ...(row.nonce === null ? {} : { nonce: row.nonce }),
    ...(name === null ? {} : { name }),
  };
}

/** Somebody came too late: the host is told how many there were. */
async function noteRefused(sql: Sql, rendezvous: RendezvousId): Promise<void> {
  await sql`
    update rendezvous set refused = least(refused + 1, 1000) where rendezvous = ${rendezvous}`;
}

async function find(sql: Sql | Tx, id: RendezvousId): Promise<Meeting | undefined> {
  const [row] = await sql<Meeting[]>`select * from rendezvous where rendezvous = ${id}`;
  return row;
}

/** The rendezvous that a guest is made for: open, and nobody has joined. */
export async function openFor(
  { now }: Pick<Ground, "now">,
  tx: Sql | Tx,
  id: RendezvousId,
): Promise<Meeting> {
  const row = await find(tx, id);
  if (row === undefined) return refuse("not-found");
  if (row.joiner !== null) return refuse("conflict", "body.rendezvous");
  return row.closes > now() ? row : refuse("closed");
}
