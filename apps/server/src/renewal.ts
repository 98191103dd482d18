import {
  type AccountState,
  currentDevices,
  currentIdentity,
  type Identity,
  type RouteAnswer,
} from "@ecrin/protocol";
import { appendStatement, type Incoming, readIncoming } from "./account-chain.ts";
import { actorOf, type Call, type Handlers } from "./call.ts";
import type { Tx } from "./database.ts";
import { endRecovery } from "./kit.ts";
import { giveNotice } from "./notices.ts";
import { checkRecord } from "./opaque.ts";
import { dropFactors } from "./passkeys.ts";
import { refuse } from "./problem.ts";
import { endWithoutDevice } from "./session.ts";
import { writeSlots } from "./slots.ts";

/** Everything of an account made anew after a compromise (spec/keys.md). */
export const renewalHandlers: Handlers<"renew"> = { renew };

/** One transaction: an account whose identity is new while its keyring is old would open for nobody. */
async function renew(call: Call<"renew">): Promise<RouteAnswer<"renew">> {
  const { journal, chains, session, body } = call;
  const { account } = session;
  const at = call.now();
  const incoming = await Promise.all(
    body.statements.map((statement, i) =>
      readIncoming(call, statement, account, `body.statements.${i}`),
    ),
  );
  checkOrder(incoming);
  checkRecord(body.record);
  if (body.keyring.version <= body.keyring.replaces) refuse("malformed", "body.keyring.version");
  const [first] = incoming;
  const last = incoming.at(-1);
  if (first === undefined || last === undefined)
    return refuse("statement-refused", "body.statements");
  const head = { hash: last.hash, seq: last.fact.seq };
  await journal.commit({
    once: first.hash,
    effect: async (tx) => {
      const before = (await chains.states(tx, [account])).get(account) ?? refuse("not-found");
      let state = before;
      for (const each of incoming) state = await appendStatement(tx, chains, each);
      checkNothingStays(before, state);
      checkSlotIdentity(state, body.slots);
      await writeSlots(tx, state, body.slots);
      await replaceSecrets(tx, call);
      await endRecovery(tx, account);
      await dropFactors(tx, account, at);
      await endWithoutDevice(tx, account, at);
      await giveNotice(tx, account, "identity-changed", at);
    },
    entries: () => [{ subject: account, kind: "recovery", actor: actorOf(session), about: {}, at }],
  });
  return { head };
}

/** `rotate`, then what signs everybody out, then the one device that stays. */
function checkOrder(incoming: readonly Incoming[]): void {
  const last = incoming.length - 1;
  for (const [i, { fact }] of incoming.entries()) {
    const wanted = i === 0 ? "rotate" : i === last ? "device" : "sign-out";
    if (fact.op !== wanted) refuse("statement-refused", `body.statements.${i}.op`);
  }
}

/** No device, no slot of before, and one new way in by password and one by kit. */
function checkNothingStays(before: AccountState, after: AccountState): void {
  if (currentDevices(after).length !== 1) refuse("statement-refused", "body.statements");
  const kinds = after.slots.map((slot) => slot.kind).sort();
  const isOld = after.slots.some((slot) =>
    before.slots.some((old) => old.slot === slot.slot || old.key === slot.key),
  );
  if (kinds.join() !== "kit,password" || isOld) refuse("statement-refused", "body.slots");
}

/** Each slot vouches for the identity that was made with it, and for none before. */
function checkSlotIdentity(state: AccountState, slots: Call<"renew">["body"]["slots"]): void {
  const { identity } = currentIdentity(state);
  const isOf = (own: Identity) => own.sign === identity.sign && own.seal === identity.seal;
  if (!slots.every((slot) => isOf(slot.identity))) refuse("statement-refused", "body.slots");
}

async function replaceSecrets(tx: Tx, { session, body }: Call<"renew">): Promise<void> {
  const { account } = session;
  const { replaces, version, box } = body.keyring;
  const rows = await tx`
    update accounts set keyring_version = ${version}, keyring_box = ${Buffer.from(box, "base64url")},
      kit_key = ${body.kitKey}
    where account = ${account} and keyring_version = ${replaces} returning account`;
  if (rows.length === 0) refuse("stale-head", "body.keyring.replaces");
  const slot = body.slots.find((each) => each.kind === "password")?.slot;
  if (slot === undefined) refuse("statement-refused", "body.slots");
  await tx`delete from account_passwords where account = ${account} and generation = 'previous'`;
  await tx`
    update account_passwords set record = ${body.record}, slot = ${slot}
    where account = ${account} and generation = 'current'`;
}
