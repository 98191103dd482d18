// The vectors of account chains, space chains and revisions.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Acceptance,
  type AccountId,
  type AccountState,
  acceptRevision,
  accountsNamed,
  currentDevices,
  currentEpoch,
  currentIdentity,
  followAccount,
  followSpace,
  type ItemId,
  type Items,
  inboxInForce,
  isInboxDue,
  judgeRevision,
  parseAccountStatement,
  parseRevision,
  parseRewrap,
  parseSpaceStatement,
  type RevisionPayload,
  reduceAccount,
  reduceSpace,
  rotationDue,
  type SpaceState,
} from "../src/index.ts";
import { deviceNamed, enrol, person } from "./people.ts";
import { hashNamed } from "./reference.ts";
import { after, beginRecord, EMPTY_ROOT, member, turn } from "./spaces.ts";
import { runVectors } from "./vector-file.ts";

type Texts = Record<string, string>;
type Chains = { accounts: Record<string, string[]>; statements: Texts };

const named = (texts: Texts, names: readonly string[]) => names.map((name) => texts[name] ?? "");

type AccountCase = { chain: string[] };
type AccountExpected = { state: { seq: number; devices: string[]; sign: string } };

runVectors<Texts, AccountCase & AccountExpected, AccountCase>("account", {
  async accept({ chain, state: expected }, texts) {
    const state = await followAccount(undefined, named(texts, chain));
    assert.ok(state);
    assert.deepEqual(
      {
        seq: state.head.seq,
        devices: currentDevices(state)
          .map((each) => each.device)
          .sort(),
        sign: currentIdentity(state).identity.sign,
      },
      expected,
    );
  },
  async refuse({ chain }, texts) {
    const statements = named(texts, chain);
    const before = await followAccount(undefined, statements.slice(0, -1)).catch(assert.fail);
    return await followAccount(before, statements.slice(-1));
  },
});

/** The account chains of a file, followed once. */
const followed = new Map<unknown, Promise<Map<AccountId, AccountState>>>();

async function accountsOf(shared: { accounts: Record<string, string[]> }) {
  const follow = async () => {
    const states = await Promise.all(
      Object.values(shared.accounts).map(async (chain) => await followAccount(undefined, chain)),
    );
    return new Map(
      states.flatMap((state) => (state === undefined ? [] : [[state.account, state]])),
    );
  };
  const known = followed.get(shared) ?? follow();
  followed.set(shared, known);
  return await known;
}

async function followCase(chain: readonly string[], shared: Chains): Promise<SpaceState> {
  const state = await followSpace(
    undefined,
    named(shared.statements, chain),
    await accountsOf(shared),
  );
  assert.ok(state);
  return state;
}

function shown(state: SpaceState) {
  const members = [...state.members.values()].map((member): [string, string] => [
    member.account,
    `${member.role}${member.offline ? "+offline" : ""}${member.until === undefined ? "" : `~${member.until}`}`,
  ]);
  const shares = [...state.shares.values()].map((life): [string, string] => [
    life.share,
    life.ended === undefined ? "in force" : `ended at ${life.ended}`,
  ]);
  return {
    seq: state.head.seq,
    epoch: currentEpoch(state).epoch.n,
    members: Object.fromEntries(members),
    closed: state.closed,
    shares: Object.fromEntries(shares),
  };
}

type SpaceCase = { chain: string[] };

runVectors<Chains, SpaceCase & { state: object }, SpaceCase>("space", {
  async accept({ chain, state }, shared) {
    assert.deepEqual(shown(await followCase(chain, shared)), state);
    // And one by one, as a device does that was there all along.
    const accounts = await accountsOf(shared);
    let alone: SpaceState | undefined;
    for (const text of named(shared.statements, chain)) {
      for (const account of accountsNamed([parseSpaceStatement(text)]))
        assert.ok(accounts.has(account));
      alone = await followSpace(alone, [text], accounts);
    }
    assert.ok(alone);
    assert.deepEqual(shown(alone), state);
  },
  async refuse({ chain }, shared) {
    const accounts = await accountsOf(shared);
    const statements = named(shared.statements, chain);
    const before = await followSpace(undefined, statements.slice(0, -1), accounts).catch(
      assert.fail,
    );
    return await followSpace(before, statements.slice(-1), accounts);
  },
});

type Due = { ended: string[]; changed: object[]; pins: object[] };

runVectors<Chains, SpaceCase & { now: number; due?: Due }>("rotation", {
  async accept({ chain, now, due }, shared) {
    assert.deepEqual(
      rotationDue(await followCase(chain, shared), await accountsOf(shared), now),
      due,
    );
  },
});

type InboxCase = SpaceCase & { now: number; due: boolean; inForce?: number };

runVectors<Chains, InboxCase, SpaceCase>("inbox", {
  async accept({ chain, now, due, inForce }, shared) {
    const state = await followCase(chain, shared);
    assert.equal(inboxInForce(state, now)?.n, inForce);
    assert.equal(isInboxDue(state, now), due);
  },
  async refuse({ chain }, shared) {
    const accounts = await accountsOf(shared);
    const statements = named(shared.statements, chain);
    const before = await followSpace(undefined, statements.slice(0, -1), accounts).catch(
      assert.fail,
    );
    return await followSpace(before, statements.slice(-1), accounts);
  },
});

