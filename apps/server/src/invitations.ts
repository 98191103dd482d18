import {
  type AccountId,
  checkSignature,
  deviceKeyAt,
  type InvitationId,
  newId,
  parseAcceptance,
  type RouteAnswer,
  type Statement,
} from "@ecrin/protocol";
import { addressesOf, openAddress } from "./address.ts";
import type { Call, Handlers } from "./call.ts";
import { byteaArray } from "./database.ts";
import { refuse, refuseUntil, within } from "./problem.ts";

/** Invitations (spec/share.md, Contacts). */
export const invitationHandlers: Handlers<"invite" | "invitations" | "invitationAccept"> = {
  invite,
  invitations,
  invitationAccept,
};

const DAY = 24 * 3600_000;
const MOST_A_DAY = 200;
/** For how long an invitation may be accepted, and is listed while it is not. */
const OPEN_MS = 365 * DAY;
/** Of a list, the newest. */
const MOST_LISTED = 1000;
/** Of those from one sender, the newest: whoever invites without end pushes nobody else's out. */
const MOST_OF_SENDER = 10;

/** Always makes one. Nothing is looked up, so neither answer nor work tells whether somebody has the address. */
async function invite(call: Call<"invite">): Promise<RouteAnswer<"invite">> {
  const { sql, keys, body, session, quotas } = call;
  const { name } = await openAddress(keys, body.address, "body.address");
  const at = call.now();
  const invitation = newId<"invitation">();
  const [made] = await sql<{ invitation: string | null; first: number | null; open: number }[]>`
    with mine as (
      select at, acceptance is null as open from invitations
      where sender = ${session.account} and at > ${at - OPEN_MS}),
    counted as (
      select count(*) filter (where at > ${at - DAY}) as today,
        min(at) filter (where at > ${at - DAY}) as first,
        count(*) filter (where open) as open
      from mine),
    made as (
      insert into invitations (invitation, sender, address, at)
      select ${invitation}, ${session.account}, ${name}::bytea, ${at}::bigint from counted
      where today < ${MOST_A_DAY} and open < ${quotas.invitations}
      returning invitation)
    select invitation, first, open from counted left join made on true`;
  if (made === undefined) return refuse("internal");
  if (made.invitation !== null) return { invitation };
  if (made.open >= quotas.invitations) return refuse("quota-reached", "body.address");
  return refuseUntil((made.first ?? at) + DAY, at);
}

async function invitations(call: Call<"invitations">): Promise<RouteAnswer<"invitations">> {
  const { sql, session } = call;
  const own = await addressesOf(sql, session.account);
  const since = call.now() - OPEN_MS;
  const received = await sql<{ invitation: InvitationId; from: AccountId; at: number }[]>`
    select invitation, sender as from, at from (
      select *, row_number() over (partition by sender order by at desc, invitation) as nth
      from invitations
      where address = any(${byteaArray(own)}::bytea[]) and sender <> ${session.account}
        and acceptance is null and at > ${since}
    ) as open
    where nth <= ${MOST_OF_SENDER}
    order by at desc, invitation limit ${MOST_LISTED}`;
  // What was accepted is listed apart: no number of open ones keeps it from whoever invited.
  const sent = await sql<{ invitation: InvitationId; at: number; acceptance: Statement | null }[]>`
    (select invitation, at, acceptance from invitations
      where sender = ${session.account} and acceptance is null and at > ${since}
      order by at desc, invitation limit ${MOST_LISTED})
    union all
    (select invitation, at, acceptance from invitations
      where sender = ${session.account} and acceptance is not null
      order by at desc, invitation limit ${MOST_LISTED})
    order by at, invitation`;
  return {
    received: received.toReversed(),
    sent: sent.map(({ invitation, at, acceptance }) => ({
      invitation,
      at,
      ...(acceptance === null ? {} : { acceptance }),
    })),
  };
}

interface Open {
  readonly sender: AccountId;
  readonly address: Buffer;
  readonly at: number;
  readonly acceptance: Statement | null;
}

/** Takes an acceptance once; the very same again is no error. */
async function invitationAccept(
  call: Call<"invitationAccept">,
): Promise<RouteAnswer<"invitationAccept">> {
  const { sql, chains, params, session, body } = call;
  const [row] = await sql<Open[]>`
    select sender, address, at, acceptance from invitations
    where invitation = ${params.invitation}`;
  const own = await addressesOf(sql, session.account);
  const mine = own.some((address) => row?.address.equals(address));
  if (row === undefined || !mine || row.sender === session.account) return refuse("not-found");
  const isOver = row.acceptance === null && row.at <= call.now() - OPEN_MS;
  if (isOver) return refuse("not-found");
  const parsed = await within("body.acceptance", () => parseAcceptance(body.acceptance));
  const { fact } = parsed;
  if (fact.by.account !== session.account) refuse("not-allowed", "body.acceptance.by.account");
  if (fact.invitation !== params.invitation || fact.from !== row.sender) {
    refuse("statement-refused", "body.acceptance.invitation");
  }
  const states = await chains.states(sql, [session.account, row.sender]);
  const [accepting, inviting] = [states.get(session.account), states.get(row.sender)];
  if (accepting === undefined || inviting === undefined) return refuse("internal");
  if (!inviting.identities.some(({ hash }) => hash === fact.to)) {
    refuse("statement-refused", "body.acceptance.to");
  }
  if (accepting.devices.get(fact.by.device)?.until !== undefined) {
    refuse("not-allowed", "body.acceptance.by.device");
  }
  await within("body.acceptance", () =>
    checkSignature(parsed, deviceKeyAt(accepting, fact.by.device, fact.by.head)),
  );
  const taken = await sql`
    update invitations set acceptance = ${body.acceptance}, accepted_by = ${session.account}
    where invitation = ${params.invitation}
      and (acceptance is null or acceptance = ${body.acceptance})
    returning invitation`;
  return taken.length === 0 ? refuse("conflict", "body.acceptance") : {};
}
