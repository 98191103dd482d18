// The reducer against a model of rights, on legal and illegal statements made at random.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type AccountId,
  type AccountState,
  currentEpoch,
  type DeviceId,
  type DeviceLife,
  type Hash,
  memberAt,
  ProtocolError,
  parseAs,
  reduceSpace,
  rotationDue,
  type SealingKey,
  type SigningKey,
  type SpaceState,
  spacePayload,
  wrapsOfEpoch,
} from "../src/index.ts";
import { BEGIN, HOUR } from "./people.ts";
import { type Fields, hashNamed, idOf, SUITE } from "./reference.ts";
import {
  type Command,
  identityAt,
  type Model,
  type ModelMember,
  obey,
  ROLES,
} from "./rights-model.ts";
import { EMPTY_ROOT, epoch, links } from "./spaces.ts";

const NAMES = ["a", "b", "c", "d", "e", "f"];
const accountOf = (name: string) => idOf(`account ${name}`);
const headOf = (name: string, seq: number) => ({ hash: hashNamed(`${name} at ${seq}`), seq });
const timeOf = (hour: number) => BEGIN + hour * HOUR;
const dated = (member: ModelMember) =>
  member.until === undefined ? {} : { until: timeOf(member.until) };

function memberFields(name: string, member: ModelMember): Fields {
  return {
    account: accountOf(name),
    identity: hashNamed(`${name} identity ${identityAt(member.head)}`),
    head: headOf(name, member.head),
    role: member.role,
    offline: member.offline,
    ...dated(member),
  };
}

/** What the members of the model look like in a statement. */
function membersFields(model: Model): Fields[] {
  return [...model.members].map(([name, member]) => memberFields(name, member));
}

function statementOf(state: SpaceState, model: Model, command: Command): Fields {
  const common = {
    suite: SUITE,
    space: state.space,
    seq: state.head.seq + 1,
    prev: state.head.hash,
    at: timeOf(command.at),
    by: {
      account: accountOf(command.by),
      device: idOf(`device ${command.by}`),
      head: headOf(command.by, command.head),
    },
    op: command.op,
  };
  switch (command.op) {
    case "add":
      return {
        ...common,
        member: memberFields(command.account, command.member),
        wraps: hashNamed("wraps"),
      };
    case "epoch":
      return {
        ...common,
        epoch: epoch(model.epoch + 1),
        ended: command.ended.map(accountOf),
        changed: command.changed.map(([name, member]) => memberFields(name, member)),
        pins: command.pins.map(([name, seq]) => ({
          account: accountOf(name),
          head: headOf(name, seq),
        })),
        revisions: { size: 0, root: EMPTY_ROOT },
      };
    case "share":
      return {
        ...common,
        share: idOf(command.share),
        recipient: accountOf("f"),
        until: timeOf(100),
        links: links(),
        begin: hashNamed("begin"),
      };
    case "unshare":
      return { ...common, share: idOf(command.share) };
  }
}

const anyName = fc.constantFrom(...NAMES);
const anyMember: fc.Arbitrary<ModelMember> = fc.record(
  {
    role: fc.constantFrom(...ROLES),
    offline: fc.boolean(),
    head: fc.nat(3),
    until: fc.integer({ min: 0, max: 90 }),
  },
  { requiredKeys: ["role", "offline", "head"] },
);
const who = {
  by: fc.constantFrom("a", "a", "a", "b", "b", "b", "c", "c", "d", "e", "f"),
  head: fc.constantFrom(0, 1, 2, 3, 3, 3),
  at: fc.integer({ min: 0, max: 50 }),
};
const short = { maxLength: 2 };
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ ...who, op: fc.constant("add" as const), account: anyName, member: anyMember }),
  fc.record({
    ...who,
    op: fc.constant("epoch" as const),
    ended: fc.array(anyName, short),
    changed: fc.array(fc.tuple(anyName, anyMember), short),
    pins: fc.array(fc.tuple(anyName, fc.nat(3)), { maxLength: 1 }),
  }),
  fc.record({
    ...who,
    op: fc.constant("share" as const),
    share: fc.constantFrom("s1", "s2", "s3"),
  }),
  fc.record({
    ...who,
    op: fc.constant("unshare" as const),
    share: fc.constantFrom("s1", "s2", "s3"),
  }),
);

/** Half of the commands take a member as it is and touch its role and offline right only: more of them are allowed. */
function settled(command: Command, model: Model, i: number): Command {
  const like = (name: string, member: ModelMember): ModelMember => {
    const known = model.members.get(name);
    return known === undefined ? member : { ...known, role: member.role, offline: member.offline };
  };
  if (i % 2 === 0) return command;
  if (command.op === "add") return { ...command, member: like(command.account, command.member) };
  if (command.op === "epoch")
    return {
      ...command,
      changed: command.changed.map(([name, member]) => [name, like(name, member)] as const),
    };
  return command;
}

