// Space chains: spec/space.md. In a refused chain, all but the last statement are accepted.

import { BEGIN, DAY, HOUR, headOf } from "../../packages/protocol/test/people.ts";
import type { Fields } from "../../packages/protocol/test/reference.ts";
import { after, boxOf, EMPTY_ROOT, epoch, turn } from "../../packages/protocol/test/spaces.ts";
import { accepted, type Book, refused, shelf } from "./book.ts";
import { chainsOf } from "./cast.ts";
import { additions, beginnings, signers } from "./space-entries.ts";
import {
  alice,
  asManager,
  asNew,
  asOffline,
  asOwner,
  asReader,
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
  inShareOffline,
  later,
  made,
  malloryGone,
  mended,
  moved,
  people,
  pinned,
  renewed,
  shareId,
  sharing,
  tablet,
  turnedBy,
  withOffline,
  wraps,
} from "./space-scene.ts";
import { shares, turns } from "./space-turns.ts";

/** What the state must be after a chain. Everybody's membership as `role`, `role+offline`, with `~` and the date if there is one. */
function stateOf(
  seq: number,
  n: number,
  members: readonly Fields[],
  more: { closed?: boolean; shares?: Fields } = {},
): Fields {
  const shown = members.map(({ account, role, offline, until }): [string, string] => [
    String(account),
    `${role}${offline === true ? "+offline" : ""}${until === undefined ? "" : `~${until}`}`,
  ]);
  return {
    seq,
    epoch: n,
    members: Object.fromEntries(shown),
    closed: more.closed ?? false,
    shares: more.shares ?? {},
  };
}

const without = (...gone: readonly Fields[]) =>
  everybody.filter((each) => !gone.some((other) => other.account === each.account));
const taken = turn(first, alice, 2, {
  changed: [
    { ...asOffline, offline: false },
    { ...asManager, role: "reader" },
  ],
});
const dayBack = after(first, alice, "add", { member: asNew("reader"), wraps, at: at(first) - DAY });
const byWriter = turn(first, carol, 2, {
  ended: [dan.account],
  changed: [renewed],
  pins: [{ account: alice.account, head: headOf(alice.chain) }],
  ...later,
});
const raised = after(first, bob, "add", {
  member: { ...asReader, role: "writer", offline: true, until: FRIDAY - HOUR },
  wraps,
});
const endedShare = after(made, bob, "unshare", { share: shareId });
const withMaker = turn(made, alice, 2, { ended: [bob.account] });

