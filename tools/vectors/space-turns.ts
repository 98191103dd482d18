// Refused in a space chain: epochs and shares (spec/space.md, MUST 3 to 6).

import { HOUR, headOf, NOWHERE } from "../../packages/protocol/test/people.ts";
import { hashNamed } from "../../packages/protocol/test/reference.ts";
import { after, boxOf, epoch, mend, turn } from "../../packages/protocol/test/spaces.ts";
import {
  alice,
  asNew,
  asOffline,
  asOwner,
  asReader,
  asWriter,
  bob,
  carol,
  dan,
  danGone,
  erin,
  FRIDAY,
  first,
  later,
  made,
  mallory,
  mended,
  moved,
  pinned,
  type Row,
  shareId,
  sharing,
  turnedBy,
  wraps,
} from "./space-scene.ts";

export const turns: Row[] = [
  ["an epoch left out", "epoch.n", [first, turn(first, alice, 3)]],
  ["a retired epoch begun again", "epoch.n", [first, danGone, turn(danGone, alice, 2)]],
  [
    "an epoch that does not seal the one before",
    "epoch.back",
    [first, turn(first, alice, 2, { epoch: { ...epoch(2), back: undefined } })],
  ],
  [
    "an epoch that mends the one before it",
    "epoch.mend.of",
    [first, turnedBy(carol), mended(turnedBy(carol), alice, { mend: mend(2) })],
  ],
  [
    "a second epoch that mends",
    "epoch.mend.of",
    [first, turn(first, alice, 2, { epoch: { ...epoch(2), mend: mend(1) } })],
  ],
  [
    "an epoch of no number mended",
    "space.epoch.mend.of",
    [first, turnedBy(carol), mended(turnedBy(carol), alice, { mend: mend(0) })],
    "malformed",
  ],
  ["a writer mends", "epoch.mend.of", [first, turnedBy(carol), mended(turnedBy(carol), carol)]],
  [
    "a manager mends past an owner's epoch",
    "epoch.mend.of",
    [first, turnedBy(alice), mended(turnedBy(alice), bob)],
  ],
  [
    "a manager mends past a manager's epoch",
    "epoch.mend.of",
    [first, turnedBy(bob), mended(turnedBy(bob), bob)],
  ],
  [
    "a manager mends past a writer's epoch who was a manager then",
    "epoch.mend.of",
    (() => {
      const added = after(first, alice, "add", { member: asNew("manager"), wraps });
      const turned = turn(added, mallory, 2);
      const lowered = turn(turned, alice, 3, { changed: [asNew("writer")] });
      const { back: _, ...rest } = epoch(4);
      return [
        first,
        added,
        turned,
        lowered,
        turn(lowered, bob, 4, { epoch: { ...rest, mend: mend(1) } }),
      ];
    })(),
  ],
  [
    "the space key of the epoch before",
    "epoch",
    [first, turn(first, alice, 2, { epoch: { ...epoch(2), space: hashNamed("space key 1 ") } })],
  ],
  [
    "the release key of the epoch before",
    "epoch",
    [
      first,
      turn(first, alice, 2, { epoch: { ...epoch(2), release: hashNamed("release key 1 ") } }),
    ],
  ],
  [
    "a box of 79 bytes",
    "space.epoch.back.space",
    [
      first,
      turn(first, alice, 2, {
        epoch: { ...epoch(2), back: { space: boxOf("x").slice(0, 106), release: boxOf("y") } },
      }),
    ],
    "malformed",
  ],
  [
    "a box with unused bits",
    "space.epoch.back.space",
    [
      first,
      turn(first, alice, 2, {
        epoch: {
          ...epoch(2),
          back: { space: `${boxOf("x").slice(0, 106)}B`, release: boxOf("y") },
        },
      }),
    ],
    "malformed",
  ],
  [
    "fewer revisions than before",
    "revisions.size",
    (() => {
      const grown = turn(first, alice, 2, { revisions: { size: 2, root: hashNamed("tree of 2") } });
      return [
        first,
        grown,
        turn(grown, alice, 3, { revisions: { size: 1, root: hashNamed("tree of 1") } }),
      ];
    })(),
  ],
  [
    "as many revisions, and others",
    "revisions.root",
    (() => {
      const grown = turn(first, alice, 2, { revisions: { size: 2, root: hashNamed("tree of 2") } });
      return [
        first,
        grown,
        turn(grown, alice, 3, { revisions: { size: 2, root: hashNamed("another tree of 2") } }),
      ];
    })(),
  ],
  [
    "no revision, and a root",
    "revisions.root",
    [first, turn(first, alice, 2, { revisions: { size: 0, root: NOWHERE } })],
  ],
  ["a reader rotates", "by.account", [first, turn(first, dan, 2)]],
  ["a reader with the offline right rotates", "by.account", [first, turn(first, erin, 2)]],
  [
    "a writer ends somebody not due",
    "ended",
    [first, turn(first, carol, 2, { ended: [dan.account] })],
  ],
  [
    "a writer ends somebody a millisecond early",
    "ended",
    [first, turn(first, carol, 2, { ended: [dan.account], at: FRIDAY - 1 })],
  ],
  [
    "a writer ends somebody without date",
    "ended",
    [first, turn(first, carol, 2, { ended: [erin.account], ...later })],
  ],
  [
    "a writer takes a right",
    "changed",
    [first, turn(first, carol, 2, { changed: [{ ...asOffline, offline: false }] })],
  ],
  [
    "a writer takes the owner's role",
    "changed",
    [first, turn(first, carol, 2, { changed: [{ ...asOwner, role: "reader" }] })],
  ],
  ["a manager ends the owner", "ended", [first, turn(first, bob, 2, { ended: [alice.account] })]],
  [
    "a manager takes the owner's role",
    "changed",
    [first, turn(first, bob, 2, { changed: [{ ...asOwner, role: "reader" }] })],
  ],
  [
    "the last owner ends himself",
    "members",
    [first, turn(first, alice, 2, { ended: [alice.account] })],
  ],
  [
    "the last owner becomes a manager",
    "members",
    [first, turn(first, alice, 2, { changed: [{ ...asOwner, role: "manager" }] })],
  ],
  ["ended twice", "ended", [first, turn(first, alice, 2, { ended: [dan.account, dan.account] })]],
  [
    "ended and changed",
    "ended",
    [first, turn(first, alice, 2, { ended: [dan.account], changed: [asReader] })],
  ],
  [
    "changed twice",
    "ended",
    [first, turn(first, alice, 2, { changed: [asReader, { ...asReader, until: FRIDAY - HOUR }] })],
  ],
  [
    "ended without being a member",
    "ended",
    [first, turn(first, alice, 2, { ended: [mallory.account] })],
  ],
  [
    "changed without being a member",
    "ended",
    [first, turn(first, alice, 2, { changed: [asNew("reader")] })],
  ],
  [
    "a role raised by an epoch",
    "changed",
    [first, turn(first, alice, 2, { changed: [{ ...asReader, role: "writer" }] })],
  ],
  [
    "the offline right given by an epoch",
    "changed",
    [first, turn(first, alice, 2, { changed: [{ ...asReader, offline: true }] })],
  ],
  [
    "a date moved on by an epoch",
    "changed",
    [first, turn(first, alice, 2, { changed: [{ ...asReader, until: FRIDAY + 1 }] })],
  ],
  [
    "a date lifted by an epoch",
    "changed",
    [first, turn(first, alice, 2, { changed: [{ ...asReader, until: undefined }] })],
  ],
  [
    "a member moved to an identity that is not the account's",
    "member.identity",
    [first, turn(first, carol, 2, { changed: [{ ...asOwner, identity: mallory.hash }] })],
  ],
  [
    "a member moved back to the identity that was rotated away",
    "member.head",
    [first, moved, turn(moved, bob, 3, { changed: [asWriter] })],
  ],
  [
    "a pin moved back",
    "pins",
    [
      first,
      pinned,
      turn(pinned, alice, 3, { pins: [{ account: carol.account, head: headOf(carol.chain, 1) }] }),
    ],
  ],
  [
    "a pin that nobody reaches",
    "pins",
    [
      first,
      turn(first, carol, 2, {
        pins: [{ account: alice.account, head: { hash: NOWHERE, seq: 1_000_000 } }],
      }),
    ],
  ],
  [
    "a pin at a fork of the account's chain",
    "pins",
    [
      first,
      turn(first, carol, 2, {
        pins: [{ account: alice.account, head: { hash: NOWHERE, seq: 1 } }],
      }),
    ],
  ],
  [
    "a pin of somebody who is no member",
    "pins",
    [
      first,
      turn(first, carol, 2, { pins: [{ account: mallory.account, head: headOf(mallory.chain) }] }),
    ],
  ],
  [
    "a pin of somebody who ends",
    "pins",
    [
      first,
      turn(first, alice, 2, {
        ended: [dan.account],
        pins: [{ account: dan.account, head: headOf(dan.chain) }],
      }),
    ],
  ],
];

