import type { AttackCase } from "./case.ts";
import { accountCases } from "./cases-account.ts";
import { recordCases } from "./cases-record.ts";
import { shareCases } from "./cases-share.ts";
import { spaceCases } from "./cases-space.ts";

/** Every case that is built, by number. */
export const cases: readonly AttackCase[] = [
  ...accountCases,
  ...recordCases,
  ...spaceCases,
  ...shareCases,
].sort((a, b) => a.number - b.number);
