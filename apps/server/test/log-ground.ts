import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  followLogKeys,
  type LogId,
  type LogKeys,
  logIdOf,
  newId,
  type SpaceId,
} from "@ecrin/protocol";
import { createJournal, type Journal } from "../src/journal.ts";
import { createLog, type Log, type SigningStep } from "../src/log.ts";
import { signerOf } from "../src/signer.ts";
import type { TagKeys } from "../src/tag-keys.ts";
import { type Cluster, type Ground, layGround } from "./harness.ts";

export const AT = 1_790_000_000_000;

/** A database with its journal and its log, without a server in front. */
export interface LogGround extends Ground {
  readonly id: LogId;
  readonly keys: LogKeys;
  readonly log: Log;
  readonly folder: string;
  /** Another process on the same database, its files in the same folder or another. */
  anotherLog(folder?: string, at?: (step: SigningStep) => void): { log: Log; journal: Journal };
}

export async function layLog(cluster: Cluster): Promise<LogGround> {
  const ground = await layGround(cluster, () => AT);
  const folder = await mkdtemp(join(tmpdir(), "ecrin-log-"));
  const signer = signerOf(ground.logKey);
  const id = logIdOf(signer.key);
  await ground.admin`insert into ground (log_key) values (${signer.key})`;
  const logOn = (sql: Ground["app"], tags: TagKeys, at: string, step?: (s: SigningStep) => void) =>
    createLog({
      id,
      sql,
      signer,
      tags,
      folder: at,
      now: () => AT,
      ...(step === undefined ? {} : { at: step }),
    });
  return {
    ...ground,
    id,
    keys: await followLogKeys(signer.key, []),
    log: logOn(ground.app, ground.tags, folder),
    folder,
    anotherLog(at = folder, step) {
      const { app } = ground.another();
      const journal = createJournal({ sql: app, signer, tags: ground.tags, now: () => AT });
      return { log: logOn(app, ground.tags, at, step), journal };
    },
    async end() {
      await ground.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes entries about nothing in particular. @returns their positions */
export async function write(journal: Journal, count: number, subject = newId<"space">()) {
  const done = await Promise.all(
    Array.from({ length: count }, () => journal.commit({ entries: () => [draftFor(subject)] })),
  );
  return done.flatMap((each) => each.positions);
}

function draftFor(subject: SpaceId) {
  return { subject, kind: "listing", actor: {}, about: { from: 0, count: 1 }, at: AT } as const;
}
