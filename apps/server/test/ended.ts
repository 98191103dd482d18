// Somebody who was a manager of a record and had a share of it, and is neither any more.

import type { Route, RouteName } from "@ecrin/protocol";
import { makeDeposit, makeInbox } from "./deposit.ts";
import type { TestServer } from "./harness.ts";
import { Person } from "./person.ts";
import { beginRecord, donePosting, sealTest, signRead } from "./record.ts";
import { makeShare, postShare } from "./share.ts";

const DAY = 24 * 3_600_000;

/** What stands in the paths and bodies of routes that are about a space. */
export interface Ended {
  readonly who: Person;
  /** The path of a route with the ids of what has ended. */
  path(route: Route, within: "record" | "share"): string;
  /** What whoever has ended would post, signed by themselves. */
  readonly bodies: Partial<Record<RouteName, unknown>>;
}

export async function endedMember(server: TestServer): Promise<Ended> {
  const [alice, who] = await Promise.all([
    new Person(server.line).signUp(),
    new Person(server.line).signUp(),
  ]);
  const record = await beginRecord(alice, [[who, { role: "manager" }]]);
  const sealed = sealTest(record);
  const { tree } = await donePosting(record, [sealed]);
  const until = server.clock.at + DAY;
  const { share, ...made } = await makeShare(record, who, [sealed], until);
  await postShare(record, { share, ...made });
  const waiting = makeDeposit(who, record, [alice, who]);
  await server.line.done("POST", "/v1/deposits", waiting.body, who.seat);
  await record.done({ statement: record.sign({ op: "unshare", share: share.space }), wraps: [] });
  await record.done(await record.turn(tree, { ended: [who.account] }));
  const place = { space: record.space, item: sealed.item, revision: sealed.revision };
  const unshare = record.sign({ op: "unshare", share: share.space }, who);
  const another = await makeShare(record, alice, [sealed], until, { by: who });
  const ids = {
    revision: sealed.revision,
    deposit: waiting.deposit,
    account: alice.account,
  };
  return {
    who,
    path: (route, within) => {
      const space = within === "record" ? record.space : share.space;
      const named: Record<string, string> = { ...ids, space, subject: space, share: share.space };
      return route.path.replace(/:(\w+)/g, (_, name: string) => named[name] ?? name);
    },
    bodies: {
      spacePost: { statement: unshare, wraps: [] },
      revisionsPost: { revisions: [sealTest(record, { by: who }).body] },
      reads: { read: await signRead(who, record.space, [place]) },
      shareCreate: another.body,
      shareEnd: { unshare },
      deposit: makeDeposit(who, record, [alice]).body,
      depositSettle: { as: "refused" },
      inboxBegin: makeInbox(record, who),
    },
  };
}
