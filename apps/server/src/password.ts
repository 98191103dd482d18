import type { AccountState, RouteAnswer, Slot } from "@ecrin/protocol";
import { appendStatement, type Incoming, readIncoming } from "./account-chain.ts";
import { actorOf, type Call, type Handlers } from "./call.ts";
import type { Tx } from "./database.ts";
import { endRecovery } from "./kit.ts";
import { giveNotice } from "./notices.ts";
import { answerRegistration, checkRecord } from "./opaque.ts";
import { refuse } from "./problem.ts";
import { endWithoutDevice } from "./session.ts";
import { writeSlots } from "./slots.ts";

/** A new password, a new kit (spec/keys.md, Sign-in). */
export const passwordHandlers: Handlers<
  "passwordStart" | "passwordFinish" | "passwordSettle" | "kitReplace"
> = {
  passwordStart: ({ keys, session, body }) =>
    Promise.resolve({
      response: answerRegistration(keys.opaqueSetup, session.account, body.request),
    }),
  passwordFinish,
  passwordSettle,
  kitReplace,
};

async function passwordFinish(
  call: Call<"passwordFinish">,
): Promise<RouteAnswer<"passwordFinish">> {
  const { journal, chains, session, body } = call;
  const { account } = session;
  const at = call.now();
  const incoming = await readIncoming(call, body.statement, account);
  checkRecord(body.record);
  checkSlots(incoming, body.slot, "password");
  await journal.commit({
    once: incoming.hash,
    effect: async (tx) => {
      const before = await passwordSlot(tx, call);
      const state = await appendStatement(tx, chains, incoming);
      await writeSlots(tx, state, [body.slot], [before]);
      await replaceRecord(tx, call);
      await endRecovery(tx, account);
      await giveNotice(tx, account, "password-changed", at);
    },
    entries: () => [{ subject: account, kind: "password", actor: actorOf(session), about: {}, at }],
  });
  return { head: { hash: incoming.hash, seq: incoming.fact.seq } };
}

/** The slot that stays until the new one has opened. */
async function passwordSlot(tx: Tx, { session }: Call<"passwordFinish">): Promise<string> {
  const [row] = await tx<{ slot: string }[]>`
    select slot from account_passwords where account = ${session.account}
    order by generation = 'previous' desc limit 1`;
  return row?.slot ?? refuse("internal");
}

/**
 * Puts the new record in force. The one before it is kept, unless an older one is
 * still kept: then it is the one in between that has never opened anything.
 */
async function replaceRecord(tx: Tx, { session, body }: Call<"passwordFinish">): Promise<void> {
  await tx`
    insert into account_passwords (account, generation, record, slot)
    select account, 'previous', record, slot from account_passwords
    where account = ${session.account} and generation = 'current'
    on conflict do nothing`;
  await tx`
    update account_passwords set record = ${body.record}, slot = ${body.slot.slot}
    where account = ${session.account} and generation = 'current'`;
}

async function passwordSettle({
  journal,
  chains,
  session,
}: Call<"passwordSettle">): Promise<RouteAnswer<"passwordSettle">> {
  const { account } = session;
  await journal.commit({
    effect: async (tx) => {
      await tx`
        delete from account_passwords where account = ${account} and generation = 'previous'`;
      const state = (await chains.states(tx, [account])).get(account) ?? refuse("not-found");
      await writeSlots(tx, state, []);
    },
    entries: () => [],
  });
  return {};
}

async function kitReplace(call: Call<"kitReplace">): Promise<RouteAnswer<"kitReplace">> {
  const { journal, chains, session, body } = call;
  const { account } = session;
  const at = call.now();
  const incoming = await readIncoming(call, body.statement, account);
  checkSlots(incoming, body.slot, "kit");
  await journal.commit({
    once: incoming.hash,
    effect: async (tx) => {
      const state = await appendStatement(tx, chains, incoming);
      await writeSlots(tx, state, [body.slot], await unsettledSlots(tx, state));
      await tx`update accounts set kit_key = ${body.kitKey} where account = ${account}`;
      await endRecovery(tx, account);
      // One without a device that does this goes on: it still has to enrol one.
      await endWithoutDevice(tx, account, session.device === undefined ? session.issued : at);
      await giveNotice(tx, account, "kit-replaced", at);
    },
    entries: () => [{ subject: account, kind: "recovery", actor: actorOf(session), about: {}, at }],
  });
  return { head: { hash: incoming.hash, seq: incoming.fact.seq } };
}

/** The slot of a password that has been replaced and not yet settled. */
export async function unsettledSlots(tx: Tx, { account }: AccountState): Promise<string[]> {
  const rows = await tx<{ slot: string }[]>`
    select slot from account_passwords where account = ${account} and generation = 'previous'`;
  return rows.map((row) => row.slot);
}

/** The statement lists the slot sent with it, and of its kind no other. */
function checkSlots({ fact }: Incoming, { slot, kind, key }: Slot, wanted: Slot["kind"]): void {
  const slots = fact.op === "slots" ? fact.slots : [];
  const [listed, ...others] = slots.filter((each) => each.kind === wanted);
  const fits = listed?.slot === slot && listed.key === key && kind === wanted;
  if (!fits || others.length > 0) refuse("statement-refused", "body.slot");
}
