import type { AttackCase } from "./case.ts";
import { accountCases } from "./cases-account.ts";

/** Every case that is built, by number. */
export const cases: readonly AttackCase[] = [...accountCases].sort((a, b) => a.number - b.number);
