// Ways into an account that somebody else would like to open: spec/device-approval.md.

import { Joining, memoryStore } from "@ecrin/client";
import { newSecret, signerFrom, wrapTo, xwingPublicKey } from "@ecrin/crypto";
import {
  type ApprovalAsked,
  approvalCommitment,
  approvalKeyContext,
  approvalRun,
  type Bytes,
  currentIdentity,
  fromBase64url,
  newId,
  parseSealingKey,
  shortCode,
  toBase64url,
} from "@ecrin/protocol";
import { Approval } from "../../packages/client/src/approve.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import { type AttackCase, holds, stops } from "./case.ts";
import type { Stage } from "./stage.ts";

const DIFFERS = ["code-differs"];

export const wayCases: readonly AttackCase[] = [
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

/** What was last sent to a route. */
function bodyOf({ network }: Stage, route: string): unknown {
  return JSON.parse(network.sent.findLast((each) => each.route === route)?.body ?? "{}");
}
