// Refused in a space chain: beginnings, signers and additions (spec/space.md, MUST 1 to 3, 7).

import { BEGIN, by, DAY, headOf, NOWHERE } from "../../packages/protocol/test/people.ts";
import { idOf } from "../../packages/protocol/test/reference.ts";
import {
  after,
  beginRecord,
  boxOf,
  EMPTY_ROOT,
  epoch,
  links,
  turn,
} from "../../packages/protocol/test/spaces.ts";
import {
  alice,
  asManager,
  asNew,
  asOffline,
  asOwner,
  asReader,
  asWriter,
  at,
  begun,
  bob,
  carol,
  carolGone,
  closed,
  dan,
  danAgain,
  danGone,
  everybody,
  FRIDAY,
  first,
  inShare,
  mallory,
  malloryGone,
  moved,
  pinned,
  type Row,
  renewed,
  share,
  shareId,
  sharing,
  tablet,
  wraps,
} from "./space-scene.ts";

export const beginnings: Row[] = [
  ["a chain that does not start with begin", "op", [danAgain]],
  ["a second begin", "op", [first, first]],
  ["a first statement numbered 1", "seq", [begun(everybody, { seq: 1 })]],
  [
    "a begin that names a statement before it",
    "space",
    [begun(everybody, { prev: NOWHERE })],
    "malformed",
  ],
  ["a first epoch numbered 2", "epoch.n", [begun(everybody, { epoch: { ...epoch(1), n: 2 } })]],
  [
    "a first epoch that seals one before it",
    "epoch.back",
    [
      begun(everybody, {
        epoch: { ...epoch(1), back: { space: boxOf("a"), release: boxOf("b") } },
      }),
    ],
  ],
  ["an account twice", "members", [begun([...everybody, { ...asReader, role: "writer" }])]],
  ["begun by a manager", "by.account", [beginRecord("record", bob, everybody)]],
  ["begun by nobody of it", "by.account", [beginRecord("record", mallory, everybody)]],
  ["no member", "space.members", [begun([])], "malformed"],
  ["no owner without end date", "members", [begun([{ ...asOwner, until: FRIDAY }, asReader])]],
  [
    "begun by an owner whose date has passed",
    "by.account",
    [
      begun([
        { ...asOwner, until: BEGIN },
        { ...asManager, role: "owner" },
      ]),
    ],
  ],
  [
    "begun at an account head before its owner's own",
    "by.head",
    [beginRecord("record", alice, [{ ...asOwner, head: headOf(alice.chain, 1) }], {}, { seq: 0 })],
  ],
  ["a team, which is not built", "space.kind", [begun(everybody, { kind: "team" })], "malformed"],
  [
    "an inbox, which is not built",
    "space.epoch",
    [begun(everybody, { epoch: { ...epoch(1), inbox: NOWHERE } })],
    "malformed",
  ],
  [
    "a team as member, which is not built",
    "space.members.1",
    [begun([asOwner, { ...asReader, team: idOf("team") }])],
    "malformed",
  ],
  [
    "a role that does not exist",
    "space.members.1.role",
    [begun([asOwner, { ...asReader, role: "admin" }])],
    "malformed",
  ],
  [
    "an identity that is not the account's",
    "member.identity",
    [begun([asOwner, { ...asReader, identity: mallory.hash }])],
  ],
  [
    "an identity before it was in force",
    "member.identity",
    [begun([asOwner, { ...renewed, head: headOf(carol.chain, 2) }])],
  ],
  [
    "an account head that is not in its chain",
    "member.head",
    [begun([asOwner, { ...asReader, head: { hash: NOWHERE, seq: 0 } }])],
  ],
  [
    "an account head beyond its chain",
    "member.head",
    [begun([asOwner, { ...asReader, head: { ...asReader.head, seq: 9 } }])],
  ],
  ["a share with three members", "members", [share([asOwner, asReader, asOffline])]],
  ["a share without recipient", "members", [share([asOwner])]],
  ["a share with a writer", "members", [share([asOwner, { ...asReader, role: "writer" }])]],
  [
    "a share whose recipient stays longer than it",
    "members",
    [share([asOwner, { ...asReader, until: FRIDAY + 1 }])],
  ],
  [
    "a share whose recipient stays for ever",
    "members",
    [share([asOwner, { ...asReader, until: undefined }])],
  ],
  [
    "a share of 1,001 links",
    "space.links.count",
    [share([asOwner, asReader], { links: links("", 1001) })],
    "malformed",
  ],
  [
    "a share of no link",
    "space.links.count",
    [share([asOwner, asReader], { links: links("", 0) })],
    "malformed",
  ],
  [
    "a share without end date",
    "space.until",
    [share([asOwner, asReader], { until: undefined })],
    "malformed",
  ],
  [
    "a record with the source of a share",
    "space",
    [begun(everybody, { source: { space: shareId } })],
    "malformed",
  ],
];

