// Where every simulation begins: two accounts, three devices, a record with two shares. Made once.

import {
  type AccountId,
  type AccountState,
  type Accounts,
  followAccount,
  followSpace,
  fromBase64url,
  parseAs,
  type SpaceId,
  type SpaceState,
  type Statement,
  spaceIdField,
  statementField,
} from "@ecrin/protocol";
import {
  BEGIN,
  DAY,
  type Device,
  deviceNamed,
  enrol,
  HOUR,
  type Person,
  person,
} from "../../packages/protocol/test/people.ts";
import { b64, hashNamed, idOf, pattern } from "../../packages/protocol/test/reference.ts";
import { after, beginRecord, links, member } from "../../packages/protocol/test/spaces.ts";

/** Whose a device is, and what it signs with. */
export interface Seat {
  readonly name: string;
  readonly whose: Person;
  readonly device: Device;
}

/** The state that every simulation starts from. */
export interface World {
  readonly space: SpaceId;
  readonly statements: readonly Statement[];
  readonly state: SpaceState;
  readonly accounts: Accounts;
  readonly seats: readonly Seat[];
  readonly shares: readonly SpaceId[];
  readonly owner: Person;
  readonly guest: AccountId;
}

/** When a simulation begins. The guest's membership ends three days later. */
export const START = BEGIN + 10 * HOUR;
export const GUEST_UNTIL = START + 3 * DAY;

/** S of an epoch: every member of this world may write. */
export function releaseKeyOf(epoch: number) {
  return new Uint8Array(pattern(`simulated release key ${epoch}`, 32));
}

export function statementOf(text: string): Statement {
  return parseAs(statementField, text, "statement");
}

export async function makeWorld(): Promise<World> {
  const [alice, bob] = [person("alice"), person("bob")];
  const tablet = deviceNamed("simulated tablet");
  enrol(alice, tablet);
  const members = [
    member(alice, { role: "owner" }),
    member(bob, { role: "writer", until: GUEST_UNTIL }),
  ];
  const chain = [beginRecord("simulated", alice, members)];
  for (const label of ["one", "two"]) {
    chain.push(
      after(chain.at(-1) ?? "", alice, "share", {
        share: idOf(`simulated share ${label}`),
        recipient: bob.account,
        until: START + 300 * DAY,
        links: links(label),
        begin: hashNamed(`begin ${label}`),
      }),
    );
  }
  const accounts = new Map<AccountId, AccountState>();
  for (const each of [alice, bob]) {
    const state = await followAccount(undefined, each.chain);
    if (state !== undefined) accounts.set(state.account, state);
  }
  const state = await followSpace(undefined, chain, accounts);
  const guest = [...accounts.keys()].find((each) => each === bob.account);
  if (state === undefined || guest === undefined) throw new Error("the world has a record");
  return {
    space: state.space,
    statements: chain.map(statementOf),
    state,
    accounts,
    seats: [
      { name: "phone", whose: alice, device: alice.device },
      { name: "tablet", whose: alice, device: tablet },
      { name: "practice", whose: bob, device: bob.device },
    ],
    shares: [...state.shares.keys()].map((share) => parseAs(spaceIdField, share, "share")),
    owner: alice,
    guest,
  };
}

/** Bytes of a text that is base64url. */
export const bytesIn = (text: string) => fromBase64url(text);
export const textOf = (bytes: Uint8Array) => b64(bytes);
