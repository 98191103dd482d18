import type { AttackCase } from "./case.ts";
import { accountCases } from "./cases-account.ts";
import { formCases } from "./cases-form.ts";
import { linkCases } from "./cases-links.ts";
import { logCases } from "./cases-log.ts";
import { lossCases } from "./cases-loss.ts";
import { recordCases } from "./cases-record.ts";
import { rollbackCases } from "./cases-rollback.ts";
import { roomCases } from "./cases-room.ts";
import { sealCases } from "./cases-seal.ts";
import { shareCases } from "./cases-share.ts";
import { sizeCases } from "./cases-size.ts";
import { spaceCases } from "./cases-space.ts";
import { trafficCases } from "./cases-traffic.ts";
import { wayCases } from "./cases-ways.ts";
import { witnessCases } from "./cases-witness.ts";

/** Every case that is built, by number. */
export const cases: readonly AttackCase[] = [
  ...accountCases,
  ...recordCases,
  ...spaceCases,
  ...shareCases,
  ...linkCases,
  ...sealCases,
  ...formCases,
  ...sizeCases,
  ...rollbackCases,
  ...logCases,
  ...lossCases,
  ...trafficCases,
  ...witnessCases,
  ...wayCases,
  ...roomCases,
].sort((a, b) => a.number - b.number);