const right: [string, readonly string[], Fields][] = [
  ["a record", [first], stateOf(0, 1, everybody)],
  [
    "a reader added by a manager",
    [first, after(first, bob, "add", { member: asNew("reader"), wraps })],
    stateOf(1, 1, [...everybody, asNew("reader")]),
  ],
  [
    "a manager added by the owner",
    [first, after(first, alice, "add", { member: asNew("manager"), wraps })],
    stateOf(1, 1, [...everybody, asNew("manager")]),
  ],
  [
    "dated a day before the one before it, and no more",
    [first, dayBack],
    stateOf(1, 1, [...everybody, asNew("reader")]),
  ],
  [
    "a reader raised, with another date",
    [first, raised],
    stateOf(1, 1, [
      ...without(asReader),
      { ...asReader, role: "writer", offline: true, until: FRIDAY - HOUR },
    ]),
  ],
  ["a membership ended", [first, danGone], stateOf(1, 2, without(asReader))],
  [
    "somebody ended and received again",
    [
      first,
      danAgain,
      malloryGone,
      after(malloryGone, alice, "add", { member: asNew("writer"), wraps }),
    ],
    stateOf(3, 2, [...everybody, asNew("writer")]),
  ],
  [
    "rights taken",
    [first, taken],
    stateOf(1, 2, [
      ...without(asOffline, asManager),
      { ...asOffline, offline: false },
      { ...asManager, role: "reader" },
    ]),
  ],
  ["a member at a new identity", [first, moved], stateOf(1, 2, everybody)],
  ["a pin", [first, pinned], stateOf(1, 2, everybody)],
  ["a writer rotates what is due", [first, byWriter], stateOf(1, 2, without(asReader))],
  [
    "a device that was enrolled later",
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
        { device: tablet, seq: 1 },
      ),
    ],
    stateOf(1, 2, everybody),
  ],
  [
    "an epoch turned from an older one, past a writer's",
    [first, turnedBy(carol), mended(turnedBy(carol), bob)],
    stateOf(2, 3, everybody),
  ],
  [
    "an epoch turned from the one before and from an older one",
    [
      first,
      turnedBy(bob),
      mended(turnedBy(bob), alice, {
        back: { space: boxOf("space 3"), release: boxOf("release 3") },
      }),
    ],
    stateOf(2, 3, everybody),
  ],
  [
    "a share made from the record",
    [first, made],
    stateOf(1, 1, everybody, { shares: { [shareId]: "in force" } }),
  ],
  [
    "a share whose recipient may open without asking",
    [first, after(first, bob, "share", { ...sharing, offline: true })],
    stateOf(1, 1, everybody, { shares: { [shareId]: "in force" } }),
  ],
  ["a share with the offline right", [inShareOffline], stateOf(0, 1, [asOwner, withOffline])],
  [
    "a share ended",
    [first, made, endedShare],
    stateOf(2, 1, everybody, { shares: { [shareId]: "ended at 2" } }),
  ],
  [
    "a share ended with its maker",
    [first, made, withMaker],
    stateOf(2, 2, without(asManager), { shares: { [shareId]: "ended at 2" } }),
  ],
  ["a share", [inShare], stateOf(0, 1, [asOwner, asReader])],
  ["a share closed", [inShare, closed], stateOf(1, 1, [asOwner, asReader], { closed: true })],
];

export function spaceChains(): Book {
  const texts = shelf("s");
  const rows = [...beginnings, ...signers, ...additions, ...turns, ...shares];
  return {
    spec: "spec/space.md, Chain",
    accept: right.map(([name, chain, state]) =>
      accepted(name, { chain: texts.takeAll(chain), state }),
    ),
    refuse: rows.map(([name, field, chain, code = "statement-refused"]) =>
      refused(name, code, field, { chain: texts.takeAll(chain) }),
    ),
    shared: { accounts: chainsOf(people), statements: texts.texts },
  };
}

/** What must be rotated before anybody seals. */
export function rotations(): Book {
  const texts = shelf("s");
  const alone = begun([asOwner]);
  const due = (name: string, chain: readonly string[], now: number, expected: Fields | undefined) =>
    accepted(name, {
      chain: texts.takeAll(chain),
      now,
      ...(expected === undefined ? {} : { due: expected }),
    });
  const none = { ended: [], changed: [], pins: [] };
  const newest = headOf(carol.chain);
  const carolDue = { changed: [renewed], pins: [{ account: carol.account, head: newest }] };
  return {
    spec: "spec/space.md, Rotation due",
    accept: [
      due("nothing", [alone], FRIDAY * 2, undefined),
      due("a rotated identity, and a device signed out", [first], BEGIN + DAY, {
        ...none,
        ...carolDue,
      }),
      due("a millisecond before a date", [first], FRIDAY - 1, { ...none, ...carolDue }),
      due("a date that has come", [first], FRIDAY, { ...carolDue, ended: [dan.account] }),
      due("nothing once carried over", [first, moved], BEGIN + DAY, undefined),
      due("the identity still, once the device is pinned", [first, pinned], BEGIN + DAY, {
        ...none,
        changed: [renewed],
      }),
      due("nothing in a share, which never rotates", [inShare], FRIDAY * 2, undefined),
      due("nothing of somebody who has gone", [first, moved, carolGone], BEGIN + DAY, undefined),
    ],
    refuse: [],
    shared: { accounts: chainsOf(people), statements: texts.texts },
  };
}
