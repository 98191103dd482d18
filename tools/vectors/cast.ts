// Who plays in the vectors of spaces and revisions, and how far each one's account chain has come.

import {
  cut,
  type Device,
  deviceNamed,
  enrol,
  type Person,
  person,
  rotate,
} from "../../packages/protocol/test/people.ts";

export interface Cast {
  readonly alice: Person;
  readonly bob: Person;
  readonly carol: Person;
  readonly dan: Person;
  readonly erin: Person;
  readonly mallory: Person;
  /** Carol's second device: enrolled at 1, signed out at 2. */
  readonly tablet: Device;
  /** Carol's names: until 3, and from 3 on. */
  readonly carolBefore: { readonly hash: string };
}

/** Alice owns, Bob manages, Carol writes, Dan reads, Erin reads offline; Mallory is nobody. */
export function cast(): Cast {
  const [alice, bob, carol, dan, erin, mallory] = [
    "alice",
    "bob",
    "carol",
    "dan",
    "erin",
    "mallory",
  ].map(person) as [Person, Person, Person, Person, Person, Person];
  const tablet = deviceNamed("carol tablet");
  enrol(carol, tablet);
  cut(carol, tablet);
  const carolBefore = { hash: carol.hash };
  rotate(carol, "carol again");
  enrol(alice, deviceNamed("alice laptop"));
  return { alice, bob, carol, dan, erin, mallory, tablet, carolBefore };
}

export function chainsOf(people: Cast): { [name: string]: readonly string[] } {
  const { alice, bob, carol, dan, erin, mallory } = people;
  return Object.fromEntries(
    [alice, bob, carol, dan, erin, mallory].map((each) => [each.account, each.chain]),
  );
}
