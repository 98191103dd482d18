// A process of its own that writes, closes an epoch and signs, and is killed on the way: at a step of
// signing, or whenever its parent likes. Each entry that was acknowledged is a line on stdout.

import { readFile } from "node:fs/promises";
import process from "node:process";
import { logIdOf, newId } from "@ecrin/protocol";
import { type DatabaseTarget, openPool } from "../src/database.ts";
import { closeEpoch } from "../src/epochs.ts";
import { createJournal } from "../src/journal.ts";
import { createLog, type SigningStep } from "../src/log.ts";
import { signerOf } from "../src/signer.ts";
import { openTagKeys } from "../src/tag-keys.ts";

/** What the parent gives it. */
export interface VictimTask {
  readonly target: DatabaseTarget;
  readonly folder: string;
  /** Where it kills itself; absent: it writes and signs until it is killed. */
  readonly step?: SigningStep;
}

const task: VictimTask = JSON.parse(process.argv[2] ?? "");
const signer = signerOf(await readFile(`${task.folder}/seed`));
const sql = openPool(task.target, 4);
const tags = await openTagKeys(task.folder);
const id = logIdOf(signer.key);
const now = () => 1_790_000_000_000;
const journal = createJournal({ sql, signer, tags, now });
const log = createLog({
  id,
  sql,
  signer,
  tags,
  folder: task.folder,
  now,
  at: (step) => {
    if (step === task.step) process.kill(process.pid, "SIGKILL");
  },
});

async function write(): Promise<void> {
  const draft = {
    subject: newId<"space">(),
    kind: "listing",
    actor: {},
    about: { from: 0, count: 1 },
    at: now(),
  } as const;
  const { positions } = await journal.commit({ entries: () => [draft] });
  for (const { index, leaf } of positions) process.stdout.write(`${index} ${leaf}\n`);
}

do {
  await Promise.all(Array.from({ length: 5 }, write));
  await closeEpoch({ sql, log: id, tags, now }, () => true);
  await log.sign();
} while (task.step === undefined);
