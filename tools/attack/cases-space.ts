import { HealthRecord } from "@ecrin/client";
import { newSecret, openBox, wrapTo } from "@ecrin/crypto";
import {
  type AccountId,
  digestOf,
  fromBase64url,
  type Member,
  parseRevision,
  parseSpaceStatement,
  type RouteAnswer,
  secretContext,
  toBase64url,
  wrapContext,
  wrapsRoot,
} from "@ecrin/protocol";
import { leafOf, makeEpoch, wrapForMember } from "../../packages/client/src/epoch-keys.ts";
import { learnEpoch, memberFor, plain, plainEpoch } from "../../packages/client/src/membership.ts";
import { createRecord } from "../../packages/client/src/record.ts";
import { type AttackCase, Broken, holds, stops } from "./case.ts";
import { asMember } from "./cases-record.ts";
import type { Stage } from "./stage.ts";

type Chain = RouteAnswer<"chainOfSpace">;
type Wraps = RouteAnswer<"wraps">;
const REFUSED = [
  "cannot-open",
  "fork",
  "rollback",
  "statement-refused",
  "signature-refused",
  "malformed",
];

/** Hands out the record's chain with one statement more than it has. */
function appendToChain(stage: Stage, statement: string): void {
  const { hash, fact } = parseSpaceStatement(statement);
  stage.network.answer("chainOfSpace", (answer) => {
    const { statements } = answer as Chain;
    // Whoever asks for what follows it gets nothing more.
    const all = statements.length === 0 ? [] : [...statements, statement];
    return { statements: all, head: { seq: fact.seq, hash } };
  });
}

