// Vectors of approvals, and what a short code depends on.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AccountId,
  type ApprovalId,
  approvalCommitment,
  approvalKeyContext,
  approvalNumber,
  approvalRun,
  type CodeRun,
  type DeviceId,
  digitsOf,
  fromBase64url,
  type Hash,
  isCode,
  type SealingKey,
  type SigningKey,
  shortCode,
  toBase64url,
} from "../src/index.ts";
import { runVectors } from "./vector-file.ts";

interface Run {
  readonly approval: ApprovalId;
  readonly number: string;
  readonly device: DeviceId;
  readonly key: SigningKey;
  readonly seal: SealingKey;
  readonly account: AccountId;
  readonly identity: Hash;
  readonly nonceA: string;
  readonly nonceB: string;
  readonly commitment: string;
  readonly codeA: string;
  readonly codeB: string;
  readonly wrapContext: string;
}

runVectors<undefined, Run>("approval", {
  accept(each) {
    assert.equal(approvalNumber(each.approval), each.number);
    const nonceA = fromBase64url(each.nonceA);
    assert.equal(approvalCommitment(each, nonceA), each.commitment);
    const run = approvalRun(each, each, nonceA, fromBase64url(each.nonceB));
    assert.equal(shortCode(run, "A"), each.codeA);
    assert.equal(shortCode(run, "B"), each.codeB);
    assert.equal(toBase64url(approvalKeyContext(run)), each.wrapContext);
  },
});

const bytes = (fill: number) => new Uint8Array(32).fill(fill);
const RUN: CodeRun = {
  purpose: "test",
  factsA: ["a", bytes(1)],
  factsB: ["b"],
  nonceA: bytes(2),
  nonceB: bytes(3),
};

test("a code changes with every part of the run, and the two sides' differ", () => {
  const runs: CodeRun[] = [
    RUN,
    { ...RUN, purpose: "other" },
    { ...RUN, factsA: ["c", bytes(1)] },
    { ...RUN, factsA: ["a", bytes(4)] },
    { ...RUN, factsB: ["c"] },
    { ...RUN, nonceA: bytes(4) },
    { ...RUN, nonceB: bytes(4) },
  ];
  const codes = runs.flatMap((run) => [shortCode(run, "A"), shortCode(run, "B")]);
  assert.equal(new Set(codes).size, codes.length);
});

test("what people put between digits does not count, and nothing else is taken for the code", () => {
  for (const typed of ["402913", " 402 913 ", "402-913", "402.913", "402\u00a0913"])
    assert.ok(isCode(typed, "402913"), typed);
  for (const typed of ["", "402914", "40291", "4029133", "402913x", "00402913"])
    assert.ok(!isCode(typed, "402913"), typed);
});

test("digits are the first eight bytes, modulo, with their leading zeros", () => {
  assert.equal(digitsOf(new Uint8Array(32), 6), "000000");
  assert.equal(digitsOf(Uint8Array.of(0, 0, 0, 0, 0, 0, 0x12, 0x34, 9), 6), "004660");
  assert.equal(digitsOf(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 6), "927936");
});