export const signers: Row[] = [
  [
    "another space",
    "space",
    [first, after(first, alice, "add", { member: asNew("reader"), wraps, space: shareId })],
  ],
  [
    "a number left out",
    "seq",
    [first, after(first, alice, "add", { member: asNew("reader"), wraps, seq: 2 })],
  ],
  [
    "another statement before",
    "prev",
    [first, after(first, alice, "add", { member: asNew("reader"), wraps, prev: NOWHERE })],
  ],
  [
    "dated a day and a millisecond before the one before it",
    "at",
    [
      first,
      after(first, alice, "add", { member: asNew("reader"), wraps, at: at(first) - DAY - 1 }),
    ],
  ],
  [
    "a stranger lets himself in",
    "by.account",
    [first, after(first, mallory, "add", { member: asNew("reader"), wraps })],
  ],
  [
    "a member who was ended",
    "by.account",
    [first, danGone, after(danGone, dan, "add", { member: asNew("reader"), wraps })],
  ],
  [
    "a manager past the end date",
    "by.account",
    [
      begun([asOwner, { ...asManager, until: FRIDAY }]),
      after(begun([asOwner, { ...asManager, until: FRIDAY }]), bob, "add", {
        member: asNew("reader"),
        wraps,
        at: FRIDAY,
      }),
    ],
  ],
  [
    "signed by a device of somebody else",
    undefined,
    [
      first,
      after(first, alice, "add", { member: asNew("reader"), wraps }, { forged: mallory.device }),
    ],
    "signature-refused",
  ],
  [
    "signed by a device that was never enrolled",
    "by.device",
    [
      first,
      after(first, alice, "add", { member: asNew("reader"), wraps }, { device: mallory.device }),
    ],
  ],
  [
    "signed by a device that was signed out",
    "by.device",
    [
      first,
      after(
        first,
        carol,
        "epoch",
        {
          epoch: epoch(2),
          ended: [],
          changed: [],
          pins: [],
          revisions: { size: 0, root: EMPTY_ROOT },
        },
        { device: tablet, seq: 2 },
      ),
    ],
  ],
  [
    "signed by a device before it was enrolled",
    "by.device",
    [first, turn(first, carol, 2, {}, { device: tablet, seq: 0 })],
  ],
  [
    "an account head that is not the signer's",
    "by.head",
    [
      first,
      after(first, alice, "add", {
        member: asNew("reader"),
        wraps,
        by: { ...by(alice), head: headOf(bob.chain) },
      }),
    ],
  ],
  [
    "a device signed out, dating itself back behind the pin",
    "by.head",
    [first, pinned, turn(pinned, carol, 3, {}, { device: tablet, seq: 1 })],
  ],
  ["an op that does not exist", "space.op", [first, after(first, alice, "merge")], "malformed"],
  ["a record closed", "op", [first, after(first, alice, "close")]],
  [
    "a member added to a share",
    "op",
    [inShare, after(inShare, alice, "add", { member: asNew("reader"), wraps })],
  ],
  ["the epoch of a share turned", "op", [inShare, turn(inShare, alice, 2)]],
  [
    "a share of a share",
    "op",
    [inShare, after(inShare, alice, "share", { ...sharing, share: idOf("another") })],
  ],
  ["a share closed by its recipient", "by.account", [inShare, after(inShare, dan, "close")]],
  ["after close", undefined, [inShare, closed, after(closed, alice, "close")]],
];

export const additions: Row[] = [
  [
    "a reader adds",
    "member.role",
    [first, after(first, dan, "add", { member: asNew("reader"), wraps })],
  ],
  [
    "a writer adds",
    "member.role",
    [first, after(first, carol, "add", { member: asNew("reader"), wraps })],
  ],
  [
    "a reader makes himself a writer",
    "member.role",
    [first, after(first, dan, "add", { member: { ...asReader, role: "writer" }, wraps })],
  ],
  [
    "a manager adds a manager",
    "member.role",
    [first, after(first, bob, "add", { member: asNew("manager"), wraps })],
  ],
  [
    "a manager makes himself an owner",
    "member.role",
    [first, after(first, bob, "add", { member: { ...asManager, role: "owner" }, wraps })],
  ],
  [
    "a manager restates an owner",
    "member.account",
    [first, after(first, bob, "add", { member: { ...asOwner, role: "reader" }, wraps })],
  ],
  [
    "a role lowered",
    "member",
    [first, after(first, alice, "add", { member: { ...asWriter, role: "reader" }, wraps })],
  ],
  [
    "the offline right taken",
    "member",
    [first, after(first, alice, "add", { member: { ...asOffline, offline: false }, wraps })],
  ],
  [
    "an identity exchanged",
    "member",
    [first, after(first, alice, "add", { member: renewed, wraps })],
  ],
  [
    "the last lasting owner until a date",
    "members",
    [first, after(first, alice, "add", { member: { ...asOwner, until: FRIDAY }, wraps })],
  ],
  ["an addition replayed", "seq", [first, danAgain, danAgain]],
  [
    "an addition replayed after the member was ended",
    "seq",
    [first, danAgain, malloryGone, danAgain],
  ],
  [
    "somebody received again at the identity that was rotated away",
    "member.head",
    [first, moved, carolGone, after(carolGone, alice, "add", { member: asWriter, wraps })],
  ],
  [
    "a member of an unknown account",
    "member.account",
    [
      first,
      after(first, alice, "add", {
        member: { ...asNew("reader"), account: idOf("account nobody") },
        wraps,
      }),
    ],
  ],
  [
    "no wraps",
    "space.wraps",
    [first, after(first, alice, "add", { member: asNew("reader") })],
    "malformed",
  ],
];