export const spaceCases: readonly AttackCase[] = [
  {
    number: 4,
    title: "an epoch's key chosen by the server",
    promise: "P",
    countermeasure: "signed commitments to the key and to its wraps",
    mutation: [
      {
        file: "packages/client/src/space-keys.ts",
        find: "if (!sameRecipients(answer.list, expected)) return false;",
        replace: "return true;",
      },
      {
        file: "packages/client/src/space-keys.ts",
        find: "if (!isCommitted(this.#of.space, this.#life(n).epoch, name, secret)) {",
        replace: "if (false) {",
      },
    ],
    async run(stage) {
      const { alice, network } = stage;
      const empty = await createRecord(alice.u);
      const { identity } = (await alice.u.accounts.get(alice.u.account)).identities[0] ?? nobody();
      const chosen = newSecret();
      network.answer("wraps", async (answer) => {
        const { list, mine, additions } = answer as Wraps;
        const forged = await Promise.all(
          mine.map(async (wrap) => {
            const ctx = wrapContext(empty.space, 1, wrap);
            return {
              ...wrap,
              wrap: toBase64url(await wrapTo(fromBase64url(identity.seal), ctx, chosen)),
            };
          }),
        );
        const relisted = list.map((leaf) => {
          const own = forged.find(
            (wrap) => wrap.secret === leaf.secret && wrap.recipient === leaf.recipient,
          );
          return own === undefined ? leaf : { ...leaf, hash: digestOf(fromBase64url(own.wrap)) };
        });
        return { list: relisted, mine: forged, additions };
      });
      const hers = new HealthRecord(await stage.victim(), empty.space);
      await stops(REFUSED, () =>
        hers.add({ title: "pour le serveur", mediaType: "text/plain", content: new Uint8Array(9) }),
      );
    },
  },
  {
    number: 13,
    title: "a member injected",
    promise: "P",
    countermeasure: "every addition is signed by a member who may add",
    mutation: [
      {
        file: "packages/protocol/src/reduce.ts",
        find: 'const member = state.members.get(fact.by.account) ?? refuse("the signer is not a member", "by.account");',
        replace:
          "const member = state.members.get(fact.by.account) ?? [...state.members.values()][0];",
      },
    ],
    async run(stage) {
      const { mallory, record } = stage;
      await record.view.refresh();
      const { head, epoch } = { head: record.view.head, epoch: record.view.epoch.epoch };
      const member = await memberFor(mallory.u, mallory.u.account, { role: "reader" });
      const { identity } =
        (await mallory.u.accounts.get(mallory.u.account)).identities[0] ?? nobody();
      const { root } = await wrapForMember(record.space, epoch.n, member, identity.seal, {
        space: newSecret(),
      });
      const statement = await mallory.u.sign("space", {
        space: record.space,
        seq: head.seq + 1,
        prev: head.hash,
        op: "add",
        member: plain(member),
        wraps: root,
      });
      appendToChain(stage, statement);
      await stops(REFUSED, async () => (await stage.victimRecord()).members());
    },
  },
  {
    number: 15,
    title: "a removed member's addition replayed",
    promise: "P",
    countermeasure: "sequence and previous hash",
    mutation: [
      {
        file: "packages/protocol/src/reduce.ts",
        find: 'if (fact.seq !== state.head.seq + 1) refuse("is not the next statement", "seq");',
        replace: "",
      },
      {
        file: "packages/protocol/src/reduce.ts",
        find: 'if (fact.prev !== state.head.hash) refuse("does not follow the statement before it", "prev");',
        replace: "",
      },
      {
        file: "packages/client/src/space-view.ts",
        find: "if (seen !== undefined && this.state.head.seq < seen.seq)",
        replace: "if (false)",
      },
    ],
    async run(stage) {
      const { alice, record, mallory } = stage;
      await asMember(stage, "reader", async () => undefined);
      const { statements } = await alice.u.http.call("chainOfSpace", {
        params: { space: record.space },
        query: { from: 0, limit: 1000 },
      });
      const addition = statements.findLast((statement) => {
        const { fact } = parseSpaceStatement(statement);
        return fact.op === "add" && fact.member.account === mallory.u.account;
      });
      appendToChain(stage, addition ?? nobody());
      await stops([...REFUSED, "bad-answer"], async () => {
        const members = await (await stage.victimRecord()).members();
        if (!members.some((member) => member.account === mallory.u.account))
          throw new Broken("the replay was not handed out");
      });
    },
  },
  {
    number: 16,
    title: "a retired epoch used again, after a member's date has passed",
    promise: "P",
    countermeasure: "who seals next turns the epoch first",
    mutation: [
      {
        file: "packages/protocol/src/due.ts",
        find: "return ended.length + changed.length + pins.length === 0 ? undefined : { ended, changed, pins };",
        replace: "return undefined;",
      },
    ],
    async run(stage) {
      const { mallory, record, network } = stage;
      await record.addMember(mallory.u.account, { role: "reader", until: stage.now() + 60_000 });
      const hers = new HealthRecord(mallory.u, record.space);
      await hers.sync();
      const kept = await hers.view.secret("space");
      const { n } = hers.view.epoch.epoch;
      const before = network.sent.length;
      // The server looks away from dates, so only the client is left.
      const seal = async () => {
        const victim = await stage.victimRecord();
        await victim.add({ title: "seize", mediaType: "text/plain", content: new Uint8Array(7) });
      };
      await stage.later(120_000, seal, "lying");
      const posted = network.sent
        .slice(before)
        .findLast((sent) => sent.method === "POST" && sent.url.endsWith("/revisions"));
      const [revision] = (
        JSON.parse(posted?.body ?? "{}") as {
          revisions: { statement: string; wrap: string; wrapEpoch: number }[];
        }
      ).revisions;
      if (revision === undefined) throw new Broken("nothing was sealed");
      holds(revision.wrapEpoch > n, "a document was sealed for somebody whose date had passed");
      const { fact } = parseRevision(revision.statement);
      await stops(["cannot-open"], () =>
        openBox(
          kept,
          "revision secret",
          secretContext(fact, revision.wrapEpoch),
          fromBase64url(revision.wrap),
        ),
      );
      await record.sync();
    },
  },
  {
    number: 16,
    title: "somebody who may rotate wraps the new keys wrongly for everybody else",
    promise: "D",
    countermeasure:
      "what does not open is named with whoever turned the epoch, and an owner mends past it",
    mutation: [
      {
        file: "packages/client/src/membership.ts",
        find: "const found = below === undefined ? undefined : await newestHeld(view, below);",
        replace: "const found = below === 0 ? await newestHeld(view, below) : undefined;",
      },
    ],
    async run(stage) {
      const { mallory, doctor, record } = stage;
      const kept = await stage.add("seize, avant");
      await asMember(stage, "manager", async (hers) => {
        await record.addMember(doctor.u.account, { role: "reader" });
        await turnForHerself(stage, hers);
        const planted = await hers.add({
          title: "seize, fermé",
          mediaType: "text/plain",
          content: new Uint8Array(7),
        });
        const his = await stage.victimRecord(doctor);
        await his.sync();
        await stops(["cannot-open"], () => his.view.secret("space"), "a reader");
        const victim = await stage.victimRecord();
        const shown = await victim.unreadable();
        const isNamed = shown.some(
          ({ item, turnedBy }) => item === planted && turnedBy === mallory.u.account,
        );
        holds(isNamed, "what was sealed meanwhile is not named, nor who turned the epoch");
        await victim.open(kept);
        const added = await victim.add({
          title: "seize, après",
          mediaType: "text/plain",
          content: new Uint8Array(7),
        });
        await his.open(added);
        await record.view.beFresh(0);
        await record.endMember(doctor.u.account);
      });
    },
  },
  {
    number: 38,
    title: "wraps that leave somebody out",
    promise: "P",
    countermeasure: "the wraps listed are for exactly the members that the chain gives",
    mutation: [
      {
        file: "packages/client/src/space-keys.ts",
        find: "if (!sameRecipients(answer.list, expected)) return false;",
        replace: "",
      },
    ],
    async run(stage) {
      const { doctor, mallory, network } = stage;
      await stage.add("trente-huit");
      await asManager(stage, async (hers) => {
        const others = [...hers.view.state.members.values()].filter(
          ({ account }) => account !== doctor.u.account,
        );
        await turnFalsely(stage, hers, others);
        await stops(["cannot-open"], async () => (await stage.victimRecord()).list());
      });
      network.calm();
      // Under a root that honest people signed: one left out, one for another, one doubled.
      const changes: ((list: Wraps["list"]) => Wraps["list"])[] = [
        (list) => list.filter((leaf) => leaf.recipient !== "server"),
        (list) => list.map((leaf, i) => (i > 0 ? leaf : { ...leaf, recipient: mallory.u.account })),
        (list) => [...list, ...list.slice(-1)],
      ];
      for (const change of changes) {
        network.answer("wraps", (answer) => {
          const { list, ...rest } = answer as Wraps;
          return { ...rest, list: change(list) };
        });
        await stops(["cannot-open"], async () => (await stage.victimRecord()).list());
      }
    },
  },
  {
    number: 38,
    title: "wraps that give somebody another key than the others",
    promise: "P",
    countermeasure: "the signed commitment to the key",
    mutation: [
      {
        file: "packages/client/src/space-keys.ts",
        find: "if (!isCommitted(this.#of.space, this.#life(n).epoch, name, secret)) {",
        replace: "if (false) {",
      },
    ],
    async run(stage) {
      const { doctor, record } = stage;
      await asManager(stage, async (hers) => {
        await turnFalsely(stage, hers, [...hers.view.state.members.values()], {
          account: doctor.u.account,
          space: newSecret(),
        });
        const his = new HealthRecord(await stage.victim(doctor), record.space);
        await stops(["cannot-open"], async () => {
          await his.view.refresh();
          await his.view.secret("space");
        });
      });
    },
  },
];

