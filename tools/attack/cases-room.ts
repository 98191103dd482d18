// Two people in one room, and what is written back: spec/handshake.md, spec/deposit.md.

import { HealthRecord, visitAsGuest } from "@ecrin/client";
import { newSecret, signStatement, xwingPublicKey } from "@ecrin/crypto";
import {
  codeCommitment,
  currentIdentity,
  digestOf,
  factsOfHost,
  HANDSHAKE,
  INBOX,
  newId,
  parseDeposit,
  parseHandshakeCode,
  parseId,
  parseSpaceStatement,
  type RouteAnswer,
  type ShownFacts,
  SUITE,
  toBase64url,
} from "@ecrin/protocol";
import { makeDeposit } from "../../packages/client/src/deposit.ts";
import { Inbox } from "../../packages/client/src/inbox.ts";
import { createRecord } from "../../packages/client/src/record.ts";
import { Showing } from "../../packages/client/src/showing.ts";
import { SpaceView } from "../../packages/client/src/space-view.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import { findShown, Visit } from "../../packages/client/src/visit.ts";
import { type AttackCase, holds, stops } from "./case.ts";
import { asMember } from "./cases-record.ts";
import { forgeDeposit } from "./forge.ts";
import { CANARIES, type Stage } from "./stage.ts";

const HOUR = 3_600_000;
const NOTE = {
  title: CANARIES.title,
  mediaType: "text/plain",
  content: new TextEncoder().encode(CANARIES.note),
};

