// Ways into an account that somebody else would like to open: spec/device-approval.md.

import { Joining, memoryStore, signInWithKit, signUp } from "@ecrin/client";
import { newSecret, signerFrom, signStatement, wrapTo, xwingPublicKey } from "@ecrin/crypto";
import {
  type ApprovalAsked,
  approvalCommitment,
  approvalKeyContext,
  approvalRun,
  type Bytes,
  currentIdentity,
  fromBase64url,
  hashOf,
  type Identity,
  newId,
  parseAccountStatement,
  parseSealingKey,
  parseSpaceStatement,
  type RouteAnswer,
  type Slot,
  SUITE,
  shortCode,
  toBase64url,
} from "@ecrin/protocol";
import { Approval } from "../../packages/client/src/approve.ts";
import { signOutDevice } from "../../packages/client/src/devices.ts";
import { wrapForMember } from "../../packages/client/src/epoch-keys.ts";
import { memberFor, plain } from "../../packages/client/src/membership.ts";
import { unlockHere } from "../../packages/client/src/sign-in.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import { type AttackCase, Broken, holds, stops } from "./case.ts";
import type { Stage } from "./stage.ts";

const DIFFERS = ["code-differs"];

export const wayCases: readonly AttackCase[] = [
  {
    number: 22,
    title: "a way to reach the account key added in silence",
    promise: "P",
    countermeasure: "slots stand in statements that the identity signed",
    mutation: [
      {
        file: "packages/protocol/src/account.ts",
        find: "await checkSignature(parsed, signerOf(state, parsed.fact));",
        replace: "signerOf(state, parsed.fact);",
      },
    ],
    async run(stage) {
      const { network, url, now } = stage;
      const store = memoryStore();
      const who = {
        server: url,
        password: "mot de passe d'Erin",
        store,
        now,
        fetch: network.fetch,
      };
      const { account } = await signUp({ ...who, address: `${newId()}@example.org`, name: "Erin" });
      const { u } = await unlockHere(who);
      const before = await u.accounts.get(u.account, 0);
      const added = await slotOfTheServer(currentIdentity(before).identity);
      // Handed out beside her own: she goes on, and wraps nothing to it, nor repeats it in what she signs.
      network.answer("account", (answer) => ({
        ...answer,
        slots: [...(answer as RouteAnswer<"account">).slots, added],
      }));
      await account.newKit();
      const { body } =
        network.sent.findLast(({ route }) => route === "kitReplace") ?? nothingSent();
      const { statement, slot } = JSON.parse(body) as { statement: string; slot: Slot };
      const { fact } = parseAccountStatement(statement);
      const listed = fact.op === "slots" ? fact.slots : [];
      holds(listed.length === 2, "the new kit's statement does not list her two ways in");
      holds(!listed.some(({ key }) => key === added.key), "she signed the server's slot");
      holds(slot.key !== added.key, "the account key was wrapped for the server");
      // And said to stand in her chain, by a key that is not hers.
      const { head } = await u.accounts.get(u.account, 0);
      const all = [...listed, { slot: added.slot, kind: added.kind, key: added.key }];
      const place = { suite: SUITE, account: u.account, seq: head.seq + 1, prev: head.hash };
      const facts = { ...place, at: now(), op: "slots", slots: all.map((each) => ({ ...each })) };
      const forged = await signStatement("account", facts, await signerFrom(newSecret()));
      network.answer("account", (answer) => {
        const { chain, slots } = answer as RouteAnswer<"account">;
        return { ...answer, chain: [...chain, forged], slots: [...slots, added] };
      });
      await stops(["cannot-open", "fork"], () => unlockHere(who));
    },
  },
  {
    number: 39,
    title: "a stolen device dates a statement back",
    promise: "P",
    countermeasure:
      "the cut pinned in the space: every signer names an account head at or after it",
    mutation: [
      {
        file: "packages/protocol/src/reduce.ts",
        find: "const pin = state.pins.get(fact.by.account); if (pin !== undefined && fact.by.head.seq < pin.seq)",
        replace: "if (false)",
      },
    ],
    async run(stage) {
      const { alice, mallory, network, record, url, now } = stage;
      const store = memoryStore();
      const who = { server: url, password: alice.password, store, now };
      const { fetch } = network.traffic;
      await signInWithKit({ ...who, kit: alice.kit, fetch });
      const { u: phone } = await unlockHere({ ...who, fetch });
      await alice.u.accounts.get(alice.u.account, 0);
      await signOutDevice(alice.u, phone.device);
      holds(await record.rotateIfDue(), "no rotation was due after the sign-out");
      // The thief, with the server: as if it were still yesterday, Mallory becomes a manager.
      const { head, epoch } = { head: record.view.head, epoch: record.view.epoch.epoch };
      const member = await memberFor(alice.u, mallory.u.account, { role: "manager" });
      const { identity } = currentIdentity(await mallory.u.accounts.get(mallory.u.account));
      const { root } = await wrapForMember(record.space, epoch.n, member, identity.seal, {
        space: newSecret(),
        release: newSecret(),
      });
      const statement = await phone.sign("space", {
        space: record.space,
        seq: head.seq + 1,
        prev: head.hash,
        op: "add",
        member: plain(member),
        wraps: root,
      });
      network.answer("chainOfSpace", (answer) => {
        const { statements } = answer as RouteAnswer<"chainOfSpace">;
        const all = statements.length === 0 ? [] : [...statements, statement];
        const { hash } = parseSpaceStatement(statement);
        return { statements: all, head: { seq: head.seq + 1, hash } };
      });
      await stops(
        ["cannot-open", "fork", "rollback", "statement-refused", "bad-answer"],
        async () => (await stage.victimRecord()).members(),
      );
    },
  },
  {
    number: 24,
    title: "device approval intercepted: the server between the two devices",
    promise: "P",
    countermeasure: "short codes over both keys, each typed on the other device",
    mutation: [
      {
        file: "packages/protocol/src/short-code.ts",
        find: "return bareDigits(typed) === code;",
        replace: "return bareDigits(typed).length === code.length;",
      },
    ],
    async run(stage) {
      const hers = await stage.victim();
      const { tablet, onTablet, mine, approval } = await between(stage, hers);
      // She types on her phone what her tablet shows, and not what the server's device would.
      await stops(DIFFERS, async () => await (await approval).confirm(onTablet));
      const wrapped = stage.network.sent.some(
        ({ route, body }) => route === "approvalConfirm" && body.includes(mine.asked.device),
      );
      holds(!wrapped, "the account key was handed to the server's device");
      // The tablet is handed an account of the server's making, and any digits.
      await tablet.letIn();
      const reply = shortCode(mine.towardsTablet(), "B") === "000000" ? "000001" : "000000";
      await stops(DIFFERS, async () => tablet.check(reply));
      await stops(["refused"], async () => await tablet.enter(stage.mallory.password));
    },
  },
  {
    number: 24,
    title: "device approval intercepted: a nonce chosen once the other is known",
    promise: "P",
    countermeasure: "the commitment that comes before the other side's nonce",
    mutation: [
      {
        file: "packages/client/src/approve.ts",
        find: "if (approvalCommitment(asked, nonceA) !== found.commitment) {",
        replace: "if (false) {",
      },
    ],
    async run(stage) {
      const hers = await stage.victim();
      // What is revealed is another nonce than was committed to: a server that has all nonces in
      // hand would look for one whose code is the tablet's, which takes it a million tries.
      const { approval } = await between(stage, hers, newSecret());
      await stops(DIFFERS, () => approval);
    },
  },
];

