// Every group of lines, in the order of the table.

import { browserBench } from "./browser.ts";
import { doorBench } from "./door.ts";
import { firstLoadBench } from "./first-load.ts";
import { historyBench } from "./history.ts";
import { importBench } from "./import.ts";
import { journalBench } from "./journal.ts";
import { listBench } from "./list.ts";
import type { Group } from "./measure.ts";
import { memberBench } from "./member.ts";
import { resumeBench } from "./resume.ts";
import { revokeBench } from "./revoke.ts";
import { sealBench } from "./seal.ts";
import { serveBench } from "./serve.ts";
import { shareBench } from "./share.ts";
import { syncBench } from "./sync.ts";
import { timelineBench } from "./timeline.ts";
import { unlockBench } from "./unlock.ts";
import { verifyBench } from "./verify.ts";

export const groups: readonly Group[] = [
  sealBench,
  browserBench,
  memberBench,
  shareBench,
  unlockBench,
  listBench,
  historyBench,
  serveBench,
  journalBench,
  revokeBench,
  syncBench,
  resumeBench,
  verifyBench,
  firstLoadBench,
  doorBench,
  timelineBench,
  importBench,
];
