import { randomBytes } from "node:crypto";
import {
  type AccountId,
  type Assertion,
  hashOf,
  parseHash,
  type RouteAnswer,
  type SlotId,
} from "@ecrin/protocol";
import { appendStatement, type Incoming, readIncoming } from "./account-chain.ts";
import { beginAttempt, endAttempt } from "./attempts.ts";
import { actorOf, type Call, type Handlers } from "./call.ts";
import type { Sql, Tx } from "./database.ts";
import { giveNotice } from "./notices.ts";
import { unsettledSlots } from "./password.ts";
import { refuse } from "./problem.ts";
import { writeSlots } from "./slots.ts";
import { counterOf, type Expected, type Passkey, passkeyOf } from "./webauthn.ts";

const MOST = 8;

/** Adding a passkey, with or without a slot, and removing a factor (spec/second-factor.md). */
export const passkeyHandlers: Handlers<
  "factors" | "passkeyStart" | "passkeyConfirm" | "factorRemove"
> = { factors, passkeyStart, passkeyConfirm, factorRemove };

interface Row {
  readonly passkey: string;
  readonly public_key: Buffer;
  readonly counter: number;
  readonly asked: boolean;
  /** Of the slots there are now; null where it has none, or the account was made anew since. */
  readonly slot: SlotId | null;
  readonly at: number;
}

/** The passkeys of an account, oldest first. */
export async function readPasskeys(sql: Sql | Tx, account: AccountId): Promise<Row[]> {
  return await sql<Row[]>`
    select p.passkey, p.public_key, p.counter, p.asked, s.slot, p.at
    from account_passkeys p
    left join account_slots s on s.account = p.account and s.slot = p.slot
    where p.account = ${account} order by p.at, p.passkey`;
}

async function factors({ sql, session }: Call<"factors">): Promise<RouteAnswer<"factors">> {
  const { account } = session;
  const [totp] = await sql<{ at: number }[]>`
    select at from account_totp where account = ${account} and confirmed`;
  const passkeys = await readPasskeys(sql, account);
  return {
    ...(totp === undefined ? {} : { totp: { at: totp.at } }),
    passkeys: passkeys.map(({ passkey, at, asked, slot }) => ({
      passkey,
      at,
      asked,
      ...(slot === null ? {} : { slot }),
    })),
  };
}

async function passkeyStart(call: Call<"passkeyStart">): Promise<RouteAnswer<"passkeyStart">> {
  const challenge = hashOf(randomBytes(32));
  const way = { way: "passkey", state: challenge } as const;
  return { signIn: await beginAttempt(call, call.session.account, way), challenge };
}

async function passkeyConfirm(
  call: Call<"passkeyConfirm">,
): Promise<RouteAnswer<"passkeyConfirm">> {
  const { sql, session, body, journal, chains } = call;
  const { account } = session;
  const at = call.now();
  const attempt = await endAttempt(call, body.signIn, "passkey");
  if (attempt.account !== account) refuse("sign-in-refused");
  const expected = { challenge: parseHash(attempt.state, "challenge"), origin: call.origin };
  const made = (await passkeyOf(body.credential, expected)) ?? refuse("factor-refused");
  if ((await readPasskeys(sql, account)).length >= MOST) refuse("quota-reached");
  if (body.statement === undefined) {
    // Without a slot it is good for one thing only.
    if (body.slot !== undefined || !body.asked) refuse("malformed", "body.asked");
    await sql.begin(async (tx) => await insert(tx, account, made, { asked: true, at }));
    return {};
  }
  const slot = body.slot ?? refuse("malformed", "body.slot");
  const incoming = await readIncoming(call, body.statement, account);
  if (slot.kind !== "passkey" || !lists(incoming, slot.slot)) {
    refuse("statement-refused", "body.slot");
  }
  await journal.commit({
    once: incoming.hash,
    effect: async (tx) => {
      const state = await appendStatement(tx, chains, incoming);
      await writeSlots(tx, state, [slot], await unsettledSlots(tx, state));
      await insert(tx, account, made, { asked: body.asked, slot: slot.slot, at });
    },
    entries: () => [{ subject: account, kind: "password", actor: actorOf(session), about: {}, at }],
  });
  return {};
}