/** Mallory as a manager and the doctor as a reader of Alice's record, while it lasts. */
async function asManager(stage: Stage, work: (hers: HealthRecord) => Promise<void>): Promise<void> {
  const { record, network, doctor } = stage;
  await record.addMember(doctor.u.account, { role: "reader" });
  try {
    await asMember(stage, "manager", work);
  } finally {
    network.calm();
    await record.endMember(doctor.u.account);
  }
}

/** Mallory, a manager, turns the epoch with every wrap for herself: an honest server cannot tell. */
async function turnForHerself({ mallory, record }: Stage, { view, listing }: HealthRecord) {
  await view.beFresh(0);
  await listing.sync();
  const { space } = view;
  const { n } = view.epoch.epoch;
  const before = (await view.bothHeld(n)) ?? nobody();
  const members = [...view.state.members.values()];
  const own = view.sealingKey(mallory.u.account);
  const { releaseKey } = mallory.u.server;
  const made = await makeEpoch(space, n + 1, members, () => own, releaseKey, before);
  const statement = await view.sign({
    op: "epoch",
    epoch: plainEpoch(made.epoch),
    ended: [],
    changed: [],
    pins: [],
    revisions: { ...listing.tree },
  });
  const body = { statement, wraps: [...made.wraps] };
  await mallory.u.http.call("spacePost", { params: { space }, body });
  await view.follow([statement]);
  learnEpoch(view, made);
  await record.view.refresh();
}

/**
 * A manager turns the epoch, rightly signed, with wraps for `recipients` only, one of them
 * perhaps of another K; the server takes it and hands it out.
 */
async function turnFalsely(
  { alice, mallory, doctor, network }: Stage,
  { view, listing }: HealthRecord,
  recipients: readonly Member[],
  other?: { readonly account: AccountId; readonly space: Uint8Array },
): Promise<void> {
  await view.beFresh(0);
  const { space } = view;
  const n = view.epoch.epoch.n + 1;
  const before = {
    space: await view.secret("space", n - 1),
    release: await view.secret("release", n - 1),
  };
  const { releaseKey } = mallory.u.server;
  const keyOf = (account: AccountId) => view.sealingKey(account);
  const made = await makeEpoch(space, n, recipients, keyOf, releaseKey, before);
  const wraps = await Promise.all(
    made.wraps.map(async (wrap) => {
      if (other === undefined || wrap.secret !== "space" || wrap.recipient !== other.account)
        return wrap;
      const key = fromBase64url(keyOf(other.account));
      return {
        ...wrap,
        wrap: toBase64url(await wrapTo(key, wrapContext(space, n, wrap), other.space)),
      };
    }),
  );
  const list = wraps.map(leafOf);
  const statement = await view.sign({
    op: "epoch",
    epoch: plainEpoch({ ...made.epoch, wraps: wrapsRoot(space, n, list) }),
    ended: [],
    changed: [],
    pins: [],
    revisions: { ...listing.tree },
  });
  const { hash, fact } = parseSpaceStatement(statement);
  network.answer("chainOfSpace", (answer) => {
    const { statements } = answer as Chain;
    // Whoever asks for what follows it gets nothing more.
    const all = statements.length === 0 ? [] : [...statements, statement];
    return { statements: all, head: { seq: fact.seq, hash } };
  });
  const victims = [alice.u.account, doctor.u.account];
  network.invent("wraps", () => ({
    list,
    mine: wraps.filter(({ recipient }) => victims.some((account) => account === recipient)),
    additions: [],
  }));
}

function nobody(): never {
  throw new Error("the stage lacks somebody");
}