export const roomCases: readonly AttackCase[] = [
  {
    number: 24,
    title: "a code photographed: somebody joins in the doctor's place, with the server between",
    promise: "P",
    countermeasure: "six digits over both identities, typed from the screen in the room",
    mutation: [
      {
        file: "packages/client/src/showing.ts",
        find: 'if (bareDigits(text) !== shortCode(other.run, "B")) {',
        replace: "if (bareDigits(text).length !== 6) {",
      },
    ],
    async run(stage) {
      const { showing, visit } = await between(stage, newSecret());
      const seen = await visit.look();
      const digits = seen.state === "compare" ? seen.digits : "";
      holds(digits.length === 6, "the doctor's screen shows no digits");
      holds((await showing.look()).state === "compare", "whoever joined is not compared");
      holds(!(await showing.typed(digits)), "the photographer was taken for the doctor");
      holds((await showing.look()).state === "compare", "something was given to the photographer");
    },
  },
  {
    number: 24,
    title: "a code in the room: a nonce chosen once the other is known",
    promise: "P",
    countermeasure: "the commitment that comes before the other side's nonce",
    mutation: [
      {
        file: "packages/client/src/visit.ts",
        find: "if (codeCommitment({ purpose: HANDSHAKE, factsA, nonceA }) !== commitment)",
        replace: "if (nonceA.length === 0)",
      },
    ],
    async run(stage) {
      const { visit } = await between(stage, newSecret(), newSecret());
      await stops(["cannot-open"], () => visit.look());
    },
  },
  {
    number: 24,
    title: "a scanned code: the server names another account than stands in it",
    promise: "P",
    countermeasure: "account and identity hash in the code",
    mutation: [
      {
        file: "packages/client/src/visit.ts",
        find: "if (isOther)",
        replace: "if (identity === '')",
      },
    ],
    async run(stage) {
      const { alice, mallory, network, url, now } = stage;
      const showing = await Showing.open(alice.u, now() + HOUR);
      const { identity } = currentIdentity(await mallory.u.accounts.get(mallory.u.account, 0));
      const theirs = await Showing.open(mallory.u, now() + HOUR);
      const found = await findShown(mallory.u.http, theirs.text);
      network.invent("rendezvousLook", () => ({
        ...found.facts,
        identity,
        commitment: found.commitment,
      }));
      const ask = { server: url, fetch: network.fetch, now, name: CANARIES.note };
      await stops(["contact-changed"], () => visitAsGuest({ ...ask, code: showing.text }));
    },
  },
  {
    number: 4,
    title: "an inbox key chosen by the server, with a writer on its side",
    promise: "P",
    countermeasure: "an inbox is begun by an owner or a manager, in the signed chain",
    mutation: [
      {
        file: "packages/protocol/src/reduce.ts",
        find: 'if (!mayManage(signer)) refuse("the signer may not begin an inbox", "by.account");',
        replace: "",
      },
    ],
    async run(stage) {
      const { alice, doctor, mallory, network } = stage;
      const record = await createRecord(alice.u);
      await record.addMember(mallory.u.account, { role: "writer" });
      await record.addMember(doctor.u.account, { role: "reader" });
      const forged = await forgedInbox(stage, record);
      network.answer("chainOfSpace", (answer, path) => {
        const { statements, head } = answer as RouteAnswer<"chainOfSpace">;
        if (!path.endsWith(record.space) || statements.length === 0) return answer;
        const { hash } = parseSpaceStatement(forged);
        return { statements: [...statements, forged], head: { hash, seq: head.seq + 1 } };
      });
      const his = new HealthRecord(await stage.victim(doctor), record.space);
      await stops(["statement-refused"], () => his.view.refresh());
      await stops(["statement-refused"], async () => {
        await makeDeposit(await stage.victim(doctor), his.view, NOTE);
      });
      const given = network.sent.some(({ route }) => route === "deposit");
      holds(!given, "a deposit was made to the server's key");
    },
  },
  {
    number: 4,
    title: "an inbox that somebody holds who was ended",
    promise: "P",
    countermeasure: "an inbox is in force while each of its holders remains one",
    mutation: [
      {
        file: "packages/protocol/src/inbox.ts",
        find: "return remains && member.identity === identity;",
        replace: "return !remains || member.identity === identity;",
      },
    ],
    async run(stage) {
      const { alice, doctor, mallory, network } = stage;
      const record = await createRecord(alice.u);
      await record.addMember(mallory.u.account, { role: "manager" });
      await record.addMember(doctor.u.account, { role: "reader" });
      await new Inbox(alice.u, record).list();
      holds(record.view.state.inbox?.holders.length === 2, "the manager holds no inbox");
      await record.endMember(mallory.u.account);
      const u = await stage.victim(doctor);
      await makeDeposit(u, new HealthRecord(u, record.space).view, NOTE);
      const sent = network.sent.findLast(({ route }) => route === "deposit")?.body ?? "{}";
      const { statement } = JSON.parse(sent) as { statement?: string };
      const recipients = parseDeposit(statement).fact.to.map(({ recipient }) => recipient);
      holds(!recipients.includes(INBOX), "a deposit was wrapped to a key that an ended holder has");
      holds(recipients.join() === alice.u.account, "a deposit was wrapped to somebody else");
    },
  },
  {
    number: 12,
    title: "a deposit through a share of the record that nobody in it has made",
    promise: "P",
    countermeasure: "deposits come through shares that stand in the record's chain",
    mutation: [
      {
        file: "packages/client/src/inbox.ts",
        find: "if (life === undefined) throw cannotOpen();",
        replace: "",
      },
      {
        file: "packages/client/src/inbox.ts",
        find: "if (life.begin !== view.state.hashes[0]) throw cannotOpen();",
        replace: "",
      },
    ],
    async run(stage) {
      const planted = await plantedDeposit(stage);
      const inbox = lookingAt(stage, await stage.victim(), planted);
      const seen = await inbox.list();
      holds(seen.length === 0, "a stranger's deposit lies in the inbox");
      holds(inbox.refused === 1, "what did not hold is not counted");
    },
  },
  {
    number: 12,
    title: "a deposit that leads to a stranger's space, so that it is let in",
    promise: "P",
    countermeasure: "nothing of a space is followed before it stands in the record's chain",
    mutation: [
      {
        file: "packages/client/src/inbox.ts",
        find: "if (life === undefined) throw cannotOpen();",
        replace: "",
      },
      {
        file: "packages/client/src/inbox.ts",
        find: "if (life.begin !== view.state.hashes[0]) throw cannotOpen();",
        replace: "if (life?.begin !== view.state.hashes[0]) throw cannotOpen();",
      },
    ],
    async run(stage) {
      const planted = await plantedDeposit(stage);
      const u = await stage.victim();
      await lookingAt(stage, u, planted).list();
      holds(u.keyring.seen(planted.space) === undefined, "a stranger's space was let in");
    },
  },
  {
    number: 12,
    title: "a deposit exchanged after it was looked at, with its author on the server's side",
    promise: "P",
    countermeasure: "a deposit stays what it was when it was first listed",
    mutation: [
      {
        file: "packages/client/src/inbox.ts",
        find: "if ((this.#first.get(fact.deposit) ?? parsed.hash) !== parsed.hash) throw cannotOpen();",
        replace: "",
      },
    ],
    async run(stage) {
      const { mallory, network, record } = stage;
      await asMember(stage, "reader", async (hers) => {
        const place = { space: record.space, spaceHead: hers.view.head };
        const to = await mallory.u.accounts.get(stage.alice.u.account);
        const deposit = newId<"deposit">();
        const forge = (title: string) =>
          forgeDeposit(mallory.u, { ...place, title: `${CANARIES.title} ${title}` }, to, deposit);
        const [first, second] = [await forge("regardé"), await forge("échangé")];
        const u = await stage.victim();
        const inbox = new Inbox(u, new HealthRecord(u, record.space));
        network.answer("inbox", (answer) => ({ ...answer, deposits: [first] }));
        holds((await inbox.list()).length === 1, "the first is not listed");
        network.answer("inbox", (answer) => ({ ...answer, deposits: [second] }));
        holds((await inbox.list()).length === 0, "another stands in its place");
        await stops(["not-found"], () => inbox.accept(deposit, "Mallory"));
      });
    },
  },
];

