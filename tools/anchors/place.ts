// A log and its anchors at one place: a database and a folder of keys that outlive their processes.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { logIdOf, newId, parseNote } from "@ecrin/protocol";
import { type AnchoringStep, type Anchors, startAnchors } from "../../apps/server/src/anchors.ts";
import { type DatabaseTarget, openPool, type Sql } from "../../apps/server/src/database.ts";
import { closeEpoch } from "../../apps/server/src/epochs.ts";
import { createJournal } from "../../apps/server/src/journal.ts";
import { createLog } from "../../apps/server/src/log.ts";
import { signerOf } from "../../apps/server/src/signer.ts";
import { openTagKeys } from "../../apps/server/src/tag-keys.ts";
import { EASY_WORK } from "./calendar.ts";

/** What a process is told: plain data, so that another process can be told it too. */
export interface AnchorTask {
  readonly target: DatabaseTarget;
  readonly folder: string;
  readonly authority: { readonly url: string; readonly root: string };
  readonly calendar: { readonly url: string; readonly headers: string };
  /** Milliseconds since 1970: the process's clock. */
  readonly at: number;
}

export interface AnchorPlace {
  readonly sql: Sql;
  readonly anchors: Anchors;
  /** Writes an entry, closes the epoch, signs, and lets the anchors do one round. */
  work(): Promise<void>;
  end(): Promise<void>;
}

/** A process of this place, alive. */
export async function openPlace(
  task: AnchorTask,
  at: (step: AnchoringStep) => void = () => undefined,
): Promise<AnchorPlace> {
  const { target, folder, authority, calendar } = task;
  const sql = openPool(target, 4);
  const signer = signerOf(await readFile(join(folder, "seed")));
  const tags = await openTagKeys(folder);
  const id = logIdOf(signer.key);
  const now = () => task.at;
  const ground = { id, sql, signer, tags, folder, now };
  const [log, journal] = [createLog(ground), createJournal(ground)];
  const anchors = startAnchors({
    sql,
    now,
    at,
    sources: {
      authorities: [
        { name: "test", url: authority.url, roots: [Buffer.from(authority.root, "base64")] },
      ],
      calendars: [calendar.url],
      headers: calendar.headers,
      leastWork: EASY_WORK,
      demonstration: true,
    },
    newest: async () => {
      const latest = await log.latest();
      return latest && { size: latest.size, text: parseNote(latest.note).text, note: latest.note };
    },
    anchored: (size) => log.anchored(size),
    // Rounds are the test's to ask for.
    pace: { round: 3_600_000, retry: 1, longest: 1, pending: 1, due: { leaves: 1, ms: 0 } },
  });
  return {
    sql,
    anchors,
    async work() {
      const subject = newId<"space">();
      const about = { from: 0, count: 1 };
      const draft = { subject, kind: "listing", actor: {}, about, at: now() } as const;
      await journal.commit({ entries: () => [draft] });
      await closeEpoch({ sql, log: id, tags, now }, () => true);
      await log.sign();
      await anchors.round();
    },
    async end() {
      await anchors.stop();
      await sql.end();
    },
  };
}