function beginning(): { model: Model; state: SpaceState } {
  const model: Model = {
    members: new Map<string, ModelMember>([
      ["a", { role: "owner", offline: false, head: 0 }],
      ["b", { role: "manager", offline: false, head: 0 }],
      ["c", { role: "writer", offline: false, head: 1, until: 40 }],
      ["d", { role: "reader", offline: true, head: 0, until: 20 }],
      ["e", { role: "reader", offline: false, head: 2 }],
    ]),
    pins: new Map([
      ["a", 0],
      ["b", 0],
      ["c", 1],
      ["d", 0],
      ["e", 2],
    ]),
    shares: new Map(),
    epoch: 1,
    at: 0,
  };
  const begin = {
    suite: SUITE,
    space: idOf("space"),
    seq: 0,
    at: timeOf(0),
    by: { account: accountOf("a"), device: idOf("device a"), head: headOf("a", 0) },
    op: "begin",
    kind: "record",
    members: membersFields(model),
    epoch: epoch(1),
  };
  return {
    model,
    state: reduceSpace(undefined, parseAs(spacePayload, begin, "space"), hashNamed("0") as Hash),
  };
}

/** The state after a statement, or undefined where the reducer refuses it. */
function reduced(state: SpaceState, fields: Fields): SpaceState | undefined {
  const fact = parseAs(spacePayload, fields, "space");
  const before = structuredClone(state);
  try {
    return reduceSpace(state, fact, hashNamed(`statement ${state.head.seq + 1}`) as Hash);
  } catch (error) {
    assert.ok(error instanceof ProtocolError && error.code === "statement-refused", String(error));
    return undefined;
  } finally {
    assert.deepEqual(state, before, "a reducer that is pure leaves what it was given");
  }
}

function compare(state: SpaceState, model: Model): void {
  const byAccount = (a: Fields, b: Fields) => (String(a.account) < String(b.account) ? -1 : 1);
  assert.deepEqual(
    [...state.members.values()].map((each): Fields => ({ ...each })).sort(byAccount),
    membersFields(model).sort(byAccount),
  );
  assert.equal(currentEpoch(state).epoch.n, model.epoch);
  for (const [name, seq] of model.pins)
    assert.equal(state.pins.get(accountOf(name) as AccountId)?.seq, seq, `pin of ${name}`);
  const shares = [...state.shares.values()].map((each) => [each.share, each.ended !== undefined]);
  assert.deepEqual(
    shares.sort(),
    [...model.shares].map(([name, { ended }]) => [idOf(name), ended]).sort(),
  );
  for (const [account, member] of state.members)
    assert.deepEqual(memberAt(state, account, state.head.seq), member);
}

test("the reducer allows what the table of rights allows, and nothing else", () => {
  let allowed = 0;
  let refusals = 0;
  fc.assert(
    fc.property(fc.array(anyCommand, { minLength: 1, maxLength: 25 }), (commands) => {
      let { model, state } = beginning();
      for (const [i, drawn] of commands.entries()) {
        const command = settled(drawn, model, i);
        const expected = obey(model, command);
        const next = reduced(state, statementOf(state, model, command));
        assert.equal(next !== undefined, expected !== undefined, JSON.stringify(command));
        if (next === undefined || expected === undefined) {
          refusals += 1;
          continue;
        }
        allowed += 1;
        model = expected;
        state = next;
        compare(state, model);
      }
    }),
    { numRuns: 600 },
  );
  assert.ok(allowed > 300 && refusals > 300, `${allowed} allowed, ${refusals} refused`);
});

test("a pin that a statement moves on is not moved back by a member in the same statement", () => {
  const { model, state } = beginning();
  const command: Command = {
    ...({ op: "epoch", by: "a", head: 3, at: 1, ended: [] } as const),
    changed: [["d", { role: "reader", offline: true, head: 2, until: 20 }]],
    pins: [["d", 3]],
  };
  const next = reduced(state, statementOf(state, model, command));
  assert.equal(next?.pins.get(accountOf("d") as AccountId)?.seq, 3);
  assert.equal(next?.members.get(accountOf("d") as AccountId)?.head.seq, 2);
  compare(next ?? assert.fail("refused"), obey(model, command) ?? assert.fail("not allowed"));
});

test("the members of every past statement stay as they were", () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { minLength: 5, maxLength: 30 }), (commands) => {
      let { model, state } = beginning();
      const seen = [new Map(state.members)];
      for (const command of commands) {
        const next = reduced(state, statementOf(state, model, command));
        model = obey(model, command) ?? model;
        if (next !== undefined) {
          state = next;
          seen.push(new Map(state.members));
        }
      }
      for (const [seq, members] of seen.entries())
        for (const name of NAMES) {
          const account = accountOf(name) as AccountId;
          assert.deepEqual(
            memberAt(state, account, seq),
            members.get(account),
            `${name} at ${seq}`,
          );
        }
    }),
    { numRuns: 150 },
  );
});