/** Alice's inbox, in which a server has put a deposit, and where it hands out the chain that the deposit leads to. */
function lookingAt(
  { alice, network, record }: Stage,
  u: Unlocked,
  { space, begin, waiting }: Awaited<ReturnType<typeof plantedDeposit>>,
): Inbox {
  network.answer("inbox", () => ({ deposits: [waiting], seeds: [] }));
  network.invent("chainOfSpace", async (path, query) => {
    if (path.endsWith(space))
      return { statements: [begin], head: { hash: parseSpaceStatement(begin).hash, seq: 0 } };
    const params = { space: parseId<"space">(path.split("/").at(-1), "path") };
    const asked = { params, query: Object.fromEntries(query) };
    return await alice.u.http.call("chainOfSpace", asked);
  });
  return new Inbox(u, new HealthRecord(u, record.space));
}

/**
 * Mallory has a share of her own record begin anew under Alice's as its source, and puts a note into
 * it, right in everything but Alice's having shared anything.
 */
async function plantedDeposit(stage: Stage) {
  const { alice, mallory, record, now } = stage;
  const hers = await createRecord(mallory.u);
  const item = await hers.add(NOTE);
  const until = now() + HOUR;
  const share = await hers.share({ with: alice.u.account, items: [item], until });
  const real = new SpaceView(mallory.u, share);
  await real.refresh();
  const space = newId<"space">();
  const facts = Object.entries(parseSpaceStatement(real.statements[0]).fact);
  const begin = await mallory.u.sign("space", {
    ...Object.fromEntries(facts.filter(([name]) => !["suite", "by", "at"].includes(name))),
    space,
    source: { space: record.space },
  });
  const spaceHead = { hash: parseSpaceStatement(begin).hash, seq: 0 };
  const to = await mallory.u.accounts.get(alice.u.account);
  const waiting = await forgeDeposit(mallory.u, { space, spaceHead, title: CANARIES.title }, to);
  return { space, begin, waiting };
}

/**
 * Alice shows a code, the doctor scans it, and the server puts Mallory in his
 * place: he meets a run of the server's own making, under Alice's true facts.
 * @param revealed another nonce than was committed to
 */
async function between(stage: Stage, nonce: ReturnType<typeof newSecret>, revealed = nonce) {
  const { alice, doctor, mallory, network, now } = stage;
  const showing = await Showing.open(alice.u, now() + HOUR);
  const facts = await factsShown(stage, showing);
  const { identity } = currentIdentity(await alice.u.accounts.get(alice.u.account));
  const factsA = factsOfHost(facts);
  const commitment = codeCommitment({ purpose: HANDSHAKE, factsA, nonceA: nonce });
  network.invent("rendezvousLook", () => ({ ...facts, identity, commitment }));
  network.invent("rendezvousJoin", () => ({}));
  network.invent("rendezvousName", () => ({}));
  network.invent("rendezvous", () => ({ refused: 0, nonce: toBase64url(revealed) }));
  // Mallory has photographed the code, and joins the true run.
  await Visit.join(mallory.u, await findShown(mallory.u.http, showing.text));
  const his = await stage.victim(doctor);
  const visit = await Visit.join(his, await findShown(his.http, showing.text));
  return { showing, visit };
}

async function factsShown({ alice }: Stage, showing: Showing): Promise<ShownFacts> {
  const scanned = parseHandshakeCode(showing.text);
  holds(!("short" in scanned), "the code is none");
  const own = await alice.u.accounts.get(alice.u.account);
  const { account } = own;
  const rendezvous = "short" in scanned ? never() : scanned.rendezvous;
  return { rendezvous, account, identity: currentIdentity(own).hash, until: showing.until };
}

/** Signed by Mallory, who has the right to write and no other, as the chain's next statement. */
async function forgedInbox({ alice, mallory }: Stage, record: HealthRecord): Promise<string> {
  const { head, members } = record.view.state;
  const owner = members.get(alice.u.account) ?? never();
  const { head: of } = await mallory.u.accounts.get(mallory.u.account);
  const holders = [
    { account: owner.account, identity: owner.identity, wrap: digestOf(new Uint8Array(1168)) },
  ];
  const key = toBase64url(await xwingPublicKey(newSecret()));
  return await signStatement(
    "space",
    {
      suite: SUITE,
      space: record.space,
      seq: head.seq + 1,
      prev: head.hash,
      at: mallory.u.now(),
      by: { account: mallory.u.account, device: mallory.u.device, head: { ...of } },
      op: "inbox",
      inbox: { n: 1, key, holders },
    },
    mallory.u.deviceSigner,
  );
}

function never(): never {
  throw new Error("the stage lacks something");
}
