// Inboxes and deposits: spec/deposit.md.

import { BEGIN, by, HOUR, sealingKey } from "../../packages/protocol/test/people.ts";
import {
  type Fields,
  hashNamed,
  idOf,
  statement,
  statementHash,
} from "../../packages/protocol/test/reference.ts";
import { after, turn } from "../../packages/protocol/test/spaces.ts";
import { accepted, type Book, refused, shelf } from "./book.ts";
import { chainsOf } from "./cast.ts";
import {
  alice,
  asManager,
  asNew,
  asOwner,
  at,
  bob,
  carol,
  dan,
  FRIDAY,
  first,
  inShare,
  mallory,
  people,
  type Row,
  wraps,
} from "./space-scene.ts";

interface Holder {
  readonly account: string;
  readonly identity: string;
}

const holder = ({ account, identity }: Holder) => ({
  account,
  identity,
  wrap: hashNamed(`inbox wrap ${account}`),
});
const inOrder = (holders: readonly Holder[]) =>
  [...holders].sort((a, b) => (a.account < b.account ? -1 : 1));

/** An inbox for these, in the order of their accounts unless `shuffled`. */
function inbox(n: number, holders: readonly Holder[], over: Fields = {}): Fields {
  const key = sealingKey(`inbox ${n}`);
  return { inbox: { n, key, holders: inOrder(holders).map(holder), ...over } };
}

const both = [asOwner, asManager];
const begunInbox = after(first, alice, "inbox", inbox(1, both));
const withManager = after(first, alice, "add", { member: asNew("manager"), wraps });
const until = FRIDAY;
const passing = after(first, alice, "add", { member: asNew("manager", { until }), wraps });
const bobGone = turn(begunInbox, alice, 2, { ended: [bob.account] });

/** Chains with an inbox, the `n` of what is in force at the end, and whether another is due. */
const inboxesRight: [
  name: string,
  chain: readonly string[],
  inForce?: number | undefined,
  due?: boolean,
][] = [
  ["an inbox by the owner", [first, begunInbox], 1],
  ["an inbox by a manager", [first, after(first, bob, "inbox", inbox(1, both))], 1],
  ["no inbox", [first], undefined, true],
  ["no inbox after a holder's end", [first, begunInbox, bobGone], undefined, true],
  [
    "an inbox that a new manager does not hold",
    [first, begunInbox, after(begunInbox, alice, "add", { member: asNew("manager"), wraps })],
    1,
    true,
  ],
  [
    "no inbox once a holder is less than a manager",
    [
      first,
      begunInbox,
      turn(begunInbox, alice, 2, { changed: [{ ...asManager, role: "reader" }] }),
    ],
    undefined,
    true,
  ],
  [
    "an inbox renewed after a holder's end",
    [first, begunInbox, bobGone, after(bobGone, alice, "inbox", inbox(2, [asOwner]))],
    2,
  ],
  [
    "an inbox goes on through an epoch",
    [
      first,
      begunInbox,
      turn(begunInbox, carol, 2, {
        ended: [dan.account],
        at: FRIDAY + HOUR,
      }),
    ],
    1,
  ],
  [
    "a manager past their date is no holder",
    [first, passing, after(passing, alice, "inbox", { ...inbox(1, both), at: FRIDAY + HOUR })],
    1,
  ],
];

const refusal = (name: string, field: string, by: typeof alice, over: Fields): Row => [
  name,
  field,
  [first, after(first, by, "inbox", over)],
];