/** Of a slot of its own the server has the seed, and nobody has signed that it is Erin's. */
async function slotOfTheServer(identity: Identity): Promise<Slot> {
  return {
    slot: newId<"slot">(),
    kind: "kit",
    key: parseSealingKey(toBase64url(await xwingPublicKey(newSecret())), "slot"),
    wrap: toBase64url(crypto.getRandomValues(new Uint8Array(1168))),
    mac: hashOf(newSecret()),
    identity,
  };
}

/** A device of the server's, which it puts in the place of the one in front of the victim. */
interface Mine {
  readonly asked: ApprovalAsked;
  /** The run that the tablet believes to be in. */
  towardsTablet(): ReturnType<typeof approvalRun>;
}

/** Everything that goes between tablet and phone is the server's own. */
async function between(stage: Stage, phone: Unlocked, revealed?: Bytes) {
  const { network, mallory, url, now } = stage;
  const store = memoryStore();
  const tablet = await Joining.begin({ server: url, now, store, fetch: network.fetch });
  const begun = bodyOf(stage, "approvalStart") as { device: { device: string; key: string } };
  const sealed = bodyOf(stage, "approvalStart") as { seal: string };
  const asked = {
    number: tablet.number,
    device: newId<"device">(),
    key: (await signerFrom(newSecret())).publicKey,
    seal: parseSealingKey(toBase64url(await xwingPublicKey(newSecret())), "seal"),
  };
  const [nonce, nonceB] = [newSecret(), newSecret()];
  const { hash: identity } = currentIdentity(await mallory.u.accounts.get(mallory.u.account, 0));
  const answer = { account: mallory.u.account, identity };
  let answered = false;
  network.invent("approvalFind", () => ({
    device: { device: asked.device, key: asked.key },
    seal: asked.seal,
    commitment: approvalCommitment(asked, nonce),
    ...(answered ? { nonce: toBase64url(revealed ?? nonce) } : {}),
  }));
  network.invent("approvalAnswer", () => {
    answered = true;
    return {};
  });
  network.invent("approvalConfirm", () => ({ head: { hash: identity, seq: 1 } }));
  network.invent("approvalEnd", () => ({}));
  let ofTablet: Bytes | undefined;
  const towardsTablet = () => {
    const tabletAsked = { ...asked, ...begun.device, seal: sealed.seal } as ApprovalAsked;
    return approvalRun(tabletAsked, answer, ofTablet ?? newSecret(), nonceB);
  };
  network.invent("approvalLook", async () => {
    const { nonce: told } = bodyOf(stage, "approvalLook") as { nonce?: string };
    if (told !== undefined) ofTablet = fromBase64url(told);
    const look = { answer: { ...answer, nonce: toBase64url(nonceB) } };
    if (ofTablet === undefined) return look;
    const ctx = approvalKeyContext(towardsTablet());
    const wrap = await wrapTo(fromBase64url(sealed.seal), ctx, newSecret());
    return { ...look, wrap: toBase64url(wrap) };
  });
  const approval = Approval.begin(phone, tablet.number);
  approval.catch(() => undefined);
  const onTablet = await tablet.meet();
  const mine: Mine = { asked, towardsTablet };
  return { tablet, onTablet, mine, approval };
}

function nothingSent(): never {
  throw new Broken("nothing was sent");
}

/** What was last sent to a route. */
function bodyOf({ network }: Stage, route: string): unknown {
  return JSON.parse(network.sent.findLast((each) => each.route === route)?.body ?? "{}");
}