export const shares: Row[] = [
  ["a writer shares", "by.account", [first, after(first, carol, "share", sharing)]],
  ["a reader shares", "by.account", [first, after(first, dan, "share", sharing)]],
  ["a share twice", "share", [first, made, after(made, bob, "share", sharing)]],
  [
    "a share that says of the offline right that there is none",
    "space.offline",
    [first, after(first, bob, "share", { ...sharing, offline: false })],
    "malformed",
  ],
  [
    "a share ended by a writer",
    "by.account",
    [first, made, after(made, carol, "unshare", { share: shareId })],
  ],
  [
    "a share ended by its recipient",
    "by.account",
    [first, made, after(made, dan, "unshare", { share: shareId })],
  ],
  [
    "a share ended that never was",
    "share",
    [first, after(first, alice, "unshare", { share: shareId })],
  ],
  [
    "a share ended twice",
    "share",
    (() => {
      const ended = after(made, bob, "unshare", { share: shareId });
      return [first, made, ended, after(ended, alice, "unshare", { share: shareId })];
    })(),
  ],
  [
    "a share ended that went with its maker",
    "share",
    (() => {
      const ended = turn(made, alice, 2, { ended: [bob.account] });
      return [first, made, ended, after(ended, alice, "unshare", { share: shareId })];
    })(),
  ],
  [
    "a share ended and made again under its id",
    "share",
    (() => {
      const ended = after(made, bob, "unshare", { share: shareId });
      return [first, made, ended, after(ended, alice, "share", sharing)];
    })(),
  ],
];
