import { type Bytes, fromBase64url } from "./bytes.ts";
import { context } from "./context.ts";
import type { AccountId, ApprovalId, DeviceId, Hash, SealingKey, SigningKey } from "./ids.ts";
import { type CodeRun, codeCommitment, digitsOf } from "./short-code.ts";

const NUMBER_DIGITS = 9;
const PURPOSE = "approval";

/** What a new device shows of itself when it asks to be let in (spec/device-approval.md). */
export interface ApprovalAsked {
  /** The nine digits the run is found by. */
  readonly number: string;
  readonly device: DeviceId;
  readonly key: SigningKey;
  /** X-Wing key of this run only. */
  readonly seal: SealingKey;
}

/** Who the enrolled device says it speaks for. */
export interface ApprovalAnswer {
  readonly account: AccountId;
  readonly identity: Hash;
}

/** Where a run is found. It authenticates nothing. */
export function approvalNumber(approval: ApprovalId): string {
  return digitsOf(context("approval number", approval), NUMBER_DIGITS);
}

/** What the new device commits to before it has seen anything. @param nonce 32 bytes */
export function approvalCommitment(asked: ApprovalAsked, nonce: Bytes): Hash {
  return codeCommitment({ purpose: PURPOSE, factsA: factsOf(asked), nonceA: nonce });
}

/** The run both sides compute their codes of. */
export function approvalRun(
  asked: ApprovalAsked,
  answer: ApprovalAnswer,
  nonceA: Bytes,
  nonceB: Bytes,
): CodeRun {
  const factsB = [answer.account, fromBase64url(answer.identity)];
  return { purpose: PURPOSE, factsA: factsOf(asked), factsB, nonceA, nonceB };
}

/** What the account key is bound to on its way to the new device. */
export function approvalKeyContext(run: CodeRun): Bytes {
  const { factsA, factsB, nonceA, nonceB } = run;
  const commitment = fromBase64url(codeCommitment(run));
  return context("approval key", ...factsA, ...factsB, commitment, nonceA, nonceB);
}

function factsOf({ number, device, key, seal }: ApprovalAsked) {
  return [number, device, fromBase64url(key), fromBase64url(seal)];
}
