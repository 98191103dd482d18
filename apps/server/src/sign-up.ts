import { createHash } from "node:crypto";
import { type AccountState, canonicalJson, followAccount, type RouteAnswer } from "@ecrin/protocol";
import { insertDevice, insertStatement, readIncoming } from "./account-chain.ts";
import { claimAddress, openAddress } from "./address.ts";
import type { Call, Handlers } from "./call.ts";
import type { Tx } from "./database.ts";
import { isNobodys } from "./nobody.ts";
import { answerRegistration, checkRecord } from "./opaque.ts";
import { refuse, within } from "./problem.ts";
import { writeSlots } from "./slots.ts";
import { claimSubject } from "./subject.ts";
import { grantSession } from "./token.ts";

/** Signing up (spec/keys.md; spec/http.md, Routes). */
export const signUpHandlers: Handlers<"signUpStart" | "signUpFinish"> = {
  // Not refused for an account that exists: an account id is no secret, and the answer tells nothing.
  signUpStart: ({ keys, body }) =>
    Promise.resolve({
      response: answerRegistration(keys.opaqueSetup, body.account, body.request),
    }),
  signUpFinish,
};

async function signUpFinish(call: Call<"signUpFinish">): Promise<RouteAnswer<"signUpFinish">> {
  const { journal, keys, body } = call;
  const now = call.now();
  const incoming = await readIncoming(call, body.statement, body.account);
  const state = await within("body.statement", () => followAccount(undefined, [body.statement]));
  const device = incoming.fact.op === "begin" ? incoming.fact.device.device : undefined;
  if (state === undefined || device === undefined)
    return refuse("statement-refused", "body.statement.op");
  checkRecord(body.record);
  checkSlotKinds(state);
  const address = await openAddress(keys, body.address, "body.address");
  const fingerprint = createHash("sha256").update(canonicalJson(body)).digest();
  await journal.commit({
    effect: async (tx) => {
      if (await isRepeated(tx, call, fingerprint)) return false;
      await claimSubject(tx, keys, body.account);
      await insertAccount(tx, call, state, fingerprint);
      await insertStatement(tx, state, body.statement);
      await insertDevice(tx, body.account, device, 0);
      await writeSlots(tx, state, body.slots);
      await claimAddress(tx, address, body.account);
      return true;
    },
    entries: (isNew) =>
      isNew
        ? [
            {
              subject: body.account,
              kind: "sign-up",
              actor: { account: body.account, device },
              about: { device },
              at: now,
            },
          ]
        : [],
  });
  return grantSession(keys, { account: body.account, device, key: body.key }, now);
}

/** At the start an account has one way in by password and one by kit. */
function checkSlotKinds(state: AccountState): void {
  const kinds = state.slots.map((slot) => slot.kind).sort();
  if (kinds.join() !== "kit,password") refuse("statement-refused", "body.statement.slots");
}

/**
 * The very same request again gives a session again. Its begin statement alone
 * does not: others see that in the account's chain.
 */
async function isRepeated(
  tx: Tx,
  { keys, body }: Call<"signUpFinish">,
  fingerprint: Buffer,
): Promise<boolean> {
  const [row] = await tx<{ sign_up: Buffer }[]>`
    select sign_up from accounts where account = ${body.account}`;
  // An id that a sign-in made up is in use, like one that is: the address behind it is not told.
  if (row?.sign_up.equals(fingerprint) === true) return true;
  if (isNobodys(keys, body.account) || row !== undefined) refuse("conflict", "body.account");
  return false;
}

async function insertAccount(
  tx: Tx,
  { body, now }: Call<"signUpFinish">,
  { head, slots }: AccountState,
  fingerprint: Buffer,
): Promise<void> {
  await tx`
    insert into accounts (
      account, made_at, sign_up, head_seq, head_hash, kit_key, keyring_version, keyring_box
    ) values (
      ${body.account}, ${now()}, ${fingerprint}, ${head.seq}, ${head.hash}, ${body.kitKey},
      1, ${Buffer.from(body.keyring, "base64url")}
    )`;
  const slot = slots.find((each) => each.kind === "password")?.slot ?? refuse("internal");
  await tx`
    insert into account_passwords (account, generation, record, slot)
    values (${body.account}, 'current', ${body.record}, ${slot})`;
}