/** Refused in a space chain (spec/deposit.md, The inbox). */
const inboxesWrong: Row[] = [
  refusal("an inbox by a writer", "by.account", carol, inbox(1, both)),
  refusal("an inbox by a reader", "by.account", dan, inbox(1, both)),
  refusal("a second inbox as the first", "inbox.n", alice, inbox(2, both)),
  [
    "the same inbox twice",
    "inbox.n",
    [first, begunInbox, after(begunInbox, bob, "inbox", inbox(1, both))],
  ],
  [
    "the key of the inbox before",
    "inbox.key",
    [
      first,
      begunInbox,
      after(begunInbox, bob, "inbox", inbox(2, both, { key: sealingKey("inbox 1") })),
    ],
  ],
  refusal("an inbox that leaves a manager out", "inbox.holders", alice, inbox(1, [asOwner])),
  refusal(
    "an inbox for a writer too",
    "inbox.holders",
    alice,
    inbox(1, [...both, asNew("writer")]),
  ),
  refusal(
    "an inbox for another identity",
    "inbox.holders",
    alice,
    inbox(1, [asOwner, { ...asManager, identity: hashNamed("another") }]),
  ),
  refusal(
    "holders in another order",
    "inbox.holders",
    alice,
    inbox(1, both, { holders: inOrder(both).reverse().map(holder) }),
  ),
  refusal("a holder twice", "inbox.holders", alice, inbox(1, [...both, asManager])),
  [
    "an inbox without a manager added since",
    "inbox.holders",
    [first, withManager, after(withManager, mallory, "inbox", inbox(1, both))],
  ],
  [
    "an inbox without holders",
    "space.inbox.holders",
    [first, after(first, alice, "inbox", inbox(1, []))],
    "malformed",
  ],
  ["an inbox in a share", "op", [inShare, after(inShare, alice, "inbox", inbox(1, [asOwner]))]],
];

/** Chains of a record with an inbox: what is in force a moment after, and whether another is due. */
export function inboxes(): Book {
  const texts = shelf("s");
  return {
    spec: "spec/deposit.md, The inbox",
    accept: inboxesRight.map(([name, chain, inForce, due = false]) =>
      accepted(name, {
        chain: texts.takeAll(chain),
        now: at(chain.at(-1) ?? first) + 1,
        due,
        ...(inForce === undefined ? {} : { inForce }),
      }),
    ),
    refuse: inboxesWrong.map(([name, field, chain, code = "statement-refused"]) =>
      refused(name, code, field, { chain: texts.takeAll(chain) }),
    ),
    shared: { accounts: chainsOf(people), statements: texts.texts },
  };
}

/** Deposit statements by themselves. */
export function deposits(): Book {
  const texts = shelf("s");
  const to = (recipients: readonly string[]) =>
    recipients.map((recipient) => ({
      recipient,
      identity: hashNamed(`identity ${recipient}`),
      wrap: hashNamed(`wrap ${recipient}`),
    }));
  const two = [alice.account, bob.account].sort();
  const right: Fields = {
    space: idOf("space record"),
    deposit: idOf("deposit"),
    spaceHead: { seq: 0, hash: statementHash(first) },
    to: to([alice.account]),
    commit: { secret: hashNamed("R"), content: hashNamed("content key") },
    metadata: hashNamed("metadata"),
    content: { length: 4152, root: hashNamed("root") },
    by: by(dan),
    at: BEGIN + 2 * HOUR,
  };
  const made = (over: Fields) =>
    texts.take(statement("deposit", { ...right, ...over }, dan.device.pair));
  const refusal = (name: string, field: string, over: Fields, code = "malformed") =>
    refused(name, code, field, { statement: made(over) });
  return {
    spec: "spec/deposit.md",
    accept: [
      accepted("for one", { statement: made({}) }),
      accepted("for two", { statement: made({ to: to(two) }) }),
      accepted("for the inbox", { statement: made({ to: to(["inbox"]) }) }),
      accepted("one whole segment", {
        statement: made({ content: { length: 1_048_576, root: hashNamed("root") } }),
      }),
    ],
    refuse: [
      refusal("for nobody", "deposit.to", { to: [] }),
      refusal(
        "for somebody twice",
        "to",
        { to: to([bob.account, bob.account]) },
        "statement-refused",
      ),
      refusal("in another order", "to", { to: to(two.toReversed()) }, "statement-refused"),
      refusal("for the server", "deposit.to.0.recipient", { to: to(["server"]) }),
      refusal("more than a segment", "deposit.content.length", {
        content: { length: 1_048_577, root: hashNamed("root") },
      }),
      refusal("nothing in it", "deposit.content.length", {
        content: { length: 0, root: hashNamed("root") },
      }),
      refusal("no commitment to the content key", "deposit.commit.content", {
        commit: { secret: hashNamed("R") },
      }),
      refusal("no space head", "deposit.spaceHead", { spaceHead: undefined }),
      refusal("no author", "deposit.by", { by: undefined }),
      refusal("an epoch, which it does not depend on", "deposit", { epoch: 1 }),
    ],
    shared: { statements: texts.texts },
  };
}
