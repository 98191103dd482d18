import { indexActs } from "./acts.ts";
import type { Ground } from "./call.ts";
import { noteExpired } from "./expiry.ts";
import type { Log } from "./log.ts";
import { forgetOld } from "./security-log.ts";
import { collectUploads } from "./uploads.ts";

/** Milliseconds from one sweep to the next. */
export const SWEEP_EVERY = 60_000;
const TABLES = [
  "proofs",
  "sign_ins",
  "ended_sessions",
  "session_devices",
  "device_approvals",
  "rendezvous",
];

/**
 * Each time: looks through the journal for who acted where, notes memberships and shares past their date, deletes abandoned uploads, and
 * what has expired of proofs, attempts to sign in and sessions. A failure waits for the next.
 * Uploads stay where the database is not what was signed: a revision that it lost may name them, and
 * files are in no backup of the database.
 */
export function startSweeping(
  ground: Pick<Ground, "sql" | "journal" | "blobs" | "now"> & { readonly log: Pick<Log, "check"> },
  every = SWEEP_EVERY,
): { stop: () => Promise<void> } {
  const { sql, log, now } = ground;
  const steps: readonly (() => Promise<unknown>)[] = [
    () => noteExpired(ground),
    async () => {
      await log.check();
      await collectUploads(ground);
    },
    () => forgetOld(sql, now()),
    () => indexActs(sql),
    ...TABLES.map((table) => async () => {
      await sql`delete from ${sql(table)} where expires < ${now()}`;
    }),
  ];
  let running: Promise<void> | undefined;
  let stopped = false;

  /** Each on its own: what cannot be done now, as while nothing is written, keeps nothing else from being swept. */
  async function sweep(): Promise<void> {
    for (const step of steps) if (!stopped) await step().catch(() => undefined);
  }

  const timer = setInterval(() => {
    running ??= sweep().finally(() => {
      running = undefined;
    });
  }, every);
  timer.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
