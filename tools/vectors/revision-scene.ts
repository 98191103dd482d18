// A record whose epochs turn three times, and what is written into it, in the vectors of revisions.

import {
  BEGIN,
  by,
  type Device,
  HOUR,
  headOf,
  type Person,
} from "../../packages/protocol/test/people.ts";
import {
  type Fields,
  hashNamed,
  idOf,
  statement,
  statementHash,
} from "../../packages/protocol/test/reference.ts";
import { after, beginRecord, member, turn } from "../../packages/protocol/test/spaces.ts";
import { cast } from "./cast.ts";

export const people = cast();
const { alice, bob, carol, dan, mallory, carolBefore } = people;
export const END = BEGIN + 60 * HOUR;
export const WRAP = hashNamed("wrap");

const asOwner = member(alice, { role: "owner", seq: 0 });
const asWriter = { ...member(carol, { role: "writer", seq: 1 }), identity: carolBefore.hash };
const asDated = member(bob, { role: "writer", until: END });
const first = beginRecord("record", alice, [
  asOwner,
  asWriter,
  asDated,
  member(dan, { role: "reader" }),
]);
/** Bob is ended and Carol pinned behind her signed-out tablet when four revisions are there. */
const second = turn(first, alice, 2, {
  ended: [bob.account],
  pins: [{ account: carol.account, head: headOf(carol.chain, 2) }],
  revisions: { size: 4, root: hashNamed("tree of 4") },
});
/** Mallory is received as a writer within the second epoch, and made somebody else's maker of nothing. */
const third = after(second, alice, "add", {
  member: member(mallory, { role: "writer" }),
  wraps: hashNamed("wraps"),
});
const fourth = turn(third, alice, 3, { revisions: { size: 9, root: hashNamed("tree of 9") } });
export const chain = [first, second, third, fourth];

interface Where {
  readonly head: number;
  readonly seq?: number;
  readonly device?: Device;
  readonly forged?: Device;
}

export const place = {
  space: idOf("space record"),
  item: idOf("item"),
  revision: idOf("revision"),
};
export const sealed = {
  commit: { secret: hashNamed("R"), content: hashNamed("content key") },
  metadata: hashNamed("metadata"),
  content: { length: 4152, root: hashNamed("segments") },
  held: "server",
};

function signed(kind: string, whose: Person, where: Where, over: Fields): string {
  const device = where.device ?? whose.device;
  const payload = {
    space: place.space,
    by: by(whose, where.seq, device),
    at: BEGIN + 10 * HOUR,
    spaceHead: headOf(chain, where.head),
    epoch: [1, 2, 2, 3][where.head] ?? 0,
    ...over,
  };
  return statement(kind, payload, (where.forged ?? device).pair);
}

export const revision = (whose: Person, where: Where, over: Fields = {}) =>
  signed("revision", whose, where, { ...place, ...sealed, op: "create", parents: [], ...over });
export const deletion = (whose: Person, where: Where) =>
  signed("revision", whose, where, { ...place, op: "delete", parents: [idOf("parent")] });
export const rewrap = (of: string, whose: Person, where: Where, over: Fields = {}) =>
  signed("rewrap", whose, where, { revision: statementHash(of), wrap: WRAP, ...over });