test("S is wrapped for the server and whoever writes or may open offline; K for every member", () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { maxLength: 20 }), (commands) => {
      let { model, state } = beginning();
      for (const command of commands) {
        state = reduced(state, statementOf(state, model, command)) ?? state;
        model = obey(model, command) ?? model;
      }
      const wraps = wrapsOfEpoch(state.members.values(), hashNamed("server") as Hash);
      const recipients = (secret: string) =>
        wraps
          .filter((each) => each.secret === secret)
          .map((each) => String(each.recipient))
          .sort();
      const all = [...model.members];
      assert.deepEqual(recipients("space"), all.map(([name]) => accountOf(name)).sort());
      assert.deepEqual(
        recipients("release"),
        [
          "server",
          ...all
            .filter(([, { role, offline }]) => role !== "reader" || offline)
            .map(([name]) => accountOf(name)),
        ].sort(),
      );
    }),
    { numRuns: 100 },
  );
});

/** An account of which only identities and devices matter here. */
function accountWith(
  name: string,
  rotatedAt: number | undefined,
  cutAt: number | undefined,
  length: number,
): AccountState {
  const identity = { sign: hashNamed(name) as SigningKey, seal: "" as SealingKey };
  const hashes = Array.from({ length }, (_, seq) => hashNamed(`${name} at ${seq}`) as Hash);
  const life: DeviceLife = {
    device: idOf(`device ${name}`) as DeviceId,
    key: identity.sign,
    since: 0,
    ...(cutAt === undefined ? {} : { until: cutAt }),
  };
  return {
    account: accountOf(name) as AccountId,
    head: { hash: hashes[length - 1] ?? ("" as Hash), seq: length - 1 },
    hashes,
    identities: [
      { identity, hash: hashNamed(`${name} identity 0`) as Hash, since: 0 },
      ...(rotatedAt === undefined
        ? []
        : [{ identity, hash: hashNamed(`${name} identity 1`) as Hash, since: rotatedAt }]),
    ],
    devices: new Map([[life.device, life]]),
    slots: [],
  };
}

test("what is due is what somebody reading the page would list", () => {
  const anyAccount = fc.record({
    rotated: fc.boolean(),
    cutAt: fc.option(fc.integer({ min: 1, max: 5 })),
    known: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(anyCommand, { maxLength: 12 }),
      fc.array(anyAccount, { minLength: 6, maxLength: 6 }),
      fc.nat(90),
      (commands, lives, hour) => {
        let { model, state } = beginning();
        for (const command of commands) {
          state = reduced(state, statementOf(state, model, command)) ?? state;
          model = obey(model, command) ?? model;
        }
        const accounts = new Map<AccountId, AccountState>();
        for (const [i, name] of NAMES.entries()) {
          const { rotated = false, cutAt = null, known = false } = lives[i] ?? {};
          if (known) {
            const account = accountWith(name, rotated ? 2 : undefined, cutAt ?? undefined, 6);
            accounts.set(account.account, account);
          }
        }
        const expected = { ended: [] as string[], changed: [] as string[], pins: [] as string[] };
        for (const [name, member] of model.members) {
          const { rotated = false, cutAt = null, known = false } = lives[NAMES.indexOf(name)] ?? {};
          if (member.until !== undefined && member.until <= hour)
            expected.ended.push(accountOf(name));
          else if (known) {
            const newest = rotated ? 1 : 0;
            if (identityAt(member.head) !== newest)
              expected.changed.push(
                `${accountOf(name)} ${hashNamed(`${name} identity ${newest}`)} 5 ${member.role}`,
              );
            if (cutAt !== null && cutAt > (model.pins.get(name) ?? 0))
              expected.pins.push(`${accountOf(name)} 5`);
          }
        }
        const due = rotationDue(state, accounts, timeOf(hour));
        const found = {
          ended: [...(due?.ended ?? [])].map(String).sort(),
          changed: (due?.changed ?? [])
            .map((each) => `${each.account} ${each.identity} ${each.head.seq} ${each.role}`)
            .sort(),
          pins: (due?.pins ?? []).map((each) => `${each.account} ${each.head.seq}`).sort(),
        };
        assert.deepEqual(found, {
          ended: expected.ended.sort(),
          changed: expected.changed.sort(),
          pins: expected.pins.sort(),
        });
        assert.equal(
          due === undefined,
          found.ended.length + found.changed.length + found.pins.length === 0,
        );
      },
    ),
    { numRuns: 300 },
  );
});
