import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type AccountState,
  type DepositStatement,
  judgeDeposit,
  newId,
  parseDeposit,
  type SpaceState,
  utf8,
} from "@ecrin/protocol";
import { unlockHere } from "../src/sign-in.ts";
import { type Ground, newPerson, startGround } from "./ground.ts";

// Who may have signed a deposit: an honest one, and what a server could show in its place.

let ground: Ground;
let deposit: DepositStatement;
let state: SpaceState;
let author: AccountState;
let owner: AccountState;
let until: number;

before(async () => {
  ground = await startGround();
  let posted: unknown;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (String(input).endsWith("/v1/deposits") && typeof init?.body === "string")
      posted = JSON.parse(init.body).statement;
    return await globalThis.fetch(input, init);
  };
  const mother = await newPerson(ground);
  const nurse = await newPerson(ground, "Infirmière", fetch);
  await mother.account.contacts().verify(await nurse.account.contacts().code(), "Infirmière");
  await nurse.account.contacts().verify(await mother.account.contacts().code(), "Mère");
  const record = await mother.account.record();
  until = ground.now() + 3600_000;
  await record.addMember(nurse.account.id, { role: "reader", until });
  const hers = await nurse.account.recordOf(record.space);
  const note = { title: "Pansement", mediaType: "text/plain", content: utf8("refait") };
  await nurse.account.deposit(hers, note);
  deposit = parseDeposit(posted);
  state = record.view.state;
  const { url: server, now } = ground;
  const { u } = await unlockHere({ server, now, store: mother.store, password: mother.password });
  const heads = [deposit.fact.by, { account: u.account, device: u.device, head: { ...u.head() } }];
  const states = await u.accounts.reaching(heads);
  author = states.get(deposit.fact.by.account) ?? assert.fail();
  owner = states.get(u.account) ?? assert.fail();
});
after(() => ground.stop());

/** The same deposit, saying something else. */
function saying(fact: Partial<DepositStatement["fact"]>): DepositStatement {
  return { ...deposit, fact: { ...deposit.fact, ...fact } };
}

test("a deposit is by a device of its author, who was a member where it says, and at its time", async () => {
  await judgeDeposit(deposit, state, author);
  const refused = async (each: DepositStatement, by: AccountState, field: string) =>
    await assert.rejects(judgeDeposit(each, state, by), { code: "statement-refused", field });
  await refused(saying({ space: newId<"space">() }), author, "space");
  await refused(deposit, owner, "by.account");
  const { by, spaceHead } = deposit.fact;
  await refused(saying({ spaceHead: { ...spaceHead, seq: 99 } }), author, "spaceHead");
  const stranger = newId<"account">();
  const theirs = saying({ by: { ...by, account: stranger } });
  await refused(theirs, { ...author, account: stranger }, "by.account");
  await refused(saying({ at: until + 1 }), author, "by.account");
});

test("a deposit names no account head before the one that its author was let in at", async () => {
  const { account } = deposit.fact.by;
  const later = (state.history.get(account) ?? assert.fail()).map((life) => ({
    ...life,
    member: { ...life.member, head: { ...life.member.head, seq: life.member.head.seq + 1 } },
  }));
  const pinned = { ...state, history: new Map([...state.history, [account, later]]) };
  const before = { code: "statement-refused", field: "by.head" };
  await assert.rejects(judgeDeposit(deposit, pinned, author), before);
});
