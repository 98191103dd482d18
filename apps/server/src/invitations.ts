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
import { refuse, within } from "./problem.ts";

/** Invitations (spec/share.md, Contacts). */
export const invitationHandlers: Handlers<"invite" | "invitations" | "invitationAccept"> = {
  invite,
  invitations,
  invitationAccept,
};

const DAY = 24 * 3600_000;
const MOST_A_DAY = 200;

/** Always makes one. Nothing is looked up, so neither answer nor work tells whether somebody has the address. */
async function invite(call: Call<"invite">): Promise<RouteAnswer<"invite">> {
  const { sql, keys, body, session } = call;
  const { name } = await openAddress(keys, body.address, "body.address");
  const at = call.now();
  const invitation = newId<"invitation">();
  const made = await sql`
    insert into invitations (invitation, sender, address, at)
    select ${invitation}, ${session.account}, ${name}::bytea, ${at}::bigint
    where (
      select count(*) from invitations where sender = ${session.account} and at > ${at - DAY}
    ) < ${MOST_A_DAY}
    returning invitation`;
  return made.length === 0 ? refuse("rate-limited") : { invitation };
}

async function invitations(call: Call<"invitations">): Promise<RouteAnswer<"invitations">> {
  const { sql, session } = call;
  const own = await addressesOf(sql, session.account);
  const received = await sql<{ invitation: InvitationId; from: AccountId; at: number }[]>`
    select invitation, sender as from, at from invitations
    where address = any(${byteaArray(own)}::bytea[]) and sender <> ${session.account}
      and acceptance is null
    order by at, invitation`;
  const sent = await sql<{ invitation: InvitationId; at: number; acceptance: Statement | null }[]>`
    select invitation, at, acceptance from invitations where sender = ${session.account}
    order by at, invitation`;
  return {
    received: [...received],
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
  readonly acceptance: Statement | null;
}

/** Takes an acceptance once; the very same again is no error. */
async function invitationAccept(
  call: Call<"invitationAccept">,
): Promise<RouteAnswer<"invitationAccept">> {
  const { sql, chains, params, session, body } = call;
  const [row] = await sql<Open[]>`
    select sender, address, acceptance from invitations where invitation = ${params.invitation}`;
  const own = await addressesOf(sql, session.account);
  const mine = own.some((address) => row?.address.equals(address));
  if (row === undefined || !mine || row.sender === session.account) return refuse("not-found");
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
