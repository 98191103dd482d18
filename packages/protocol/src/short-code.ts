import { type Bytes, fromBase64url } from "./bytes.ts";
import { type ContextPart, context } from "./context.ts";
import { type Hash, hashOf } from "./ids.ts";

/** Digits of a code that a person carries from one device to the other. */
const CODE_DIGITS = 6;

/** Which side shows a code: A committed, B answered. */
export type CodeSide = "A" | "B";

/** A run of two devices that compare (spec/short-code.md). All of it is public in the end. */
export interface CodeRun {
  /** What the two are about to do, such as `approval`. */
  readonly purpose: string;
  readonly factsA: readonly ContextPart[];
  readonly factsB: readonly ContextPart[];
  /** 32 bytes. */
  readonly nonceA: Bytes;
  /** 32 bytes. */
  readonly nonceB: Bytes;
}

/** What A sends before it has seen anything of B. */
export function codeCommitment({
  purpose,
  factsA,
  nonceA,
}: Pick<CodeRun, "purpose" | "factsA" | "nonceA">): Hash {
  return hashOf(context(`${purpose} commitment`, ...factsA, nonceA));
}

/** The six digits that a side shows, and that are typed on the other. */
export function shortCode(run: CodeRun, side: CodeSide): string {
  const { purpose, factsA, factsB, nonceA, nonceB } = run;
  const facts = [...factsA, ...factsB, fromBase64url(codeCommitment(run)), nonceA, nonceB];
  return digitsOf(context(`${purpose} code ${side}`, ...facts), CODE_DIGITS);
}

/** The first 8 of these bytes as decimal digits, with leading zeros. The bias is below 2^-34. */
export function digitsOf(bytes: Bytes, digits: number): string {
  const value = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  return (value % 10n ** BigInt(digits)).toString().padStart(digits, "0");
}

/** Whether what somebody typed is this code: blanks, dots and hyphens between digits do not count. */
export function isCode(typed: string, code: string): boolean {
  return bareDigits(typed) === code;
}

/** What was typed without what people put between digits. */
export function bareDigits(typed: string): string {
  return typed.replace(/[\s.\u00A0\u202F-]/g, "");
}
