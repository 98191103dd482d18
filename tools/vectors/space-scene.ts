// A record, a share of it, and what happens to them in the vectors of space chains.

import { BEGIN, DAY, HOUR, headOf, type Person } from "../../packages/protocol/test/people.ts";
import { type Fields, hashNamed, idOf, payloadOf } from "../../packages/protocol/test/reference.ts";
import {
  after,
  beginRecord,
  epoch,
  links,
  member,
  mend,
  spaceStatement,
  turn,
} from "../../packages/protocol/test/spaces.ts";
import { cast } from "./cast.ts";

export type Row = [
  name: string,
  field: string | undefined,
  chain: readonly string[],
  code?: string,
];

export const people = cast();
export const { alice, bob, carol, dan, erin, mallory, tablet, carolBefore } = people;

/** When Dan's membership ends. */
export const FRIDAY = BEGIN + 3 * DAY;
export const asOwner = member(alice, { role: "owner", seq: 0 });
export const asManager = member(bob, { role: "manager" });
/** Carol as she was received before she signed the tablet out and renewed her identity. */
export const asWriter = {
  ...member(carol, { role: "writer", seq: 1 }),
  identity: carolBefore.hash,
};
export const asReader = member(dan, { role: "reader", until: FRIDAY });
export const asOffline = member(erin, { role: "reader", offline: true });
export const everybody = [asOwner, asManager, asWriter, asReader, asOffline];
export const first = beginRecord("record", alice, everybody);
export const renewed = member(carol, { role: "writer" });
export const shareId = idOf("space share");
export const at = (statement: string) => Number(payloadOf(statement).at);

export const wraps = hashNamed("wraps of an addition");
export const asNew = (role: string, more: { offline?: boolean; until?: number } = {}) =>
  member(mallory, { role, ...more });
export const begun = (members: readonly Fields[], over: Fields = {}): string =>
  spaceStatement(alice, {
    space: idOf("space record"),
    seq: 0,
    at: BEGIN + HOUR,
    op: "begin",
    kind: "record",
    members,
    epoch: epoch(1),
    ...over,
  });
export const share = (members: readonly Fields[], over: Fields = {}): string =>
  begun(members, {
    space: shareId,
    kind: "share",
    source: { space: idOf("space record") },
    until: FRIDAY,
    links: links(),
    ...over,
  });
export const sharing: Fields = {
  share: shareId,
  recipient: dan.account,
  until: FRIDAY,
  links: links(),
  begin: hashNamed("first of the share"),
};
export const inShare = share([asOwner, asReader]);
export const withOffline: Fields = { ...asReader, offline: true };
export const inShareOffline = share([asOwner, withOffline]);
/** Carol's rotation carried into the record, with a pin of her newest head. */
export const moved = turn(first, bob, 2, { changed: [renewed] });
export const pinned = turn(first, alice, 2, {
  pins: [{ account: carol.account, head: headOf(carol.chain, 2) }],
});
export const later = { at: FRIDAY + HOUR };
export const danGone = turn(first, alice, 2, { ended: [dan.account] });
export const danAgain = after(first, alice, "add", { member: asNew("reader"), wraps });
/** Epoch 2, turned by somebody. */
export const turnedBy = (whose: Person) => turn(first, whose, 2);
/** Epoch 3, past epoch 2; also in another form. */
export const mended = (before: string, whose: Person, over: Fields = {}) => {
  const { back: _, ...rest } = epoch(3);
  return turn(before, whose, 3, { epoch: { ...rest, mend: mend(1), ...over } });
};
export const malloryGone = turn(danAgain, alice, 2, { ended: [mallory.account] });
export const carolGone = turn(moved, alice, 3, { ended: [carol.account] });
export const made = after(first, bob, "share", sharing);
export const closed = after(inShare, alice, "close");