type RevisionCase = {
  revision: string;
  index: number;
  wrapEpoch: number;
  wrap?: string;
  rewrap?: string;
};
type RevisionShared = { chain: string[]; accounts: Record<string, string[]>; statements: Texts };

async function judge(each: RevisionCase, shared: RevisionShared): Promise<void> {
  const accounts = await accountsOf(shared);
  const state = await followSpace(undefined, shared.chain, accounts);
  assert.ok(state);
  const { revision, rewrap, index, wrapEpoch, wrap } = each;
  const acceptance: Acceptance = {
    index,
    wrapEpoch,
    ...(wrap === undefined ? {} : { wrap }),
    ...(rewrap === undefined ? {} : { rewrap: parseRewrap(shared.statements[rewrap]) }),
  };
  await judgeRevision(parseRevision(shared.statements[revision]), acceptance, state, accounts);
}

runVectors<RevisionShared, RevisionCase, RevisionCase>("revision", {
  accept: judge,
  refuse: judge,
});

type ItemCase = { steps: RevisionPayload[] };

runVectors<undefined, ItemCase & { item: ItemId; heads: string[] }, ItemCase>("item", {
  accept({ steps, item, heads }) {
    const items: Items = new Map();
    for (const step of steps) acceptRevision(items, step);
    assert.deepEqual([...(items.get(item)?.heads ?? [])].sort(), heads);
    assert.deepEqual(
      items.get(item)?.revisions,
      steps.map((step) => step.revision),
    );
  },
  refuse({ steps }) {
    const items: Items = new Map();
    const last = steps.at(-1);
    assert.ok(last);
    for (const step of steps.slice(0, -1)) acceptRevision(items, step);
    const before = structuredClone(items);
    try {
      acceptRevision(items, last);
    } finally {
      assert.deepEqual(items, before);
    }
  },
});

test("an epoch keeps size and root of the revision tree that its statement signed", async () => {
  const alice = person("alice");
  const first = beginRecord("record", alice, [member(alice, { role: "owner" })]);
  const tree = { size: 3, root: hashNamed("tree of 3") };
  const second = turn(first, alice, 2, { revisions: tree });
  const account = await followAccount(undefined, alice.chain);
  assert.ok(account);
  const state = await followSpace(
    undefined,
    [first, second],
    new Map([[account.account, account]]),
  );
  const signed = state?.epochs.map(({ from, root }) => ({ size: from, root }));
  assert.deepEqual(signed, [{ size: 0, root: EMPTY_ROOT }, tree]);
});

test("following a chain leaves the state it goes on from as it was", async () => {
  const alice = person("alice");
  const first = beginRecord("record", alice, [member(alice, { role: "owner" })]);
  const second = turn(first, alice, 2);
  const third = turn(second, alice, 3);
  const account = await followAccount(undefined, alice.chain);
  assert.ok(account);
  const accounts = new Map([[account.account, account]]);
  const known = await followSpace(undefined, [first, second], accounts);
  assert.ok(known);
  const before = structuredClone(known);
  const { fact, hash } = parseSpaceStatement(third);
  const next = reduceSpace(known, fact, hash);
  assert.deepEqual([next.hashes.length, next.epochs.length], [3, 3]);
  assert.deepEqual(await followSpace(known, [third], accounts), next);
  await assert.rejects(followSpace(known, [third, third], accounts), { code: "statement-refused" });
  assert.deepEqual(known, before);
});

test("a chain handed out for another account is not taken for that account's", async () => {
  const alice = person("alice");
  const mallory = person("mallory");
  const first = beginRecord(
    "record",
    alice,
    [member(alice, { role: "owner" })],
    {},
    { forged: mallory.device },
  );
  const account = await followAccount(undefined, mallory.chain);
  assert.ok(account);
  const accounts = new Map([[alice.account as AccountId, account]]);
  await assert.rejects(followSpace(undefined, [first], accounts), {
    code: "statement-refused",
    field: "by.account",
  });
});

test("a chain is begun before anything else is said, by whoever reduces it too", async () => {
  const alice = person("alice");
  enrol(alice, deviceNamed("alice laptop"));
  const { fact, hash } = parseAccountStatement(alice.chain[1]);
  const refusal = { code: "statement-refused", field: "op" };
  assert.throws(() => reduceAccount(undefined, fact, hash), refusal);
  const state = await followAccount(undefined, alice.chain);
  assert.ok(state);
  assert.throws(() => currentIdentity({ ...state, identities: [] }), { code: "statement-refused" });
});

test("a record holds a thousand members and no more", () => {
  const alice = person("alice");
  const first = beginRecord("record", alice, [member(alice, { role: "owner" })]);
  const begin = parseSpaceStatement(first);
  const add = parseSpaceStatement(
    after(first, alice, "add", {
      member: member(person("bob"), { role: "reader" }),
      wraps: hashNamed("wraps"),
    }),
  );
  const state = reduceSpace(undefined, begin.fact, begin.hash);
  const withMembers = (count: number): SpaceState => {
    const [owner] = state.members.values();
    assert.ok(owner);
    const others = Array.from({ length: count - 1 }, (_, i) => ({
      ...owner,
      account: `${i}` as AccountId,
    }));
    return { ...state, members: new Map([owner, ...others].map((each) => [each.account, each])) };
  };
  assert.equal(reduceSpace(withMembers(999), add.fact, add.hash).members.size, 1000);
  assert.throws(() => reduceSpace(withMembers(1000), add.fact, add.hash), {
    code: "statement-refused",
    field: "members",
  });
});
