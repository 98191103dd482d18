import type {
  Entry,
  EntryAbout,
  EntryKind,
  Member,
  SpacePayload,
  SpaceState,
} from "@ecrin/protocol";
import { actorOf, type Session } from "./call.ts";
import type { EntryDraft } from "./operation.ts";
import type { Judged } from "./space-statement.ts";

type Said = readonly [EntryKind, EntryAbout];

/** What the journal says of a statement of a space; the first entry carries it. */
export function entriesOf(judged: Judged, session: Session, at: number): EntryDraft[] {
  const { parsed } = judged;
  const subject = parsed.fact.space;
  const actor = { ...actorOf(session), device: parsed.fact.by.device };
  return saidOf(judged).map(([kind, about], i) => ({
    subject,
    kind,
    actor,
    about: { ...about, statement: parsed.hash },
    at,
    ...(i === 0 ? { statement: parsed.statement } : {}),
  }));
}

/** Whether an entry of a statement, a membership or a revocation, is the first of those, by the statement alone. */
export function isFirst({ kind, about }: Entry, fact: SpacePayload): boolean {
  switch (fact.op) {
    case "begin":
      return kind === "membership" && about.account === fact.members[0]?.account;
    case "add":
    case "unshare":
    case "close":
      return true;
    // After what carries the statement: a rotation, or what the statement is called by.
    case "epoch":
    case "share":
    case "inbox":
      return false;
  }
}

function saidOf({ parsed: { fact }, before, after }: Judged): Said[] {
  switch (fact.op) {
    case "begin":
      return fact.members.map(membership);
    case "add":
      return [membership(fact.member)];
    case "epoch":
      return [
        ["rotation", { epoch: fact.epoch.n }],
        ...fact.ended.map((account): Said => ["revocation", { account }]),
        ...fact.changed.map(membership),
        ...sharesEndedWith(before, after),
      ];
    case "share":
      return [["share", sharing(fact)]];
    case "unshare":
      return [["revocation", { share: fact.share, ...recipientOf(after, fact) }]];
    case "inbox":
      return [["inbox", { count: fact.inbox.n }]];
    case "close":
      return [["revocation", { share: fact.space }]];
  }
}

function membership({ account, role, offline, until }: Member): Said {
  return [
    "membership",
    {
      account,
      role,
      ...(role === "reader" && offline ? { offline } : {}),
      ...(until === undefined ? {} : { until }),
    },
  ];
}

function sharing({ share, recipient, until, offline }: SpacePayload & { op: "share" }): EntryAbout {
  return { share, account: recipient, until, ...(offline === undefined ? {} : { offline }) };
}

/** Somebody ending also ends the shares they made from this space (spec/space.md, MUST 4). */
function sharesEndedWith(before: SpaceState | undefined, after: SpaceState): Said[] {
  return [...after.shares.values()]
    .filter(({ share, ended }) => {
      const wasEnded = before?.shares.get(share)?.ended !== undefined;
      return ended !== undefined && !wasEnded;
    })
    .map(({ share, recipient }) => ["revocation", { share, account: recipient }]);
}

function recipientOf(state: SpaceState, { share }: SpacePayload & { op: "unshare" }): EntryAbout {
  const life = state.shares.get(share);
  return life === undefined ? {} : { account: life.recipient };
}
