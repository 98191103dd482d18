import { createHash, randomBytes } from "node:crypto";
import { type Json, newId, type Statement, SUITE } from "@ecrin/protocol";
import type { Person } from "./person.ts";
import { memberOf, type TestSpace } from "./record.ts";

const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("base64url");
const text = (bytes: Buffer) => bytes.toString("base64url");

/** A deposit on its way, as `deposit` takes it; nothing in it opens. */
export interface TestDeposit {
  readonly deposit: string;
  readonly body: {
    readonly statement: Statement;
    readonly wraps: string[];
    readonly metadata: string;
    readonly content: string;
  };
}

/** A deposit by `who` in a space, wrapped to these people. */
export function makeDeposit(who: Person, space: TestSpace, to: readonly Person[]): TestDeposit {
  const deposit = newId<"deposit">();
  const [metadata, content] = [randomBytes(528), randomBytes(4152)];
  const wraps = to
    .map((person) => ({ ...memberOf(person, { role: "owner" }), wrap: randomBytes(1200) }))
    .sort((a, b) => (a.account < b.account ? -1 : 1));
  const statement = who.deviceSigner.sign("deposit", {
    suite: SUITE,
    space: space.space,
    deposit,
    spaceHead: space.head,
    to: wraps.map(({ account, identity, wrap }) => ({
      recipient: account,
      identity,
      wrap: hashOf(wrap),
    })),
    commit: { secret: hashOf(randomBytes(1)), content: hashOf(randomBytes(1)) },
    metadata: hashOf(metadata),
    content: {
      length: content.length,
      root: hashOf(createHash("sha256").update(content).digest()),
    },
    by: who.by,
    at: who.line.now(),
  } as Json);
  const body = {
    statement,
    wraps: wraps.map(({ wrap }) => text(wrap)),
    metadata: text(metadata),
    content: text(content),
  };
  return { deposit, body };
}

/** An inbox for the owner of a space alone, as `inboxBegin` takes it. */
export function makeInbox(space: TestSpace, by: Person, n = 1) {
  const key = text(randomBytes(1216));
  const wrap = randomBytes(1168);
  const { account, identity } = memberOf(space.owner, { role: "owner" });
  const holders = [{ account, identity, wrap: hashOf(wrap) }];
  const statement = space.sign({ op: "inbox", inbox: { n, key, holders } }, by);
  return { statement, wraps: [text(wrap)] };
}