async function insert(
  tx: Tx,
  account: AccountId,
  { passkey, publicKey, counter }: Passkey,
  more: { readonly asked: boolean; readonly slot?: SlotId; readonly at: number },
): Promise<void> {
  const rows = await tx`
    insert into account_passkeys (passkey, account, public_key, counter, asked, slot, at)
    values (${passkey}, ${account}, ${Buffer.from(publicKey)}, ${counter}, ${more.asked},
      ${more.slot ?? null}, ${more.at})
    on conflict do nothing returning passkey`;
  if (rows.length === 0) refuse("conflict", "body.credential.id");
  await giveNotice(tx, account, "factor-added", more.at);
}

async function factorRemove(call: Call<"factorRemove">): Promise<RouteAnswer<"factorRemove">> {
  const { sql, session, body, journal, chains } = call;
  const { account } = session;
  const at = call.now();
  if ((body.totp === undefined) === (body.passkey === undefined)) refuse("malformed", "body");
  if (body.totp !== undefined) {
    await sql.begin(async (tx) => {
      const rows = await tx`delete from account_totp where account = ${account} returning account`;
      if (rows.length > 0) await giveNotice(tx, account, "factor-removed", at);
    });
    return {};
  }
  const passkey = body.passkey ?? refuse("internal");
  const known = (await readPasskeys(sql, account)).find((each) => each.passkey === passkey);
  if (known === undefined) return {};
  const { slot } = known;
  const remove = async (tx: Tx) => {
    await tx`delete from account_passkeys where account = ${account} and passkey = ${passkey}`;
    await giveNotice(tx, account, "factor-removed", at);
  };
  if (slot === null) {
    await sql.begin(remove);
    return {};
  }
  // What still opens the account is not removed from sight: the chain has to leave its slot.
  const incoming = await readIncoming(
    call,
    body.statement ?? refuse("malformed", "body.statement"),
    account,
  );
  if (incoming.fact.op !== "slots" || lists(incoming, slot)) {
    refuse("statement-refused", "body.statement.slots");
  }
  await journal.commit({
    once: incoming.hash,
    effect: async (tx) => {
      const state = await appendStatement(tx, chains, incoming);
      await writeSlots(tx, state, [], await unsettledSlots(tx, state));
      await remove(tx);
    },
    entries: () => [{ subject: account, kind: "password", actor: actorOf(session), about: {}, at }],
  });
  return {};
}

/**
 * Forgets every second factor of an account made anew: whoever had its secrets may have set one, and
 * a passkey's slot wraps a key that opens nothing any more.
 */
export async function dropFactors(tx: Tx, account: AccountId, at: number): Promise<void> {
  const gone = await tx`
    with codes as (delete from account_totp where account = ${account} returning account),
      keys as (delete from account_passkeys where account = ${account} returning account)
    select account from codes union all select account from keys`;
  // A sign-in that waits for one of them, and a passkey that is just being made.
  await tx`delete from sign_ins where account = ${account}`;
  if (gone.length > 0) await giveNotice(tx, account, "factor-removed", at);
}

function lists({ fact }: Incoming, slot: SlotId): boolean {
  return fact.op === "slots" && fact.slots.some((each) => each.slot === slot);
}

/**
 * Takes an assertion of one of the account's passkeys, and notes its counter.
 * @returns the passkey; undefined for whatever does not hold
 */
export async function takeAssertion(
  sql: Sql,
  account: AccountId,
  assertion: Assertion,
  expected: Expected,
): Promise<{ readonly slot: SlotId | null } | undefined> {
  const known = (await readPasskeys(sql, account)).find((each) => each.passkey === assertion.id);
  if (known === undefined) return undefined;
  const { passkey, public_key, counter, slot } = known;
  const kept = { passkey, publicKey: new Uint8Array(public_key), counter };
  const next = await counterOf(assertion, kept, expected);
  if (next === undefined) return undefined;
  await sql`update account_passkeys set counter = ${next} where passkey = ${passkey}`;
  return { slot };
}
